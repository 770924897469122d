"""The one function behind every face: parse what was typed, ask the engine."""

from datetime import date
from functools import partial
from typing import Any

from kb import hints, query, spelling
from kb.model import Answer, Engine, Query, Selection
from kb.vocabulary import Vocabulary

PAGE_SIZE = 10


def parse(engine: Engine, text: str, *, vocabulary: Vocabulary | None = None) -> Query:
    """Return what `answer` would ask the engine, today and of all guides."""
    return _parse(engine, text, vocabulary=vocabulary, slips=hints.slips(engine, text, vocabulary), as_of=date.today())


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
    and words that occur nowhere by what was probably meant, but for the additions whose ids are in `without`. Validity is
    computed for `as_of`, by default today.
    """
    slips, day = hints.slips(engine, text, vocabulary), as_of or date.today()
    asked = _parse(engine, text, vocabulary=vocabulary, without=without, slips=slips, selection=selection, as_of=day)
    matches = engine.search(asked, offset=offset, limit=limit)
    return Answer(
        query=asked,
        totals=matches.totals,
        results=matches.results,
        facets=matches.facets,
        offset=offset,
        limit=limit,
        meant=spelling.corrected(text, slips),
    )


def _parse(engine: Engine, text: str, **options: Any) -> Query:
    return query.parse(text, n_with=engine.counts(), statutes_with=partial(hints.statutes_with, engine), **options)
