"""The ingest of a folder: by the clock and in CPU seconds beside recollindex, stage by stage, and when nothing has changed.

    python -m benchmarks ingest ../shared/guides [--rounds 7] [--copies 1] [--files 2000] [--json FILE]

Both programs run as commands with all their processes counted, in turns, into a fresh index each time. They do not do the
same work: recollindex (German stemming, no dictionary for spelling) takes words and stems of whole files from pdftotext; ours
finds headings, cleans, cuts passages, stores them, keeps positions, guards every file by a limited process and syncs.
"""

import argparse
import compileall
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks import ingest_stages, process_tree
from benchmarks.process_tree import Cost
from kb import extract
from kb.extract import SUFFIXES

OURS, RECOLL = "kb ingest", "recollindex"
PADDING = 300_000  # bytes: with it a made guide is as large as real ones are in the mean
_COMMAND = Path(__file__).parents[1] / "ingest.py"
_IMPORTS = {
    "imports of the command": "kb.cli, kb.commands.ingest",
    "imports of the fork server": "kb.extract.pdf, kb.extract.word, kb.extract.odt",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print tables in Markdown; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="benchmarks ingest", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("source", type=Path, metavar="DIR", help="a folder of guides")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--copies", type=int, default=1, help="of each file, to see the rate without the start of the programs")
    parser.add_argument("--files", type=int, default=2000, help="of the run that finds nothing to do; 0: leave it out")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        source = options.source.resolve()
        if options.copies > 1:
            source = multiplied(source, Path(folder) / "copies", options.copies)
        found = measure(source, Path(folder), rounds=options.rounds, n_files=options.files)
    sys.stdout.write("\n".join(tables(found)) + "\n")
    if options.json:
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    return 0


def measure(source: Path, folder: Path, *, rounds: int, n_files: int) -> dict[str, Any]:
    """Return all figures as an object of JSON types."""
    compileall.compile_dir(Path(extract.__file__).parents[1], quiet=1)  # as `make install` leaves it
    costs = _contest(source, folder, rounds)
    runs = [ingest_stages.measure(source, folder / f"stages-{n}") for n in range(max(1, rounds // 2))]
    return {
        "where": _where(),
        "pages": runs[0][1],
        "costs": {name: [asdict(cost) for cost in several] for name, several in costs.items()},
        "stages": {name: statistics.median(seconds[name] for seconds, _ in runs) for name in runs[0][0]},
        "imports": {name: _median(_imports(module, rounds)) for name, module in _IMPORTS.items()},
        "no_op": _no_op(folder / "many", folder / "many-index", n_files) if n_files else {},
    }


# ---- measuring ---------------------------------------------------------------------------------------------------------


def _contest(source: Path, folder: Path, rounds: int) -> dict[str, list[Cost]]:
    """Return what each round took, the last with memory; without recollindex only our own."""
    contenders = {OURS: _ours, **({RECOLL: _recoll} if shutil.which(RECOLL) else {})}
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for n in range(rounds + 1):
        for name, run in contenders.items():
            work = folder / f"round-{n}-{name.replace(' ', '-')}"
            work.mkdir()
            costs[name].append(run(source, work, is_last=n == rounds))
            shutil.rmtree(work)
    return costs


def _ours(source: Path, work: Path, *, is_last: bool) -> Cost:
    command: list[str | Path] = [sys.executable, _COMMAND, "--source", source, "--index", work / "index"]
    return process_tree.measure(command, samples_memory=is_last)


def _recoll(source: Path, work: Path, *, is_last: bool) -> Cost:
    settings = f"topdirs = {source}\nindexstemminglanguages = german\nnoaspell = 1\nloglevel = 2\n"
    (work / "recoll.conf").write_text(settings, "utf-8")
    env = {**os.environ, "HOME": str(work), "RECOLL_CONFDIR": str(work)}
    return process_tree.measure([RECOLL, "-c", work, "-z"], env=env, samples_memory=is_last)


def _imports(module: str, rounds: int) -> list[float]:
    """Return the CPU seconds that a bare interpreter with nothing but these imports takes."""
    program = f"import gc; gc.disable(); import {module}; gc.freeze()"  # as both do
    return [process_tree.measure([sys.executable, "-c", program]).cpu_s for _ in range(rounds)]


def _no_op(source: Path, index: Path, n_files: int) -> dict[str, float]:
    """Ingest many made guides, then again without a change; return the seconds of the second run, and of the first."""
    make_guides(source, n_files)
    command: list[str | Path] = [sys.executable, _COMMAND, "--source", source, "--index", index]
    first = process_tree.measure(command)
    again = [process_tree.measure(command) for _ in range(5)]
    return {
        "files": n_files,
        "first_wall_s": first.wall_s,
        "wall_s": statistics.median(cost.wall_s for cost in again),
        "cpu_s": statistics.median(cost.cpu_s for cost in again),
    }


def multiplied(source: Path, folder: Path, n_copies: int) -> Path:
    """Write copies of each guide that differ by a comment at the end, and return their folder."""
    for path in sorted(path for path in source.rglob("*") if path.suffix.lower() in SUFFIXES):
        for n in range(n_copies):
            copy = folder / str(n) / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            if path.suffix.lower() == ".pdf":
                with copy.open("ab") as file:
                    file.write(b"\n%% %d\n" % n)
            else:
                with zipfile.ZipFile(copy, "a") as archive:
                    archive.comment = b"%d" % n
    return folder


def make_guides(folder: Path, n_files: int) -> None:
    """Write small DOCX guides, each with words of its own and a picture that gives it the size of a real one."""
    picture = random.Random(1).randbytes(PADDING)
    for n in range(n_files):
        path = folder / f"thema-{n % 20}" / f"handlungshilfe-{n}.docx"
        path.parent.mkdir(parents=True, exist_ok=True)
        texts = (
            f"Handlungshilfe {n}",
            *(f"Für Fall {n}-{part} ist der Bedarf vor dem Bescheid zu prüfen." for part in range(20)),
        )
        paragraphs = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", _TYPES)
            archive.writestr("_rels/.rels", _RELATIONS)
            archive.writestr("word/document.xml", f'<w:document xmlns:w="{_WORD}"><w:body>{paragraphs}</w:body></w:document>')
            archive.writestr("word/media/bild.bin", picture, zipfile.ZIP_STORED)


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    "</Types>"
)
_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}" Target="word/document.xml"/></Relationships>'
)


def _where() -> dict[str, str]:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ""
    )
    versions = {name: metadata.version(name) for name in ("pypdf", "pypdfium2", "python-docx", "whoosh")}
    if shutil.which(RECOLL):
        listed = subprocess.run(["dpkg-query", "-W", "recollcmd", "poppler-utils"], capture_output=True, text=True, check=False)  # noqa: S607
        versions |= dict(line.split("\t") for line in listed.stdout.splitlines())
    where = {"date": date.today().isoformat(), "cores": str(os.cpu_count()), "cpu": cpu, "python": platform.python_version()}
    return where | versions


# ---- tables ------------------------------------------------------------------------------------------------------------


def tables(found: dict[str, Any]) -> list[str]:
    """Return the figures as lines of Markdown."""
    where = ", ".join(f"{name} {value}" for name, value in found["where"].items())
    return [where, "", *_contest_table(found), "", *_stage_table(found), "", *_no_op_table(found["no_op"])]


def _contest_table(found: dict[str, Any]) -> list[str]:
    lines = [f"Ingest of {found['pages']} PDF pages and what lies beside them, median of the rounds (least)", ""]
    lines += ["| | wall s | CPU s | pages / CPU s | peak MiB |", "| --- | --- | --- | --- | --- |"]
    for name, costs in found["costs"].items():
        timed = costs[:-1]
        wall, cpu = (_spread([cost[key] for cost in timed]) for key in ("wall_s", "cpu_s"))
        rate = found["pages"] / _of(timed, "cpu_s")
        lines.append(f"| {name} | {wall} | {cpu} | {rate:.0f} | {costs[-1]['peak_mib']:.0f} |")
    if RECOLL in found["costs"]:
        ours, recoll = found["costs"][OURS][:-1], found["costs"][RECOLL][:-1]
        wall, cpu = (
            statistics.median(a[key] / b[key] for a, b in zip(ours, recoll, strict=True)) for key in ("wall_s", "cpu_s")
        )
        lines.append(f"| ratio, round by round | {wall:.2f} | {cpu:.2f} | | |")
    return lines


def _stage_table(found: dict[str, Any]) -> list[str]:
    pages, stages = max(1, found["pages"]), found["stages"]
    whole = _of(found["costs"][OURS][:-1], "cpu_s")
    rows = {**stages, **found["imports"]}
    rows["processes: start, fork, pickling, and what the clock cannot see"] = whole - sum(rows.values())
    in_libraries = sum(seconds for name, seconds in stages.items() if name.startswith("inside "))
    once = sum(found["imports"].values())
    lines = ["| stage | CPU ms | CPU ms / page |", "| --- | --- | --- |"]
    lines += [f"| {name} | {1000 * seconds:.0f} | {1000 * seconds / pages:.2f} |" for name, seconds in rows.items()]
    totals = {"whole": whole, "beyond the PDF libraries": whole - in_libraries}
    totals["beyond the PDF libraries, without the imports (once a run)"] = whole - in_libraries - once
    return lines + [f"| **{name}** | {1000 * s:.0f} | {1000 * s / pages:.2f} |" for name, s in totals.items()]


def _no_op_table(no_op: dict[str, float]) -> list[str]:
    if not no_op:
        return []
    return [
        f"Nothing to do over {no_op['files']} files: {no_op['wall_s']:.2f} s by the clock, {no_op['cpu_s']:.2f} CPU s "
        f"(the first ingest: {no_op['first_wall_s']:.0f} s)"
    ]


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _of(costs: Sequence[dict[str, float]], key: str) -> float:
    return statistics.median(cost[key] for cost in costs)


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f})"


if __name__ == "__main__":
    sys.exit(main())
