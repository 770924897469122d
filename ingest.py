"""Take the guides of docs_source/ over into index/: `python ingest.py [PATH ...]`, the same as `kb ingest`."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

_PYTHON = Path(__file__).parent / ".venv/bin/python"
if not find_spec("whoosh") and _PYTHON.exists() and Path(sys.prefix) != _PYTHON.parents[1]:
    # called with the system's Python: `make run` has put the packages beside
    os.execv(_PYTHON, [str(_PYTHON), *sys.argv])  # noqa: S606  # no shell wanted

from kb.cli import start  # noqa: E402  # once it is clear that the packages are there

if __name__ == "__main__":
    sys.argv.insert(1, "ingest")
    sys.exit(start())
