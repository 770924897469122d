"""Several segments -> one, without some of their guides.

Fields are merged a stretch of terms at a time, so that memory stays bounded; packed passages are copied as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kb.engines import postings
from kb.engines.arrays import Array, ArrayWriter
from kb.engines.passage_store import Packer, PassageStore, PassageWriter
from kb.engines.postings import Field, FieldWriter, Ints, Numbers, Postings
from kb.engines.segments import POSITIONAL, Segment, write_guides
from kb.engines.word_lists import ListsWriter, Sample, step, write_grams

_POSTINGS_AT_ONCE = 1 << 22  # of one field: about 200 MB
_PASSAGES_AT_ONCE = 10_000


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
        (np.cumsum(each) - 1 + end - np.count_nonzero(each)).astype(np.int32) for each, end in zip(kept, ends, strict=True)
    ]
    with ArrayWriter(path) as writer:
        for name in POSITIONAL:
            _merge_field(writer, [source.segment.fields[name] for source in sources], kept, place_of)
        _merge_words(writer, sources, kept, place_of)
        _merge_field(writer, [source.segment.fields["norms"] for source in sources], kept, place_of)
        ids = [[guide.decode() for guide in source.segment.guides] for source in sources]
        starts = np.cumsum([0, *map(len, ids)])
        guide_of = [source.segment.guide_of[each] + start for source, each, start in zip(sources, kept, starts, strict=False)]
        write_guides(writer, *_used([id_ for listed in ids for id_ in listed], np.concatenate(guide_of)))
        _merge_passages(writer, [source.segment.passages for source in sources], kept)


def _used(ids: Sequence[str], guide_of: Ints) -> tuple[list[str], Ints]:
    """Leave out the guides without a passage."""
    used, place = np.unique(guide_of, return_inverse=True)
    return [ids[i] for i in used.tolist()], place.astype(np.int32)


def _merge_words(writer: ArrayWriter, sources: Sequence[Source], kept: Sequence[Array], place_of: Sequence[Ints]) -> None:
    fields = [source.segment.fields["words"] for source in sources]
    terms, numbers, n_passages = _merge_field(writer, fields, kept, place_of)
    has_any = n_passages > 0
    words = [term.decode() for term, has in zip(terms, has_any.tolist(), strict=True) if has]
    place = np.cumsum(has_any) - 1
    sample = _sample(sources, kept, [place[own] for own in numbers])
    n_grams = write_grams(writer, words, n_passages[has_any], sum(map(np.count_nonzero, kept)), sample)
    lists = ListsWriter(writer, n_grams)
    for source, own, keep in zip(sources, numbers, kept, strict=True):
        passages = np.flatnonzero(keep).astype(np.int32)
        for start in range(0, len(passages), _PASSAGES_AT_ONCE):
            n_words, starts, held = source.segment.lists.of(passages[start : start + _PASSAGES_AT_ONCE])
            counts = source.segment.lists.counts[postings.ranges(starts, n_words)]
            lists.add(n_words, place[own[held]].astype(np.uint32), counts)
    lists.close()


def _sample(sources: Sequence[Source], kept: Sequence[Array], places: Sequence[Numbers]) -> Sample:
    """Return some of the passages that are kept, given the place of each source's words among all."""
    every = step(sum(map(np.count_nonzero, kept)))
    n_passages, passages, words = 0, [], []
    for source, keep, place in zip(sources, kept, places, strict=True):
        chosen = np.flatnonzero(keep)[::every].astype(np.int32)
        n_words, _, held = source.segment.lists.of(chosen)
        passages.append(n_passages + np.repeat(np.arange(len(chosen)), n_words))
        words.append(place[held])
        n_passages += len(chosen)
    return Sample(n_passages, np.concatenate(passages), np.concatenate(words))


def _merge_field(
    writer: ArrayWriter, fields: Sequence[Field], kept: Sequence[Array], place_of: Sequence[Ints]
) -> tuple[list[bytes], Sequence[Array], Numbers]:
    """Write one field; returns all terms of the sources, the place there of each source's own, how many passages have each."""
    listed = [[*field.lexicon] for field in fields]
    terms = sorted(set().union(*listed))
    number = {term: i for i, term in enumerate(terms)}
    numbers = [np.array([number[term] for term in each], np.int64) for each in listed]
    max_position = None
    if fields[0].has_positions:
        max_position = max((1 << (8 + len(each.high))) - 1 for each in fields)
    field_writer = FieldWriter(writer, fields[0].name, max_position=max_position)
    for first, last in _stretches(fields, numbers, len(terms)):
        parts = [
            _taken_over(_part(each, own, first, last), keep, place)
            for each, own, keep, place in zip(fields, numbers, kept, place_of, strict=True)
        ]
        field_writer.add(terms[first:last], postings.merge(parts))
    field_writer.close(np.concatenate([each.lengths[keep] for each, keep in zip(fields, kept, strict=True)]))
    return terms, numbers, field_writer.n_passages


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


def _part(field: Field, numbers: Array, first: int, last: int) -> Postings:
    """Return the postings of a stretch of all terms, in which the field's own have these numbers."""
    start, end = np.searchsorted(numbers, [first, last]).tolist()
    part = field.part(start, end)
    n_passages = np.zeros(last - first, np.int64)
    n_passages[numbers[start:end] - first] = part.n_passages
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
