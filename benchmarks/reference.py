"""What the answer should be: plain BM25 the slow way, in dictionaries, by nothing of what an engine does.

Terms are our analysis' stems. A word or phrase matches a passage if it stands in one of its fields; its score is the sum,
over the fields where it stands, of weight times BM25 (k1 1.2, b 0.75, idf over passages) of its terms. Guides stand in the
order of their best passages. Only what the queries ask is kept.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.contenders.contract import N_SHOWN, WEIGHTS
from benchmarks.corpus import Item
from benchmarks.queries import Asked
from kb import analysis
from kb.model import Guide, Passage

K1, B = 1.2, 0.75
TIE = 1e-3  # scores that differ by less are equal: engines compute in single precision

Clause = tuple[str, ...]  # one term, or those of a phrase


@dataclass
class _Field:
    """One text field of all passages, by passage number."""

    lengths: list[int] = field(default_factory=list)
    n_with: Counter[str] = field(default_factory=Counter)
    counts: list[Mapping[str, int]] = field(default_factory=list)  # of the terms asked for
    phrases: list[frozenset[Clause]] = field(default_factory=list)  # of those asked for
    mean: float = 1.0  # length


@dataclass(frozen=True, slots=True)
class Expected:
    """The right answer: the score of each guide that matches, and the numbers."""

    scores: Mapping[str, float]
    n_passages: int

    @property
    def best(self) -> list[str]:
        """The ten best guides."""
        return sorted(self.scores, key=lambda id_: self.scores[id_], reverse=True)[:N_SHOWN]

    def share_right(self, guides: Sequence[str]) -> float:
        """Return which part of an answer's guides belong to the ten best; whoever ties with the tenth does."""
        best = self.best
        if not best or not guides:
            return float(not best and not guides)
        least = self.scores[best[-1]] - TIE
        right = [id_ for id_ in set(guides) if self.scores.get(id_, -math.inf) >= least]
        return min(len(right), len(best)) / max(len(best), len(guides))


class Reference:
    """All passages, as far as the queries ask for them."""

    def __init__(self, items: Iterable[Item], queries: Iterable[Asked]) -> None:
        clauses = {clause for asked in queries for clause in clauses_of(asked)}
        self._terms = {term for clause in clauses for term in clause}
        self._phrases = [clause for clause in clauses if len(clause) > 1]
        self._fields = {name: _Field() for name in WEIGHTS}
        self._guides: list[Guide] = []
        for guide, passages in items:
            for passage in passages:
                self._add(guide, passage)
        for stored in self._fields.values():
            stored.mean = max(sum(stored.lengths) / max(len(stored.lengths), 1), 1.0)

    def answer(self, asked: Asked) -> Expected:
        """Return what an engine should answer."""
        clauses = clauses_of(asked)
        best: dict[str, float] = {}
        n_passages = 0
        for number, guide in enumerate(self._guides):
            if asked.topic and asked.topic not in guide.topics:
                continue
            scores = [score for clause in clauses if (score := self._score(number, clause)) is not None]
            if not scores or (asked.all_words and len(scores) < len(clauses)):
                continue
            n_passages += 1
            best[guide.id] = max(sum(scores), best.get(guide.id, 0.0))
        return Expected(best, n_passages)

    def _add(self, guide: Guide, passage: Passage) -> None:
        texts = {"text": passage.text, "heading": " ".join(passage.heading), "title": guide.title}
        for name, text in texts.items():
            stems = analysis.stems(text)
            stored = self._fields[name]
            counts = Counter(stem for stem in stems if stem in self._terms)
            stored.lengths.append(len(stems))
            stored.n_with.update(counts.keys())
            stored.counts.append(counts)
            joined = f" {' '.join(stems)} "
            possible = (clause for clause in self._phrases if all(term in counts for term in clause))
            stored.phrases.append(frozenset(clause for clause in possible if f" {' '.join(clause)} " in joined))
        self._guides.append(guide)

    def _score(self, number: int, clause: Clause) -> float | None:
        """Return the points of a clause; None if it stands in no field."""
        found = [
            weight * sum(self._bm25(self._fields[name], number, term) for term in clause)
            for name, weight in WEIGHTS.items()
            if self._stands_in(self._fields[name], number, clause)
        ]
        return sum(found) if found else None

    def _stands_in(self, stored: _Field, number: int, clause: Clause) -> bool:
        return clause in stored.phrases[number] if len(clause) > 1 else clause[0] in stored.counts[number]

    def _bm25(self, stored: _Field, number: int, term: str) -> float:
        n, n_with, count = len(self._guides), stored.n_with[term], stored.counts[number][term]
        idf = math.log(1 + (n - n_with + 0.5) / (n_with + 0.5))
        return idf * count * (K1 + 1) / (count + K1 * (1 - B + B * stored.lengths[number] / stored.mean))


def clauses_of(asked: Asked) -> list[Clause]:
    """Return the different clauses of a query."""
    stems = [stem for word in asked.words for stem in analysis.stems(word)]
    return [tuple(stems)] if asked.is_phrase else [*dict.fromkeys((stem,) for stem in stems)]
