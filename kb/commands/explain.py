"""The command `kb explain`: says why a guide stands where it does for a query, or why it is not found.

Exit status: 0 it is explained; 1 the guide is not found by this query; 2 there is no such guide.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from kb import answers, messages, search, vocabulary
from kb.commands import add_index
from kb.config import Settings
from kb.engines import open_engine
from kb.model import Explanation, Guide
from kb.topics import Taxonomy

EXPLAINED, NOT_FOUND, NO_SUCH_GUIDE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    texts = messages.EXPLAIN_HELP
    add_index(parser)
    parser.add_argument("text", metavar="SUCHE", help=texts["text"])
    parser.add_argument("guide", metavar="HANDLUNGSHILFE", help=texts["guide"])


def run(options: argparse.Namespace, settings: Settings, _taxonomy: Taxonomy) -> int:
    """Print the explanation and return the exit status."""
    engine = open_engine(replace(settings, index=options.index or settings.index))
    try:
        guide = named(options.guide, engine.catalog().values())
        if guide is None:
            print(messages.no_such_guide(options.guide), file=sys.stderr)
            return NO_SUCH_GUIDE
        asked = search.parse(engine, options.text, vocabulary=vocabulary.load(settings.synonyms))
        why = engine.explain(asked, guide.id)
    finally:
        engine.close()
    if options.json:
        print(json.dumps(as_json(options.text, guide, why), ensure_ascii=False, indent=1))
    elif why is None:
        print(messages.not_found_by(guide.title, options.text))
    else:
        print("\n".join(lines(why)))
    return EXPLAINED if why else NOT_FOUND


def named(name: str, guides: Iterable[Guide]) -> Guide | None:
    """Return the guide with this place, id or title."""
    return next((guide for guide in guides if name in (*guide.places, guide.id, guide.title)), None)


def lines(why: Explanation) -> list[str]:
    """Return an explanation line by line."""
    said = [messages.stands(why.hit.guide.title, answers.where(why.hit), why.rank, why.n_works, why.score)]
    said += [f"{messages.points(one.points):>7}  {messages.share(one.reason, one.typed, one.found)}" for one in why.shares]
    return [*said, *([f"         {messages.without(why.hit.missing)}"] if why.hit.missing else [])]


def as_json(text: str, guide: Guide, why: Explanation | None) -> dict[str, Any]:
    """Return an explanation as an object of JSON types."""
    found: dict[str, Any] = {"query": text, "guide": guide.id, "source": guide.places[0], "found": why is not None}
    if why:
        found |= {"rank": why.rank, "works": why.n_works, "score": round(why.score, 4), "passage": why.hit.passage.id}
        found["shares"] = [
            {"reason": one.reason, "points": round(one.points, 4), "typed": one.typed, "found": list(one.found)}
            for one in why.shares
        ]
        found["missing"] = list(why.hit.missing)
    return found
