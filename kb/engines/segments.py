"""Analysed passages -> a segment: one file with the postings of every field and the passages. A commit writes one.

    text, heading, title    stems with positions
    words                   words as written, of all three; for prefixes
    norms                   index terms of the norms that text and headings name
    refining                which words a passage has, which words have a part of four letters: see `refining`
    guide                   which guide a passage belongs to

The passages of one guide stand together.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kb import analysis, snippets
from kb.engines.arrays import Array, ArrayFile, ArrayWriter
from kb.engines.lexicon import Lexicon, flattened
from kb.engines.passage_store import NO_PAGE, Packer, PassageStore, PassageWriter, joined, raw, train
from kb.engines.postings import MAX_POSITION, Field, FieldWriter, Ints, invert, invert_counted, stable_order
from kb.engines.word_lists import Grams, ListsWriter, Sample, WordLists, step, write_grams
from kb.model import Passage

POSITIONAL = ("text", "heading", "title")
FIELDS = (*POSITIONAL, "words", "norms")


class Segment:
    """A segment, opened. May be used by many threads at once."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            ValueError, KeyError, OSError: it is not a whole segment.
        """
        found = ArrayFile(path)
        self.name = path.stem  # no other segment has it
        self.fields: Mapping[str, Field] = {name: Field(found, name) for name in FIELDS}
        self.lists = WordLists(found)
        self.grams = Grams(found)
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
        self._norms: list[tuple[str, ...]] = []  # per passage
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
            self._norms.append(passage.norms)
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
            self._write_words(writer, words)
            self._write_norms(writer)
            write_guides(writer, self._guide_ids, np.array(self._guide_of, np.int32))
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

    def _write_words(self, writer: ArrayWriter, words: Sequence[str]) -> None:
        fields = [self._tokens[name] for name in ("title", "heading", "text")]  # as a reader meets them: order of appearance
        numbers = np.concatenate([np.array(tokens.numbers, np.int32) for tokens in fields])
        lengths = [np.array(tokens.lengths, np.int32) for tokens in fields]
        passages = np.concatenate([_passages(each) for each in lengths])
        terms, term_of = _sorted(words)
        order = stable_order(passages)
        numbers, passages = term_of[numbers[order]], passages[order]
        postings = invert_counted(numbers, passages, np.ones(len(numbers), np.uint8), len(terms))
        n_each = np.add.reduce(lengths, dtype=np.int64)
        field_writer = FieldWriter(writer, "words", max_position=None)
        field_writer.add(terms, postings)
        field_writer.close(n_each)
        every = step(len(n_each))
        is_sampled = postings.passages % every == 0
        sample = Sample(
            -(-len(n_each) // every), postings.passages[is_sampled].astype(np.int64) // every, postings.terms[is_sampled]
        )
        n_grams = write_grams(writer, [term.decode() for term in terms], postings.n_passages, len(n_each), sample)
        lists = ListsWriter(writer, n_grams)
        held = np.bincount(postings.passages, minlength=len(n_each))
        first = np.unique(passages.astype(np.int64) * len(terms) + numbers, return_index=True)[1]  # per passage and word
        order = stable_order(postings.passages)[np.argsort(first)]
        lists.add(held, postings.terms[order].astype(np.uint32), postings.counts[order])
        lists.close()

    def _write_norms(self, writer: ArrayWriter) -> None:
        terms, numbers = _sorted([term for named in self._norms for term in named])
        lengths = np.array([*map(len, self._norms)], np.int32)
        postings = invert_counted(numbers, _passages(lengths), np.ones(len(numbers), np.uint8), len(terms))
        field_writer = FieldWriter(writer, "norms", max_position=None)
        field_writer.add(terms, postings)
        field_writer.close(lengths)


def _sorted(terms: Sequence[str]) -> tuple[list[bytes], Ints]:
    """Return the distinct terms in order, as UTF-8, and the place there of each given one."""
    distinct = sorted(set(terms))
    place = {term: i for i, term in enumerate(distinct)}
    return [term.encode("utf-8", "replace") for term in distinct], np.array([place[term] for term in terms], np.int32)


def _passages(lengths: Array) -> Ints:
    return np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)


def write_guides(writer: ArrayWriter, ids: Sequence[str], guide_of: Ints) -> None:
    """Write which guide each passage belongs to, given as places in `ids`, of which none occurs twice."""
    terms, place = _sorted(ids)
    text, ends = flattened(terms)
    writer.add("guide.terms", text)
    writer.add("guide.term_ends", ends)
    writer.add("guide.of", place[guide_of] if len(ids) else guide_of)
