"""The command line: `kb ingest | search | glossary | eval | check-queries`.

Results go to stdout, progress, warnings and log to stderr.
Exit status: 0 done; 1 some guides or questions failed; 2 wrong use; 3 refused, nothing was changed.
"""

import argparse
import json
import logging
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from kb import (
    answer_json,
    answers,
    check_queries,
    config,
    evaluation,
    explain,
    glossary,
    hints,
    ingestion,
    messages,
    query,
    search,
    topics,
    vocabulary,
)
from kb.config import Settings
from kb.engines import open_engine
from kb.errors import (
    CollectionError,
    ConfigError,
    IndexUnusableError,
    KbError,
    LibraryMissingError,
    ModelError,
    QuestionsError,
    SourceError,
)
from kb.evaluation import Evaluation
from kb.ingestion import Line, Report, Verdict
from kb.model import Axis, Engine, Validity
from kb.topics import Taxonomy

_HELP = messages.COMMAND_LINE_HELP
# argparse asks gettext for its own sentences; a compiled catalog for a dozen of them would be harder to keep
argparse._ = messages.of_argparse  # type: ignore[attr-defined]

_WIDEST = 100  # characters of a line; longer ones are hard to read
DONE, SOME_FAILED, WRONG_USE, REFUSED = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):  # an argument may hold bytes that are no text, and a terminal may know ASCII only
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = _parser()
    options = parser.parse_args(arguments)
    level = logging.INFO if options.verbose else logging.ERROR
    logging.basicConfig(level=level, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    try:
        settings = config.load()
        taxonomy = topics.load(settings.topics)
        status: int = options.run(options, settings, taxonomy)
        return status
    except (ConfigError, CollectionError, LibraryMissingError, ModelError, QuestionsError) as error:
        return _complain(error, WRONG_USE)
    except (SourceError, IndexUnusableError) as error:
        return _complain(error, REFUSED)
    except KeyboardInterrupt:
        print(messages.STOPPED, file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        return DONE
    except OSError as error:  # the index cannot be written: no space, no permission
        logging.getLogger(__name__).info("refused", exc_info=True)
        print(messages.file_trouble(error.filename, error.errno), file=sys.stderr)
        return REFUSED


def _complain(error: KbError, status: int) -> int:
    print(messages.explain(error), file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help=_HELP["json"])
    common.add_argument("--verbose", action="store_true", help=_HELP["verbose"])
    indexed = argparse.ArgumentParser(add_help=False, parents=[common])
    indexed.add_argument("--index", type=Path, metavar="ORDNER", help=_HELP["index"])
    parser = argparse.ArgumentParser(prog="kb", description=_HELP["kb"])
    commands = parser.add_subparsers(required=True, metavar="BEFEHL")

    ingest = commands.add_parser("ingest", parents=[indexed], help=_HELP["ingest"])
    ingest.add_argument("paths", nargs="*", type=Path, metavar="PFAD", help=_HELP["paths"])
    ingest.add_argument("--source", type=Path, metavar="ORDNER", help=_HELP["source"])
    ingest.add_argument("--rebuild", action="store_true", help=_HELP["rebuild"])
    ingest.add_argument("--dry-run", action="store_true", help=_HELP["dry_run"])
    ingest.add_argument("--allow-removals", action="store_true", help=_HELP["allow_removals"])
    ingest.set_defaults(run=_ingest)

    searching = commands.add_parser("search", parents=[indexed], help=_HELP["search"])
    searching.add_argument("text", nargs="*", metavar="SUCHE", help=_HELP["text"])
    searching.add_argument("--limit", type=_positive, default=10, metavar="N", help=_HELP["limit"])
    searching.add_argument("--offset", type=_natural, default=0, metavar="N", help=_HELP["offset"])
    searching.add_argument("--without", action="append", default=[], metavar="BEGRIFF", help=messages.EXPLAIN_HELP["without"])
    for option, axis in _AXES:
        searching.add_argument(option, dest=axis, action="append", default=[], metavar="ID", help=_HELP[option[2:]])
    searching.add_argument("--norm", type=_sections, action="extend", default=[], metavar="VORSCHRIFT", help=_HELP["norm"])
    searching.set_defaults(run=_search)

    look_up = commands.add_parser("glossary", parents=[common], help=messages.GLOSSARY_HELP["glossary"])
    look_up.add_argument("words", nargs="*", metavar="WORT", help=messages.GLOSSARY_HELP["words"])
    look_up.set_defaults(run=_glossary)

    evaluate = commands.add_parser("eval", parents=[indexed], help=_HELP["eval"])
    evaluate.add_argument("folder", type=Path, metavar="SAMMLUNG", help=_HELP["folder"])
    evaluate.add_argument("--run", type=Path, metavar="DATEI", dest="run_file", help=_HELP["run"])
    evaluate.add_argument("--limit", type=_positive, default=evaluation.DEPTH, metavar="N", help=_HELP["run_limit"])
    evaluate.set_defaults(run=_eval)

    check_queries.add_to(commands, indexed)
    explain.add_to(commands, indexed)
    return parser


_AXES = (
    ("--topic", Axis.TOPIC),
    ("--kind", Axis.KIND),
    ("--partner", Axis.PARTNER),
    ("--validity", Axis.VALIDITY),
)


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise ValueError
    return value


def _sections(text: str) -> frozenset[str]:
    if not (terms := query.sections(text)):
        raise argparse.ArgumentTypeError(messages.no_norm(text))
    return terms


def _natural(text: str) -> int:
    if (value := int(text)) < 0:
        raise ValueError
    return value


# ---- ingest ------------------------------------------------------------------------------------------------------------


def _ingest(options: argparse.Namespace, settings: Settings, taxonomy: Taxonomy) -> int:
    settings = replace(settings, source=options.source or settings.source, index=options.index or settings.index)
    paths = [path for path in (_in_source(path, settings.source) for path in options.paths) if path]
    if len(paths) < len(options.paths):
        wrong = next(path for path in options.paths if not _in_source(path, settings.source))
        print(messages.outside(str(wrong), str(settings.source)), file=sys.stderr)
        return WRONG_USE
    started = time.perf_counter()
    with _progress(messages.READING) as progress, _progress(messages.EMBEDDING) as embedding:
        report = ingestion.run(
            settings,
            taxonomy,
            paths=paths,
            is_rebuild=options.rebuild,
            is_dry_run=options.dry_run,
            allow_removals=options.allow_removals,
            progress=progress,
            embedding=embedding,
        )
    seconds = time.perf_counter() - started
    if options.json:
        print(json.dumps(_report_json(report, seconds), ensure_ascii=False, indent=1))
    else:
        _print_report(report, seconds)
    return SOME_FAILED if report.count(Verdict.FAILED) else DONE


@contextmanager
def _progress(what: str) -> Iterator[ingestion.Progress]:
    """Show a bar on a terminal, from the first progress on."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from tqdm import tqdm  # noqa: PLC0415  # its import costs a tenth of a run without a change

    with tqdm(desc=what, unit="", leave=False, file=sys.stderr, delay=1e-6) as bar:

        def progress(n_done: int, total: int) -> None:
            bar.total = total
            bar.update(n_done - bar.n)

        yield progress


def _in_source(path: Path, source: Path) -> Path | None:
    """Return the path as one below the source folder, or None if it is not there; also one relative to that folder."""
    for candidate in (path, source / path):
        if candidate.exists() and (root := source.resolve()) in (inside := candidate.resolve(), *inside.parents):
            return source / inside.relative_to(root)
    return None


def _print_report(report: Report, seconds: float) -> None:
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


def _report_json(report: Report, seconds: float) -> dict[str, Any]:
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


# ---- search ------------------------------------------------------------------------------------------------------------


def _search(options: argparse.Namespace, settings: Settings, taxonomy: Taxonomy) -> int:
    settings = replace(settings, index=options.index or settings.index)
    selection = {axis: frozenset(getattr(options, axis)) for _, axis in _AXES}
    for axis, values in selection.items():
        known = [*Validity] if axis is Axis.VALIDITY else [*taxonomy.ids(axis), *([topics.NO_TOPIC] * (axis is Axis.TOPIC))]
        for value in sorted(values - set(known)):
            print(messages.unknown_value(value, known), file=sys.stderr)
            return WRONG_USE
    selection[Axis.NORM] = frozenset(options.norm)
    text, names = " ".join(options.text), vocabulary.load(settings.synonyms)
    engine = _opened(settings)
    try:
        left_out = {name.casefold() for name in options.without}
        added = search.parse(engine, text, vocabulary=names).added if left_out else ()
        without = frozenset(one.id for one in added if left_out & {one.id, one.name.casefold()})
        page = {"offset": options.offset, "limit": options.limit}
        found = search.answer(engine, text, vocabulary=names, without=without, selection=selection, **page)
        nearby = None if found.totals.n_works else hints.topics_nearby(engine, taxonomy, names, found.query.words)
    finally:
        engine.close()
    if options.json:
        print(json.dumps(answer_json.to_json(found, taxonomy), ensure_ascii=False, indent=1))
    else:
        print("\n".join(answers.lines(found, taxonomy, nearby)))
    return DONE


def _opened(settings: Settings) -> Engine:
    """Open the index; a model that cannot be used is complained of, and the search then goes by words alone."""
    try:
        return open_engine(settings)
    except (LibraryMissingError, ModelError) as error:
        _complain(error, WRONG_USE)
        return open_engine(replace(settings, semantic_model=None))


# ---- glossary ----------------------------------------------------------------------------------------------------------


def _glossary(options: argparse.Namespace, settings: Settings, _: Taxonomy) -> int:
    found = glossary.look_up(vocabulary.load(settings.synonyms), options.words)
    if options.json:
        print(json.dumps({"entries": [glossary.to_json(entry) for entry in found]}, ensure_ascii=False, indent=1))
    elif found:
        width = min(shutil.get_terminal_size().columns, _WIDEST)
        print("\n\n".join("\n".join(glossary.lines(entry, width)) for entry in found))
    else:
        print(messages.no_entry(" ".join(options.words)) if options.words else messages.NO_ENTRIES)
    return DONE


# ---- eval --------------------------------------------------------------------------------------------------------------


def _eval(options: argparse.Namespace, settings: Settings, _taxonomy: Taxonomy) -> int:
    with _progress(messages.EVALUATING) as progress:
        found = evaluation.run(
            options.folder,
            index=options.index,
            run_file=options.run_file,
            limit=options.limit,
            semantic_model=settings.semantic_model,
            progress=progress,
        )
    if options.json:
        print(json.dumps(_evaluation_json(found), ensure_ascii=False))
    else:
        print(messages.measured(found.n_documents, found.n_queries, found.n_left_out))
        for name, value in found.measures.items():
            print(f"{name:<12}{messages.decimal(value, 4):>8}")
        print(messages.took(found.seconds_index, found.n_documents, found.ms_per_query))
    return DONE


def _evaluation_json(found: Evaluation) -> dict[str, Any]:
    return {
        **{name: round(value, 6) for name, value in found.measures.items()},
        "queries": found.n_queries,
        "queries_left_out": found.n_left_out,
        "documents": found.n_documents,
        "seconds_index": round(found.seconds_index, 3),
        "ms_per_query": {name: round(value, 3) for name, value in found.ms_per_query.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
