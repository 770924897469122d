"""From scored passages to works: current editions, filters, facet counts, the order of results. Pure; arrays by numpy.

A `Shelf` is what a commit fixes: which passage belongs to which guide, which guide to which work. A `View` is a shelf on
one day: which edition of each work is current, and so which values each work bears on each axis. The passages of a guide
stand together, so that those of it that match are a *run*; whatever concerns guides and works is done run by run.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate, chain

import numpy as np
from numpy.typing import NDArray

from kb import editions
from kb.engines.bm25 import Floats
from kb.engines.found import Bools
from kb.engines.postings import Ints, Numbers, ranges
from kb.model import N_NORMS, Axis, Facet, Guide, Selection, Totals, Validity
from kb.norms import is_lost
from kb.topics import NO_TOPIC

# A guide that is about what was asked has several good passages: each doubling of those with half the points of the best adds
# a tenth. Set on the test questions, where it brings 3 of 161 and .02 of the mean reciprocal rank.
STRONG, EVIDENCE = 0.5, 0.1
BINDING, NOT_IN_FORCE = 1.05, 0.9
_COUNTED = 300  # norms at most; those that a whole house hardly cites say little


@dataclass(frozen=True)
class Shelf:
    """Guides in a fixed order, and for each passage (by the engine's number) the place of its guide there."""

    guides: Sequence[Guide]
    guide_of: Ints

    @cached_property
    def works(self) -> Sequence[Sequence[int]]:
        """Per work, the places of its editions, newest first; works in order of their ids."""
        members: dict[str, list[int]] = defaultdict(list)
        for place, guide in enumerate(self.guides):
            members[guide.work_id].append(place)
        return [self._newest_first(members[work_id]) for work_id in sorted(members)]

    @cached_property
    def work_of(self) -> Ints:
        """Per guide, the number of its work."""
        work_of = np.zeros(len(self.guides), np.int32)
        for number, places in enumerate(self.works):
            work_of[list(places)] = number
        return work_of

    def _newest_first(self, places: list[int]) -> list[int]:
        if len(places) == 1:
            return places
        place = {self.guides[i].id: i for i in places}
        return [place[guide.id] for guide in editions.newest_first([self.guides[i] for i in places])]


class View:
    """A shelf on one day."""

    def __init__(self, shelf: Shelf, as_of: date) -> None:
        self.shelf, self.as_of = shelf, as_of
        self.current = [self._current(places) for places in shelf.works]
        self.is_current: Bools = np.zeros(len(shelf.guides), np.bool_)  # per guide
        self.is_current[self.current] = True
        # Small: it decides between texts that are about as good
        self.prior: Floats = np.array([prior(guide, as_of) for guide in shelf.guides], np.float32)
        self._members = self._by_value()
        self._values = {axis: _most_frequent(members) for axis, members in self._members.items()}
        ends = [*accumulate(map(len, self._values.values()))]
        self._columns = {axis: slice(start, end) for axis, start, end in zip(self._values, [0, *ends], ends, strict=False)}
        bearing = np.zeros((ends[-1], len(self.current)), np.bool_)
        for row, (axis, value) in zip(
            bearing, ((axis, value) for axis, values in self._values.items() for value in values), strict=True
        ):
            row[self._members[axis][value]] = True
        self._packed = _packed(bearing).T.copy()

    @cached_property
    def by_title(self) -> Sequence[int]:
        """The works in order of the titles of their current editions."""
        titles = [editions.sort_title(self.shelf.guides[place].title) for place in self.current]
        return sorted(range(len(titles)), key=titles.__getitem__)

    def selected(self, selection: Selection, *, besides: Axis | None = None) -> Bools:
        """Return which works bear the chosen values of every axis, leaving out the axis `besides`."""
        chosen = np.ones(len(self.current), np.bool_)
        for axis, values in selection.items():
            if values and axis is not besides:
                bearing = [work for value in values for work in self._bearing(axis, value)]
                chosen &= _marked(len(self.current), np.array(bearing, np.int32))
        return chosen

    def facets(self, matched: Bools, selection: Selection) -> tuple[Facet, ...]:
        """Count, per axis and value, the matched works, as if nothing were chosen on that axis. Zero counts are left out.

        Of the norms only the N_NORMS most frequent are given, and the chosen ones.
        """
        found: list[Facet] = []
        shown = self._counts(matched & self.selected(selection), slice(None))
        for axis, columns in self._columns.items():
            is_free = not selection.get(axis)
            counts = shown[columns] if is_free else self._counts(matched & self.selected(selection, besides=axis), columns)
            values: Sequence[str] = self._values[axis]
            if axis is Axis.NORM:
                numbers = np.argsort(-counts, kind="stable")[:N_NORMS]
                values, counts = [values[number] for number in numbers.tolist()], counts[numbers]
                found += self._chosen_norms(matched, selection, set(values))
            counted = zip(values, counts.tolist(), strict=True)
            found += [Facet(axis=axis, value=value, n_works=n) for value, n in counted if n]
        return tuple(found)

    def _counts(self, works: Bools, columns: slice) -> Numbers:
        """Return how many of the works bear each of some values, given as columns of what is packed."""
        shared = self._packed[:, columns] & _packed(works)[:, None]
        counts: Numbers = np.add.reduce(np.bitwise_count(shared), axis=0, dtype=np.int64)
        return counts

    def _chosen_norms(self, matched: Bools, selection: Selection, counted: Container[str]) -> Iterator[Facet]:
        """Yield the chosen norms that are not counted yet."""
        for value in sorted(selection.get(Axis.NORM, ())):
            if value not in counted and (bearing := self._bearing(Axis.NORM, value)):
                works = matched & self.selected(selection, besides=Axis.NORM)
                n = int(np.count_nonzero(works[bearing]))
                yield from [Facet(axis=Axis.NORM, value=value, n_works=n)] if n else []

    def _bearing(self, axis: Axis, value: str) -> Sequence[int]:
        """Return the works that bear a value, ascending."""
        bearing = self._members[axis].get(value, ())
        if bearing or axis is not Axis.NORM:
            return bearing
        return [work for work, place in enumerate(self.current) if value in self.shelf.guides[place].norms]

    def _current(self, places: Sequence[int]) -> int:
        if len(places) == 1:
            return places[0]
        by_id = {self.shelf.guides[place].id: place for place in places}
        return by_id[editions.current([self.shelf.guides[place] for place in places], self.as_of).id]

    def _by_value(self) -> Mapping[Axis, Mapping[str, Sequence[int]]]:
        """Per axis and value, the works that bear it, ascending; of norms only those that are counted."""
        guides = [self.shelf.guides[place] for place in self.current]
        n_works = Counter(chain.from_iterable(guide.norms for guide in guides))
        for term in filter(is_lost, [*n_works]):
            del n_works[term]
        norms = frozenset(heapq.nsmallest(_COUNTED, n_works, key=lambda norm: (-n_works[norm], norm)))
        found: dict[Axis, dict[str, list[int]]] = {axis: defaultdict(list) for axis in Axis}
        for work, guide in enumerate(guides):
            for axis, values in _values(guide, norms, self.as_of):
                for value in values:
                    found[axis][value].append(work)
        return found


def _most_frequent(members: Mapping[str, Sequence[int]]) -> list[str]:
    """Return the values, those of most works first."""
    return sorted(members, key=lambda value: (-len(members[value]), value))


def _packed(flags: Bools) -> NDArray[np.uint64]:
    """Return flags along the last axis as bits, 64 to a number."""
    bits = np.zeros((*flags.shape[:-1], -(-flags.shape[-1] // 64) * 8), np.uint8)
    bits[..., : -(-flags.shape[-1] // 8)] = np.packbits(flags, axis=-1)
    return bits.view(np.uint64)


@dataclass(frozen=True, slots=True)
class Entry:
    """A work that matched. Passages are given as places in the list that was ranked."""

    work: int
    best: Sequence[int]  # of the edition that speaks for it, best first
    n_passages: int  # of that edition
    has_all: bool  # one of them has all words
    others: Sequence[int]  # the best passage of every other edition that matches
    score: float  # by which it stands where it does


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages that matched, in works."""

    totals: Totals
    entries: Sequence[Entry]  # from `offset` on, best first
    matched: Bools  # per work, whatever is selected


def rank(
    view: View,
    passages: Ints,
    scores: Floats,
    has_all: Bools,
    selection: Selection,
    *,
    offset: int = 0,
    limit: int = 10,
    n_hits: int = 3,
) -> Ranking:
    """Order the works of the given passages (ascending): by their best passage and how many are nearly as good.

    The current edition speaks for its work, where it matches; else the edition that matches best. `n_hits`: passages per work.
    """
    runs = _Runs(view, passages, scores, has_all)
    matched = _marked(len(view.current), runs.works)
    is_current = view.is_current[runs.guides]
    has_current = _marked(len(view.current), runs.works[is_current])
    speaks = is_current | ~has_current[runs.works]
    n_passages = len(passages)
    if selection:
        is_chosen = view.selected(selection)[runs.works]
        n_passages = int((runs.ends - runs.starts)[is_chosen].sum())
        speaks &= is_chosen
    speaking = np.flatnonzero(speaks)
    works = runs.works[speaking]
    n_works = int(np.count_nonzero(_marked(len(view.current), works)))
    totals = Totals(
        n_works=n_works,
        n_works_all_words=int(np.count_nonzero(_marked(len(view.current), works[runs.has_all[speaking]]))),
        n_passages=n_passages,
    )
    n_surplus = len(works) - n_works
    first, reached = runs.first(speaking, offset + limit + n_surplus)
    in_order = np.argsort(-reached, kind="stable")
    if n_surplus:  # of a work's editions, the one that matches best
        in_order = in_order[np.sort(np.unique(runs.works[first[in_order]], return_index=True)[1])]
    shown = in_order[offset : offset + limit]
    entries = [
        runs.entry(run, score, n_hits) for run, score in zip(first[shown].tolist(), reached[shown].tolist(), strict=True)
    ]
    return Ranking(totals, entries, matched)


def prior(guide: Guide, as_of: date) -> float:
    """Return by what a guide's score is multiplied, whatever is asked."""
    return (BINDING if guide.is_binding else 1) * (NOT_IN_FORCE if guide.validity(as_of) is not Validity.IN_FORCE else 1)


def _marked(n: int, places: Ints) -> Bools:
    marked = np.zeros(n, np.bool_)
    marked[places] = True
    return marked


class _Runs:
    """The matching passages of each guide."""

    def __init__(self, view: View, passages: Ints, scores: Floats, has_all: Bools) -> None:
        self._keys, self._view = scores, view
        guides = view.shelf.guide_of[passages]
        is_first = np.ones(len(guides), np.bool_)
        np.not_equal(guides[1:], guides[:-1], out=is_first[1:])
        self.starts: Numbers = np.flatnonzero(is_first)
        self.ends: Numbers = np.append(self.starts[1:], len(guides))[: len(self.starts)]
        self.guides: Ints = guides[self.starts]
        self.works: Ints = view.shelf.work_of[self.guides]
        self.has_all: Bools = _marked(len(view.shelf.guides), guides[has_all])[self.guides]

    def first(self, runs: Numbers, n: int) -> tuple[Numbers, Floats]:
        """Return those of some runs that may be among the best `n`, and their scores.

        How many passages are nearly as good as the best is counted for these only: nowhere else can it matter.
        """
        if not len(runs):
            return runs, np.empty(0, np.float32)
        best = np.maximum.reduceat(self._keys, self.starts)[runs]
        priors = self._view.prior[self.guides[runs]]
        counts = self.ends[runs] - self.starts[runs]
        if n < len(runs):
            most, least = best * _evidence(counts) * priors, best * priors
            is_near = most >= np.partition(least, -n)[-n]
            runs, best, priors, counts = runs[is_near], best[is_near], priors[is_near], counts[is_near]
        is_strong = self._keys[ranges(self.starts[runs], counts)] >= np.repeat(STRONG * best, counts)
        n_strong = np.add.reduceat(is_strong, np.cumsum(counts) - counts, dtype=np.int64)
        return runs, best * _evidence(n_strong) * priors

    def entry(self, run: int, score: float, n_hits: int) -> Entry:
        """Return the work for which this run speaks, with at most `n_hits` passages."""
        start, end = int(self.starts[run]), int(self.ends[run])
        if n_hits == 1 or end - start == 1:
            best = [start + int(self._keys[start:end].argmax())]
        else:
            best = (start + np.argsort(-self._keys[start:end], kind="stable")[:n_hits]).tolist()
        work = int(self.works[run])
        others = np.flatnonzero(self.works == work).tolist() if len(self._view.shelf.works[work]) > 1 else ()
        return Entry(
            work,
            best,
            end - start,
            bool(self.has_all[run]),
            [int(self.starts[i] + np.argmax(self._keys[self.starts[i] : self.ends[i]])) for i in others if i != run],
            score,
        )


def _evidence(n_strong: Numbers) -> Floats:
    """Return by what the points of the best passage are multiplied where so many are nearly as good."""
    doublings: Floats = np.log2(n_strong.astype(np.float32))
    return 1 + EVIDENCE * doublings


def _values(guide: Guide, norms: frozenset[str], as_of: date) -> Sequence[tuple[Axis, Iterable[str]]]:
    topics = {value for topic in guide.topics for value in (topic, topic.partition(".")[0])}
    return (
        (Axis.TOPIC, topics or {NO_TOPIC}),
        (Axis.KIND, {guide.kind}),
        (Axis.PARTNER, set(guide.partners)),
        (Axis.NORM, norms.intersection(guide.norms)),
        (Axis.VALIDITY, {guide.validity(as_of)}),
    )
