"""The terms of a field: sorted, one after the other in UTF-8. A term's number is its place in that order."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.engines.arrays import Array

_KEPT = 4096  # terms


class Lexicon:
    """Sorted terms over two flat arrays; looked up by bisection, about 5 µs."""

    def __init__(self, text: NDArray[np.uint8], ends: Array) -> None:
        self._text, self._ends = text.data, ends
        self._end_of = ends.data  # single numbers come twice as fast from it
        self.find = lru_cache(_KEPT)(self._find)  # one query asks for a term up to fifteen times

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        start = self._end_of[number - 1] if number else 0
        return bytes(self._text[start : self._end_of[number]])

    def __iter__(self) -> Iterator[bytes]:
        start = 0
        for end in self._ends.tolist():
            yield bytes(self._text[start:end])
            start = end

    def lengths(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many bytes each of the terms has."""
        starts = np.where(numbers > 0, self._ends[numbers - 1], 0).astype(np.int64)
        return self._ends[numbers] - starts

    def _find(self, term: str | bytes) -> int:
        """Return the term's number, -1 if no passage has it."""
        wanted = term.encode("utf-8", "replace") if isinstance(term, str) else term
        number = bisect_left(self, wanted)
        return number if number < len(self) and self[number] == wanted else -1

    def first_from(self, term: bytes) -> int:
        """Return the number of the first term that is not before this one."""
        return bisect_left(self, term)

    def with_prefix(self, prefix: str) -> range:
        """Return the numbers of the terms that begin so."""
        begin = prefix.encode("utf-8", "replace")
        return range(bisect_left(self, begin), bisect_left(self, begin + b"\xff"))


def flattened(terms: Sequence[bytes] | Iterable[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Return the two arrays of a lexicon of these sorted terms."""
    listed = list(terms)
    ends = np.cumsum(np.fromiter(map(len, listed), np.uint32, len(listed)), dtype=np.uint32)
    return np.frombuffer(b"".join(listed), np.uint8), ends
