"""Build the sample guides: `python tests/samples/build.py [NAME ...]`.

Every `tests/samples/<folder>/<name>.md` (or only those named) becomes `docs_source/<folder>/<name>.<format>` and its
sidecar `<name>.toml`. Building twice gives the same bytes. See README.md for the source format and what to install.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import odt
import pdf
import word
from source import Guide, SampleError, load

SAMPLES = Path(__file__).resolve().parent
TARGET = SAMPLES.parent.parent / "docs_source"
WRITERS: dict[str, Callable[[Guide], bytes]] = {"pdf": pdf.render, "docx": word.render, "odt": odt.render}


def main(names: list[str]) -> int:
    """Build the guides called `names` (file name without ending), or all; return the exit code."""
    paths = sorted(SAMPLES.glob("*/*.md"))
    if unknown := set(names) - {path.stem for path in paths}:
        sys.stderr.write(f"no such sample: {', '.join(sorted(unknown))}\n")
        return 2
    n_failed = 0
    for path in paths:
        if names and path.stem not in names:
            continue
        try:
            sys.stdout.write(f"{build(path)}\n")
        except SampleError as error:
            sys.stderr.write(f"{error}\n")
            n_failed += 1
    return 1 if n_failed else 0


def build(path: Path) -> Path:
    """Write one guide and its sidecar; return the path of the guide."""
    guide = load(path)
    os.environ["SOURCE_DATE_EPOCH"] = str(int(guide.meta.moment.timestamp()))  # read by fontTools
    target = TARGET / path.parent.name / f"{path.stem}.{guide.format}"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(WRITERS[guide.format](guide))
    lines = [f"{key} = {_toml(value)}\n" for key, value in guide.sidecar.items()]
    target.with_suffix(".toml").write_text("".join(lines), encoding="utf-8")
    return target


def _toml(value: object) -> str:
    """Return a sidecar value as TOML; a JSON string is a valid TOML string."""
    match value:
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case list():
            return f"[{', '.join(_toml(item) for item in value)}]"
        case _:
            return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
