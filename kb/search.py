"""The one function behind every face: parse, ask the engine, cut the snippets of the results that are shown."""

from dataclasses import replace
from datetime import date

from kb import query, snippets
from kb.model import Answer, Engine, Hit, Query, Result, Selection

PAGE_SIZE = 10


def answer(
    engine: Engine,
    text: str,
    *,
    selection: Selection | None = None,
    offset: int = 0,
    limit: int = PAGE_SIZE,
    as_of: date | None = None,
) -> Answer:
    """Return the works number `offset` to `offset + limit` for what was typed, best first.

    Text that asks for nothing lists all works by title. Validity is computed for `as_of`, by default today.
    """
    asked = query.parse(text, selection=selection, as_of=as_of or date.today())
    matches = engine.search(asked, offset=offset, limit=limit)
    return Answer(
        query=asked,
        totals=matches.totals,
        results=tuple(_with_snippets(result, asked) for result in matches.results),
        facets=matches.facets,
        offset=offset,
        limit=limit,
    )


def _with_snippets(result: Result, asked: Query) -> Result:
    def shown(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        return tuple(replace(hit, snippet=snippets.cut(hit.passage.text, asked)) for hit in hits)

    return replace(result, hits=shown(result.hits), earlier=shown(result.earlier))
