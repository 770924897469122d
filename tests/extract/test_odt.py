from pathlib import Path

import pytest
from makers import PROSE, archive, odt

from kb.errors import ExtractionError, ExtractionReason
from kb.extract.odt import OdtExtractor
from kb.model import Extracted


def read(tmp_path: Path, text: str, *, styles: str = "", meta: str = "", prolog: str = "") -> Extracted:
    return OdtExtractor().extract(odt(tmp_path / "a.odt", text, styles=styles, meta=meta, prolog=prolog))


def refused(path: Path) -> ExtractionReason:
    with pytest.raises(ExtractionError) as caught:
        OdtExtractor().extract(path)
    assert caught.value.source == str(path)
    return caught.value.reason


def p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def h(text: str, level: int) -> str:
    return f'<text:h text:outline-level="{level}">{text}</text:h>'


def items(*texts: str) -> str:
    return f"<text:list>{''.join(f'<text:list-item>{p(text)}</text:list-item>' for text in texts)}</text:list>"


def style(name: str, parent: str, properties: str = "") -> str:
    return f'<style:style style:name="{name}" style:parent-style-name="{parent}">{properties}</style:style>'


def test_sections_follow_headings(tmp_path: Path) -> None:
    numbered = f"<text:list><text:list-item>{h('Frist', 2)}</text:list-item></text:list>"
    pages = read(tmp_path, p("Vorweg") + h("Antrag", 1) + p("Vor dem Umzug") + numbered + p("Ein Monat")).pages

    assert [(page.number, [(x.level, x.title) for x in page.headings], page.text) for page in pages] == [
        (None, [], "Vorweg"),
        (None, [(1, "Antrag")], "Vor dem Umzug"),
        (None, [(2, "Frist")], "Ein Monat"),
    ]


def test_properties_and_title(tmp_path: Path) -> None:
    meta = "<dc:title>Umzug</dc:title><meta:initial-creator>Haus</meta:initial-creator><dc:creator>Letzte</dc:creator>"
    meta += "<meta:keyword>Miete</meta:keyword><meta:keyword>Kaution</meta:keyword>"
    extracted = read(tmp_path, p("Haus") + p("Umzug begleiten", "P1"), styles=style("P1", "Title"), meta=meta)

    assert (extracted.title, extracted.author, extracted.keywords) == ("Umzug", "Haus", ("Miete", "Kaution"))
    assert extracted.title_line == "Umzug begleiten"


def test_large_first_line_is_the_title_where_no_style_says_so(tmp_path: Path) -> None:
    large = style("P1", "Standard", '<style:text-properties fo:font-size="20pt"/>')

    assert read(tmp_path, p("Haus") + p("Umzug", "P1") + p(PROSE), styles=large).title_line == "Umzug"


def test_page_breaks_divide_without_headings(tmp_path: Path) -> None:
    breaks = style("P1", "Standard", '<style:paragraph-properties fo:break-before="page"/>')

    assert [page.text for page in read(tmp_path, p("Eins") + p("Zwei", "P1"), styles=breaks).pages] == ["Eins", "Zwei"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("Be<text:span>da</text:span>rf", "Bedarf", id="span"),
        pytest.param('a<text:s text:c="3"/>b<text:s/>c<text:tab/>d<text:line-break/>e', "a   b c\td\ne", id="blanks"),
        pytest.param('a<text:s text:c="999999999999"/>b', "a b", id="absurd blanks"),
        pytest.param("zwei\n   Zeilen", "zwei Zeilen", id="white space of the file"),
        pytest.param("<text:a>Gesetz</text:a> neu", "Gesetz neu", id="link"),
        pytest.param('alt<text:change text:change-id="1"/> neu', "alt neu", id="place of a deletion"),
        pytest.param("Text<office:annotation><text:p>Kommentar</text:p></office:annotation>", "Text", id="comment"),
        pytest.param('oder<text:span text:style-name="T1">3</text:span> mehr', "oder mehr", id="mark of a footnote"),
        pytest.param('50 m<text:span text:style-name="T1">2</text:span>', "50 m²", id="raised unit"),
        pytest.param(
            "<draw:frame><draw:text-box><text:p>Kasten</text:p></draw:text-box></draw:frame>A", "A\n\nKasten", id="frame"
        ),
        pytest.param(
            "A<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>N</text:p></text:note-body></text:note>b",
            "Ab\n\n[N]",
            id="note",
        ),
    ],
)
def test_content_of_a_paragraph(tmp_path: Path, content: str, expected: str) -> None:
    raised = style("T1", "", '<style:text-properties style:text-position="super 58%"/>')

    assert read(tmp_path, p(content), styles=raised).pages[0].text == expected


def test_lists_and_tables_stand_in_place(tmp_path: Path) -> None:
    inner = f"<table:table><table:table-row><table:table-cell>{p('c')}</table:table-cell></table:table-row></table:table>"
    cells = [
        f"<table:table-cell>{content}</table:table-cell>" for content in (p("Fall"), p("Frist") + p("Form"), inner, p("d"))
    ]
    row = '<table:table-row table:number-rows-repeated="1000000">'
    rows = f"<table:table-header-rows>{row}{cells[0]}{cells[1]}</table:table-row></table:table-header-rows>"
    rows += f"{row}{cells[2]}{cells[3]}<table:covered-table-cell/></table:table-row>"

    text = read(tmp_path, items("Ausweis", "Vertrag") + f"<table:table>{rows}</table:table>" + p("Ende")).pages[0].text

    assert text == "• Ausweis\n• Vertrag\n\nFall | Frist Form\n\nc | d\n\nEnde"


def test_deletions_and_contents_are_left_out(tmp_path: Path) -> None:
    region = f"<text:changed-region><text:deletion>{p('alt')}</text:deletion></text:changed-region>"
    deletion = f"<text:tracked-changes>{region}</text:tracked-changes>"
    contents = f"<text:table-of-content><text:index-body>{p('Antrag 3')}</text:index-body></text:table-of-content>"

    assert [page.text for page in read(tmp_path, deletion + contents + f"<text:section>{p('neu')}</text:section>").pages] == [
        "neu"
    ]


def test_encrypted_file_is_reported(tmp_path: Path) -> None:
    assert (
        refused(odt(tmp_path / "a.odt", p("x"), manifest="<manifest:encryption-data/>".replace("manifest:", ""))) == "encrypted"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(
            {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, ExtractionReason.WRONG_TYPE, id="no content"
        ),
        pytest.param({"content.xml": "<a><b>"}, ExtractionReason.DAMAGED, id="XML cut"),
        pytest.param({"content.xml": bytes(51 * 1024 * 1024)}, ExtractionReason.LIMIT, id="bomb"),
    ],
)
def test_other_zips_are_refused(tmp_path: Path, content: dict[str, str | bytes], reason: ExtractionReason) -> None:
    assert refused(archive(tmp_path / "a.odt", content)) == reason


def test_spreadsheet_and_empty_document_are_refused(tmp_path: Path) -> None:
    path = odt(tmp_path / "a.odt", p(" "))

    assert refused(path) == ExtractionReason.NO_TEXT


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    (tmp_path / "geheim.txt").write_text("Geheimnis")
    prolog = f'<!DOCTYPE x [<!ENTITY x SYSTEM "file://{tmp_path}/geheim.txt"><!ENTITY y "yyy">]>'

    assert "Geheimnis" not in read(tmp_path, p("a &x; b"), prolog=prolog).pages[0].text


def test_deep_lists_end_without_a_crash(tmp_path: Path) -> None:
    deep = "<text:list><text:list-item>" * 100 + p("tief") + "</text:list-item></text:list>" * 100

    assert read(tmp_path, deep).pages[0].text == "• tief"
    assert refused(odt(tmp_path / "a.odt", deep.replace(p("tief"), deep))) == ExtractionReason.DAMAGED
