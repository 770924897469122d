"""Read one sample guide: TOML front matter and Markdown become a `Guide` with a small block tree.

The Markdown is parsed once, here; the writers (`pdf`, `word`, `odt`) only walk the tree. Anything outside the
subset that README.md lists is an error, so that no writer silently drops text.
"""

# build-time packages: absent where the checks of the project run, and most of them untyped
# mypy: disable-error-code="import-untyped, import-not-found"

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin

SAMPLE_LINE = "Muster für die Wissensdatenbank – keine amtliche Veröffentlichung"
FORMATS = ("pdf", "docx", "odt")
# Sidecar schema in the order in which the keys are written; True: must be there.
SIDECAR: dict[str, tuple[type, bool]] = {
    "titel": (str, True),
    "dokumentart": (str, True),
    "themen": (list, True),
    "partner": (list, True),
    "herausgeber": (str, True),
    "region": (str, True),
    "ansprechstelle": (str, True),
    "stand": (date, True),
    "gilt_ab": (date, False),
    "gilt_bis": (date, False),
    "ersetzt": (list, False),
    "pruefen_bis": (date, False),
    "verbindlich": (bool, False),
}


class SampleError(Exception):
    """A sample cannot be built; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text in one style; a newline in it is a line break."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote at the place of its mark."""

    content: tuple[Text, ...]


Inline = Text | Note


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 is the first level below the title."""

    level: int
    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text."""

    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; an item is one paragraph, at most followed by one nested list."""

    ordered: bool
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first row is its header row; all rows are equally long."""

    rows: tuple[tuple[tuple[Inline, ...], ...], ...]

    def widths_cm(self, total: float, *, char: float = 0.175) -> list[float]:
        """Return column widths that add up to `total`, wide enough for each column's longest word if possible.

        `char` is the width of a letter in the table's type size, in cm.
        """
        columns = [[plain(cell) for cell in column] for column in zip(*self.rows, strict=True)]
        least = [0.4 + char * max(len(word) for cell in column for word in re.split(r"[\s/-]", cell)) for column in columns]
        amount = [sum(map(len, column)) ** 0.8 for column in columns]
        spare = max(total - sum(least), 0.0)
        widths = [low + spare * weight / sum(amount) for low, weight in zip(least, amount, strict=True)]
        return [width * total / sum(widths) for width in widths]


@dataclass(frozen=True, slots=True)
class Quote:
    """A wording example, set apart from the text."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A forced page break before the next block."""


Block = Heading | Paragraph | Listing | Table | Quote | PageBreak


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What the title block, the running heads and the file properties say about a guide."""

    titel: str
    short_title: str
    kind: str
    herausgeber: str
    ansprechstelle: str
    stand: date
    gilt_ab: date | None

    @property
    def footer(self) -> str:
        """The date line of the footer."""
        return f"Stand {self.stand:%m/%Y}"

    @property
    def facts(self) -> str:
        """The line of facts in the title block; `gilt_bis` is mostly known only after printing."""
        facts = [f"{self.kind} · Stand: {self.stand:%d.%m.%Y}"]
        facts += [f"gültig ab: {self.gilt_ab:%d.%m.%Y}"] if self.gilt_ab else []
        return " · ".join([*facts, self.ansprechstelle])

    @property
    def moment(self) -> datetime:
        """The one time stamp of everything in the file: `stand`, noon, UTC."""
        return datetime.combine(self.stand, time(12), UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Layout keys of the front matter; the writers take what their format can do."""

    font: str = "sans"  # or "serif"
    accent: str = "#1f4e79"
    columns: int = 1  # pdf only
    toc: bool = False  # pdf only: table of contents below the title block


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One sample, ready to be written."""

    path: Path
    format: str
    meta: Meta
    layout: Layout
    sidecar: dict[str, object]
    lead: tuple[Inline, ...]  # first paragraph: subtitle or purpose
    blocks: tuple[Block, ...]


def plain(content: Iterable[Inline]) -> str:
    """Return the bare text without footnotes."""
    return "".join(part.text for part in content if isinstance(part, Text))


def load(path: Path) -> Guide:
    """Read and check one sample.

    Raises:
        SampleError: the front matter or the Markdown breaks the rules of README.md.
    """
    head, front, body = "", "", ""
    try:
        head, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
        options = tomllib.loads(front)
    except ValueError as error:  # also TOMLDecodeError and UnicodeDecodeError
        raise SampleError(f"{path}: no valid front matter between two lines of +++ ({error})") from error
    if head.strip():
        raise SampleError(f"{path}: text before the front matter")
    sidecar = _checked(path, options.pop("sidecar", {}))
    chosen = options.pop("format", None)
    if chosen not in FORMATS:
        raise SampleError(f"{path}: format must be one of {', '.join(FORMATS)}")
    short_title = options.pop("short_title", sidecar["titel"])
    if unknown := options.keys() - Layout.__dataclass_fields__.keys():
        raise SampleError(f"{path}: unknown front matter keys {sorted(unknown)}")
    blocks = _Parser(path, body).blocks()
    match blocks:
        case [Heading(0, title), Paragraph(lead), *rest] if plain(title) == _tied(str(sidecar["titel"])):
            pass
        case _:
            raise SampleError(f"{path}: must begin with '# <titel>' and one paragraph")
    meta = Meta(
        short_title=short_title,
        kind={"vorlage": "Vorlage und Checkliste"}.get(str(sidecar["dokumentart"]), str(sidecar["dokumentart"]).title()),
        **{key: sidecar.get(key) for key in Meta.__dataclass_fields__ if key in SIDECAR},  # type: ignore[arg-type]  # checked above
    )
    return Guide(
        path=path,
        format=chosen,
        meta=meta,
        layout=Layout(**options),
        sidecar=sidecar,
        lead=lead,
        blocks=tuple(rest),
    )


def _checked(path: Path, sidecar: dict[str, object]) -> dict[str, object]:
    """Return the sidecar's values in schema order."""
    if unknown := sidecar.keys() - SIDECAR.keys():
        raise SampleError(f"{path}: not in the sidecar schema: {sorted(unknown)}")
    for key, (kind, required) in SIDECAR.items():
        if key not in sidecar and required:
            raise SampleError(f"{path}: sidecar key {key} is missing")
        # type(): a TOML date-time would pass isinstance as a date
        if key in sidecar and type(sidecar[key]) is not kind:
            raise SampleError(f"{path}: sidecar key {key} must be a {kind.__name__}")
    return {key: sidecar[key] for key in SIDECAR if key in sidecar}


def _tied(text: str) -> str:
    """Return `text` with no-break spaces where German legal citations must not break."""
    text = re.sub(r"(?<=§) (?=\d)|(?<=\bAbs\.) (?=\d)|(?<=\bNr\.) (?=\d)|(?<=\bSatz) (?=\d)", "\u00a0", text)
    return re.sub(r"\bSGB (?=[IVX]+\b)", "SGB\u00a0", text)


class _Parser:
    """Turns one Markdown body into blocks."""

    def __init__(self, path: Path, body: str) -> None:
        self._path = path
        markdown = MarkdownIt("commonmark").enable("table").use(footnote_plugin, inline=False)
        # lheading off: '---' right below a paragraph is a page break, not a heading
        markdown.disable(["lheading", "html_block", "html_inline", "code", "fence", "backticks"])
        markdown.disable(["link", "image", "autolink", "reference"])
        # 'Berater*innen und Kolleg*innen' is no emphasis
        self._root = SyntaxTreeNode(markdown.parse(re.sub(r"(?<=\w)\*(?=\w)", r"\\*", body)))
        self._notes: dict[int, tuple[Text, ...]] = {}
        for node in self._root.walk():
            if node.type == "footnote":
                self._notes[node.meta["id"]] = self._note(node)

    def blocks(self) -> list[Block]:
        """Return the blocks of the whole body."""
        return [self._block(node) for node in self._root.children if node.type != "footnote_block"]

    def _block(self, node: SyntaxTreeNode) -> Block:
        children = node.children
        match node.type:
            case "heading":
                return Heading(int(node.tag[1]) - 1, self._inline(children[0]))
            case "paragraph":
                return Paragraph(self._inline(children[0]))
            case "bullet_list" | "ordered_list":
                items = tuple(tuple(self._block(block) for block in item.children) for item in children)
                return Listing(node.type == "ordered_list", items)
            case "blockquote":
                return Quote(tuple(self._block(child) for child in children))
            case "table":
                rows = [row for section in children for row in section.children]
                return Table(tuple(tuple(self._inline(cell.children[0]) for cell in row.children) for row in rows))
            case "hr":
                return PageBreak()
        raise self._error(node)

    def _inline(self, node: SyntaxTreeNode, *, bold: bool = False, italic: bool = False) -> tuple[Inline, ...]:
        found: list[Inline] = []
        for child in node.children:
            match child.type:
                case "text":
                    found.append(Text(_tied(child.content), bold, italic))
                case "softbreak":
                    found.append(Text(" ", bold, italic))
                case "hardbreak":
                    found.append(Text("\n", bold, italic))
                case "strong":
                    found += self._inline(child, bold=True, italic=italic)
                case "em":
                    found += self._inline(child, bold=bold, italic=True)
                case "footnote_ref":
                    found.append(Note(self._notes[child.meta["id"]]))
                case "footnote_anchor":
                    pass
                case _:
                    raise self._error(child)
        return tuple(part for part in found if not isinstance(part, Text) or part.text)

    def _note(self, node: SyntaxTreeNode) -> tuple[Text, ...]:
        paragraphs = [child for child in node.children if child.type == "paragraph"]
        if len(paragraphs) != 1:
            raise self._error(node)
        return tuple(part for part in self._inline(paragraphs[0].children[0]) if isinstance(part, Text))

    def _error(self, node: SyntaxTreeNode) -> SampleError:
        line = f" (line {node.map[0] + 1} of the body)" if node.map else ""
        return SampleError(f"{self._path}: Markdown element not allowed here: {node.type}{line}")
