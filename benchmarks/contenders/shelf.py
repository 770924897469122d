"""What the libraries do not do by themselves: from matching passages to guides, their number and their facets, by numpy.

Passages are numbered as they were indexed. A `Shelf` is small beside an index: guide ids, and a few numbers per guide and
passage.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders.contract import N_SHOWN
from benchmarks.corpus import Item
from kb.model import Guide

Ints = NDArray[np.int64]
_FIRST = 5 * N_SHOWN  # passages in which ten guides are looked for first


@dataclass(frozen=True, slots=True)
class Tally:
    """How many guides and passages match, and how many guides per value of each axis."""

    n_guides: int
    n_passages: int
    facets: Mapping[str, Mapping[str, int]]


class Shelf:
    """The guides of an index and which passages they have."""

    def __init__(self, folder: Path) -> None:
        stored = json.loads((folder / "shelf.json").read_text("utf-8"))
        self.ids: list[str] = stored["ids"]
        self._values: dict[str, list[str]] = stored["values"]
        arrays = np.load(folder / "shelf.npz")
        self.guide_of: Ints = arrays["guide_of"]
        self._topic, self._kind = arrays["topic"], arrays["kind"]
        self._partner_guide, self._partner = arrays["partner_guide"], arrays["partner"]

    def has_topic(self, topic: str) -> NDArray[np.bool_]:
        """Return, per guide, whether it bears the topic."""
        values = self._values["topic"]
        found: NDArray[np.bool_] = self._topic == (values.index(topic) if topic in values else -1)
        return found

    def tally(self, n_hits: Ints, topic: str) -> Tally:
        """Count from the number of matching passages of each guide, the topic not yet regarded."""
        matched = n_hits > 0
        inside = matched & self.has_topic(topic) if topic else matched
        counts = {
            "topic": np.bincount(self._topic[matched]),
            "kind": np.bincount(self._kind[inside]),
            "partner": np.bincount(self._partner[inside[self._partner_guide]]),
        }
        facets = {
            axis: {value: n for value, n in zip(self._values[axis], found.tolist(), strict=False) if n}
            for axis, found in counts.items()
        }
        n_passages = int(n_hits[inside].sum()) if topic else int(n_hits.sum())
        return Tally(int(np.count_nonzero(inside)), n_passages, facets)

    def n_hits(self, passages: Ints) -> Ints:
        """Return the number of matching passages of each guide."""
        return np.bincount(self.guide_of[passages], minlength=len(self.ids))

    def best(self, passages: Ints, scores: NDArray[Any], topic: str) -> list[tuple[int, float]]:
        """Return the best passage of each of the ten best guides, best first; of equal ones the first."""
        if topic:
            inside = self.has_topic(topic)[self.guide_of[passages]]
            passages, scores = passages[inside], scores[inside]
        for n in (_FIRST, 10 * _FIRST, len(passages)):
            some = np.argpartition(-scores, n)[:n] if n < len(passages) else np.arange(len(passages))
            order = some[np.lexsort((passages[some], -scores[some]))]
            found = self.one_per_guide(zip(passages[order].tolist(), scores[order].tolist(), strict=True))
            if len(found) == N_SHOWN or n >= len(passages):
                break
        return found

    def one_per_guide(self, ranked: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
        """Return the first passage of each guide, for the first ten guides."""
        found: dict[int, tuple[int, float]] = {}
        for passage, score in ranked:
            found.setdefault(int(self.guide_of[passage]), (passage, score))
            if len(found) == N_SHOWN:
                break
        return list(found.values())


class ShelfWriter:
    """Notes the guides while they are indexed."""

    def __init__(self) -> None:
        self._guides: list[Guide] = []
        self._counts: list[int] = []

    def noting(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items on, each noted."""
        for guide, passages in items:
            self._guides.append(guide)
            self._counts.append(len(passages))
            yield guide, passages

    def write(self, folder: Path) -> None:
        """Store what was noted beside the index."""
        n = len(self._guides)
        topics, topic = _numbered(guide.topics[0] for guide in self._guides)
        kinds, kind = _numbered(guide.kind for guide in self._guides)
        partners, partner = _numbered(value for guide in self._guides for value in guide.partners)
        np.savez(
            folder / "shelf.npz",
            guide_of=np.repeat(np.arange(n), self._counts),
            topic=topic,
            kind=kind,
            partner=partner,
            partner_guide=np.repeat(np.arange(n), [len(guide.partners) for guide in self._guides]),
        )
        stored = {
            "ids": [guide.id for guide in self._guides],
            "values": {"topic": topics, "kind": kinds, "partner": partners},
        }
        (folder / "shelf.json").write_text(json.dumps(stored, ensure_ascii=False), "utf-8")


def _numbered(values: Iterable[str]) -> tuple[list[str], Ints]:
    given = list(values)
    names = sorted(set(given))
    number = {name: i for i, name in enumerate(names)}
    return names, np.array([number[value] for value in given], np.int64)
