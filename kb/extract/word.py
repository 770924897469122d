"""Read DOCX guides: python-docx opens them, an own walk of the XML takes the text in document order.

python-docx's `paragraphs` loses a sixth of the words (tables, text boxes, content controls), and its `row.cells` expands what
a cell claims to span. Insertions count; deletions, field codes, comments, hidden text, headers and footers do not, nor does
the table of contents, which repeats all headings. Elements are told apart by local name: strict files use other namespaces.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import docx
from docx.opc.exceptions import OpcError
from lxml import etree

from kb.cleaning import raised
from kb.errors import ExtractionError, ExtractionReason
from kb.extract import office
from kb.extract.office import Archive, Block, attribute, child, local_name
from kb.model import Extracted

_Notes = Mapping[tuple[str, str], etree._Element]  # (kind, id) -> footnote or endnote

# what python-docx raises where the plain zip walk may still read the document
_REFUSALS = (*office.DAMAGES, OpcError, etree.LxmlError, AttributeError, TypeError, AssertionError)

_SKIPPED = frozenset(
    re.findall(r"\w+", "del moveFrom pPr rPr sdtPr sdtEndPr tblPr tblGrid trPr tcPr sectPr instrText delText Fallback rt")
)
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
_HEADING_NAME = re.compile(r"(?:heading|überschrift)\s*(\d)", re.IGNORECASE)
_TITLE_NAMES = frozenset({"title", "titel"})
_SUBTITLE_NAMES = frozenset({"subtitle", "untertitel"})
_CONTENTS_NAME = re.compile(r"(?:toc|verzeichnis|inhaltsverzeichnis)\s*\d", re.IGNORECASE)
_RUNNING = re.compile(r"word/(?:header|footer)\d*\.xml$")
_MAX_BASES = 20  # styles that one style is based on; Word allows 11


@dataclass(frozen=True, slots=True)
class WordExtractor:
    """Reads DOCX files."""

    suffixes: tuple[str, ...] = (".docx",)

    def extract(self, path: Path) -> Extracted:
        """Return the sections and properties of the document; see `Extractor`."""
        with Archive(path) as archive:
            document = _open(archive) or _open_zip(path, archive)
            running = office.running_lines(map(archive.parse_optional, sorted(filter(_RUNNING.match, archive.names))))
        blocks = _joined_breaks(_Walk(document.styles, document.notes).blocks(document.body))
        pages = office.sections(blocks)
        if not pages:
            raise ExtractionError(str(path), ExtractionReason.NO_TEXT)
        return replace(document.properties, pages=pages, title_line=office.title_line(blocks), running=running)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """The parts of a document that its text is read from."""

    body: etree._Element
    styles: "_Styles"
    notes: _Notes
    properties: Extracted


def _open(archive: Archive) -> _Document | None:
    """Return the parts as python-docx finds them, None if it refuses the document."""
    try:
        document = docx.Document(archive.without_media())
        notes: dict[tuple[str, str], etree._Element] = {}
        for relation in document.part.rels.values():
            kind = relation.reltype.rpartition("/")[2]
            if kind in ("footnotes", "endnotes") and not relation.is_external:
                notes |= _notes(office.parse(relation.target_part.blob))
        return _Document(
            body=document.element.body,
            styles=_Styles(document.styles.element),
            notes=notes,
            properties=_core_properties(document),
        )
    except _REFUSALS:
        return None


def _core_properties(document: docx.document.Document) -> Extracted:
    try:
        core = document.core_properties
        return office.properties(core.title, core.author, core.keywords)
    except _REFUSALS:  # a wrong date is enough
        return office.properties("", "", "")


def _open_zip(path: Path, archive: Archive) -> _Document:
    """Return the parts under their usual names: one bad part that nobody needs makes python-docx refuse the whole file."""
    root = archive.parse("word/document.xml")
    body = child(root, "body") if root is not None else None
    if body is None:
        raise ExtractionError(str(path), ExtractionReason.WRONG_TYPE, "no word/document.xml")
    notes: dict[tuple[str, str], etree._Element] = {}
    for part in ("word/footnotes.xml", "word/endnotes.xml"):
        notes |= _notes(archive.parse_optional(part))
    core = archive.parse_optional("docProps/core.xml")
    values = {local_name(element): element.text or "" for element in core} if core is not None else {}
    return _Document(
        body=body,
        styles=_Styles(archive.parse_optional("word/styles.xml")),
        notes=notes,
        properties=office.properties(values.get("title"), values.get("creator"), values.get("keywords")),
    )


def _notes(root: etree._Element | None) -> dict[tuple[str, str], etree._Element]:
    elements = root if root is not None else ()
    return {(local_name(element), attribute(element, "id")): element for element in elements if not attribute(element, "type")}


def _joined_breaks(blocks: Iterator[Block]) -> list[Block]:
    """Return the blocks with text; a page break in one without goes over to the next."""
    found = []
    is_pending = False
    for block in blocks:
        is_pending = is_pending or block.breaks_page
        if block.text:
            found.append(replace(block, breaks_page=is_pending))
            is_pending = False
    return found


class _Styles:
    """What the paragraph styles say, each through the styles that it is based on."""

    def __init__(self, root: etree._Element | None) -> None:
        elements = root if root is not None else ()
        self._elements = {attribute(style, "styleId"): style for style in elements if local_name(style) == "style"}
        self._known: dict[str, tuple[int, bool, bool, bool]] = {}

    def of(self, paragraph: etree._Element) -> tuple[int, bool, bool, bool]:
        """Return the paragraph's heading level (0: none), and whether it is a title, a list item, a line of contents."""
        own = child(paragraph, "pPr")
        style = child(own, "pStyle")
        name = attribute(style, "val")
        if name not in self._known:
            self._known[name] = self._resolve(name)
        level, is_title, is_item, is_contents = self._known[name]
        own_level, own_item = _outline_level(own), _is_item(own)
        return level if own_level is None else own_level, is_title, is_item if own_item is None else own_item, is_contents

    def _resolve(self, style_id: str) -> tuple[int, bool, bool, bool]:
        level: int | None = None
        is_item: bool | None = None
        is_title = is_subtitle = is_contents = False
        for _ in range(_MAX_BASES):
            style = self._elements.get(style_id)
            if style is None:
                break
            name = attribute(child(style, "name"), "val")
            is_title = is_title or (name.lower() in _TITLE_NAMES and not is_subtitle)
            is_subtitle = is_subtitle or name.lower() in _SUBTITLE_NAMES  # often based on the title's style
            is_contents = is_contents or _CONTENTS_NAME.match(name) is not None
            own = child(style, "pPr")
            heading = _HEADING_NAME.match(name)
            if level is None:
                level = int(heading[1]) if heading else _outline_level(own)
            if is_item is None:
                is_item = _is_item(own)
            style_id = attribute(child(style, "basedOn"), "val")
        return level or 0, is_title, bool(is_item), is_contents


def _outline_level(properties: etree._Element | None) -> int | None:
    """Return the heading level in paragraph properties: 0 for body text, None if they say nothing."""
    value = attribute(child(properties, "outlineLvl"), "val")
    return (int(value) + 1) % 10 if value.isdecimal() and len(value) == 1 else None  # 9 is body text


def _is_item(properties: etree._Element | None) -> bool | None:
    number = child(child(properties, "numPr"), "numId")
    return attribute(number, "val") != "0" if number is not None else None


class _Walk:
    """Turns XML into blocks, with a stack instead of recursion wherever a file could nest deeply."""

    def __init__(self, styles: _Styles, notes: _Notes) -> None:
        self._styles, self._notes = styles, notes

    def blocks(self, container: etree._Element) -> Iterator[Block]:
        """Yield paragraphs and tables of the body, a cell, a text box or a note, in document order."""
        stack = _children(container)
        while stack:
            element = stack.pop()
            name = local_name(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield from self._table(element)
            elif name not in _SKIPPED:
                stack += _children(element)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[Block]:
        level, is_title, is_item, is_contents = self._styles.of(paragraph)
        inline = _Inline(paragraph)
        text = "" if is_contents else inline.text.strip()
        notes = tuple(filter(None, map(self._note, inline.notes)))
        yield Block(
            text=text,
            level=level,
            is_item=is_item,
            is_title=is_title,
            size=inline.size,
            breaks_page=inline.breaks_before,
            notes=notes,
        )
        for box in inline.boxes:
            yield from self.blocks(box)
        if inline.breaks_after:
            yield Block(text="", breaks_page=True)

    def _note(self, key: tuple[str, str]) -> str:
        element = self._notes.get(key)
        return (
            "" if element is None else " ".join(block.text for block in _Walk(self._styles, {}).blocks(element) if block.text)
        )

    def _table(self, table: etree._Element) -> Iterator[Block]:
        rows = [[list(self.blocks(cell)) for cell in _inner(row, "tc")] for row in _inner(table, "tr") if not _is_deleted(row)]
        yield from office.table(rows)


class _Inline:
    """The content of one paragraph: its text, and what hangs on it."""

    def __init__(self, paragraph: etree._Element) -> None:
        self.boxes: list[etree._Element] = []
        self.notes: list[tuple[str, str]] = []
        properties = child(paragraph, "pPr")
        self.breaks_before = _is_on(properties, "pageBreakBefore")
        self.breaks_after = _ends_section(properties)
        self._pieces: list[str] = []
        self.size = 0.0
        self._is_after_mark = False
        stack = _children(paragraph)
        while stack:
            element = stack.pop()
            if not self._take(element, local_name(element)):
                stack += _children(element)
        self.text = "".join(self._pieces)

    def _take(self, element: etree._Element, name: str) -> bool:
        """Take the element's content; return False if its children have to be asked."""
        if name in _SKIPPED:
            return True
        if name == "r":
            return self._is_run_done(element)
        if name == "t":
            self._add(element.text or "")
        elif name == "br" and attribute(element, "type") == "page":
            self._break()
        elif name in _CHARACTERS:
            self._add(_CHARACTERS[name])
        elif name == "txbxContent":
            self.boxes.append(element)
        elif name in ("footnoteReference", "endnoteReference"):
            self.notes.append((name.removesuffix("Reference"), attribute(element, "id")))
        else:
            return False
        return True

    def _is_run_done(self, run: etree._Element) -> bool:
        properties = child(run, "rPr")
        if properties is None:
            return False
        size = attribute(child(properties, "sz"), "val")
        if size.isdecimal():
            self.size = max(self.size, int(size) / 2)
        if attribute(child(properties, "vertAlign"), "val") == "superscript":
            mark = "".join(element.text or "" for element in run if local_name(element) == "t").strip()
            if mark.isdecimal():
                self._pieces.append(raised(self._pieces[-1] if self._pieces else "", mark))
                self._is_after_mark = True
                return True
        return _is_on(properties, "vanish")

    def _add(self, text: str) -> None:
        if self._is_after_mark and text[:1].isalpha():
            self._pieces.append(" ")
        self._is_after_mark = self._is_after_mark and not text
        self._pieces.append(text)

    def _break(self) -> None:
        if any(piece.strip() for piece in self._pieces):
            self.breaks_after = True
            self._pieces.append("\n")
        else:
            self.breaks_before = True


def _children(element: etree._Element) -> list[etree._Element]:
    """Return the children in reverse, for a stack; of alternatives only the first."""
    if local_name(element) == "AlternateContent":
        choice = child(element, "Choice")
        chosen = choice if choice is not None else child(element, "Fallback")
        return _children(chosen) if chosen is not None else []
    return list(element)[::-1]


def _inner(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the rows of a table or the cells of a row, also those within content controls."""
    stack = _children(element)
    while stack:
        inner = stack.pop()
        if local_name(inner) == name:
            yield inner
        elif local_name(inner) not in _SKIPPED:
            stack += _children(inner)


def _is_deleted(row: etree._Element) -> bool:
    return child(child(row, "trPr"), "del") is not None


def _is_on(properties: etree._Element | None, name: str) -> bool:
    element = child(properties, name)
    return element is not None and attribute(element, "val") not in ("0", "false", "off")


def _ends_section(properties: etree._Element | None) -> bool:
    section = child(properties, "sectPr")
    return section is not None and attribute(child(section, "type"), "val") != "continuous"
