"""Lists of ascending numbers as bytes: the gaps between them, in base 128, lowest digits first, the last byte below 128.

The usual code for postings (Manning, Raghavan & Schütze 2008, 5.3.1), with the bit the other way round, whole lists at a
time by numpy. Most gaps of a frequent term are below 128, and such a list is decoded by one running sum.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int32]
Counts = NDArray[np.int64]

_BITS = 7
_MORE = 1 << _BITS


def encode(numbers: Numbers, counts: Counts) -> tuple[Bytes, Counts]:
    """Return the bytes of several lists that stand one after the other, and the number of bytes of each.

    `counts` gives the length of each list, none of which is empty; numbers ascend within a list and are at least 0.
    """
    starts = np.cumsum(counts, dtype=np.int64) - counts
    gaps = np.diff(numbers, prepend=np.int32(-1)).astype(np.int64)
    gaps[starts] = numbers[starts].astype(np.int64) + 1  # a list counts from -1, so that no gap is 0
    n_bytes = np.ones(len(gaps), np.int64)
    for digit in range(1, 5):
        n_bytes += gaps >= 1 << (_BITS * digit)
    ends = np.cumsum(n_bytes)
    coded = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    for digit in range(int(n_bytes.max(initial=0))):
        has_digit = n_bytes > digit
        digits = (gaps[has_digit] >> (_BITS * digit)) & (_MORE - 1)
        digits[n_bytes[has_digit] > digit + 1] |= _MORE
        coded[(ends - n_bytes)[has_digit] + digit] = digits
    return coded, np.add.reduceat(n_bytes, starts) if len(counts) else np.zeros(0, np.int64)


def decode(coded: Bytes, counts: Sequence[int] | Counts) -> Numbers:
    """Return the numbers of several lists, one after the other, that `encode` made these bytes of."""
    numbers = _one_list(coded)
    if len(counts) > 1:
        starts = np.cumsum(counts) - counts
        before = np.zeros(len(counts), np.int32)
        before[1:] = numbers[starts[1:] - 1] + 1
        numbers -= np.repeat(before, counts)
    return numbers


def _one_list(coded: Bytes) -> Numbers:
    """Return the running sum of the gaps, less one."""
    gaps = _longer_gaps(coded) if coded.max(initial=0) >= _MORE else coded.astype(np.int32)
    gaps[:1] -= 1
    return np.cumsum(gaps, dtype=np.int32)


def _longer_gaps(coded: Bytes) -> Numbers:
    """Return the gaps, some of which take more than one byte."""
    ends = np.flatnonzero(coded < _MORE)
    gaps = coded[ends].astype(np.int32)
    before = np.empty_like(ends)
    before[:1] = -1
    before[1:] = ends[:-1]
    longer = np.flatnonzero(ends - before > 1)
    starts, n_more = before[longer] + 1, (ends - before)[longer] - 1
    values = gaps[longer] << (_BITS * n_more).astype(np.int32)
    for digit in range(int(n_more.max())):
        has_digit = np.flatnonzero(n_more > digit)
        values[has_digit] |= (coded[starts[has_digit] + digit] & (_MORE - 1)).astype(np.int32) << (_BITS * digit)
    gaps[longer] = values
    return gaps
