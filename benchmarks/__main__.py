"""The command line: `python -m benchmarks engines | ingest | page | ranking | suggest | plots`."""

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import contenders, engines, ingest, machine, page, plots, ranking, suggest, tables

# with options of their own
OTHERS = {"ingest": ingest.main, "page": page.main, "ranking": ranking.main, "suggest": suggest.main}
DEFAULT = ("kb", "tantivy", "tantivy-page", "fts5", "xapian", "whoosh")
CORPUS = Path("../gesetze")
NO_CORPUS = """{0}: no text there. The benchmarks need real text:
clone bundestag/gesetze (German federal law, public domain, 170 MB) beside the project as ../gesetze;
any folder of .md or .txt files will do, by --corpus DIR"""


def main() -> int:
    """Run the command that was asked for."""
    if sys.argv[1:2] and sys.argv[1] in OTHERS:
        return OTHERS[sys.argv[1]](sys.argv[2:])
    options = _parser().parse_args()
    return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the knowledge base against its peers.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("engines", help="index, latency, memory, threads and correctness of search engines")
    one.set_defaults(run=_engines)
    one.add_argument("--passages", type=_numbers, default=(20_000, 100_000), help="sizes, e.g. 20000,100000")
    one.add_argument("--corpus", type=Path, default=CORPUS, metavar="DIR", help="folder of .md or .txt files (%(default)s)")
    one.add_argument("--contenders", type=_names, default=DEFAULT, help=f"of {', '.join(contenders.NAMES)}")
    one.add_argument("--queries", type=int, default=200, metavar="N", help="how many are drawn (%(default)s)")
    one.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each is measured (%(default)s)")
    one.add_argument("--seed", type=int, default=42, help="of the order of guides and the queries (%(default)s)")
    one.add_argument(
        "--load", type=float, default=4.0, metavar="SECONDS", help="under threads, twice; 0: not at all (%(default)s)"
    )
    work = Path(tempfile.gettempdir()) / "kb-benchmarks"
    one.add_argument("--work", type=Path, default=work, metavar="DIR", help="keeps corpus and indexes (%(default)s)")
    one.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    commands.add_parser("ingest", help="guides into an index, beside recollindex")
    commands.add_parser("page", help="sessions that search, speaking Streamlit's own protocol")
    commands.add_parser("ranking", help="order of results on test collections, beside the peers")
    commands.add_parser("suggest", help="suggestions while typing, and corrections")
    two = commands.add_parser("plots", help="draw latency, memory and index size over the number of passages")
    two.set_defaults(run=_plots)
    two.add_argument("results", type=Path, nargs="+", metavar="RESULTS.json", help="written by engines --json")
    two.add_argument("--to", type=Path, default=Path(__file__).parent / "plots", metavar="DIR", help="(%(default)s)")
    return parser


def _engines(options: argparse.Namespace) -> int:
    if not any(next(options.corpus.rglob(f"*{suffix}"), None) for suffix in (".md", ".txt")):
        print(NO_CORPUS.format(options.corpus), file=sys.stderr)
        return 2
    described = machine.describe()
    result = engines.run(
        engines.Options(
            passages=options.passages,
            corpus=options.corpus,
            work=options.work,
            contenders=options.contenders,
            n_queries=options.queries,
            n_rounds=options.rounds,
            seed=options.seed,
            load_s=options.load,
        )
    )
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    result |= {"date": date, "machine": described, "corpus": options.corpus.resolve().name}
    if options.json:
        options.json.write_text(json.dumps(result), "utf-8")
    print(tables.markdown(result))
    return 0


def _plots(options: argparse.Namespace) -> int:
    try:
        written = plots.draw([json.loads(path.read_text("utf-8")) for path in options.results], options.to)
    except ModuleNotFoundError as error:
        print(f"{error.name} is missing: pip install -e '.[bench]'", file=sys.stderr)
        return 2
    print("\n".join(str(path) for path in written))
    return 0


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(part.replace("_", "")) for part in text.split(",")))


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := set(names) - set(contenders.NAMES):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(contenders.NAMES)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
