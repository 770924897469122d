"""An engine over dictionaries, for tests of the faces: the contract in its plainest form, no files, no speed.

A passage scores the number of clauses it satisfies.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath

import marking

from kb import analysis, editions, norms, passages, snippets
from kb.model import (
    N_NORMS,
    Alternative,
    Axis,
    Batch,
    Clause,
    Explanation,
    Facet,
    Guide,
    Hit,
    How,
    Matches,
    Occur,
    Passage,
    Query,
    Reason,
    Result,
    Share,
    Totals,
)
from kb.topics import NO_TOPIC


class DictionaryEngine:
    """Searches the passages it was given."""

    def __init__(self, guides: Iterable[Guide] = (), passages: Iterable[Passage] = ()) -> None:
        self._guides = {guide.id: guide for guide in guides}
        self._passages = list(passages)
        self._writing = threading.Lock()

    def explain(self, query: Query, guide_id: str) -> Explanation | None:
        results = self.search(query, limit=len(self._guides)).results
        for rank, result in enumerate(results, start=1):
            for hit in (*result.hits[:1], *result.earlier):
                if hit.guide.id == guide_id:
                    asked = [clause for clause in query.clauses if clause.occur is not Occur.MUST_NOT]
                    shares = [Share(Reason.WORD, 1.0, clause.typed) for clause in asked if clause.typed not in hit.missing]
                    is_speaker = hit == result.hits[0]
                    return Explanation(
                        hit=hit,
                        rank=rank if is_speaker else None,
                        n_works=len(results),
                        score=hit.score,
                        shares=tuple(shares),
                    )
        return None

    def catalog(self) -> Mapping[str, Guide]:
        return self._guides

    def counts(self) -> Callable[[str], int]:
        titles = {guide.id: guide.title for guide in self._guides.values()}
        passages = [(p.text, " ".join(p.heading), titles[p.guide_id]) for p in self._passages]
        fields = [[analysis.stems(text) for text in texts] for texts in zip(*passages, strict=True)]
        return lambda stem: next(filter(None, (sum(stem in stems for stems in field) for field in fields)), 0)

    def words(self) -> Mapping[str, int]:
        titles = {guide.id: guide.title for guide in self._guides.values()}
        texts = (" ".join((p.text, *p.heading, titles[p.guide_id])) for p in self._passages)
        return Counter(word for text in texts for word in set(analysis.words(text)))

    def headings(self) -> Collection[str]:
        return {heading for p in self._passages for heading in p.heading}

    @contextmanager
    def write(self) -> Iterator[Batch]:
        with self._writing:
            batch = _Batch(dict(self._guides), list(self._passages))
            yield batch
            self._guides, self._passages = batch.guides, batch.passages

    def close(self) -> None:
        pass

    def search(self, query: Query, *, offset: int = 0, limit: int = 10, n_hits: int = 3) -> Matches:
        works: dict[str, list[Guide]] = defaultdict(list)
        for guide in self._guides.values():
            works[guide.work_id].append(guide)
        found = [result for members in works.values() if (result := self._result(members, query, n_hits))]
        shown = [result for result in found if all(_bears(result, axis, query) for axis in Axis)]
        if any(clause.occur is not Occur.MUST_NOT for clause in query.clauses):
            shown.sort(key=lambda result: (not result.has_all_words, -result.score, result.guide.id))
        else:
            shown.sort(key=lambda result: editions.sort_title(result.guide.title))
        totals = Totals(
            n_works=len(shown),
            n_works_all_words=sum(result.has_all_words for result in shown),
            n_passages=sum(result.n_hits for result in shown),
        )
        return Matches(totals=totals, results=tuple(shown[offset : offset + limit]), facets=tuple(_facets(found, query)))

    def _result(self, members: list[Guide], query: Query, n_hits: int) -> Result | None:
        current = editions.current(members, query.as_of)
        others = [guide for guide in editions.newest_first(members) if guide.id != current.id]
        hits = {guide.id: self._hits(guide, query) for guide in members}
        matching = [guide for guide in (current, *others) if hits[guide.id]]
        if not matching:
            return None
        best = hits[matching[0].id]
        if not any(clause.occur is not Occur.MUST_NOT for clause in query.clauses):
            return Result(
                guide=current, score=0.0, has_all_words=True, hits=(), n_hits=len(hits[current.id]), editions=tuple(others)
            )
        return Result(
            guide=current,
            score=best[0].score,
            has_all_words=any(hit.has_all_words for hit in best),
            hits=tuple(best[:n_hits]),
            n_hits=len(best),
            earlier=tuple(hits[guide.id][0] for guide in matching[1:]),
            editions=tuple(others),
        )

    def _hits(self, guide: Guide, query: Query) -> list[Hit]:
        asked = [clause for clause in query.clauses if clause.occur is not Occur.MUST_NOT]
        strict = [clause for clause in query.clauses if clause.occur is Occur.MUST]
        excluded = [clause for clause in query.clauses if clause.occur is Occur.MUST_NOT]
        found = []
        for passage in (p for p in self._passages if p.guide_id == guide.id):
            n = sum(_satisfies(passage, guide, clause) for clause in asked)
            if (
                (n or not asked)
                and all(_satisfies(passage, guide, clause) for clause in strict)
                and not any(_satisfies(passage, guide, clause) for clause in excluded)
            ):
                shown = replace(passage, text=snippets.flowing(passage.text)[0])
                snippet = marking.snippet(passage.text, query, guide.title)
                lacking = tuple(clause.typed for clause in asked if not _satisfies(passage, guide, clause))
                found.append(Hit(passage=shown, guide=guide, score=float(n), snippet=snippet, missing=lacking))
        return sorted(found, key=lambda hit: (-hit.score, hit.passage.number))


class _Batch:
    """Copies to change, put in place of the engine's own at the end."""

    def __init__(self, guides: dict[str, Guide], passages: list[Passage]) -> None:
        self.guides, self.passages = guides, passages

    def replace(self, guide: Guide, passages: Iterable[Passage]) -> None:
        self.remove(guide.id)
        added = list(passages)
        self.guides[guide.id] = replace(guide, n_passages=len(added))
        self.passages += added

    def update(self, guide: Guide) -> None:
        self.guides[guide.id] = guide

    def remove(self, guide_id: str) -> None:
        self.guides.pop(guide_id, None)
        self.passages = [passage for passage in self.passages if passage.guide_id != guide_id]


def _satisfies(passage: Passage, guide: Guide, clause: Clause) -> bool:
    texts = (passage.text, guide.title, *passage.heading)
    return any(_has(passage, texts, one) for one in clause.alternatives)


def _has(passage: Passage, texts: Iterable[str], one: Alternative) -> bool:
    if one.how is How.NORM:
        return one.terms[0] in passage.norms
    return any(_stands_in(text, one) for text in texts)


def _stands_in(text: str, asked: Alternative) -> bool:
    words = analysis.words(text)
    match asked.how:
        case How.PREFIX:
            return any(word.startswith(asked.terms[0]) for word in words)
        case How.ALIKE:
            return any(marking.is_alike(word, asked.terms[0]) for word in words)
    terms, n = analysis.stems(text), len(asked.terms)
    return any(tuple(terms[i : i + n]) == asked.terms for i in range(len(terms) - n + 1))


def _values(guide: Guide, axis: Axis, as_of: date) -> set[str]:
    match axis:
        case Axis.TOPIC:
            topics = guide.topics or (NO_TOPIC,)
            return set(topics) | {topic.partition(".")[0] for topic in topics}
        case Axis.KIND:
            return {guide.kind}
        case Axis.PARTNER:
            return set(guide.partners)
        case Axis.NORM:
            return set(guide.norms)
        case Axis.VALIDITY:
            return {guide.validity(as_of).value}


def _bears(result: Result, axis: Axis, query: Query) -> bool:
    chosen = query.selection.get(axis, frozenset())
    return not chosen or not chosen.isdisjoint(_values(result.guide, axis, query.as_of))


def _facets(found: list[Result], query: Query) -> Iterator[Facet]:
    for axis in Axis:
        counts: dict[str, int] = defaultdict(int)
        for result in found:
            if all(_bears(result, other, query) for other in Axis if other is not axis):
                for value in _values(result.guide, axis, query.as_of):
                    counts[value] += 1
        values = list(counts)
        if axis is Axis.NORM:
            most = sorted((value for value in values if not norms.is_lost(value)), key=lambda value: -counts[value])[:N_NORMS]
            values = [value for value in values if value in {*most, *query.selection.get(axis, ())}]
        for value in values:
            yield Facet(axis=axis, value=value, n_works=counts[value])


def passage(of: Guide, number: int, text: str, *, page: int | None = 1, heading: tuple[str, ...] = ()) -> Passage:
    """Return a passage of the guide."""
    return passages.of_text(of.id, number, text, page=page, heading=heading, title=of.title)


def guide(title: str, **fields: object) -> Guide:
    """Return a guide whose other fields are plausible; its id is made from the title."""
    id_ = "-".join(analysis.words(title))
    place = str(PurePosixPath("beratung") / f"{id_}.pdf")
    values: dict[str, object] = {
        "id": id_,
        "work_id": id_,
        "places": (place,),
        "digest": "",
        "metadata_digest": "",
        "extractor": "1",
        "title": title,
    }
    return Guide(**(values | fields))  # type: ignore[arg-type]  # the tests name fields of Guide
