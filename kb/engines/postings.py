"""Where terms occur: the postings of one field, in memory while they are made and as flat arrays once they are written.

A posting is a passage and how often the term stands in it; fields with positions also keep where (in tokens). Passages are
coded as gaps (`gaps`), counts as bytes. A position is its low byte and as many bits above it as the field's longest passage
needs, each in an array of its own: fixed width, so that the positions of a few passages are found without the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.engines import gaps
from kb.engines.arrays import Array, ArrayFile, ArrayWriter, Stretches
from kb.engines.lexicon import Lexicon, flattened

MAX_COUNT = 255  # occurrences of a term in one passage that are kept
MAX_POSITION = 0xFFFF  # later tokens of one passage count, but are found by no phrase

Ints = NDArray[np.int32]
Counts = NDArray[np.uint8]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """Postings of several terms, term by term, passages ascending within a term."""

    n_passages: Numbers  # per term
    passages: Ints  # per posting
    counts: Counts  # per posting
    positions: NDArray[np.uint16] | None  # per occurrence, ascending within a posting

    @property
    def terms(self) -> Ints:
        """The number of each posting's term."""
        return np.repeat(np.arange(len(self.n_passages), dtype=np.int32), self.n_passages)


def invert(terms: Ints, passages: Ints, n_terms: int, positions: NDArray[np.uint16]) -> Postings:
    """Return the postings of tokens that are given in reading order: term, passage and position of each."""
    order = stable_order(terms)
    by_term, by_passage, positions = terms[order], passages[order], positions[order]
    starts = np.flatnonzero(differs(by_term) | differs(by_passage))
    counts = np.diff(starts, append=len(order))
    if counts.max(initial=0) > MAX_COUNT:
        positions = positions[np.arange(len(order)) - np.repeat(starts, counts) < MAX_COUNT]
    return Postings(
        np.bincount(by_term[starts], minlength=n_terms).astype(np.int64),
        by_passage[starts],
        np.minimum(counts, MAX_COUNT).astype(np.uint8),
        positions,
    )


def invert_counted(terms: Ints, passages: Ints, counts: Counts, n_terms: int) -> Postings:
    """Return the postings of (term, passage, count), passages ascending; counts of the same term and passage are added."""
    order = stable_order(terms)
    by_term, by_passage = terms[order], passages[order]
    starts = np.flatnonzero(differs(by_term) | differs(by_passage))
    total = np.add.reduceat(counts[order].astype(np.int64), starts) if len(starts) else np.zeros(0, np.int64)
    return Postings(
        np.bincount(by_term[starts], minlength=n_terms).astype(np.int64),
        by_passage[starts],
        np.minimum(total, MAX_COUNT).astype(np.uint8),
        None,
    )


def merge(parts: Sequence[Postings]) -> Postings:
    """Return the postings of several parts over the same terms; passages of a later part come after those of an earlier."""
    terms = np.concatenate([part.terms for part in parts])
    order = stable_order(terms)
    counts = np.concatenate([part.counts for part in parts])
    positions = None
    if all(part.positions is not None for part in parts):
        ends = np.cumsum(counts, dtype=np.int64)
        positions = np.concatenate([part.positions for part in parts if part.positions is not None])
        positions = positions[ranges((ends - counts)[order], counts[order])]
    return Postings(
        np.sum([part.n_passages for part in parts], axis=0, dtype=np.int64),
        np.concatenate([part.passages for part in parts])[order],
        counts[order],
        positions,
    )


class Field:
    """The postings of one field, read from a file of arrays. May be used by many threads at once."""

    def __init__(self, file: ArrayFile, name: str) -> None:
        self.name = name
        self.lexicon = Lexicon(file[f"{name}.terms"], file[f"{name}.term_ends"])
        self.lengths: Array = file[f"{name}.lengths"]  # terms per passage
        self.has_positions = f"{name}.low" in file
        self._gaps, self._counts = file.stretches(f"{name}.gaps"), file.stretches(f"{name}.counts")
        self._mapped_gaps, self._mapped_counts = file[f"{name}.gaps"].data, file[f"{name}.counts"].data  # for many short lists
        self._posting_ends: Array = file[f"{name}.posting_ends"]
        self._gap_ends: Array = file[f"{name}.gap_ends"]
        if self.has_positions:
            self._occurrence_ends, self._low = file[f"{name}.occurrence_ends"], file.stretches(f"{name}.low")
            self.high = [file.stretches(key) for key in sorted(file) if key.startswith(f"{name}.high")]

    @property
    def n_postings(self) -> Numbers:
        """How many passages have each term."""
        return _lengths(self._posting_ends, 0, len(self.lexicon))

    def n_passages(self, number: int) -> int:
        """Return how many passages have the term."""
        start, end = _span(self._posting_ends, number, number + 1)
        return end - start

    def passages(self, number: int) -> Ints:
        """Return the passages that have the term, ascending."""
        start, end = _span(self._gap_ends, number, number + 1)
        return gaps.decode(self._gaps[start:end], ())

    def counts(self, number: int) -> Counts:
        """Return how often the term stands in each of its passages."""
        start, end = _span(self._posting_ends, number, number + 1)
        counts: Counts = self._counts[start:end]
        return counts

    def of_any(self, numbers: Numbers) -> tuple[Ints, Counts]:
        """Return the passages that have any of these terms (ascending, none twice), term after term, and how often each."""
        starts, ends = _spans(self._gap_ends, numbers)
        coded = b"".join([self._mapped_gaps[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)])
        starts, ends = _spans(self._posting_ends, numbers)
        counts = b"".join([self._mapped_counts[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)])
        return gaps.decode(np.frombuffer(coded, np.uint8), ends - starts), np.frombuffer(counts, np.uint8)

    def positions(self, number: int, at: Array) -> tuple[Ints, Counts]:
        """Return where the term stands in some of its passages, one after the other, and how often in each.

        `at` are places in `passages(number)`, all different; as many as there are stand for all of them, in order.
        """
        counts = self.counts(number)
        first, last = _span(self._occurrence_ends, number, number + 1)
        if len(at) == len(counts):
            return self._places(first, last).astype(np.int32), counts
        return self.positions_of([number], [at])

    def positions_of(self, numbers: Sequence[int], at: Sequence[Array]) -> tuple[Ints, Counts]:
        """Return where several terms stand in some of their passages, one after the other, and how often in each.

        `at` are, per term, places in `passages(number)`, all different.
        """
        counts = [self.counts(number) for number in numbers]
        chosen = np.concatenate([places + n for places, n in zip(at, accumulate(map(len, counts), initial=0), strict=False)])
        n_each = np.concatenate(counts)[chosen]
        places = ranges(np.cumsum(np.concatenate(counts), dtype=np.int64)[chosen] - n_each, n_each)
        spans = [_span(self._occurrence_ends, number, number + 1) for number in numbers]
        positions = _joined(self._low, spans)[places].astype(np.int32)
        if self.high:
            eights = [(start // 8, -(-end // 8)) for start, end in spans]
            n_bits = accumulate((8 * (last - first) for first, last in eights), initial=0)
            n_before = accumulate((end - start for start, end in spans), initial=0)
            shifts = [start % 8 + n - m for (start, _), n, m in zip(spans, n_bits, n_before, strict=False)]
            bits = places + np.repeat(np.repeat(shifts, [*map(len, at)]), n_each)
            for i, plane in enumerate(self.high):
                digits = _joined(plane, eights)[bits >> 3] >> (7 - (bits & 7)) & 1
                positions |= digits.astype(np.int32) << (8 + i)
        return positions, n_each

    def part(self, first: int, last: int) -> Postings:
        """Return the postings of the terms from `first` to before `last`."""
        start, end = _span(self._posting_ends, first, last)
        n_passages = _lengths(self._posting_ends, first, last)
        begin, stop = _span(self._gap_ends, first, last)
        positions = self._places(*_span(self._occurrence_ends, first, last)) if self.has_positions else None
        return Postings(n_passages, gaps.decode(self._gaps[begin:stop], n_passages), self._counts[start:end], positions)

    def _places(self, start: int, end: int) -> NDArray[np.uint16]:
        """Return the positions of the field's occurrences from `start` to before `end`."""
        places: NDArray[np.uint16] = self._low[start:end].astype(np.uint16)
        for i, plane in enumerate(self.high):
            bits = np.unpackbits(plane[start // 8 : -(-end // 8)])[start % 8 :][: end - start]
            places |= bits.astype(np.uint16) << np.uint16(8 + i)
        return places


class FieldWriter:
    """Writes the postings of one field, in order of the terms, a stretch of the terms at a time.

    `n_passages` says, for each term given so far, how many passages have it; those with none are left out of the field.
    """

    def __init__(self, writer: ArrayWriter, name: str, *, max_position: int | None) -> None:
        self._writer, self._name = writer, name
        self._has_positions = max_position is not None
        self.n_passages = np.zeros(0, np.int64)
        for part in ("gaps", "counts", *(["low"] if self._has_positions else [])):
            writer.append(f"{name}.{part}", np.empty(0, np.uint8))
        self._high = [_Bits(writer, f"{name}.high{i:x}") for i in range(max(0, (max_position or 0).bit_length() - 8))]
        self._terms: list[bytes] = []
        self._n_postings: list[Numbers] = []
        self._n_bytes: list[Numbers] = []
        self._n_occurrences: list[Numbers] = []

    def add(self, terms: Sequence[bytes], postings: Postings) -> None:
        """Write the postings of these terms, leaving out those that no passage has."""
        has_any = postings.n_passages > 0
        self.n_passages = np.concatenate([self.n_passages, postings.n_passages])
        n_passages = postings.n_passages[has_any]
        self._terms += [term for term, has in zip(terms, has_any.tolist(), strict=True) if has]
        coded, n_bytes = gaps.encode(postings.passages, n_passages)
        self._n_postings.append(n_passages)
        self._n_bytes.append(n_bytes)
        self._writer.append(f"{self._name}.gaps", coded)
        self._writer.append(f"{self._name}.counts", postings.counts)
        if postings.positions is not None and len(n_passages):
            starts = np.cumsum(n_passages) - n_passages
            self._n_occurrences.append(np.add.reduceat(postings.counts.astype(np.int64), starts))
            self._writer.append(f"{self._name}.low", (postings.positions & 0xFF).astype(np.uint8))
            for i, plane in enumerate(self._high):
                plane.append(((postings.positions >> (8 + i)) & 1).astype(np.uint8))

    def close(self, lengths: Array) -> None:
        """Write what is known only now; `lengths` gives the number of terms of each passage."""
        text, ends = flattened(self._terms)
        self._writer.add(f"{self._name}.terms", text)
        self._writer.add(f"{self._name}.term_ends", ends)
        self._writer.add(f"{self._name}.posting_ends", as_ends(self._n_postings))
        self._writer.add(f"{self._name}.gap_ends", as_ends(self._n_bytes))
        self._writer.add(f"{self._name}.lengths", lengths.astype(smallest_type(int(lengths.max(initial=0)))))
        if self._has_positions:
            self._writer.add(f"{self._name}.occurrence_ends", as_ends(self._n_occurrences))
            for plane in self._high:
                plane.close()


class _Bits:
    """An array of bits, eight to a byte, that grows piece by piece."""

    def __init__(self, writer: ArrayWriter, name: str) -> None:
        self._writer, self._name = writer, name
        self._rest = np.empty(0, np.uint8)

    def append(self, bits: Counts) -> None:
        bits = np.concatenate([self._rest, bits])
        n_whole = len(bits) // 8 * 8
        self._writer.append(self._name, np.packbits(bits[:n_whole]))
        self._rest = bits[n_whole:]

    def close(self) -> None:
        self._writer.append(self._name, np.packbits(self._rest))


def smallest_type(largest: int) -> type[np.unsignedinteger[Any]]:
    """Return the narrowest unsigned type that holds the number."""
    return next(kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64) if largest <= np.iinfo(kind).max)


def as_ends(lengths: Iterable[Numbers]) -> Array:
    """Return where the items of each term or passage end, given pieces of how many each has."""
    listed = [*lengths]
    ends = np.cumsum(np.concatenate(listed)) if listed else np.zeros(0, np.int64)
    return ends.astype(np.uint32 if not len(ends) or ends[-1] <= 0xFFFFFFFF else np.uint64)


def _lengths(ends: Array, first: int, last: int) -> Numbers:
    """Return how many items each term has, from `first` to before `last`."""
    lengths: Numbers = ends[first:last].astype(np.int64)
    lengths[1:] = lengths[1:] - lengths[:-1]
    lengths[:1] -= _span(ends, 0, first)[1]
    return lengths


def _joined(array: Stretches, spans: Iterable[tuple[int, int]]) -> Counts:
    """Return stretches of an array of bytes, one after the other."""
    return np.frombuffer(b"".join([array.bytes(*span) for span in spans]), np.uint8)


def _span(ends: Array, first: int, last: int) -> tuple[int, int]:
    """Return where the items of the terms from `first` to before `last` begin and end."""
    if first >= last:
        return 0, 0
    return int(ends[first - 1]) if first else 0, int(ends[last - 1])


def _spans(ends: Array, numbers: Numbers) -> tuple[Numbers, Numbers]:
    """Return where the items of each of these terms begin and end."""
    return np.where(numbers > 0, ends[numbers - 1], 0).astype(np.int64), ends[numbers].astype(np.int64)


def ranges(starts: Numbers, counts: Array) -> Numbers:
    """Return start, start + 1, … for each start, as many numbers as its count says."""
    ends = np.cumsum(counts, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - ends + counts, counts)


def stable_order(keys: Ints) -> Numbers:
    """Return the order that sorts the keys, equal ones as they stand.

    By radix sort, which numpy has for 16 bits: a third of the time of its sort for wider numbers.
    """
    order: Numbers = np.argsort((keys & 0xFFFF).astype(np.uint16), kind="stable")
    high = keys >> 16
    if high.max(initial=0):
        order = order[np.argsort(high.astype(np.uint16)[order], kind="stable")]
    return order


def differs(values: Array) -> NDArray[np.bool_]:
    """Return where a value differs from the one before it; the first one does."""
    differs = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=differs[1:])
    return differs
