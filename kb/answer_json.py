"""Answers as JSON objects, as `kb search --json` prints them. Pure."""

from typing import Any

from kb import catalog_json
from kb.model import Answer, Axis, Hit, Result
from kb.topics import Taxonomy


def to_json(found: Answer, taxonomy: Taxonomy) -> dict[str, Any]:
    """Return an answer as an object of JSON types."""
    return {
        "query": found.query.text,
        "assumed": [{"typed": typed, "statute": statute} for typed, statute in found.query.assumed],
        "meant": found.meant,
        "added": [
            {
                "id": one.id,
                "typed": one.typed,
                "name": one.name,
                "relation": one.relation,
                "is_searched": one.id not in found.query.without,
            }
            for one in found.query.added
        ],
        "totals": {
            "works": found.totals.n_works,
            "works_all_words": found.totals.n_works_all_words,
            "works_some_words": found.totals.n_works_some_words,
            "passages": found.totals.n_passages,
        },
        "results": [_result(result) for result in found.results],
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


def _result(result: Result) -> dict[str, Any]:
    return {
        "guide": catalog_json.to_json(result.guide) | {"source": result.guide.places[0]},
        "score": round(result.score, 4),
        "all_words": result.has_all_words,
        "passages": [_hit(hit) for hit in result.hits],
        "n_passages": result.n_hits,
        "earlier": [
            _hit(hit) | {"title": hit.guide.title, "edition": hit.guide.edition, "source": hit.guide.places[0]}
            for hit in result.earlier
        ],
    }


def _hit(hit: Hit) -> dict[str, Any]:
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
        "by_meaning": hit.is_by_meaning,
    }
