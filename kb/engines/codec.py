"""How Whoosh reads our segments: its term dictionary, matchers and stored fields over the flat arrays.

Whoosh keeps the table of contents of a generation (which segment, which schema) and can search it with its own queries and
scorers. What a search of ours does not go through is its matchers: they give out one posting at a time.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import fields, formats
from whoosh.codec import base
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from kb.engines.segments import POSITIONAL, Segment

INDEX = "MAIN"
SUFFIX = ".flat"


def schema() -> fields.Schema:
    """Return what a passage is to Whoosh: fields of ready-made terms, and the passage itself."""
    positional = {name: fields.FieldType(formats.Positions(), None, scorable=True) for name in POSITIONAL}
    words, norms = (fields.FieldType(formats.Frequency(), None, scorable=True) for _ in range(2))
    return fields.Schema(**positional, words=words, norms=norms, guide=fields.ID(), passage=fields.STORED())


def new_segment(folder: Path) -> tuple["FlatSegment", Path]:
    """Return a segment to be committed to the folder, and the file to write it to."""
    segment = FlatSegment(INDEX)
    return segment, folder / segment.make_filename(SUFFIX)


def commit(folder: Path, segment: "FlatSegment", n_passages: int) -> None:
    """Write the table of contents that makes the written segment the one of this folder."""
    segment.n_passages = n_passages
    TOC(schema(), [segment], 1).write(FileStorage(str(folder)), INDEX)


def link(committed: Path, folder: Path) -> None:
    """Make the segment of a committed folder that of another folder, too."""
    for path in committed.iterdir():
        if path.suffix in (SUFFIX, ".toc"):
            try:
                os.link(path, folder / path.name)
            except OSError:  # a file system without hard links
                shutil.copyfile(path, folder / path.name)


def open_segment(folder: Path) -> Segment:
    """Open the folder's segment.

    Raises:
        whoosh.index.IndexError, ValueError, KeyError, OSError, EOFError: there is none, or it is not whole.
    """
    (segment,) = TOC.read(FileStorage(str(folder), supports_mmap=False), INDEX, schema=schema()).segments
    opened = Segment(folder / segment.make_filename(SUFFIX))
    if len(opened) != segment.n_passages:
        raise ValueError(f"{len(opened)} of {segment.n_passages} passages")
    return opened


def whoosh_index(folder: Path) -> FileIndex:
    """Return the folder as an index of Whoosh's, to be searched only."""
    return FileIndex(FileStorage(str(folder), supports_mmap=False), schema())


class FlatSegment(base.Segment):  # type: ignore[misc]  # Whoosh has no types
    """What the table of contents says of a segment. No passage of it is ever marked as deleted: a commit writes a new one."""

    n_passages = 0

    def codec(self) -> "FlatCodec":
        """Return what opens it."""
        return FlatCodec()

    def doc_count_all(self) -> int:
        """Return how many passages it holds."""
        return self.n_passages

    def deleted_count(self) -> int:
        """Return 0."""
        return 0

    def deleted_docs(self) -> tuple[int, ...]:
        """Return nothing."""
        return ()

    def is_deleted(self, docnum: int) -> bool:
        """Say no."""
        return False


class FlatCodec(base.Codec):  # type: ignore[misc]
    """Opens a segment for Whoosh."""

    def terms_reader(self, storage: Any, segment: FlatSegment) -> "_Terms":
        """Return terms and postings."""
        return _Terms(Segment(Path(storage.folder) / segment.make_filename(SUFFIX)))

    def per_document_reader(self, storage: Any, segment: FlatSegment) -> "_Passages":
        """Return passages and lengths of fields."""
        return _Passages(Segment(Path(storage.folder) / segment.make_filename(SUFFIX)))


class _Terms(base.TermsReader):  # type: ignore[misc]
    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def _lexicon(self, fieldname: str) -> Any:
        return self._segment.guides if fieldname == "guide" else self._segment.fields[fieldname].lexicon

    def _number(self, fieldname: str, term: bytes) -> int:
        number: int = self._lexicon(fieldname).find(term)
        if number < 0:
            raise TermNotFound(f"{fieldname}:{term!r}")
        return number

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return bool(self._lexicon(term[0]).find(term[1]) >= 0)

    def indexed_field_names(self) -> Sequence[str]:
        return [*self._segment.fields, "guide"]

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((name, term) for name in sorted(self.indexed_field_names()) for term in self._lexicon(name))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        lexicon = self._lexicon(fieldname)
        return ((fieldname, lexicon[number]) for number in range(lexicon.first_from(prefix), len(lexicon)))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return (((name, term), self.term_info(name, term)) for name, term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return (((name, term), self.term_info(name, term)) for name, term in self.terms_from(fieldname, prefix))

    def cursor(self, fieldname: str, fieldobj: Any) -> "_Cursor":
        return _Cursor(self._lexicon(fieldname))

    def term_info(self, fieldname: str, term: bytes) -> TermInfo:
        passages, counts = self._postings(fieldname, term)
        lengths = [] if fieldname == "guide" else self._segment.fields[fieldname].lengths[passages]
        return TermInfo(
            weight=int(counts.sum()),
            df=len(passages),
            minlength=int(min(lengths, default=0)),
            maxlength=int(max(lengths, default=0)),
            maxweight=int(counts.max()),
            minid=int(passages[0]),
            maxid=int(passages[-1]),
        )

    def matcher(self, fieldname: str, term: bytes, format_: Any, scorer: Any = None) -> "_Matcher":
        passages, counts = self._postings(fieldname, term)
        positions = None
        if fieldname in POSITIONAL:
            flat, n_each = self._segment.fields[fieldname].positions(self._number(fieldname, term), np.arange(len(passages)))
            positions = [each.tolist() for each in np.split(flat, np.cumsum(n_each, dtype=np.int64)[:-1])]
        weights = [float(count) for count in counts.tolist()]
        info = self.term_info(fieldname, term)
        return _Matcher(
            passages.tolist(), weights, positions, format=format_, scorer=scorer, term=(fieldname, term), terminfo=info
        )

    def _postings(self, fieldname: str, term: bytes) -> tuple[Any, Any]:
        number = self._number(fieldname, term)
        if fieldname == "guide":
            passages = np.flatnonzero(self._segment.guide_of == number)
            return passages, np.ones(len(passages), np.int64)
        field = self._segment.fields[fieldname]
        return field.passages(number), field.counts(number)


class _Cursor(base.FieldCursor):  # type: ignore[misc]
    """Walks over the terms of a field."""

    def __init__(self, lexicon: Any) -> None:
        self._lexicon, self._at = lexicon, 0

    def first(self) -> str | None:
        return self._to(0)

    def find(self, string: bytes | str) -> str | None:
        return self._to(self._lexicon.first_from(string.encode() if isinstance(string, str) else string))

    def next(self) -> str | None:
        return self._to(self._at + 1)

    def text(self) -> str | None:
        return self._lexicon[self._at].decode() if self.is_valid() else None

    def is_valid(self) -> bool:
        return bool(self._at < len(self._lexicon))

    def _to(self, at: int) -> str | None:
        self._at = at
        return self.text()


class _Matcher(ListMatcher):  # type: ignore[misc]
    """Gives out one posting after the other; positions as numbers, which Whoosh would unpack from bytes."""

    def __init__(self, ids: list[int], weights: list[float], positions: list[list[int]] | None, **facts: Any) -> None:
        super().__init__(ids, weights, **facts)
        self._positions, self._facts = positions, facts

    def value_as(self, astype: str) -> Any:
        if astype == "positions" and self._positions is not None:
            return self._positions[self._i]
        if astype == "frequency":
            return int(self._weights[self._i])
        raise ValueError(f"no {astype}")

    def supports(self, astype: str) -> bool:
        return astype == "frequency" or (astype == "positions" and self._positions is not None)

    def copy(self) -> "_Matcher":
        other = _Matcher(self._ids, self._weights, self._positions, **self._facts)
        other._i = self._i
        return other


class _Passages(base.PerDocumentReader):  # type: ignore[misc]
    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def doc_count(self) -> int:
        return len(self._segment)

    doc_count_all = doc_count

    def has_deletions(self) -> bool:
        return False

    def is_deleted(self, docnum: int) -> bool:
        return False

    def deleted_docs(self) -> tuple[int, ...]:
        return ()

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._segment.fields[fieldname].lengths[docnum]) if fieldname in self._segment.fields else default

    def field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).sum())

    def min_field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).min(initial=0))

    def max_field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        stored = self._segment.passages.get(docnum)
        guide_id = self._segment.guides[int(self._segment.guide_of[docnum])].decode()
        return {"passage": (guide_id, stored.number, stored.page, stored.heading, stored.text)}

    def _lengths(self, fieldname: str) -> Any:
        return self._segment.fields[fieldname].lengths.astype(np.int64) if fieldname in self._segment.fields else np.empty(0)
