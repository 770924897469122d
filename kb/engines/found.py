"""What a clause finds: passages, ascending, with their points; and lists of ascending numbers in general. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np
from numpy.typing import NDArray

from kb.engines.arrays import Array
from kb.engines.bm25 import Floats
from kb.engines.postings import Ints, Numbers

Bools = NDArray[np.bool_]

_BINS = 4096  # to find the best by counting: a fifth of the time of a partition


@dataclass(frozen=True, slots=True)
class Found:
    """Passages, ascending, and the points of each."""

    passages: Ints
    points: Floats

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return self.passages.nbytes + self.points.nbytes


NOTHING = Found(np.empty(0, np.int32), np.empty(0, np.float32))


def together(founds: Sequence[Found], combined: np.ufunc) -> Found:
    """Return the passages of any of them; the points of those that several have are combined."""
    filled = sorted((found for found in founds if len(found.passages)), key=lambda found: -len(found.passages))
    return reduce(partial(_joined, combined), filled) if filled else NOTHING


def _joined(combined: np.ufunc, many: Found, few: Found) -> Found:
    """Return the passages of both; the points of those that both have are combined."""
    at, is_there = place_in(many.passages, few.passages)
    points = many.points.copy()
    points[at[is_there]] = combined(points[at[is_there]], few.points[is_there])
    if is_there.all():
        return Found(many.passages, points)
    is_new = ~is_there
    passages = np.insert(many.passages, at[is_new], few.passages[is_new])
    return Found(passages, np.insert(points, at[is_new], few.points[is_new]))


def best_of(scores: Floats, n: int) -> Numbers:
    """Return the places of at most `n` best scores, ascending; not quite as many where scores lie close to each other."""
    if len(scores) <= n:
        return np.arange(len(scores))
    bins = (scores * (_BINS / max(float(scores.max()), 1e-6))).astype(np.int32)
    n_from = np.cumsum(np.bincount(bins, minlength=_BINS + 1)[::-1])
    least = _BINS + 1 - int(np.searchsorted(n_from, n, side="right"))
    best = np.flatnonzero(bins >= least)
    return best if len(best) else np.flatnonzero(bins == bins.max())[:n]


def in_both(some: Array, others: Array) -> Array:
    """Return the numbers of both; each list ascends and has none twice."""
    both = np.sort(np.concatenate([some, others]), kind="stable")  # which merges what is sorted already
    twice: Array = both[1:][both[1:] == both[:-1]]
    return twice


def distinct(numbers: Array) -> Array:
    """Return ascending numbers without repetition."""
    is_first = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=is_first[1:])
    return numbers[is_first]


def weighted(found: Found, weight: float) -> Found:
    """Return the same passages with their points times the weight."""
    return found if weight == 1.0 else Found(found.passages, found.points * np.float32(weight))


def place_in(passages: Array, wanted: Array) -> tuple[Array, Bools]:
    """Return where each wanted passage stands, and whether it does."""
    at = passages.searchsorted(wanted)
    if not len(passages):
        return at, np.zeros(len(wanted), np.bool_)
    return at, passages.take(at, mode="clip") == wanted
