"""Read PDF guides: pypdf opens them, pdfium reads the text of their pages.

pypdf's limits stop hostile files and it knows the outline; pdfium is 15 times faster and damages fewer forms. pypdf also
reads a page that pdfium fails on. Meant for a child process: pdfium can abort and is not thread-safe.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pypdfium2
from pypdf.errors import FileNotDecryptedError, LimitReachedError, PyPdfError, WrongPasswordError
from pypdf.generic import Destination

from kb.errors import ExtractionError, ExtractionReason
from kb.extract import files, layout
from kb.model import Extracted, Heading, Page

# what pypdf raises on damaged files, besides its own errors
_PYTHON_DAMAGES = (ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError)
_DAMAGES = (PyPdfError, *_PYTHON_DAMAGES, ValueError, zlib.error)

_SCAN_LETTERS = 30  # a page with fewer is scanned, most likely
_NO_LETTERS = 10
_PAGES_PER_HEADING = 8  # an outline with fewer entries is none
_MAX_LEVEL = 6
_MAX_HEADINGS = 5000
_TITLE_PAGES = 3  # a cover may be an image
_GATE = 0.12  # share of function words: real guides have .26 and more, broken fonts less than this
_GATE_WORDS = 30
_FAILED_TRIES = 5  # pages in a row on which pypdf was no better; then it is not asked any more
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_FUNCTION_WORDS = frozenset(
    _WORD.findall(
        "der die das den dem des ein eine einer eines einem einen und oder in im an am auf aus bei beim mit nach von vom zu "
        "zum zur für ist sind wird werden kann können hat haben nicht sich auch es er sie als wie wenn dass durch über um vor "
        "bis sowie so"
    )
)


@dataclass(frozen=True, slots=True)
class PdfExtractor:
    """Reads PDF files."""

    suffixes: tuple[str, ...] = (".pdf",)

    def extract(self, path: Path) -> Extracted:
        """Return the text and properties of the PDF; see `Extractor`."""
        if b"%PDF-" not in files.head(path):
            raise ExtractionError(str(path), ExtractionReason.WRONG_TYPE)
        reader = _open(path)
        outline = _outline(reader) if reader else {}
        n_pages = len(reader.pages) if reader else 0
        is_outlined = bool(outline) and sum(map(len, outline.values())) * _PAGES_PER_HEADING >= n_pages
        leaves = _leaves(path, reader, n_typed=_TITLE_PAGES if is_outlined else None)
        if all(leaf.n_letters < _NO_LETTERS for leaf in leaves):
            raise ExtractionError(str(path), ExtractionReason.NO_TEXT, f"pages={len(leaves)}")
        if not is_outlined:
            typed = dict(enumerate(layout.headings([leaf.lines for leaf in leaves])))
            outline = max(typed, outline, key=lambda found: sum(map(len, found.values())))
        return Extracted(
            pages=tuple(Page(number=i + 1, text=leaf.text, headings=outline.get(i, ())) for i, leaf in enumerate(leaves)),
            title=_property(reader, "/Title"),
            title_line=next((layout.title_line(leaf.lines) for leaf in leaves[:_TITLE_PAGES] if leaf.lines), ""),
            author=_property(reader, "/Author"),
            keywords=tuple(filter(None, map(str.strip, re.split("[,;]", _property(reader, "/Keywords"))))),
            doubts=tuple(_doubts(leaves)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaf:
    """What is read from one page."""

    text: str
    lines: Sequence[layout.Line] = ()

    @property
    def n_letters(self) -> int:
        return len(_LETTER.findall(self.text))


def _open(path: Path) -> pypdf.PdfReader | None:
    """Return a reader whose pages can be walked, or None for a damaged file, which pdfium may still read."""
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ExtractionError(str(path), ExtractionReason.ENCRYPTED)
        for page in reader.pages:  # unpacks what is drawn, against limits that pdfium does not have
            contents = page.get_contents()
            if contents is not None:
                contents.get_data()
    except LimitReachedError as error:
        raise ExtractionError(str(path), ExtractionReason.LIMIT, str(error)) from error
    except (FileNotDecryptedError, WrongPasswordError) as error:
        raise ExtractionError(str(path), ExtractionReason.ENCRYPTED) from error
    except _DAMAGES:
        return None
    return reader


def _leaves(path: Path, reader: pypdf.PdfReader | None, *, n_typed: int | None) -> list[_Leaf]:
    """Return all pages, the first `n_typed` of them (None: all) with the type of their lines."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if reader is None:
            raise ExtractionError(str(path), ExtractionReason.DAMAGED, str(error)) from error
        leaves = [_Leaf(text="")] * len(reader.pages)
    else:
        with closing(document):
            leaves = [_leaf(document, i, is_typed=n_typed is None or i < n_typed) for i in range(len(document))]
    return list(_mended(leaves, reader)) if reader else leaves


def _leaf(document: pypdfium2.PdfDocument, index: int, *, is_typed: bool) -> _Leaf:
    try:
        with closing(document[index]) as page, closing(page.get_textpage()) as textpage:
            typed = layout.TypedPage(textpage)
            return _Leaf(text=typed.text(), lines=typed.lines() if is_typed else ())
    except pypdfium2.PdfiumError:
        return _Leaf(text="")


def _mended(leaves: Iterable[_Leaf], reader: pypdf.PdfReader) -> Iterator[_Leaf]:
    """Yield the pages, with pypdf's text where pdfium found none or no German and pypdf did better."""
    n_failed = 0
    for i, leaf in enumerate(leaves):
        if n_failed < _FAILED_TRIES and (not leaf.text.strip() or _is_odd(leaf.text)):
            text = _pypdf_text(reader, i)
            is_better = _share(text) > _share(leaf.text) if leaf.text.strip() else bool(text.strip())
            n_failed = 0 if is_better else n_failed + 1
            yield _Leaf(text=text, lines=leaf.lines) if is_better else leaf
        else:
            yield leaf


def _pypdf_text(reader: pypdf.PdfReader, index: int) -> str:
    try:
        return reader.pages[index].extract_text()
    except _DAMAGES:
        return ""


def _share(text: str) -> float:
    """Return the share of German function words among the words of the text."""
    words = _WORD.findall(text.lower())
    return sum(word in _FUNCTION_WORDS for word in words) / max(1, len(words))


def _is_odd(text: str) -> bool:
    return len(_WORD.findall(text)) >= _GATE_WORDS and _share(text) < _GATE


def _doubts(leaves: Sequence[_Leaf]) -> Iterator[str]:
    if sum(leaf.n_letters < _SCAN_LETTERS for leaf in leaves) * 2 > len(leaves):
        yield "scan_pages"
    if _is_odd("\n".join(leaf.text for leaf in leaves)):
        yield "odd_text"


def _property(reader: pypdf.PdfReader | None, name: str) -> str:
    """Return an entry of the document information, "" if there is none or it cannot be read."""
    try:
        value = reader.metadata.get(name) if reader and reader.metadata else None
        return " ".join(str(value.get_object()).split()) if value is not None else ""
    except _DAMAGES:
        return ""


def _outline(reader: pypdf.PdfReader) -> dict[int, tuple[Heading, ...]]:
    """Return the headings of the outline by page index."""
    found: dict[int, tuple[Heading, ...]] = {}
    try:
        stack: list[tuple[int, Iterator[object]]] = [(1, iter(reader.outline))]
    except _DAMAGES:
        return found
    n_left = _MAX_HEADINGS
    while stack and n_left:
        level, entries = stack[-1]
        entry = next(entries, None)
        if entry is None:
            stack.pop()
        elif isinstance(entry, list):
            stack.append((level + 1, iter(entry)))
        elif isinstance(entry, Destination):
            n_left -= 1
            index = _page_index(reader, entry)
            if index is not None and str(entry.title or "").strip():
                found[index] = (*found.get(index, ()), Heading(level=min(level, _MAX_LEVEL), title=str(entry.title)))
    return found


def _page_index(reader: pypdf.PdfReader, entry: Destination) -> int | None:
    try:
        index = reader.get_destination_page_number(entry)
    except _DAMAGES:
        return None
    return index if index is not None and index >= 0 else None
