"""The command `kb ingest`: takes the guides of the source folder over, and says file by file what became of them.

Exit status: 0 done; 1 some guides failed; 2 wrong use; 3 refused, nothing was changed.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from kb import ingestion, messages
from kb.commands import DONE, SOME_FAILED, WRONG_USE, add_index, progress
from kb.config import Settings
from kb.ingestion import Line, Report, Verdict
from kb.topics import Taxonomy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    texts = messages.COMMAND_LINE_HELP
    add_index(parser)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PFAD", help=texts["paths"])
    parser.add_argument("--source", type=Path, metavar="ORDNER", help=texts["source"])
    parser.add_argument("--rebuild", action="store_true", help=texts["rebuild"])
    parser.add_argument("--dry-run", action="store_true", help=texts["dry_run"])
    parser.add_argument("--allow-removals", action="store_true", help=texts["allow_removals"])


def run(options: argparse.Namespace, settings: Settings, taxonomy: Taxonomy) -> int:
    """Ingest, print the report, and return the exit status."""
    settings = replace(settings, source=options.source or settings.source, index=options.index or settings.index)
    paths = [path for path in (_in_source(path, settings.source) for path in options.paths) if path]
    if len(paths) < len(options.paths):
        wrong = next(path for path in options.paths if not _in_source(path, settings.source))
        print(messages.outside(str(wrong), str(settings.source)), file=sys.stderr)
        return WRONG_USE
    started = time.perf_counter()
    with progress(messages.READING) as reading, progress(messages.EMBEDDING) as embedding:
        report = ingestion.run(
            settings,
            taxonomy,
            paths=paths,
            is_rebuild=options.rebuild,
            is_dry_run=options.dry_run,
            allow_removals=options.allow_removals,
            progress=reading,
            embedding=embedding,
        )
    seconds = time.perf_counter() - started
    if options.json:
        print(json.dumps(_as_json(report, seconds), ensure_ascii=False, indent=1))
    else:
        _print(report, seconds)
    return SOME_FAILED if report.count(Verdict.FAILED) else DONE


def _in_source(path: Path, source: Path) -> Path | None:
    """Return the path as one below the source folder, or None if it is not there; also one relative to that folder."""
    for candidate in (path, source / path):
        if candidate.exists() and (root := source.resolve()) in (inside := candidate.resolve(), *inside.parents):
            return source / inside.relative_to(root)
    return None


def _print(report: Report, seconds: float) -> None:
    if report.rebuilt and not report.is_dry_run:
        print(messages.REBUILT[report.rebuilt], file=sys.stderr)
    shown = [line for line in report.lines if line.verdict is not Verdict.UNCHANGED]
    width = min(max((len(line.source) for line in shown), default=0), 60)
    for line in shown:
        print(f"{messages.VERDICTS[line.verdict]:<10} {line.source:<{width}}  {message(line)}".rstrip())
    if n_without := sum(_is_taken(line) and line.guide is not None and not line.guide.topics for line in report.lines):
        print(messages.without_topic(n_without))
    if report.is_dry_run:
        print(messages.DRY_RUN)
    print(
        messages.summary(
            sum(map(_is_taken, report.lines)),
            report.count(Verdict.FAILED),
            report.count(Verdict.REMOVED),
            report.count(Verdict.UNCHANGED),
            seconds,
        )
    )
    if report.embedded:
        print(messages.embedded(report.embedded.n_passages, report.embedded.n_new))


def _is_taken(line: Line) -> bool:
    return line.verdict in (Verdict.NEW, Verdict.CHANGED, Verdict.MOVED)


def message(line: Line) -> str:
    """Return in German what there is to say about a file."""
    if line.error:
        return messages.explain(line.error)
    if line.verdict is Verdict.PASSED_OVER:
        return messages.passed_over(Path(line.source).suffix)
    if not _is_taken(line) or not line.guide:
        return ""
    parts = [messages.n_passages(line.guide.n_passages), *(messages.DOUBTS[doubt] for doubt in line.guide.doubts)]
    parts += [messages.unknown_editions(line.unknown_editions)] if line.unknown_editions else []
    parts += [] if line.guide.topics else [messages.WITHOUT_TOPIC]
    return "; ".join(parts)


def _as_json(report: Report, seconds: float) -> dict[str, Any]:
    return {
        "files": [
            {
                "source": line.source,
                "verdict": line.verdict,
                "message": message(line),
                "guide": line.guide.id if line.guide else None,
            }
            for line in report.lines
        ],
        "counts": {verdict: report.count(verdict) for verdict in Verdict},
        "rebuilt": report.rebuilt,
        "dry_run": report.is_dry_run,
        "pages": report.n_pages,
        "embedded": {"passages": report.embedded.n_passages, "new": report.embedded.n_new} if report.embedded else None,
        "seconds": round(seconds, 3),
    }
