"""What DOCX and ODT share: a zip that is opened with care, XML that is parsed with care, sections instead of pages."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from kb.errors import ExtractionError, ExtractionReason
from kb.extract import files
from kb.model import Extracted, Heading, Page

# 455 real DOCX have 19 MB, 84 entries and 12.6 MB at most
_MAX_UNPACKED = 100 * 1024 * 1024
_MAX_ENTRIES = 2000
_MAX_XML = 50 * 1024 * 1024
_XML = (".xml", ".rels")
_SECTION_WORDS = 400  # of a section where neither headings nor page breaks divide
_MAX_LEVEL = 9
_TITLE_SIZE = 14  # points
_FIRST_BLOCKS = 5

DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, LookupError, NotImplementedError, OSError, RuntimeError, ValueError)
"""What `zipfile` raises on damaged or unusual archives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, a table or a heading, in document order."""

    text: str
    level: int = 0  # of a heading; 0 for other text
    is_item: bool = False  # of a list
    is_title: bool = False
    size: float = 0.0  # points, where the text itself says so
    breaks_page: bool = False  # begins a new page
    notes: tuple[str, ...] = ()  # footnotes that this text refers to


class Archive:
    """The parts of a zip file whose directory promises sizes that a guide can have."""

    def __init__(self, path: Path) -> None:
        head = files.head(path)
        if head.startswith(files.OLE_MAGIC):
            raise ExtractionError(str(path), ExtractionReason.OLD_WORD)
        if not head.startswith(b"PK"):
            raise ExtractionError(str(path), ExtractionReason.WRONG_TYPE)
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except DAMAGES as error:
            raise ExtractionError(str(path), ExtractionReason.DAMAGED, str(error)) from error
        entries = self._zip.infolist()
        self.names = frozenset(entry.filename for entry in entries)
        largest_xml = max((entry.file_size for entry in entries if entry.filename.endswith(_XML)), default=0)
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > _MAX_ENTRIES or unpacked > _MAX_UNPACKED or largest_xml > _MAX_XML:
            self._zip.close()
            detail = f"entries={len(entries)} bytes={unpacked} largest_xml={largest_xml}"
            raise ExtractionError(str(path), ExtractionReason.LIMIT, detail)

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def read(self, name: str) -> bytes:
        """Return a part's bytes, b"" if there is no such part.

        Raises:
            ExtractionError: the part is damaged or longer than the directory says.
        """
        if name not in self.names:
            return b""
        try:
            with self._zip.open(name) as part:
                data = part.read(_MAX_XML + 1)
        except DAMAGES as error:
            raise ExtractionError(str(self._path), ExtractionReason.DAMAGED, f"{name}: {error}") from error
        if len(data) > _MAX_XML:
            raise ExtractionError(str(self._path), ExtractionReason.LIMIT, name)
        return data

    def without_media(self) -> io.BytesIO:
        """Return a copy in which all but XML is empty: python-docx unpacks every picture.

        Raises:
            Exceptions of `DAMAGES`: a part is damaged.
        """
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w") as written:
            for name in self.names:
                written.writestr(name, self._zip.read(name) if name.endswith(_XML) else b"")
        return copy

    def parse(self, name: str) -> etree._Element | None:
        """Return the root of an XML part, None if there is no such part.

        Raises:
            ExtractionError: the part is damaged, too large, or no well-formed XML.
        """
        try:
            return parse(self.read(name))
        except etree.XMLSyntaxError as error:
            raise ExtractionError(str(self._path), ExtractionReason.DAMAGED, f"{name}: {error}") from error

    def parse_optional(self, name: str) -> etree._Element | None:
        """Return the root of a part that the text can do without, None if it cannot be read."""
        try:
            return self.parse(name)
        except ExtractionError:
            return None


def parse(data: bytes) -> etree._Element | None:
    """Return the root of an XML text, None for an empty one; nothing outside of it is read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    return etree.fromstring(data, parser) if data else None


def sections(blocks: Iterable[Block]) -> tuple[Page, ...]:
    """Return one page per section: a heading and the text under it, without the heading's line.

    Without headings a section is what lies between page breaks, and without these about 400 words.
    """
    known = list(blocks)
    if any(block.level for block in known):
        starts = _starts_at_headings
    elif any(block.breaks_page for block in known[1:]):
        starts = _starts_at_breaks
    else:
        starts = _starts_by_words
    pages: list[list[Block]] = [[]]
    for block, is_start in zip(known, starts(known), strict=True):
        if is_start and pages[-1]:
            pages.append([])
        pages[-1].append(block)
    found = (_page(section) for section in pages)
    return tuple(page for page in found if page.text or page.headings)


def title_line(blocks: Sequence[Block]) -> str:
    """Return the first run of blocks styled as title, joined by blanks; without one, the largest of the first blocks if it is
    set large; otherwise "".
    """
    title: list[str] = []
    for block in blocks:
        if block.is_title and block.text:
            title.append(block.text)
        elif title:
            break
    if not title:
        large = [block for block in [block for block in blocks if block.text][:_FIRST_BLOCKS] if block.size >= _TITLE_SIZE]
        title = [max(large, key=lambda block: block.size).text] if large else []
    return " ".join(" ".join(title).split())


def _page(section: list[Block]) -> Page:
    headings = tuple(Heading(level=min(block.level, _MAX_LEVEL), title=block.text) for block in section if block.level)
    paragraphs: list[str] = []
    is_after_item = False
    for block in section:
        if block.level or not block.text:
            continue
        if block.is_item and is_after_item:
            paragraphs[-1] += f"\n• {block.text}"
        else:
            paragraphs.append(f"• {block.text}" if block.is_item else block.text)
        is_after_item = block.is_item
    paragraphs += [f"[{note}]" for block in section for note in block.notes]
    return Page(number=None, text="\n\n".join(paragraphs), headings=headings)


def _starts_at_headings(blocks: Iterable[Block]) -> Iterator[bool]:
    return (block.level > 0 for block in blocks)


def _starts_at_breaks(blocks: Iterable[Block]) -> Iterator[bool]:
    return (block.breaks_page for block in blocks)


def _starts_by_words(blocks: Iterable[Block]) -> Iterator[bool]:
    n_words = 0
    for block in blocks:
        is_full = n_words >= _SECTION_WORDS
        n_words = (0 if is_full else n_words) + len(block.text.split())
        yield is_full


def table(rows: Iterable[Sequence[Sequence[Block]]]) -> Iterator[Block]:
    """Yield a table, given as the blocks of each cell of each row: as one block with a paragraph for each row.

    A table that only lays out the page, because it has one cell or headings, comes as the blocks of its cells.
    """
    filled = [[cell for cell in row if any(block.text for block in cell)] for row in rows]
    cells = [cell for row in filled for cell in row]
    blocks = [block for cell in cells for block in cell]
    if len(cells) == 1 or any(block.level for block in blocks):
        yield from blocks
        return
    lines = [" | ".join(_cell(cell, is_alone=len(row) == 1) for cell in row) for row in filled if row]
    yield Block(text="\n\n".join(lines), notes=tuple(note for block in blocks for note in block.notes))


def _cell(blocks: Iterable[Block], *, is_alone: bool) -> str:
    texts = [block.text for block in blocks if block.text]
    return "\n".join(texts) if is_alone else " ".join(" ".join(texts).split())


def running_lines(roots: Iterable[etree._Element | None]) -> tuple[str, ...]:
    """Return the text of page headers and footers, a line for each paragraph with text."""
    found = []
    for root in roots:
        for paragraph in root.iter() if root is not None else ():
            if isinstance(paragraph.tag, str) and local_name(paragraph) == "p":
                found.append(" ".join("".join(map(str, paragraph.itertext())).split()))
    return tuple(filter(None, found))


def properties(title: str | None, author: str | None, keywords: str | None) -> Extracted:
    """Return document properties without text."""
    words = tuple(filter(None, (word.strip() for word in re.split("[,;]", keywords or ""))))
    return Extracted(pages=(), title=" ".join((title or "").split()), author=" ".join((author or "").split()), keywords=words)


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace, "" for an entity or a processing instruction."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first child with this local name."""
    return next(element.iterchildren("{*}" + name), None) if element is not None else None


def attribute(element: etree._Element | None, name: str) -> str:
    """Return the value of the attribute with this local name, "" if there is none."""
    if element is None:
        return ""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")
