"""Write a guide as ODT with odfpy: outline headings, footnotes, lists, tables, header and footer of the master page."""

# build-time packages: absent where the checks of the project run, and most of them untyped
# mypy: disable-error-code="import-untyped, import-not-found"

from __future__ import annotations

import io
from collections.abc import Iterable

from archive import repack
from odf import dc, meta, style, table, text
from odf.element import Element
from odf.opendocument import OpenDocumentText
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

FONTS = {"sans": "Liberation Sans", "serif": "Liberation Serif"}
TEXT_WIDTH_CM = 16.4
INDENT_CM = 0.7


def render(guide: Guide) -> bytes:
    """Return the guide as ODT."""
    return _Writer(guide).render()


class _Writer:
    """One guide on its way into one OpenDocument text."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide
        Element.namespaces.clear()  # one for the whole process: guides built before would leave their prefixes
        self._document = OpenDocumentText()
        self._break_before_next = False
        self._n_notes = 0
        self._n_tables = 0

    def render(self) -> bytes:
        guide_meta = self._guide.meta
        self._set_styles()
        self._set_page()
        self._set_meta()
        body = self._document.text
        self._paragraph(body, "Title", (Text(guide_meta.titel),))
        self._paragraph(body, "Sample_20_Line", (Text(SAMPLE_LINE),))
        self._paragraph(body, "Facts", (Text(guide_meta.facts),))
        self._paragraph(body, "Subtitle", self._guide.lead)
        for block in self._guide.blocks:
            self._block(body, block)
        raw = io.BytesIO()
        self._document.write(raw)
        return repack(raw.getvalue(), guide_meta.moment)

    def _set_styles(self) -> None:
        font, accent = FONTS[self._guide.layout.font], self._guide.layout.accent
        self._document.fontfacedecls.addElement(style.FontFace(name=font, fontfamily=f"'{font}'"))
        default = style.DefaultStyle(family="paragraph")
        default.addElement(style.TextProperties(fontname=font, fontsize="11pt", language="de", country="DE", hyphenate="true"))
        self._document.styles.addElement(default)
        self._add_style("Standard", {}, {})
        body = {"marginbottom": "0.2cm", "lineheight": "125%", "textalign": "justify", "orphans": "2", "widows": "2"}
        self._add_style("Text_20_body", body, {})
        bold = {"fontweight": "bold", "color": accent, "hyphenate": "false"}
        self._add_style("Title", {"marginbottom": "0.2cm"}, {**bold, "fontsize": "20pt"})
        for level, size, before in ((1, "15pt", "0.6cm"), (2, "12.5pt", "0.45cm"), (3, "11pt", "0.35cm")):
            spacing = {"margintop": before, "marginbottom": "0.15cm", "keepwithnext": "always"}
            self._add_style(f"Heading_20_{level}", spacing, {**bold, "fontsize": size}, defaultoutlinelevel=str(level))
        self._add_style("Subtitle", {"marginbottom": "0.5cm"}, {"fontsize": "12pt", "color": "#333333"})
        self._add_style(
            "Sample_20_Line", {"marginbottom": "0.2cm"}, {"fontsize": "9pt", "color": "#a02020", "fontstyle": "italic"}
        )
        facts = {"bordertop": f"1.2pt solid {accent}", "paddingtop": "0.1cm", "marginbottom": "0.2cm"}
        self._add_style("Facts", facts, {"fontsize": "9pt", "hyphenate": "false"})
        quote = {"marginleft": "0.8cm", "marginright": "0.5cm", "marginbottom": "0.2cm"}
        quote |= {"borderleft": f"2pt solid {accent}", "paddingleft": "0.3cm"}
        self._add_style("Quotations", quote, {"fontstyle": "italic"})
        self._add_style("List_20_Contents", {"marginbottom": "0.08cm", "lineheight": "125%"}, {})
        self._add_style("List_20_End", {"marginbottom": "0.2cm", "lineheight": "125%"}, {})
        self._add_style("Table_20_Contents", {}, {"fontsize": "10pt"})
        self._add_style("Table_20_Heading", {}, {"fontsize": "10pt", "fontweight": "bold"})
        self._add_style("Footnote", {"marginleft": "0.4cm", "textindent": "-0.4cm"}, {"fontsize": "9pt"})
        edge = style.Style(name="Header", family="paragraph", parentstylename="Standard")
        stops = style.TabStops()
        stops.addElement(style.TabStop(type="right", position=f"{TEXT_WIDTH_CM}cm"))
        properties = style.ParagraphProperties()
        properties.addElement(stops)
        edge.addElement(properties)
        edge.addElement(style.TextProperties(fontsize="9pt", color="#444444"))
        self._document.styles.addElement(edge)
        for name, look in (("Bold", {"fontweight": "bold"}), ("Italic", {"fontstyle": "italic"})):
            self._add_style(name, {}, look, family="text")
        self._add_style("BoldItalic", {}, {"fontweight": "bold", "fontstyle": "italic"}, family="text")
        self._document.styles.addElement(_list_style("List_20_1", is_ordered=False))
        self._document.styles.addElement(_list_style("Numbering_20_1", is_ordered=True))

    def _add_style(
        self, name: str, paragraph: dict[str, str], look: dict[str, str], *, family: str = "paragraph", **more: str
    ) -> None:
        new = style.Style(name=name, displayname=name.replace("_20_", " "), family=family, **more)
        if family == "paragraph" and name != "Standard":
            new.setAttribute("parentstylename", "Standard")
        if paragraph:
            new.addElement(style.ParagraphProperties(**paragraph))
        if look:
            new.addElement(style.TextProperties(**look))
        self._document.styles.addElement(new)

    def _set_page(self) -> None:
        guide_meta = self._guide.meta
        layout = style.PageLayout(name="A4")
        size = {"pagewidth": "21cm", "pageheight": "29.7cm", "printorientation": "portrait"}
        margins = {"margintop": "1.5cm", "marginbottom": "1.3cm", "marginleft": "2.4cm", "marginright": "2.2cm"}
        layout.addElement(style.PageLayoutProperties(**size, **margins))
        for kind, gap in ((style.HeaderStyle, "marginbottom"), (style.FooterStyle, "margintop")):
            edge = kind()
            edge.addElement(style.HeaderFooterProperties(minheight="1cm", **{gap: "0.5cm"}))
            layout.addElement(edge)
        self._document.automaticstyles.addElement(layout)
        master = style.MasterPage(name="Standard", pagelayoutname="A4")
        self._document.masterstyles.addElement(master)
        top, bottom = text.P(stylename="Header"), text.P(stylename="Header")
        _write(top, f"{guide_meta.short_title}\t{guide_meta.herausgeber}")
        _write(bottom, f"{guide_meta.footer}\tSeite ")
        bottom.addElement(text.PageNumber(selectpage="current", text="1"))
        bottom.addText(" von ")
        bottom.addElement(text.PageCount(text="1"))
        for edge, line in ((style.Header(), top), (style.Footer(), bottom)):
            edge.addElement(line)
            master.addElement(edge)

    def _set_meta(self) -> None:
        guide_meta, target = self._guide.meta, self._document.meta
        moment = f"{guide_meta.moment:%Y-%m-%dT%H:%M:%S}"
        for element, value in (
            (dc.Title(), guide_meta.titel),
            (dc.Subject(), guide_meta.kind),
            (meta.InitialCreator(), guide_meta.herausgeber),
            (dc.Creator(), guide_meta.herausgeber),
            (meta.CreationDate(), moment),
            (dc.Date(), moment),
            (dc.Language(), "de-DE"),
        ):
            element.addText(value)
            target.addElement(element)

    def _block(self, parent: Element, block: Block, name: str = "Text_20_body") -> None:
        match block:
            case Heading(level, content):
                heading = text.H(outlinelevel=level, stylename=self._style(f"Heading_20_{level}"))
                self._fill(heading, content)
                parent.addElement(heading)
            case Paragraph(content):
                self._paragraph(parent, name, content)
            case Quote(blocks):
                for inner in blocks:
                    self._block(parent, inner, "Quotations")
            case Listing():
                self._listing(parent, block)
            case Table():
                self._table(parent, block)
            case PageBreak():
                self._break_before_next = True

    def _style(self, name: str) -> str:
        """Return the style to use for the next block: `name`, or its variant that starts a page."""
        if not self._break_before_next:
            return name
        self._break_before_next = False
        variant = f"{name}_Break"
        if not any(known.getAttribute("name") == variant for known in self._document.automaticstyles.childNodes):
            new = style.Style(name=variant, family="paragraph", parentstylename=name)
            new.addElement(style.ParagraphProperties(breakbefore="page"))
            self._document.automaticstyles.addElement(new)
        return variant

    def _paragraph(self, parent: Element, name: str, content: Iterable[Inline]) -> None:
        paragraph = text.P(stylename=self._style(name))
        self._fill(paragraph, content)
        parent.addElement(paragraph)

    def _fill(self, target: Element, content: Iterable[Inline]) -> None:
        for part in content:
            if isinstance(part, Note):
                target.addElement(self._note(part))
            elif name := "Bold" * part.bold + "Italic" * part.italic:
                span = text.Span(stylename=name)
                _write(span, part.text)
                target.addElement(span)
            else:
                _write(target, part.text)

    def _note(self, note: Note) -> Element:
        self._n_notes += 1
        element = text.Note(noteclass="footnote", id=f"ftn{self._n_notes}")
        mark, body = text.NoteCitation(), text.NoteBody()
        mark.addText(str(self._n_notes))
        self._paragraph(body, "Footnote", note.content)
        element.addElement(mark)
        element.addElement(body)
        return element

    def _listing(self, parent: Element, listing: Listing) -> None:
        element = text.List(stylename="Numbering_20_1" if listing.ordered else "List_20_1")
        for item in listing.items:
            entry = text.ListItem()
            for block in item:
                is_end = item is listing.items[-1] and block is item[-1]
                self._block(entry, block, "List_20_End" if is_end else "List_20_Contents")
            element.addElement(entry)
        parent.addElement(element)

    def _table(self, parent: Element, source: Table) -> None:
        if self._break_before_next:
            self._paragraph(parent, "Standard", ())
        self._n_tables += 1
        name = f"Tabelle{self._n_tables}"
        automatic = self._document.automaticstyles
        look = style.Style(name=name, family="table")
        look.addElement(style.TableProperties(width=f"{TEXT_WIDTH_CM}cm", align="left", marginbottom="0.4cm"))
        automatic.addElement(look)
        if self._n_tables == 1:
            for kind, fill in (("Cell", {}), ("HeadCell", {"backgroundcolor": "#dce6f0"})):
                cell_style = style.Style(name=kind, family="table-cell")
                cell_style.addElement(style.TableCellProperties(border="0.5pt solid #8a8a8a", padding="0.1cm", **fill))
                automatic.addElement(cell_style)
            whole = style.Style(name="Row", family="table-row")
            whole.addElement(style.TableRowProperties(keeptogether="always"))
            automatic.addElement(whole)
        element = table.Table(name=name, stylename=name)
        for index, width in enumerate(source.widths_cm(TEXT_WIDTH_CM)):
            column = style.Style(name=f"{name}.{index}", family="table-column")
            column.addElement(style.TableColumnProperties(columnwidth=f"{width:.3f}cm"))
            automatic.addElement(column)
            element.addElement(table.TableColumn(stylename=f"{name}.{index}"))
        header = table.TableHeaderRows()
        element.addElement(header)
        for row in source.rows:
            is_header = row is source.rows[0]
            line = table.TableRow(stylename="Row")
            for content in row:
                cell = table.TableCell(stylename="HeadCell" if is_header else "Cell", valuetype="string")
                self._paragraph(cell, "Table_20_Heading" if is_header else "Table_20_Contents", content)
                line.addElement(cell)
            (header if is_header else element).addElement(line)
        parent.addElement(element)


def _list_style(name: str, *, is_ordered: bool) -> Element:
    """Return a list style with two levels."""
    found = text.ListStyle(name=name, displayname=name.replace("_20_", " "))
    for level, bullet, number in ((1, "•", "1"), (2, "–", "a")):
        if is_ordered:
            entry = text.ListLevelStyleNumber(level=level, numformat=number, numsuffix="." if level == 1 else ")")
        else:
            entry = text.ListLevelStyleBullet(level=level, bulletchar=bullet)
        indent = {"spacebefore": f"{INDENT_CM * (level - 1) + 0.2:.1f}cm", "minlabelwidth": f"{INDENT_CM}cm"}
        entry.addElement(style.ListLevelProperties(**indent))
        found.addElement(entry)
    return found


def _write(target: Element, words: str) -> None:
    """Append text, with a tab or line break as the element that OpenDocument wants."""
    for index, line in enumerate(words.split("\n")):
        if index:
            target.addElement(text.LineBreak())
        for column, stretch in enumerate(line.split("\t")):
            if column:
                target.addElement(text.Tab())
            target.addText(stretch)
