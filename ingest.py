"""Take the guides of docs_source/ over into index/: `python ingest.py [PATH ...]`, the same as `kb ingest`."""

import os
import sys
from pathlib import Path

try:
    from kb.cli import start
except ModuleNotFoundError:  # called with the system's Python: `make run` has put the packages beside
    python = Path(__file__).parent / ".venv/bin/python"
    if not python.exists() or Path(sys.prefix) == python.parents[1]:
        raise
    os.execv(python, [str(python), *sys.argv])  # noqa: S606  # no shell wanted

if __name__ == "__main__":
    sys.argv.insert(1, "ingest")
    sys.exit(start())
