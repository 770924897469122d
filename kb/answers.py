"""An answer on the command line: as lines of text, or as an object of JSON types."""

from collections.abc import Iterator
from typing import Any

from kb import catalog_json, messages
from kb.hints import TopicsNearby
from kb.model import Answer, Axis, Hit, Result
from kb.topics import Taxonomy


def lines(found: Answer, taxonomy: Taxonomy, nearby: TopicsNearby | None = None) -> Iterator[str]:
    """Yield an answer line by line: what may be meant, how much there is, the results; `nearby` where nothing was found."""
    if found.meant:
        yield messages.meant(found.meant)
    totals = found.totals
    if not totals.n_works:
        yield messages.NOTHING_FOUND
        if nearby and nearby.ids:
            yield messages.topics_nearby(are_alike=nearby.are_alike)
            yield from (f"  {taxonomy.title(Axis.TOPIC, topic)} (--topic {topic})" for topic in nearby.ids)
        return
    has_many_words = len(found.query.clauses) > 1
    yield messages.found(totals.n_works_all_words, totals.n_works_some_words, has_many_words=has_many_words)
    for number, result in enumerate(found.results, start=found.offset + 1):
        yield from _result(number, result, taxonomy)


def _result(number: int, result: Result, taxonomy: Taxonomy) -> Iterator[str]:
    guide = result.guide
    facts = [taxonomy.title(Axis.KIND, guide.kind) if guide.kind else "", messages.BINDING if guide.is_binding else ""]
    facts += [messages.edition(guide.edition), guide.places[0]]
    yield ""
    yield f"{number}. {guide.title} ({', '.join(fact for fact in facts if fact)})"
    if result.hits and result.hits[0].guide != guide:
        earlier = result.hits[0].guide
        yield f"   {messages.ONLY_EARLIER} {messages.earlier_edition(earlier.title, messages.edition(earlier.edition))}"
    yield from (f"   {_where(hit)}: {hit.snippet.text}" for hit in result.hits)


def _where(hit: Hit) -> str:
    trail = " › ".join(hit.passage.heading)
    page = messages.page(hit.passage.page) if hit.passage.page else ""
    return ", ".join(part for part in (page, trail) if part) or hit.guide.title


def to_json(found: Answer, taxonomy: Taxonomy) -> dict[str, Any]:
    """Return an answer as an object of JSON types."""
    return {
        "query": found.query.text,
        "meant": found.meant,
        "totals": {
            "works": found.totals.n_works,
            "works_all_words": found.totals.n_works_all_words,
            "works_some_words": found.totals.n_works_some_words,
            "passages": found.totals.n_passages,
        },
        "results": [_result_json(result) for result in found.results],
        "facets": {
            axis.name.lower(): [
                {"value": facet.value, "title": taxonomy.title(axis, facet.value), "count": facet.n_works}
                for facet in sorted(found.facets, key=lambda facet: (-facet.n_works, facet.value))
                if facet.axis is axis
            ]
            for axis in Axis
        },
        "offset": found.offset,
        "limit": found.limit,
    }


def _result_json(result: Result) -> dict[str, Any]:
    return {
        "guide": catalog_json.to_json(result.guide) | {"source": result.guide.places[0]},
        "score": round(result.score, 4),
        "all_words": result.has_all_words,
        "passages": [_hit_json(hit) for hit in result.hits],
        "n_passages": result.n_hits,
        "earlier": [
            _hit_json(hit) | {"title": hit.guide.title, "edition": hit.guide.edition, "source": hit.guide.places[0]}
            for hit in result.earlier
        ],
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    snippet = hit.snippet
    return {
        "id": hit.passage.id,
        "guide": hit.guide.id,
        "page": hit.passage.page,
        "heading": list(hit.passage.heading),
        "snippet": {"text": snippet.text, "spans": [list(span) for span in snippet.spans]},
        "score": round(hit.score, 4),
        "all_words": hit.has_all_words,
        "missing": list(hit.missing),
    }
