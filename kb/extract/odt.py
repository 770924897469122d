"""Read ODT guides, with zip and XML alone.

Tracked deletions, comments, headers, footers and the table of contents are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from kb.cleaning import raised
from kb.errors import ExtractionError, ExtractionReason
from kb.extract import office
from kb.extract.office import Archive, Block, attribute, child, local_name
from kb.model import Extracted

_MIMETYPE = b"application/vnd.oasis.opendocument.text"
_SKIPPED = frozenset(
    re.findall(
        r"\S+",
        "tracked-changes annotation table-of-content alphabetical-index forms sequence-decls variable-decls user-field-decls "
        "title desc event-listeners ruby-text note-citation",
    )
)
_BLOCK_NAMES = frozenset({"p", "h", "table", "list"})
_MAX_BLANKS = 100  # of text:s, whose count is a number in the file
_TITLE_NAMES = frozenset({"title", "titel"})


@dataclass(frozen=True, slots=True)
class OdtExtractor:
    """Reads ODT files."""

    suffixes: tuple[str, ...] = (".odt",)

    def extract(self, path: Path) -> Extracted:
        """Return the sections and properties of the document; see `Extractor`."""
        with Archive(path) as archive:
            if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise ExtractionError(str(path), ExtractionReason.ENCRYPTED)
            content, meta = archive.parse("content.xml"), archive.parse_optional("meta.xml")
            mimetype = archive.read("mimetype").strip()
            styles = archive.parse_optional("styles.xml")
        text = child(child(content, "body"), "text")
        if content is None or text is None or (mimetype and not mimetype.startswith(_MIMETYPE)):
            raise ExtractionError(str(path), ExtractionReason.WRONG_TYPE, mimetype.decode("latin-1")[:100])
        blocks = [block for block in _Walk(_Styles(content)).blocks(text) if block.text]
        pages = office.sections(blocks)
        if not pages:
            raise ExtractionError(str(path), ExtractionReason.NO_TEXT)
        running = office.running_lines([child(styles, "master-styles")])
        return replace(_properties(meta), pages=pages, title_line=office.title_line(blocks), running=running)


def _properties(root: etree._Element | None) -> Extracted:
    meta = child(root, "meta")
    elements = list(meta) if meta is not None else []
    values = {local_name(element): element.text or "" for element in elements}
    keywords = ",".join(element.text or "" for element in elements if local_name(element) == "keyword")
    return office.properties(values.get("title"), values.get("initial-creator") or values.get("creator"), keywords)


class _Styles:
    """What the automatic styles of the content say: parents, page breaks, raised type."""

    def __init__(self, content: etree._Element) -> None:
        automatic = child(content, "automatic-styles")
        self._parents: dict[str, str] = {}
        self.sizes: dict[str, float] = {}
        self.breaks: set[str] = set()
        self.raised: set[str] = set()
        for style in automatic if automatic is not None else ():
            name = attribute(style, "name")
            self._parents[name] = attribute(style, "parent-style-name")
            for properties in style:
                if attribute(properties, "break-before") == "page":
                    self.breaks.add(name)
                if size := re.fullmatch(r"(\d{1,3}(?:\.\d+)?)pt", attribute(properties, "font-size")):
                    self.sizes[name] = float(size[1])
                if attribute(properties, "text-position").startswith("super"):
                    self.raised.add(name)

    def is_title(self, name: str) -> bool:
        """Return whether the paragraph style is the title's."""
        return name.lower() in _TITLE_NAMES or self._parents.get(name, "").lower() in _TITLE_NAMES


class _Walk:
    """Turns the content into blocks, with a stack instead of recursion wherever a file could nest deeply."""

    def __init__(self, styles: _Styles) -> None:
        self._styles = styles

    def blocks(self, container: etree._Element, *, is_item: bool = False) -> Iterator[Block]:
        """Yield paragraphs, headings and tables of the text, a cell, a frame or a note, in document order."""
        stack = list(container)[::-1]
        while stack:
            element = stack.pop()
            name = local_name(element)
            if name in ("p", "h"):
                yield from self._paragraph(element, is_item=is_item)
            elif name == "table":
                rows = ([list(self.blocks(cell)) for cell in _inner(row, "table-cell")] for row in _inner(element, "table-row"))
                yield from office.table(rows)
            elif name == "list":
                yield from self.blocks(element, is_item=True)
            elif name not in _SKIPPED:
                stack += list(element)[::-1]

    def _paragraph(self, paragraph: etree._Element, *, is_item: bool) -> Iterator[Block]:
        inline = _Inline(paragraph, self._styles)
        style = attribute(paragraph, "style-name")
        level = attribute(paragraph, "outline-level") or "1"
        notes = (" ".join(block.text for block in self.blocks(note) if block.text) for note in inline.notes)
        yield Block(
            text=inline.text.strip(),
            level=0 if local_name(paragraph) == "p" else int(level) if re.fullmatch("[1-9]|10", level) else 1,
            is_item=is_item,
            is_title=self._styles.is_title(style),
            size=max(self._styles.sizes.get(name, 0.0) for name in (style, *inline.span_styles)),
            breaks_page=style in self._styles.breaks,
            notes=tuple(filter(None, notes)),
        )
        for box in inline.boxes:
            yield from self.blocks(box)


class _Inline:
    """The content of one paragraph: its text, and what hangs on it."""

    def __init__(self, paragraph: etree._Element, styles: _Styles) -> None:
        self.boxes: list[etree._Element] = []
        self.notes: list[etree._Element] = []
        self.span_styles: set[str] = set()
        self._raised = styles.raised
        self._pieces: list[str] = []
        self._is_after_mark = False
        self._add(paragraph.text)
        stack: list[etree._Element | str | None] = _content(paragraph)
        while stack:
            item = stack.pop()
            if item is None or isinstance(item, str):
                self._add(item)
            elif not self._take(item, local_name(item)):
                stack += [*_content(item), item.text]
        self.text = "".join(self._pieces)

    def _take(self, element: etree._Element, name: str) -> bool:
        """Take the element's content; return False if its own text and children have to be asked."""
        if name == "s":
            count = attribute(element, "c")
            self._pieces.append(" " * min(_MAX_BLANKS, int(count) if re.fullmatch(r"\d{1,4}", count) else 1))
        elif name in ("tab", "line-break"):
            self._pieces.append("\t" if name == "tab" else "\n")
        elif name == "note":
            body = child(element, "note-body")
            self.notes += [body] if body is not None else []
        elif name in ("text-box", *_BLOCK_NAMES):
            self.boxes.append(element)
        elif name == "span":
            return self._is_span_done(element, attribute(element, "style-name"))
        else:
            return name in _SKIPPED or not name
        return True

    def _is_span_done(self, span: etree._Element, style: str) -> bool:
        self.span_styles.add(style)
        mark = (span.text or "").strip()
        if style not in self._raised or not mark.isdecimal():
            return False
        self._pieces.append(raised(self._pieces[-1] if self._pieces else "", mark))
        self._is_after_mark = True
        return True

    def _add(self, text: str | None) -> None:
        if not text:
            return
        if self._is_after_mark and text[0].isalpha():
            self._pieces.append(" ")
        self._is_after_mark = False
        self._pieces.append(re.sub(r"[ \t\r\n]+", " ", text))


def _content(element: etree._Element) -> list[etree._Element | str | None]:
    """Return the children, each with the text behind it, in reverse, for a stack."""
    content: list[etree._Element | str | None] = []
    for inner in element:
        content += [inner, inner.tail]
    return content[::-1]


def _inner(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the rows of a table or the cells of a row, also those within groups."""
    stack = list(element)[::-1]
    while stack:
        inner = stack.pop()
        if local_name(inner) == name:
            yield inner
        elif local_name(inner) not in _SKIPPED:
            stack += list(inner)[::-1]
