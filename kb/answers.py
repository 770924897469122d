"""An answer on the command line: line by line."""

from collections.abc import Iterator

from kb import messages
from kb.hints import TopicsNearby
from kb.model import Answer, Axis, Hit, Result
from kb.topics import Taxonomy


def lines(found: Answer, taxonomy: Taxonomy, nearby: TopicsNearby | None = None) -> Iterator[str]:
    """Yield an answer line by line: the statute assumed, what may be meant, how much there is, the results.

    `nearby` is told where nothing was found.
    """
    if found.query.assumed:
        yield messages.read_as(found.query.assumed)
    if found.meant:
        yield messages.meant(found.meant)
    totals = found.totals
    searched = [one for one in found.query.added if one.id not in found.query.without]
    if searched:
        before = ["same", *(one.relation for one in searched)]
        names = [messages.addition(one.relation, one.name, last) for one, last in zip(searched, before, strict=False)]
        yield f"{messages.ALSO_SEARCHED}: {', '.join(names)}"
    if not totals.n_works:
        yield messages.NOTHING_FOUND
        if nearby and nearby.ids:
            yield messages.topics_nearby(are_alike=nearby.are_alike)
            yield from (f"  {taxonomy.title(Axis.TOPIC, topic)} (--topic {topic})" for topic in nearby.ids)
        return
    has_many_words = len(found.query.clauses) > 1
    is_near = any(hit.is_by_meaning for result in found.results for hit in result.hits)
    yield messages.found(totals.n_works_all_words, totals.n_works_some_words, has_many_words=has_many_words, is_near=is_near)
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
    for hit in result.hits:
        near = f" ({messages.BY_MEANING})" if hit.is_by_meaning else ""
        yield f"   {where(hit)}{near}: {hit.snippet.text}"


def where(hit: Hit) -> str:
    """Return where a passage stands: page and headings."""
    trail = " › ".join(hit.passage.heading)
    page = messages.page(hit.passage.page) if hit.passage.page else ""
    return ", ".join(part for part in (page, trail) if part) or hit.guide.title
