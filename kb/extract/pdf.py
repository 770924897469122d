"""Read PDF guides with pdfium, after a look at what the file unpacks to.

pdfium is 15 times faster than pypdf and damages fewer forms, but has no limits: pypdf has to pass files that are not plain.
It is asked for a page, too, on which pdfium finds nothing or no German. Meant for a child process: pdfium can abort and
is not thread-safe.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2

from kb.errors import ExtractionError, ExtractionReason
from kb.extract import bombs, files, layout
from kb.model import Extracted, Heading, Page

if TYPE_CHECKING:
    import pypdf

_SCAN_LETTERS = 30  # a page with fewer is scanned, most likely
_NO_LETTERS = 10
_PAGES_PER_HEADING = 8  # an outline with fewer entries is none
_MAX_LEVEL = 6
_MAX_HEADINGS = 5000
_MAX_PAGES = 5000  # as in sandbox.Limits; here before they are read
_TITLE_PAGES = 3  # a cover may be an image
_GATE = 0.12  # share of function words: real guides have .26 and more, broken fonts less than this
_SURE = 0.2  # of what blanks divide: no need to look closer
_GATE_WORDS = 30
_KNOWN = 0.5  # share of the words that stand on other pages; .6 to .98 on lists of links and tables of contents
_FAILED_TRIES = 5  # pages in a row on which pypdf was no better; then it is not asked any more
_WORD = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")
_FUNCTION_WORDS = frozenset(
    _WORD.findall(
        "der die das den dem des ein eine einer eines einem einen und oder in im an am auf aus bei beim mit nach von vom zu "
        "zum zur für ist sind wird werden kann können hat haben nicht sich auch es er sie als wie wenn dass durch über um vor "
        "bis sowie so"
    )
)
_IN_ANY_CASE = _FUNCTION_WORDS | frozenset(map(str.capitalize, _FUNCTION_WORDS))


@dataclass(frozen=True, slots=True)
class PdfExtractor:
    """Reads PDF files."""

    suffixes: tuple[str, ...] = (".pdf",)

    def extract(self, path: Path) -> Extracted:
        """Return the text and properties of the PDF; see `Extractor`."""
        data = files.content(path)
        if b"%PDF-" not in data[: files.HEAD_BYTES]:
            raise ExtractionError(str(path), ExtractionReason.WRONG_TYPE)
        backup = _Backup(path)
        if not bombs.is_tame(data):
            backup.walk()
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            return _without_pdfium(path, backup, str(error))
        with closing(document):
            return _read(path, document, backup)


def _read(path: Path, document: pypdfium2.PdfDocument, backup: "_Backup") -> Extracted:
    n_pages = len(document)
    if n_pages > _MAX_PAGES:
        raise ExtractionError(str(path), ExtractionReason.LIMIT, f"pages={n_pages}")
    outline = _outline(document)
    is_outlined = bool(outline) and sum(map(len, outline.values())) * _PAGES_PER_HEADING >= n_pages
    n_typed = _TITLE_PAGES if is_outlined else n_pages
    leaves = _mended([_leaf(document, i, is_typed=i < n_typed) for i in range(n_pages)], backup)
    if not is_outlined:
        typed = dict(enumerate(layout.headings([leaf.lines for leaf in leaves])))
        outline = max(typed, outline, key=lambda found: sum(map(len, found.values())))
    title, author, keywords = (" ".join(document.get_metadata_value(key).split()) for key in ("Title", "Author", "Keywords"))
    return Extracted(
        pages=_pages(path, leaves, outline),
        title=title,
        title_line=next((layout.title_line(leaf.lines) for leaf in leaves[:_TITLE_PAGES] if leaf.lines), ""),
        author=author,
        keywords=tuple(filter(None, map(str.strip, re.split("[,;]", keywords)))),
        doubts=tuple(_doubts(leaves)),
    )


def _without_pdfium(path: Path, backup: "_Backup", problem: str) -> Extracted:
    """Return what pypdf reads of a file that pdfium cannot open."""
    leaves = _mended([_Leaf(text="")] * backup.n_pages, backup)
    if not leaves:
        raise ExtractionError(str(path), ExtractionReason.DAMAGED, problem)
    return Extracted(pages=_pages(path, leaves, {}), doubts=tuple(_doubts(leaves)))


def _pages(path: Path, leaves: "Sequence[_Leaf]", outline: Mapping[int, tuple[Heading, ...]]) -> tuple[Page, ...]:
    if not any(leaf.has_letters(_NO_LETTERS) for leaf in leaves):
        raise ExtractionError(str(path), ExtractionReason.NO_TEXT, f"pages={len(leaves)}")
    return tuple(Page(number=i + 1, text=leaf.text, headings=outline.get(i, ())) for i, leaf in enumerate(leaves))


class _Leaf:
    """What is read from one page."""

    def __init__(self, text: str, lines: Sequence[layout.Line] = ()) -> None:
        self.text, self.lines = text, lines
        pieces = text.split()
        self.n_pieces = len(pieces)
        self.n_function_words = sum(map(_IN_ANY_CASE.__contains__, pieces))

    def has_letters(self, n: int) -> bool:
        """Say whether the page has at least `n` letters."""
        return len([*islice(_LETTER.finditer(self.text), n)]) == n

    @cached_property
    def words(self) -> list[str]:
        return _WORD.findall(self.text.lower())

    @cached_property
    def share(self) -> float:
        """The share of German function words among the words of the text."""
        return sum(map(_FUNCTION_WORDS.__contains__, self.words)) / max(1, len(self.words))

    @property
    def is_odd(self) -> bool:
        # what blanks divide is counted ten times as fast as words are
        if self.n_function_words >= _SURE * self.n_pieces:
            return False
        return len(self.words) >= _GATE_WORDS and self.share < _GATE


class _Backup:
    """pypdf's view of the same file, opened when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_open = False
        self._reader: pypdf.PdfReader | None = None

    def walk(self) -> None:
        """Hold the file against pypdf's limits; see `fallback.walked`."""
        from kb.extract import fallback  # noqa: PLC0415  # its import costs as much as a small guide

        self._reader, self._is_open = fallback.walked(self._path), True

    @property
    def n_pages(self) -> int:
        if not self._is_open:
            self.walk()
        return len(self._reader.pages) if self._reader else 0

    def text(self, index: int) -> str:
        """Return pypdf's text of a page, "" if it has none."""
        from kb.extract import fallback  # noqa: PLC0415

        if not self._is_open:
            self._reader, self._is_open = fallback.opened(self._path), True
        return fallback.text(self._reader, index) if self._reader else ""


def _leaf(document: pypdfium2.PdfDocument, index: int, *, is_typed: bool) -> _Leaf:
    try:
        with closing(document[index]) as page, closing(page.get_textpage()) as textpage:
            typed = layout.TypedPage(textpage)
            return _Leaf(text=typed.text(), lines=typed.lines() if is_typed else ())
    except pypdfium2.PdfiumError:
        return _Leaf(text="")


def _mended(leaves: Sequence[_Leaf], backup: _Backup) -> list[_Leaf]:
    """Return the pages, with pypdf's text where pdfium found none or no German and pypdf did better."""
    known: frozenset[str] | None = None
    mended, n_failed = [], 0
    for i, leaf in enumerate(leaves):
        is_empty = not leaf.text.strip()
        if leaf.is_odd:
            known = frozenset(word for other in leaves if not other.is_odd for word in other.words) if known is None else known
        if n_failed < _FAILED_TRIES and (is_empty or (leaf.is_odd and not _is_like(leaf, known or frozenset()))):
            other = _Leaf(text=backup.text(i), lines=leaf.lines)
            is_better = bool(other.text.strip()) if is_empty else other.share > leaf.share
            n_failed = 0 if is_better else n_failed + 1
            mended.append(other if is_better else leaf)
        else:
            mended.append(leaf)
    return mended


def _is_like(leaf: _Leaf, known: Container[str]) -> bool:
    """Return whether the page has the words of the others: a list without sentences, and no broken font."""
    return sum(word in known for word in leaf.words) >= _KNOWN * len(leaf.words)


def _doubts(leaves: Sequence[_Leaf]) -> Iterator[str]:
    if sum(not leaf.has_letters(_SCAN_LETTERS) for leaf in leaves) * 2 > len(leaves):
        yield "scan_pages"
    if sum(leaf.n_function_words for leaf in leaves) < _SURE * sum(leaf.n_pieces for leaf in leaves):
        whole = _Leaf("\n".join(leaf.text for leaf in leaves))
        if whole.is_odd:
            yield "odd_text"


def _outline(document: pypdfium2.PdfDocument) -> dict[int, tuple[Heading, ...]]:
    """Return the headings of the outline by page index."""
    found: dict[int, list[Heading]] = {}
    for entry in islice(document.get_toc(), _MAX_HEADINGS):
        target = entry.get_dest()
        index, title = target.get_index() if target else None, entry.get_title()
        if index is not None and index >= 0 and title.strip():
            found.setdefault(index, []).append(Heading(level=min(entry.level + 1, _MAX_LEVEL), title=title))
    return {index: tuple(headings) for index, headings in found.items()}
