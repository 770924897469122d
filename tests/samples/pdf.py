"""Write a guide as PDF: the block tree becomes HTML, WeasyPrint sets it on A4 pages."""

# build-time packages: absent where the checks of the project run, and most of them untyped
# mypy: disable-error-code="import-untyped, import-not-found"

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from hashlib import sha256
from html import escape

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
    plain,
)
from weasyprint import HTML

FONTS = {"sans": "Carlito, 'Liberation Sans'", "serif": "Caladea, 'Liberation Serif'"}
SIZES = {"sans": "11pt", "serif": "10.5pt"}
STYLE = """
@page {
  size: A4; margin: 22mm 22mm 24mm 24mm; border-top: .5pt solid #999; padding-top: 6mm; font: 8.5pt %(font)s; color: #444;
  @top-left { content: %(short_title)s; padding-bottom: 1.5mm; vertical-align: bottom }
  @top-right { content: %(publisher)s; padding-bottom: 1.5mm; vertical-align: bottom; text-align: right }
  @bottom-left { content: %(footer)s }
  @bottom-right { content: "Seite " counter(page) " von " counter(pages) }
  @footnote { border-top: .5pt solid #666; padding-top: 1.5mm; margin-top: 3mm }
}
html { font: %(size)s/1.38 %(font)s; color: #111 }
body { margin: 0; text-align: justify; hyphens: auto; hyphenate-limit-chars: 6 3 3; hyphenate-character: "-";
  orphans: 2; widows: 2 }
h1, h2, h3, h4 { color: %(accent)s; text-align: left; hyphens: manual; break-after: avoid; line-height: 1.2 }
h1 { font-size: 21pt; margin: 0 0 2mm; bookmark-level: none }
h2 { font-size: 14.5pt; margin: 7mm 0 2mm }
h3 { font-size: 12pt; margin: 5mm 0 1.5mm }
h4 { font-size: 1em; margin: 3.5mm 0 1mm }
p { margin: 0 0 2.4mm }
.sample { font-size: 9pt; font-style: italic; color: #a02020; text-align: left; margin-bottom: 3mm }
.facts { font-size: 9pt; text-align: left; hyphens: manual; border-top: 1.2pt solid %(accent)s; padding-top: 1.5mm }
.lead { font-size: 1.12em; text-align: left; color: #333; margin: 3mm 0 5mm }
.text { columns: %(columns)s; column-gap: 7mm }
ul, ol { margin: 0 0 2.4mm; padding-left: 6.5mm }
li { list-style: none; text-indent: -4mm }  /* marks as text: list marks would follow the page's text */
ul > li::before { content: "•  " }
ol { counter-reset: item } ol > li { counter-increment: item } ol > li::before { content: counter(item) ".  " }
li { margin-bottom: .8mm } li p { margin-bottom: .8mm }
blockquote { margin: 2mm 0 3.5mm; padding: 1.5mm 0 .1mm 5mm; border-left: 2.5pt solid %(accent)s; background: #f4f6f8;
  font-style: italic; text-align: left; break-inside: avoid; padding-right: 4mm }
table { border-collapse: collapse; width: 100%%; margin: 2.5mm 0 4.5mm; font-size: .91em; line-height: 1.28; text-align: left }
th { background: %(accent)s; color: #fff; font-weight: bold }
td, th { border: .5pt solid #8a8a8a; padding: 1mm 1.8mm; vertical-align: top }
tr { break-inside: avoid }
.break { break-before: page }
.mail { hyphens: none }
.note { float: footnote; font-size: 8.5pt; line-height: 1.25; font-style: normal; font-weight: normal; color: #111;
  text-align: left }
.note::footnote-call, .note::footnote-marker { font-style: normal; font-weight: normal }
.toc { margin: 0 0 5mm; padding: 2mm 4mm; border: .5pt solid #bbb; list-style: none; hyphens: manual }
.toc li, li > p, li > ul, li > ol { text-indent: 0 } li > p:first-child { text-indent: -4mm; display: inline }
.toc li { margin: 0; text-align: left; text-indent: 0 } .toc li::before { content: none } .toc .level2 { margin-left: 6mm }
.toc a { color: inherit; text-decoration: none } .toc a::after { content: leader(".") target-counter(attr(href), page) }
"""


def render(guide: Guide) -> bytes:
    """Return the guide as a tagged PDF with bookmarks."""
    meta, layout = guide.meta, guide.layout
    style = STYLE % {
        "font": FONTS[layout.font],
        "size": SIZES[layout.font],
        "accent": layout.accent,
        "columns": layout.columns if layout.columns > 1 else "auto",
        "short_title": json.dumps(meta.short_title, ensure_ascii=False),
        "publisher": json.dumps(meta.herausgeber, ensure_ascii=False),
        "footer": json.dumps(meta.footer),
    }
    html = (
        f'<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{escape(meta.titel)}</title>'
        f'<meta name="author" content="{escape(meta.herausgeber)}">'
        f'<meta name="dcterms.created" content="{meta.moment.isoformat()}">'
        f'<meta name="dcterms.modified" content="{meta.moment.isoformat()}"><style>{style}</style></head><body>'
        f'<h1>{escape(meta.titel)}</h1><p class="sample">{SAMPLE_LINE}</p><p class="facts">{escape(meta.facts)}</p>'
        f'<p class="lead">{_inline(guide.lead)}</p>{_toc(guide.blocks) if layout.toc else ""}'
        f'<div class="text">{_blocks(guide.blocks)}</div></body></html>'
    )
    identifier = sha256(html.encode()).hexdigest()[:32].encode()
    pdf: bytes = HTML(string=html).write_pdf(pdf_identifier=identifier, pdf_tags=True)
    return pdf


def _toc(blocks: Iterable[Block]) -> str:
    headings = [block for block in blocks if isinstance(block, Heading)]
    entries = [
        f'<li class="level{heading.level}"><a href="#{_anchor(heading)}">{escape(plain(heading.content))}</a></li>'
        for heading in headings
        if heading.level <= 2
    ]
    return f'<ul class="toc">{"".join(entries)}</ul>'


def _anchor(heading: Heading) -> str:
    return "h" + sha256(plain(heading.content).encode()).hexdigest()[:12]


def _blocks(blocks: Iterable[Block]) -> str:
    html, broken = [], False
    for block in blocks:
        markup = _block(block)
        html.append(f'<div class="break">{markup}</div>' if broken else markup)
        broken = isinstance(block, PageBreak)
    return "\n".join(html)


def _block(block: Block) -> str:
    match block:
        case Heading(level, content):
            return f'<h{level + 1} id="{_anchor(block)}">{_inline(content)}</h{level + 1}>'
        case Paragraph(content):
            return f"<p>{_inline(content)}</p>"
        case Listing(ordered, items):
            tag = "ol" if ordered else "ul"
            return f"<{tag}>{''.join(f'<li>{_blocks(item)}</li>' for item in items)}</{tag}>"
        case Quote(inner):
            return f"<blockquote>{_blocks(inner)}</blockquote>"
        case Table(rows):
            head, *body = rows
            return f"<table><thead>{_row(head, 'th')}</thead><tbody>{''.join(_row(row, 'td') for row in body)}</tbody></table>"
        case PageBreak():
            return ""


def _row(cells: Iterable[tuple[Inline, ...]], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_inline(cell)}</{tag}>' for cell in cells)}</tr>"


def _inline(content: Iterable[Inline]) -> str:
    html = []
    for part in content:
        match part:
            case Note(inner):
                html.append(f'<span class="note">{_inline(inner)}</span>')
            case Text(text, bold, italic):
                run = re.sub(r"\S+@\S+", r'<span class="mail">\g<0></span>', escape(text)).replace("\n", "<br>")
                run = f"<strong>{run}</strong>" if bold else run
                html.append(f"<em>{run}</em>" if italic else run)
    return "".join(html)
