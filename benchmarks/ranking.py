"""`python -m benchmarks ranking DIR…`: nDCG@10 of the knowledge base and its peers on test collections as `kb eval` reads them.

Every ranker answers the same queries; the lead of the knowledge base comes with the p-value of a paired two-sided t-test over
the queries. With `--typos` all of it again with one typing error in the longest word of each query. `--ablation` compares the
knowledge base with itself without one of its parts at a time, as the queries are and with typing errors.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks import ablation, typos
from benchmarks.rankers import RANKERS, Ask
from benchmarks.tables import table
from kb import evaluation, vocabulary
from kb.errors import CollectionError, LibraryMissingError
from kb.evaluation import Collection

OURS = "kb"
MEASURE = "nDCG@10"
SIGNIFICANT = 0.05

Values = Sequence[float]
"""One value per query, in the same order for all rankers of a collection."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a ranker reached, query by query."""

    plain: Values
    mistyped: Values = ()  # the same queries with an error; empty if not asked for


def main(arguments: Sequence[str]) -> int:
    """Compare and print tables; 2 if a collection or a library is missing."""
    options = _parser().parse_args(arguments)
    try:
        for folder in options.folders:
            collection = sampled(evaluation.read(folder), options.queries, seed=options.seed)
            if options.ablation:
                asks = ablation.each(collection, vocabulary.load())
                parts = {name: scores_of(ask, collection, has_typos=True, seed=options.seed) for name, ask in asks}
                lines = ablation_table(parts)
            else:
                lines = markdown(dict(_scores(collection, options.contenders, has_typos=options.typos, seed=options.seed)))
            print("\n".join(["", f"### {folder.name}: {_size(collection)}", "", *lines]), flush=True)
    except (CollectionError, LibraryMissingError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def sampled(collection: Collection, n: int | None, *, seed: int) -> Collection:
    """Return the collection with `n` judged queries drawn by the seed, or all of them, in their order; without the others."""
    judged = [id_ for id_ in collection.queries if id_ in collection.grades]
    drawn = frozenset(judged if n is None or n >= len(judged) else random.Random(seed).sample(judged, n))
    return replace(
        collection,
        queries={id_: text for id_, text in collection.queries.items() if id_ in drawn},
        grades={id_: grades for id_, grades in collection.grades.items() if id_ in drawn},
    )


def _scores(collection: Collection, names: Sequence[str], *, has_typos: bool, seed: int) -> Iterator[tuple[str, Scores]]:
    """Yield (name, scores) of those rankers that can be had here, and say which cannot."""
    for name in names:
        with tempfile.TemporaryDirectory(prefix="kb-ranking-") as folder:
            try:
                ask = RANKERS[name](Path(folder), collection.documents())
            except ImportError as error:
                print(f"{name} skipped: {error}", file=sys.stderr)
                continue
            yield name, scores_of(ask, collection, has_typos=has_typos, seed=seed)


def scores_of(ask: Ask, collection: Collection, *, has_typos: bool, seed: int) -> Scores:
    """Ask the collection's queries, once more with errors if wanted, and return the measure of each."""
    plain = _measured(ask, collection, collection.queries)
    if not has_typos:
        return Scores(plain)
    return Scores(plain, _measured(ask, collection, {id_: typos.mistyped(q, seed) for id_, q in collection.queries.items()}))


def _measured(ask: Ask, collection: Collection, queries: Mapping[str, str]) -> Values:
    found = {id_: ask(text) for id_, text in queries.items()}
    values = evaluation.measure(collection.grades, found)
    return [values[id_][MEASURE] for id_ in queries]


def p_value(ours: Values, theirs: Values) -> float:
    """Return the p-value of a paired two-sided t-test; nan if no query differs, or for fewer than two queries."""
    from scipy import stats  # noqa: PLC0415  # comes with ir-measures; takes a second

    if len(ours) < 2 or np.array_equal(ours, theirs):
        return float("nan")
    return float(stats.ttest_rel(ours, theirs).pvalue)


# ---- tables ------------------------------------------------------------------------------------------------------------


def markdown(scores: Mapping[str, Scores], base: str = OURS) -> list[str]:
    """Return the lines of a table, one row per ranker; the lead is that of `base`."""
    has_typos = any(one.mistyped for one in scores.values())
    head = ["", MEASURE, f"lead of {base}", "p"]
    head += ["with a typo", "kept", f"lead of {base}", "p"] if has_typos else []
    return table(head, [_row(name, one, scores.get(base, one)) for name, one in scores.items()])


def _row(name: str, one: Scores, base: Scores) -> list[str]:
    plain, mistyped = float(np.mean(one.plain)), float(np.mean(one.mistyped)) if one.mistyped else 0.0
    row = [name, f"{plain:.4f}", *_lead(base.plain, one.plain)]
    if one.mistyped:
        kept = f"{mistyped / plain:.1%}" if plain else "–"
        row += [f"{mistyped:.4f}", kept, *_lead(base.mistyped, one.mistyped)]
    return row


def _lead(base: Values, other: Values) -> list[str]:
    """Return by how much the base is ahead, and how likely that much is by chance."""
    if base is other:
        return ["", ""]
    p = p_value(base, other)
    said = "–" if np.isnan(p) else "< 0.0001" if p < 0.0001 else f"{p:.4f}"
    return [f"{float(np.mean(base)) - float(np.mean(other)):+.4f}", said]


def ablation_table(parts: Mapping[str, Scores]) -> list[str]:
    """Return the lines of a table: nDCG@10 of the whole, and by how much it differs without each part; * for p < .05."""
    full = parts[ablation.FULL]
    rows = [[ablation.FULL, f"{np.mean(full.plain):.4f}", f"{np.mean(full.mistyped):.4f}"]]
    for name, one in parts.items():
        if one is not full:
            rows.append([f"without {name}", _change(one.plain, full.plain), _change(one.mistyped, full.mistyped)])
    return table(["", MEASURE, "with a typo"], rows)


def _change(values: Values, full: Values) -> str:
    star = "*" if p_value(values, full) < SIGNIFICANT else ""
    return f"{float(np.mean(values)) - float(np.mean(full)):+.4f}{star}"


def _size(collection: Collection) -> str:
    return f"{collection.n_documents:,} documents, {len(collection.queries):,} queries"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks ranking", description="Compare the order of results.")
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="collections, as `kb eval` reads them")
    parser.add_argument("--queries", type=int, metavar="N", help="draw so many of each collection's; by default all")
    parser.add_argument(
        "--contenders", type=_names, default=tuple(RANKERS), help=f"of {', '.join(RANKERS)} (all); kb is always among them"
    )
    parser.add_argument("--typos", action="store_true", help="ask again with one typing error per query")
    parser.add_argument(
        "--ablation", action="store_true", help="ours without each of its parts instead, with typing errors, too"
    )
    parser.add_argument("--seed", type=int, default=42, help="of drawn queries and errors (%(default)s)")
    return parser


def _names(text: str) -> tuple[str, ...]:
    names = text.split(",")
    if unknown := set(names) - set(RANKERS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(RANKERS)}")
    return (OURS, *(name for name in names if name != OURS))
