"""The one function behind every face: parse what was typed, ask the engine."""

from datetime import date

from kb import hints, query
from kb.model import Answer, Engine, Selection
from kb.vocabulary import Vocabulary

PAGE_SIZE = 10


def answer(
    engine: Engine,
    text: str,
    *,
    vocabulary: Vocabulary | None = None,
    without: frozenset[str] = frozenset(),
    selection: Selection | None = None,
    offset: int = 0,
    limit: int = PAGE_SIZE,
    as_of: date | None = None,
) -> Answer:
    """Return the works number `offset` to `offset + limit` for what was typed, best first.

    Text that asks for nothing lists all works by title. Names of the vocabulary are searched for by their other names, too,
    but for the additions whose ids are in `without`, and are never taken for slips. Validity is computed for `as_of`, by
    default today.
    """
    asked = query.parse(text, vocabulary=vocabulary, without=without, selection=selection, as_of=as_of or date.today())
    matches = engine.search(asked, offset=offset, limit=limit)
    return Answer(
        query=asked,
        totals=matches.totals,
        results=matches.results,
        facets=matches.facets,
        offset=offset,
        limit=limit,
        meant=hints.meant(engine, text, vocabulary),
    )
