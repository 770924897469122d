"""Which words a passage has, and which words have a part of four letters in common: what `refining` scores by.

    lists     per passage its distinct words as written, by their numbers in the field `words`, and how often each; in order
              of appearance: title, heading trail, text
    grams     per part of four letters (`analysis.grams`) the words that have it; words without meaning of their own have none

Parts of words are many: a list of the passages of each would take as much room as all else together, and its frequent
ones as much time. Through the words they cost little, and nothing more in a larger collection.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb import analysis
from kb.engines.arrays import Array, ArrayFile, ArrayWriter
from kb.engines.postings import Counts, Ints, Numbers, as_ends, ranges, smallest_type

SAMPLE = 1_024  # passages at most by which the frequency of parts is told
_AT_ONCE = 64
_SEEN = 8  # passages of the sample that must have a part for that
WORD = np.dtype("<u4")
_KEPT = 4096  # words of queries


class WordLists:
    """The words of passages, read from a file of arrays."""

    def __init__(self, file: ArrayFile) -> None:
        self._ends = file["lists.ends"]
        self._words = file["lists.words"].data  # mapped: 200 calls to read take five times as long
        self.counts: Counts = file["lists.counts"]

    def of(self, passages: Ints) -> tuple[Numbers, Numbers, Array]:
        """Return how many words each of the passages has, where its first stands in `counts`, and the words of all.

        The words of one passage come after those of the other.
        """
        ends = self._ends[passages].astype(np.int64)
        starts = np.where(passages > 0, self._ends[passages - 1], 0).astype(np.int64)
        words = self._words
        packed = b"".join([words[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)])
        return ends - starts, starts, np.frombuffer(packed, WORD)


class ListsWriter:
    """Writes the words of passages, a stretch of passages at a time."""

    def __init__(self, writer: ArrayWriter, n_grams: Numbers) -> None:
        """`n_grams` says how many parts each word has."""
        self._writer, self._n_grams = writer, n_grams
        self._n_words: list[Numbers] = []
        self._lengths: list[Numbers] = []
        writer.append("lists.words", np.empty(0, WORD))
        writer.append("lists.counts", np.empty(0, np.uint8))

    def add(self, n_words: Numbers, words: Array, counts: Counts) -> None:
        """Write the words of the next passages and how often each stands there, one passage after the other."""
        self._n_words.append(n_words)
        self._lengths.append(_sums(self._n_grams[words] * counts, n_words))
        self._writer.append("lists.words", words)
        self._writer.append("lists.counts", counts)

    def close(self) -> None:
        """Write what is known only now."""
        lengths = np.concatenate(self._lengths) if self._lengths else np.zeros(0, np.int64)
        self._writer.add("lists.ends", as_ends(self._n_words))
        self._writer.add("grams.lengths", lengths.astype(smallest_type(int(lengths.max(initial=0)))))


class Grams:
    """The words that have a part of four letters, read from a file of arrays."""

    def __init__(self, file: ArrayFile) -> None:
        self._keys, self._ends, self._words, self.shares, self.lengths = (
            file[f"grams.{name}"] for name in ("keys", "ends", "words", "shares", "lengths")
        )
        self._end_of, self._listed = self._ends.data, self._words.data
        self.of = lru_cache(_KEPT)(self._of)

    def _of(self, word: str) -> Sequence[int]:
        """Return the numbers of the parts of a folded word, as many times as each occurs, without those that no word has."""
        at, is_known = self._at(analysis.grams([word])[0])
        return tuple(at[is_known].tolist())

    def each(self, grams: NDArray[np.uint64]) -> list[Array]:
        """Return, for each of these parts, the words that have it, ascending; none for one that no word has."""
        at, is_known = self._at(grams)
        return [np.frombuffer(words, WORD) for words in self.words(at[is_known].tolist())]

    def words(self, numbers: Sequence[int]) -> list[memoryview]:
        """Return, for each of these parts, the words that have it, ascending, as `WORD`."""
        return [self._listed[self._end_of[i - 1] if i else 0 : self._end_of[i]] for i in numbers]

    def find(self, grams: NDArray[np.uint64]) -> tuple[NDArray[np.bool_], NDArray[np.float32], Numbers, Ints]:
        """Look up parts of words: which are known; of those, the share of passages and number of words; then these words."""
        at, is_known = self._at(grams)
        at = at[is_known]
        ends = self._ends[at].astype(np.int64)
        n_words = ends - np.where(at > 0, self._ends[at - 1], 0).astype(np.int64)
        return is_known, self.shares[at], n_words, self._words[ranges(ends - n_words, n_words)]

    def _at(self, grams: NDArray[np.uint64]) -> tuple[Numbers, NDArray[np.bool_]]:
        """Return the number that each part would have, and whether any word has it."""
        at = np.searchsorted(self._keys, grams)
        is_known = at < len(self._keys)
        is_known[is_known] = self._keys[at[is_known]] == grams[is_known]
        return at, is_known


class Sample(NamedTuple):
    """Some passages, evenly spread, and the words of each."""

    n_passages: int
    passages: Numbers  # per word, from 0
    words: Numbers  # one passage after the other, none twice in one


def step(n_passages: int) -> int:
    """Return the distance between the passages of a sample."""
    return -(-n_passages // SAMPLE) or 1


def write_grams(writer: ArrayWriter, words: Sequence[str], n_with_word: Numbers, n_passages: int, sample: Sample) -> Numbers:
    """Write the parts of the words, which so many passages have; returns how many parts each word has."""
    has_meaning = np.array([word not in analysis.STOP_WORDS for word in words], np.bool_)
    numbers = np.flatnonzero(has_meaning)
    keys, n_each = analysis.grams([words[i] for i in numbers.tolist()])
    order = np.argsort(keys, kind="stable")
    keys, by_key = keys[order], np.repeat(numbers, n_each)[order]
    is_first = np.ones(len(keys), np.bool_)
    np.logical_or(keys[1:] != keys[:-1], by_key[1:] != by_key[:-1], out=is_first[1:])  # "anan" twice in one word
    keys, by_key = keys[is_first], by_key[is_first]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.empty(0, np.int64)
    n_grams = np.zeros(len(words), np.int64)
    n_grams[numbers] = n_each
    shares = _shares(starts, by_key, n_with_word / max(n_passages, 1), sample)
    writer.add("grams.keys", keys[starts])
    writer.add("grams.ends", as_ends([np.diff(starts, append=len(keys))]))
    writer.add("grams.words", by_key.astype(np.uint32))
    writer.add("grams.shares", shares.astype(np.float32))
    return n_grams


def _shares(starts: Numbers, by_key: Numbers, share_of_word: NDArray[np.float64], sample: Sample) -> NDArray[np.float64]:
    """Return the share of passages that have each part, given where its words begin in `by_key`.

    It is counted in the sample; rare parts get what would be so if their words fell into passages independently of each other.
    """
    if not len(starts):
        return np.empty(0)
    shares: NDArray[np.float64] = -np.expm1(np.add.reduceat(np.log1p(-np.minimum(share_of_word[by_key], 1 - 1e-9)), starts))
    key_of = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(by_key)))
    order = np.argsort(by_key, kind="stable")
    n_keys = np.bincount(by_key, minlength=len(share_of_word))
    first = np.cumsum(n_keys) - n_keys
    keys_of_words = key_of[order]
    n_with_part = np.zeros(len(starts), np.int64)
    for begin in range(0, sample.n_passages, _AT_ONCE):
        mine = (sample.passages >= begin) & (sample.passages < begin + _AT_ONCE)
        words = sample.words[mine]
        has_part = np.zeros((_AT_ONCE, len(starts)), np.bool_)  # a tenth of the time of sorting pairs
        keys = keys_of_words[ranges(first[words], n_keys[words])]
        has_part[np.repeat(sample.passages[mine] - begin, n_keys[words]), keys] = True
        n_with_part += has_part.sum(axis=0)
    is_seen = n_with_part >= _SEEN
    shares[is_seen] = n_with_part[is_seen] / sample.n_passages
    return shares


def _sums(values: Array, n_each: Numbers) -> Numbers:
    """Return the sum of each stretch of the values; stretches may be empty."""
    ends = np.cumsum(n_each)
    totals = np.concatenate([[0], np.cumsum(values)])
    sums: Numbers = totals[ends] - totals[ends - n_each]
    return sums
