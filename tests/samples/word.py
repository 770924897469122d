"""Write a guide as DOCX with python-docx: real heading and list styles, real footnotes, header and footer with fields."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from archive import repack
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph
from source import (
    SAMPLE_LINE,
    Block,
    Guide,
    Heading,
    Inline,
    Listing,
    Note,
    PageBreak,
    Paragraph,
    Quote,
    Table,
    Text,
)

FONTS = {"sans": "Calibri", "serif": "Cambria"}
TEXT_WIDTH_CM = 16.4
SEPARATORS = (("separator", -1), ("continuationSeparator", 0))


def render(guide: Guide) -> bytes:
    """Return the guide as DOCX."""
    return _Writer(guide).render()


class _Writer:
    """One guide on its way into one Word document."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide
        self._document: WordDocument = Document()
        self._notes: list[str] = []  # w:footnote elements
        self._break_before_next = False

    def render(self) -> bytes:
        meta = self._guide.meta
        self._set_styles()
        self._set_page()
        self._add("Title", (Text(meta.titel),))
        self._add("Sample Line", (Text(SAMPLE_LINE),))
        self._add("Facts", (Text(meta.facts),))
        self._add("Subtitle", self._guide.lead)
        for block in self._guide.blocks:
            self._block(block)
        self._attach_notes()
        self._set_properties()
        raw = io.BytesIO()
        self._document.save(raw)
        return repack(raw.getvalue(), meta.moment)

    def _set_styles(self) -> None:
        styles, layout = self._document.styles, self._guide.layout
        accent = RGBColor.from_string(layout.accent.lstrip("#").upper())
        # the template's language and fonts belong to an English office
        for lang in styles.element.iter(qn("w:lang")):
            lang.set(qn("w:val"), "de-DE")
        for name in ("Sample Line", "Facts", "Table Text", "Footnote Text"):
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name == "Footnote Text")
            style.base_style = styles["Normal"]
        reference = styles.add_style("Footnote Reference", WD_STYLE_TYPE.CHARACTER, builtin=True)
        reference.font.superscript = True
        sizes: dict[str, float] = {
            "Normal": 11,
            "Title": 22,
            "Subtitle": 12,
            "Sample Line": 9,
            "Facts": 9,
            "Table Text": 10,
            "Footnote Text": 9,
        }
        sizes |= {"Heading 1": 15, "Heading 2": 12.5, "Heading 3": 11, "Quote": 11, "Header": 9, "Footer": 9}
        for name, size in sizes.items():
            style = styles[name]
            assert isinstance(style, ParagraphStyle)
            style.font.name, style.font.size = FONTS[layout.font], Pt(size)
            for attribute in ("ascii", "hAnsi", "eastAsia", "cs"):  # a theme font would win over the named one
                style.element.rPr.rFonts.attrib.pop(qn(f"w:{attribute}Theme"), None)
            if name.startswith("Heading") or name == "Title":
                style.font.color.rgb = accent
        self._trim_title_styles()
        for name in ("Footnote Text", "Footnote Reference"):  # Word knows its own styles by these names
            styles[name].element.name_val = name.lower()
        for name, before, after in (
            ("Heading 1", 16, 5),
            ("Heading 2", 11, 4),
            ("Heading 3", 8, 3),
            ("Normal", 0, 6),
            ("Table Text", 0, 2),
        ):
            format_ = styles[name].paragraph_format
            format_.space_before, format_.space_after = Pt(before), Pt(after)
        styles["Sample Line"].font.color.rgb = RGBColor(0xA0, 0x20, 0x20)
        styles["Subtitle"].font.color.rgb = RGBColor(0x33, 0x33, 0x33)
        styles["Quote"].paragraph_format.left_indent = Cm(0.8)

    def _trim_title_styles(self) -> None:
        """Give the rule below the title our colour; the template's subtitle is spaced out and italic, ours is not."""
        styles = self._document.styles
        for rule in styles["Title"].element.iter(qn("w:bottom")):
            rule.set(qn("w:color"), self._guide.layout.accent.lstrip("#"))
            rule.attrib.pop(qn("w:themeColor"), None)
        for spacing in list(styles["Subtitle"].element.iter(qn("w:spacing"), qn("w:i"))):
            if spacing.getparent().tag == qn("w:rPr"):
                spacing.getparent().remove(spacing)

    def _set_page(self) -> None:
        meta, section = self._guide.meta, self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin, section.right_margin = Cm(2.4), Cm(2.2)
        section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.4)
        for paragraph in (section.header.paragraphs[0], section.footer.paragraphs[0]):
            style = paragraph.style
            assert style is not None
            for tabs in style.element.findall(f"{qn('w:pPr')}/{qn('w:tabs')}"):
                tabs.getparent().remove(tabs)
            paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(TEXT_WIDTH_CM), WD_TAB_ALIGNMENT.RIGHT)
        section.header.paragraphs[0].add_run(f"{meta.short_title}\t{meta.herausgeber}")
        footer = section.footer.paragraphs[0]
        footer.add_run(f"{meta.footer}\tSeite ")
        _add_field(footer, "PAGE")
        footer.add_run(" von ")
        _add_field(footer, "NUMPAGES")

    def _set_properties(self) -> None:
        meta, properties = self._guide.meta, self._document.core_properties
        moment = meta.moment.replace(tzinfo=None)  # python-docx writes naive times as UTC
        properties.title, properties.author, properties.last_modified_by = (
            meta.titel,
            meta.herausgeber,
            meta.herausgeber,
        )
        properties.created = properties.modified = moment
        properties.language, properties.comments, properties.subject = "de-DE", "", meta.kind
        package = self._document.part.package
        for key, relation in list(package.rels.items()):
            if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:  # shows the empty template
                del package.rels[key]

    def _block(self, block: Block, style: str = "Normal") -> None:
        match block:
            case Heading(level, content):
                self._add(f"Heading {level}", content)
            case Paragraph(content):
                self._add(style, content)
            case Quote(blocks):
                for inner in blocks:
                    self._block(inner, "Quote")
            case Listing():
                self._listing(block)
            case Table():
                self._table(block)
            case PageBreak():
                self._break_before_next = True

    def _add(self, style: str, content: Iterable[Inline]) -> WordParagraph:
        paragraph = self._document.add_paragraph(style=style)
        if self._break_before_next:
            paragraph.paragraph_format.page_break_before = True
            self._break_before_next = False
        self._fill(paragraph, content)
        return paragraph

    def _fill(self, paragraph: WordParagraph, content: Iterable[Inline], *, bold: bool = False) -> None:
        for part in content:
            if isinstance(part, Note):
                paragraph._p.append(self._note_mark(part))
            else:
                run = paragraph.add_run(part.text)
                # None leaves the style's own setting
                run.bold, run.italic = part.bold or bold or None, part.italic or None

    def _listing(self, listing: Listing, level: int = 1) -> None:
        style = f"List {'Number' if listing.ordered else 'Bullet'}" + (f" {level}" if level > 1 else "")
        number = self._new_numbering(style) if listing.ordered else None
        for item in listing.items:
            for block in item:
                if isinstance(block, Listing):
                    self._listing(block, level + 1)
                elif isinstance(block, Paragraph):
                    paragraph = self._add(style, block.content)
                    if number is not None:
                        properties: Any = paragraph._p.get_or_add_pPr()  # python-docx makes its methods at run time
                        properties.get_or_add_numPr().get_or_add_ilvl().val = 0
                        properties.get_or_add_numPr().get_or_add_numId().val = number
                else:
                    self._block(block)

    def _new_numbering(self, style: str) -> int:
        """Return the id of a numbering that looks like that of `style` but starts at 1."""
        numbering = self._document.part.numbering_part.element
        current = self._document.styles[style].element.pPr.numPr.numId.val
        number = numbering.add_num(numbering.num_having_numId(current).abstractNumId.val)
        number.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(number.numId)

    def _table(self, table: Table) -> None:
        if self._break_before_next:
            self._add("Normal", ())
        grid = self._document.add_table(len(table.rows), len(table.rows[0]), style="Table Grid")
        grid.autofit = False
        widths = [Cm(width) for width in table.widths_cm(TEXT_WIDTH_CM)]
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = width
        for row, cells in zip(grid.rows, table.rows, strict=True):
            is_header = cells is table.rows[0]
            properties = row._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if is_header:
                properties.append(OxmlElement("w:tblHeader"))
            for cell, content, width in zip(row.cells, cells, widths, strict=True):
                cell.width = width
                paragraph = cell.paragraphs[0]
                paragraph.style = "Table Text"
                self._fill(paragraph, content, bold=is_header)
                if is_header:
                    shade = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="DCE6F0"/>'
                    cell._tc.get_or_add_tcPr().append(parse_xml(shade))
        gap = self._document.add_paragraph()
        gap.paragraph_format.space_after = Pt(0)

    def _note_mark(self, note: Note) -> BaseOxmlElement:
        number = len(self._notes) + 1
        runs = "".join(
            f"<w:r><w:rPr>{'<w:b/>' * part.bold}{'<w:i/>' * part.italic}</w:rPr>"
            f'<w:t xml:space="preserve">{escape(part.text)}</w:t></w:r>'
            for part in (Text(" "), *note.content)
        )
        self._notes.append(
            f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
            f'<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>{runs}</w:p></w:footnote>'
        )
        return parse_xml(
            f'<w:r {nsdecls("w")}><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'
            f'<w:footnoteReference w:id="{number}"/></w:r>'
        )

    def _attach_notes(self) -> None:
        """Add the footnotes part, which python-docx has no API for, and name its separators in the settings."""
        if not self._notes:
            return
        separators = "".join(
            f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
            for kind, number in SEPARATORS
        )
        xml = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f"<w:footnotes {nsdecls('w')}>{separators}{''.join(self._notes)}</w:footnotes>"
        )
        document = self._document.part
        part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, xml.encode(), document.package)
        document.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        references = "".join(f'<w:footnote w:id="{number}"/>' for _, number in SEPARATORS)
        settings = self._document.settings.element
        following = settings.find(qn("w:compat"))  # the schema wants footnotePr before it
        following.addprevious(parse_xml(f"<w:footnotePr {nsdecls('w')}>{references}</w:footnotePr>"))


def _add_field(paragraph: WordParagraph, code: str) -> None:
    """Append a field that Word computes; 1 stands there until then."""
    field = parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{code}"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
    paragraph._p.append(field)
