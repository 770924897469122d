"""Analysed passages -> a segment: one file with the postings of every field and the passages. A commit writes one.

    text, heading, title    stems with positions
    words                   words as written, of all three; for prefixes, and a small part of the score
    grams                   parts of four letters of the words that carry meaning
    guide                   which guide a passage belongs to

The passages of one guide stand together. `Builder` takes guides; `merge` makes one segment of several, leaving guides out.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kb import analysis, snippets
from kb.engines import arrays
from kb.engines import postings as posting
from kb.engines.arrays import Array, ArrayWriter
from kb.engines.lexicon import Lexicon, flattened
from kb.engines.passage_store import NO_PAGE, Packer, PassageStore, PassageWriter, joined, raw, train
from kb.engines.postings import MAX_POSITION, Field, FieldWriter, Ints, Postings, invert, invert_counted, stable_order
from kb.model import Passage

POSITIONAL = ("text", "heading", "title")
COUNTED = ("words", "grams")
FIELDS = (*POSITIONAL, *COUNTED)

_POSTINGS_AT_ONCE = 1 << 22  # of one field, while merging: about 200 MB


class Segment:
    """A segment, opened. May be used by many threads at once."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            ValueError, KeyError, OSError: it is not a whole segment.
        """
        found = arrays.read(path)
        self.fields: Mapping[str, Field] = {name: Field(found, name) for name in FIELDS}
        self.passages = PassageStore(found)
        self.guide_of: Ints = found["guide.of"]  # per passage, its guide's number in `guides`
        self.guides = Lexicon(found["guide.terms"], found["guide.term_ends"])  # ids

    def __len__(self) -> int:
        return len(self.passages)


class _Numbers(dict[str, int]):
    """Words as they are written -> numbers of their folded forms, given in order of appearance."""

    def __init__(self) -> None:
        self.folded: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        number = self[word] = self.folded.setdefault(analysis.fold(word), len(self.folded))
        return number


@dataclass(slots=True)
class _Tokens:
    """The words of one field, passage after passage."""

    numbers: "array[int]" = field(default_factory=lambda: array("i"))
    lengths: "array[int]" = field(default_factory=lambda: array("i"))  # words per passage

    def add(self, numbers: Sequence[int]) -> None:
        self.numbers.extend(numbers)
        self.lengths.append(len(numbers))


class _Waiting(NamedTuple):
    """A passage that waits to be packed until there are enough for a dictionary."""

    raw: bytes
    page: int
    number: int
    trail: bytes


class Builder:
    """Gathers guides and writes them as a segment. For one thread, one segment."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._tokens = {name: _Tokens() for name in POSITIONAL}
        self._passages: list[_Waiting] = []
        self._guide_ids: list[str] = []
        self._guide_of = array("i")

    def __contains__(self, guide_id: str) -> bool:
        return guide_id in self._guide_ids

    @property
    def n_passages(self) -> int:
        """Passages taken so far."""
        return len(self._passages)

    @property
    def n_tokens(self) -> int:
        """Words taken so far: what its memory grows with."""
        return len(self._tokens["text"].numbers)

    def add(self, guide_id: str, title: str, passages: Iterable[Passage]) -> int:
        """Take the passages of a guide; returns how many."""
        number_of = self._numbers.__getitem__
        title_numbers = [number_of(word) for word in analysis.apart(title)[0]]
        trails: dict[tuple[str, ...], list[int]] = {}
        n_before = len(self._passages)
        for passage in passages:
            if passage.heading not in trails:
                trails[passage.heading] = [number_of(word) for word in analysis.apart(" ".join(passage.heading))[0]]
            text, sentences = snippets.flowing(passage.text)
            words, between = analysis.apart(text)
            self._tokens["text"].add([*map(number_of, words)])
            self._tokens["heading"].add(trails[passage.heading])
            self._tokens["title"].add(title_numbers)
            passage_raw = raw(text, [*map(len, between)], [*map(len, words)], sentences)
            self._passages.append(_Waiting(passage_raw, passage.page or NO_PAGE, passage.number, joined(passage.heading)))
        n_passages = len(self._passages) - n_before
        self._guide_of.extend([len(self._guide_ids)] * n_passages)
        self._guide_ids.append(guide_id)
        return n_passages

    def write(self, path: Path, dictionary: bytes | None = None) -> None:
        """Write the segment; without a dictionary to pack the passages with, one is made."""
        words = [*self._numbers.folded]
        with ArrayWriter(path) as writer:
            self._write_positional(writer, words)
            self._write_counted(writer, words)
            _write_guides(writer, self._guide_ids, np.array(self._guide_of, np.int32))
            if dictionary is None:
                dictionary = train([passage.raw for passage in self._passages])
            packer, store = Packer(dictionary), PassageWriter(writer)
            for one in self._passages:
                store.add(packer.pack(one.raw), page=one.page, number=one.number, trail=one.trail)
            store.close(dictionary)

    def _write_positional(self, writer: ArrayWriter, words: Sequence[str]) -> None:
        terms, term_of = _sorted(analysis.stemmed(words))
        for name, tokens in self._tokens.items():
            lengths = np.array(tokens.lengths, np.int32)
            starts = np.cumsum(lengths) - lengths
            positions = np.minimum(np.arange(len(tokens.numbers)) - np.repeat(starts, lengths), MAX_POSITION).astype(np.uint16)
            numbers, passages = term_of[np.array(tokens.numbers, np.int32)], _passages(lengths)
            field_writer = FieldWriter(writer, name, max_position=int(positions.max(initial=0)))
            field_writer.add(terms, invert(numbers, passages, len(terms), positions))
            field_writer.close(lengths)

    def _write_counted(self, writer: ArrayWriter, words: Sequence[str]) -> None:
        numbers = np.concatenate([np.array(tokens.numbers, np.int32) for tokens in self._tokens.values()])
        lengths = [np.array(tokens.lengths, np.int32) for tokens in self._tokens.values()]
        passages = np.concatenate([_passages(each) for each in lengths])
        n_passages = len(self._passages)
        terms, term_of = _sorted(words)
        order = stable_order(passages)
        postings = invert_counted(term_of[numbers[order]], passages[order], np.ones(len(numbers), np.uint8), len(terms))
        field_writer = FieldWriter(writer, "words", max_position=None)
        field_writer.add(terms, postings)
        field_writer.close(np.add.reduce(lengths, dtype=np.int64))
        grams, counted = _grams([term.decode() for term in terms], postings)
        field_writer = FieldWriter(writer, "grams", max_position=None)
        field_writer.add(grams, counted)
        field_writer.close(np.bincount(counted.passages, counted.counts, n_passages).astype(np.int64))


def _grams(words: Sequence[str], postings: Postings) -> tuple[list[bytes], Postings]:
    """Return the 4-grams of the words that carry meaning, with their postings made of those of the words."""
    numbers: dict[str, int] = {}
    of_word = [
        [] if word in analysis.STOP_WORDS else [numbers.setdefault(gram, len(numbers)) for gram in analysis.grams(word)]
        for word in words
    ]
    n_per_word = np.fromiter(map(len, of_word), np.int64, len(of_word))
    flat = np.array([number for listed in of_word for number in listed], np.int32)
    grams, rank = _sorted([*numbers])
    starts = np.cumsum(n_per_word) - n_per_word
    order = stable_order(postings.passages)
    word_of, passages, counts = postings.terms[order], postings.passages[order], postings.counts[order]
    n_each = n_per_word[word_of]
    ends = np.cumsum(n_each)
    at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts[word_of] - ends + n_each, n_each)
    counted = invert_counted(rank[flat[at]], np.repeat(passages, n_each), np.repeat(counts, n_each), len(grams))
    return grams, counted


def _sorted(terms: Sequence[str]) -> tuple[list[bytes], Ints]:
    """Return the distinct terms in order, as UTF-8, and the place there of each given one."""
    distinct = sorted(set(terms))
    place = {term: i for i, term in enumerate(distinct)}
    return [term.encode("utf-8", "replace") for term in distinct], np.array([place[term] for term in terms], np.int32)


def _passages(lengths: Array) -> Ints:
    return np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)


def _write_guides(writer: ArrayWriter, ids: Sequence[str], guide_of: Ints) -> None:
    terms, place = _sorted(ids)
    text, ends = flattened(terms)
    writer.add("guide.terms", text)
    writer.add("guide.term_ends", ends)
    writer.add("guide.of", place[guide_of] if len(ids) else guide_of)


# ---- several segments into one -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """A segment to take over, without some of its guides."""

    segment: Segment
    dropped: frozenset[str] = frozenset()

    def kept(self) -> Array:
        """Return which of its passages are taken over."""
        if not self.dropped:
            return np.ones(len(self.segment), np.bool_)
        is_kept = np.array([guide.decode() not in self.dropped for guide in self.segment.guides], np.bool_)
        return is_kept[self.segment.guide_of]


def merge(sources: Sequence[Source], path: Path) -> None:
    """Write one segment with what is kept of the sources, in their order."""
    kept = [source.kept() for source in sources]
    ends = np.cumsum([np.count_nonzero(each) for each in kept])
    place_of = [
        np.cumsum(each, dtype=np.int32) - 1 + end - np.count_nonzero(each) for each, end in zip(kept, ends, strict=True)
    ]
    with ArrayWriter(path) as writer:
        for name in FIELDS:
            fields = [source.segment.fields[name] for source in sources]
            _merge_field(writer, fields, kept, [place.astype(np.int32) for place in place_of])
        ids = [[guide.decode() for guide in source.segment.guides] for source in sources]
        starts = np.cumsum([0, *map(len, ids)])
        guide_of = [source.segment.guide_of[each] + start for source, each, start in zip(sources, kept, starts, strict=False)]
        _write_guides(writer, *_used([id_ for listed in ids for id_ in listed], np.concatenate(guide_of)))
        _merge_passages(writer, [source.segment.passages for source in sources], kept)


def _used(ids: Sequence[str], guide_of: Ints) -> tuple[list[str], Ints]:
    """Leave out the guides without a passage."""
    used, place = np.unique(guide_of, return_inverse=True)
    return [ids[i] for i in used.tolist()], place.astype(np.int32)


def _merge_field(writer: ArrayWriter, fields: Sequence[Field], kept: Sequence[Array], place_of: Sequence[Ints]) -> None:
    listed = [[*field.lexicon] for field in fields]
    terms = sorted(set().union(*listed))
    number = {term: i for i, term in enumerate(terms)}
    numbers = [np.array([number[term] for term in each], np.int64) for each in listed]
    max_position = 0
    for each in fields:
        max_position = max(max_position, (1 << (8 + len(each.high))) - 1 if each.has_positions else 0)
    has_positions = all(each.has_positions for each in fields)
    field_writer = FieldWriter(writer, fields[0].name, max_position=max_position if has_positions else None)
    for first, last in _stretches(fields, numbers, len(terms)):
        parts = [
            _renumbered(
                each.part(*np.searchsorted(own, [first, last])), own[(own >= first) & (own < last)] - first, last - first
            )
            for each, own in zip(fields, numbers, strict=True)
        ]
        parts = [_taken_over(part, keep, place) for part, keep, place in zip(parts, kept, place_of, strict=True)]
        field_writer.add(terms[first:last], posting.merge(parts))
    field_writer.close(np.concatenate([each.lengths[keep] for each, keep in zip(fields, kept, strict=True)]))


def _stretches(fields: Sequence[Field], numbers: Sequence[Array], n_terms: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of terms that have not too many postings together."""
    n_postings = np.zeros(n_terms, np.int64)
    for each, own in zip(fields, numbers, strict=True):
        n_postings[own] += each.n_postings
    ends = np.cumsum(n_postings)
    first = 0
    while first < n_terms:
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + _POSTINGS_AT_ONCE, side="right")))
        yield first, last
        first = last


def _renumbered(part: Postings, numbers: Array, n_terms: int) -> Postings:
    """Return the postings with terms as `numbers` says."""
    n_passages = np.zeros(n_terms, np.int64)
    n_passages[numbers] = part.n_passages
    return Postings(n_passages, part.passages, part.counts, part.positions)


def _taken_over(part: Postings, kept: Array, place_of: Ints) -> Postings:
    """Return the postings without passages that are not kept, the others as `place_of` numbers them."""
    is_kept = kept[part.passages]
    positions = part.positions[np.repeat(is_kept, part.counts)] if part.positions is not None else None
    n_passages = np.bincount(part.terms[is_kept], minlength=len(part.n_passages)).astype(np.int64)
    return Postings(n_passages, place_of[part.passages[is_kept]], part.counts[is_kept], positions)


def _merge_passages(writer: ArrayWriter, stores: Sequence[PassageStore], kept: Sequence[Array]) -> None:
    largest = max(stores, key=lambda store: (bool(store.dictionary), len(store)))
    packer, store_writer = Packer(largest.dictionary), PassageWriter(writer)
    for store, keep in zip(stores, kept, strict=True):
        is_same = store.dictionary == largest.dictionary
        for i in np.flatnonzero(keep).tolist():
            store_writer.add(
                store.packed(i) if is_same else packer.pack(store.unpacked(i)),
                page=int(store.pages[i]),
                number=int(store.numbers[i]),
                trail=store.trail(int(store.trails[i])),
            )
    store_writer.close(largest.dictionary)
