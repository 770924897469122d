"""The command `kb search`: searches and prints the answer. Exit status: 0 done; 2 wrong use; 3 there is nothing to search."""

import argparse
import json
import sys
from dataclasses import replace

from kb import answer_json, answers, hints, messages, query, search, topics, vocabulary
from kb.commands import DONE, WRONG_USE, add_index, complain, natural, positive
from kb.config import Settings
from kb.engines import open_engine
from kb.errors import LibraryMissingError, ModelError
from kb.model import Axis, Engine, Validity
from kb.topics import Taxonomy

_AXES = (
    ("--topic", Axis.TOPIC),
    ("--kind", Axis.KIND),
    ("--partner", Axis.PARTNER),
    ("--validity", Axis.VALIDITY),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    texts = messages.COMMAND_LINE_HELP
    add_index(parser)
    parser.add_argument("text", nargs="*", metavar="SUCHE", help=texts["text"])
    parser.add_argument("--limit", type=positive, default=10, metavar="N", help=texts["limit"])
    parser.add_argument("--offset", type=natural, default=0, metavar="N", help=texts["offset"])
    parser.add_argument("--without", action="append", default=[], metavar="BEGRIFF", help=texts["without"])
    for option, axis in _AXES:
        parser.add_argument(option, dest=axis, action="append", default=[], metavar="ID", help=texts[option[2:]])
    parser.add_argument("--norm", type=_sections, action="extend", default=[], metavar="VORSCHRIFT", help=texts["norm"])


def _sections(text: str) -> frozenset[str]:
    if not (terms := query.sections(text)):
        raise argparse.ArgumentTypeError(messages.no_norm(text))
    return terms


def run(options: argparse.Namespace, settings: Settings, taxonomy: Taxonomy) -> int:
    """Search, print the answer, and return the exit status.

    Raises:
        IndexUnusableError: there is nothing to search.
    """
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
        complain(error, WRONG_USE)
        return open_engine(replace(settings, semantic_model=None))
