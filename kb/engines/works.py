"""From scored passages to works: current editions, filters, facet counts, the order of results. Pure; arrays by numpy.

A `Shelf` is what a commit fixes: which passage belongs to which guide, which guide to which work. A `View` is a shelf on
one day: which edition of each work is current, and so which values each work bears on each axis.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kb import editions
from kb.model import Axis, Facet, Guide, Selection, Totals
from kb.topics import NO_TOPIC

Bools = NDArray[np.bool_]
Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

MAX_HITS = 3  # shown per work: the best passage and two more


@dataclass(frozen=True)
class Shelf:
    """Guides in a fixed order, and for each passage (by the engine's number) the place of its guide there, -1 if removed."""

    guides: Sequence[Guide]
    guide_of: Ints

    @cached_property
    def works(self) -> Sequence[Sequence[int]]:
        """Per work, the places of its editions, newest first; works in order of their ids."""
        place = {guide.id: i for i, guide in enumerate(self.guides)}
        members: dict[str, list[Guide]] = defaultdict(list)
        for guide in self.guides:
            members[guide.work_id].append(guide)
        return [[place[g.id] for g in editions.newest_first(members[work_id])] for work_id in sorted(members)]

    @cached_property
    def work_of(self) -> Ints:
        """Per passage, the number of its work; -1 if removed."""
        work_of_guide = np.full(len(self.guides) + 1, -1, np.int32)  # the last entry serves -1
        for number, places in enumerate(self.works):
            work_of_guide[list(places)] = number
        return work_of_guide[self.guide_of]


class View:
    """A shelf on one day."""

    def __init__(self, shelf: Shelf, as_of: date) -> None:
        self.shelf, self.as_of = shelf, as_of
        guides = shelf.guides
        self.current = [_place_of_current(guides, places, as_of) for places in shelf.works]
        is_current = np.zeros(len(guides) + 1, np.bool_)
        is_current[self.current] = True
        self.is_current: Bools = is_current[shelf.guide_of]  # per passage
        self.members = self._members()
        titles = [editions.sort_title(guides[place].title) for place in self.current]
        self.by_title = sorted(range(len(titles)), key=titles.__getitem__)

    def _members(self) -> Mapping[Axis, Mapping[str, Bools]]:
        """Per axis and value, which works bear it."""
        found: dict[Axis, dict[str, Bools]] = {axis: {} for axis in Axis}
        for work, place in enumerate(self.current):
            for axis, values in _values(self.shelf.guides[place], self.as_of).items():
                for value in values:
                    found[axis].setdefault(value, np.zeros(len(self.current), np.bool_))[work] = True
        return found

    def selected(self, selection: Selection, *, besides: Axis | None = None) -> Bools:
        """Return which works bear the chosen values of every axis, leaving out the axis `besides`."""
        chosen = np.ones(len(self.current), np.bool_)
        for axis, values in selection.items():
            if values and axis is not besides:
                nobody = np.zeros(len(self.current), np.bool_)
                chosen &= np.logical_or.reduce([self.members[axis].get(value, nobody) for value in values])
        return chosen

    def facets(self, matched: Bools, selection: Selection) -> tuple[Facet, ...]:
        """Count, per axis and value, the matched works, as if nothing were chosen on that axis. Zero counts are left out."""
        found = []
        for axis, values in self.members.items():
            works = matched & self.selected(selection, besides=axis)
            counts = ((value, int(np.count_nonzero(members & works))) for value, members in values.items())
            found += [Facet(axis=axis, value=value, n_works=n) for value, n in counts if n]
        return tuple(found)


@dataclass(frozen=True)
class Ranking:
    """Passages that matched, in works, best first."""

    totals: Totals
    works: Ints  # best first
    passages: Ints  # those that speak for their work, best first: of its current edition, or of others where only those match
    others: Ints  # matching passages of other editions, best first


def rank(view: View, matched: Bools, has_all: Bools, scores: Floats, selection: Selection) -> Ranking:
    """Order the matched passages and their works: with all words first, then by score, then as they stand in their guide."""
    work_of = view.shelf.work_of
    chosen = view.selected(selection)
    found: Ints = np.flatnonzero(matched).astype(np.int32)
    found = found[chosen[work_of[found]]]
    found = found[np.lexsort((found, -scores[found], ~has_all[found]))]
    has_current = np.zeros(len(view.current), np.bool_)
    has_current[work_of[found[view.is_current[found]]]] = True
    speaks = view.is_current[found] | ~has_current[work_of[found]]
    passages: Ints = found[speaks]
    _, first = np.unique(work_of[passages], return_index=True)
    first.sort()
    best = passages[first]
    totals = Totals(n_works=len(best), n_works_all_words=int(np.count_nonzero(has_all[best])), n_passages=len(found))
    return Ranking(totals=totals, works=work_of[best], passages=passages, others=found[~view.is_current[found]])


def _place_of_current(guides: Sequence[Guide], places: Sequence[int], as_of: date) -> int:
    by_id = {guides[place].id: place for place in places}
    return by_id[editions.current([guides[place] for place in places], as_of).id]


def _values(guide: Guide, as_of: date) -> Mapping[Axis, set[str]]:
    topics = {value for topic in guide.topics for value in (topic, topic.partition(".")[0])}
    return {
        Axis.TOPIC: topics or {NO_TOPIC},
        Axis.KIND: {guide.kind},
        Axis.PARTNER: set(guide.partners),
        Axis.VALIDITY: {guide.validity(as_of)},
    }
