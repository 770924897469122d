"""The passages of a segment: text, where its words and sentences end, page, heading, guide.

A text is kept as it is shown, on one line, and compressed with zstandard against a dictionary of the segment's own words:
a third of its size, unpacked in about 5 µs. With it lie the places of its words, so that a snippet is cut without
looking at the language again.
"""

import struct
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import zstandard

from kb import analysis
from kb.engines.arrays import Array, ArrayFile, ArrayWriter
from kb.engines.postings import Ints, smallest_type

_LEVEL = 3  # 10 µs for 2,000 characters; level 6 saves 1.5 % more of the text for 40 µs
DICTIONARY_BYTES = 64 * 1024
MIN_SAMPLES = 1_000  # passages; for fewer a dictionary costs more than it saves
MAX_SAMPLES = 1_000
_NARROW, _WIDE = np.dtype("<u1"), np.dtype("<u4")
_HEAD = struct.Struct("<3I")  # words, sentences, whether places are wide
_SEPARATOR = "\x1f"  # between headings; cleaned text has no control characters

NO_PAGE = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage as it is kept."""

    number: int  # within its guide
    page: int | None
    heading: tuple[str, ...]
    text: str
    ends: Ints  # of its words, characters
    lengths: Array
    sentences: tuple[int, ...]  # where sentences and list items begin, without the first

    def words(self) -> Iterator[str]:
        """Yield its words in the form in which they are compared."""
        for end, length in zip(self.ends.tolist(), self.lengths.tolist(), strict=True):
            yield analysis.fold(self.text[end - length : end])


def train(passages: Sequence[bytes]) -> bytes:
    """Return a dictionary for passages like these, as `raw` makes them; empty if they are too few."""
    if len(passages) < MIN_SAMPLES:
        return b""
    samples: list[bytes | bytearray | memoryview] = [*passages[:: max(1, len(passages) // MAX_SAMPLES)]]
    return bytes(zstandard.train_dictionary(DICTIONARY_BYTES, samples).as_bytes())


def raw(text: str, spaces: Sequence[int], lengths: Sequence[int], sentences: Sequence[int]) -> bytes:
    """Return a passage as bytes: three counts, sentences, characters before each word, lengths of the words, the text."""
    try:
        places, is_wide = bytes(spaces) + bytes(lengths), False
    except ValueError:  # a very long word or gap
        places, is_wide = np.array([*spaces, *lengths], _WIDE).tobytes(), True
    numbers = _HEAD.pack(len(lengths), len(sentences), is_wide) + struct.pack(f"<{len(sentences)}I", *sentences)
    return b"".join((numbers, places, text.encode("utf-8", "replace")))


class Packer:
    """Compresses passages with one dictionary. For one thread."""

    def __init__(self, dictionary: bytes) -> None:
        known = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self._compress = zstandard.ZstdCompressor(level=_LEVEL, dict_data=known, write_checksum=False).compress

    def pack(self, passage: bytes) -> bytes:
        """Return what `raw` made, compressed."""
        return bytes(self._compress(passage))


class PassageStore:
    """The passages of a segment, read from a file of arrays. May be used by many threads at once."""

    def __init__(self, file: ArrayFile) -> None:
        self.pages: Array = file["passages.pages"]
        self.numbers: Array = file["passages.numbers"]
        self.trails: Array = file["passages.trails"]
        self.dictionary: bytes = file["passages.dictionary"].tobytes()
        self._packed = file.stretches("passages.packed")
        self._trail_text = file["trails.text"].data
        # Single numbers come twice as fast from these as from arrays
        self._ends, self._trail_ends = file["passages.ends"].data, file["trails.ends"].data
        self._page_of, self._number_of, self._trail_of = self.pages.data, self.numbers.data, self.trails.data
        self._known = zstandard.ZstdCompressionDict(self.dictionary) if self.dictionary else None
        self._of_thread = threading.local()  # a decompressor must not be shared by threads

    def __len__(self) -> int:
        return len(self._ends)

    def packed(self, i: int) -> bytes:
        """Return the bytes of a passage as they are kept."""
        return self._packed.bytes(self._ends[i - 1] if i else 0, self._ends[i])

    def unpacked(self, i: int) -> bytes:
        """Return the bytes of a passage as `raw` made them."""
        try:
            decompress = self._of_thread.decompress
        except AttributeError:
            decompress = self._of_thread.decompress = zstandard.ZstdDecompressor(dict_data=self._known).decompress
        return bytes(decompress(self.packed(i)))

    def trail(self, i: int) -> bytes:
        """Return a heading trail as it is kept."""
        return bytes(self._trail_text[self._trail_ends[i - 1] if i else 0 : self._trail_ends[i]])

    def headings(self) -> Collection[str]:
        """Return every heading of the trails that passages stand below, once."""
        trails = (self.trail(i).decode() for i in np.unique(self.trails).tolist())
        return tuple(dict.fromkeys(heading for trail in trails for heading in trail.split(_SEPARATOR) if heading))

    def get(self, i: int) -> Stored:
        """Return a passage."""
        unpacked = self.unpacked(i)
        n_words, n_sentences, is_wide = _HEAD.unpack_from(unpacked)
        sentences = struct.unpack_from(f"<{n_sentences}I", unpacked, _HEAD.size)
        at, kind = _HEAD.size + 4 * n_sentences, _WIDE if is_wide else _NARROW
        spaces = np.frombuffer(unpacked, kind, n_words, at)
        lengths = np.frombuffer(unpacked, kind, n_words, at + n_words * kind.itemsize)
        trail = self.trail(self._trail_of[i]).decode()
        return Stored(
            self._number_of[i],
            self._page_of[i] or None,
            tuple(trail.split(_SEPARATOR)) if trail else (),
            unpacked[at + 2 * n_words * kind.itemsize :].decode(),
            np.add(spaces, lengths, dtype=np.int32).cumsum(),
            lengths,
            sentences,
        )


class PassageWriter:
    """Writes the passages of a segment in order."""

    def __init__(self, writer: ArrayWriter) -> None:
        self._writer = writer
        self._lengths: list[int] = []
        self._trail_numbers: dict[bytes, int] = {}
        self._columns: dict[str, list[int]] = {"pages": [], "numbers": [], "trails": []}
        self._pending: list[bytes] = []

    def add(self, packed: bytes, *, page: int, number: int, trail: bytes) -> None:
        """Write a passage; `page` is NO_PAGE where there is none, `trail` as `joined` makes it."""
        self._lengths.append(len(packed))
        self._pending.append(packed)
        place = self._trail_numbers.setdefault(trail, len(self._trail_numbers))
        for name, value in (("pages", page), ("numbers", number), ("trails", place)):
            self._columns[name].append(value)
        if len(self._pending) >= 1_000:
            self._flush()

    def close(self, dictionary: bytes) -> None:
        """Write what is known only now."""
        self._flush()
        self._writer.add("passages.dictionary", np.frombuffer(dictionary, np.uint8))
        self._writer.add("passages.ends", _ends(self._lengths))
        for name, values in self._columns.items():
            self._writer.add(f"passages.{name}", np.array(values, smallest_type(max(values, default=0))))
        self._writer.add("trails.text", np.frombuffer(b"".join(self._trail_numbers), np.uint8))
        self._writer.add("trails.ends", _ends(map(len, self._trail_numbers)))

    def _flush(self) -> None:
        self._writer.append("passages.packed", np.frombuffer(b"".join(self._pending), np.uint8))
        self._pending.clear()


def _ends(lengths: Iterable[int]) -> Array:
    ends = np.cumsum(np.array([*lengths], np.uint64))
    return ends.astype(smallest_type(int(ends[-1]) if len(ends) else 0))


def joined(heading: Sequence[str]) -> bytes:
    """Return a heading trail as it is kept."""
    return _SEPARATOR.join(heading).encode("utf-8", "replace")
