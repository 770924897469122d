from pathlib import Path

import docx as python_docx
import pytest
from makers import PROSE, W, archive, docx, p, style

from kb.errors import ExtractionError, ExtractionReason
from kb.extract.word import WordExtractor
from kb.model import Extracted

STYLES = (
    style("berschrift1", "heading 1", properties='<w:outlineLvl w:val="0"/>')
    + style("Haus2", "Hausstil Zwischentitel", based_on="berschrift2")
    + style("berschrift2", "Überschrift 2")
    + style("Titel", "Title")
    + style("Untertitel", "Subtitle", based_on="Titel")
    + style("Liste", "List Bullet", properties='<w:numPr><w:numId w:val="1"/></w:numPr>')
    + style("Verz1", "toc 1")
)


def read(tmp_path: Path, body: str, *, notes: str = "", prolog: str = "") -> Extracted:
    return WordExtractor().extract(docx(tmp_path / "a.docx", body, styles=STYLES, notes=notes, prolog=prolog))


def text(tmp_path: Path, body: str, *, notes: str = "") -> str:
    return "\n\n".join(page.text for page in read(tmp_path, body, notes=notes).pages)


def refused(path: Path) -> ExtractionReason:
    with pytest.raises(ExtractionError) as caught:
        WordExtractor().extract(path)
    assert caught.value.source == str(path)
    return caught.value.reason


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblGrid/>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<') else p(content)}</w:tc>"


def r(content: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{content}</w:t></w:r>'


def test_file_of_python_docx_is_read(tmp_path: Path) -> None:
    document = python_docx.Document()
    document.core_properties.title, document.core_properties.author = "Umzug", "Jobcenter"
    document.core_properties.keywords = "Miete, Kaution"
    document.add_heading("Umzug begleiten", level=0)
    document.add_paragraph("Wann eine Zusicherung gebraucht wird")
    document.add_heading("Antrag", level=1)
    document.add_paragraph("Vor dem Umzug stellen")
    document.save(str(tmp_path / "a.docx"))

    extracted = WordExtractor().extract(tmp_path / "a.docx")

    assert (extracted.title, extracted.author, extracted.keywords) == ("Umzug", "Jobcenter", ("Miete", "Kaution"))
    assert extracted.title_line == "Umzug begleiten"
    assert [(page.number, page.text) for page in extracted.pages] == [
        (None, "Umzug begleiten\n\nWann eine Zusicherung gebraucht wird"),
        (None, "Vor dem Umzug stellen"),
    ]


def test_sections_follow_headings_of_any_style(tmp_path: Path) -> None:
    body = p("Vorweg") + p("Antrag", "berschrift1") + p("Frist", "Haus2") + p("Ein Monat")
    body += p("Anhang", properties='<w:outlineLvl w:val="2"/>') + p("Kein Titel", "berschrift1", '<w:outlineLvl w:val="9"/>')

    pages = read(tmp_path, body).pages

    assert [[(heading.level, heading.title) for heading in page.headings] for page in pages] == [
        [],
        [(1, "Antrag")],
        [(2, "Frist")],
        [(3, "Anhang")],
    ]
    assert [page.text for page in pages] == ["Vorweg", "", "Ein Monat", "Kein Titel"]


def test_without_headings_page_breaks_divide(tmp_path: Path) -> None:
    page_break = '<w:r><w:br w:type="page"/></w:r>'
    body = p("Eins") + p(page_break) + p("Zwei") + p(r("Drei") + page_break) + p("Vier", properties="<w:pageBreakBefore/>")

    assert [page.text for page in read(tmp_path, body).pages] == ["Eins", "Zwei\n\nDrei", "Vier"]


def test_without_either_about_400_words_make_a_section(tmp_path: Path) -> None:
    pages = read(tmp_path, p(PROSE) * 39).pages

    assert [len(page.text.split()) // 100 for page in pages] == [4, 4, 4]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(r("Be") + r("darf"), "Bedarf", id="runs"),
        pytest.param(f"<w:hyperlink>{r('Gesetz')}</w:hyperlink>", "Gesetz", id="hyperlink"),
        pytest.param(
            f"<w:ins>{r('neu')}</w:ins><w:del><w:r><w:delText>alt</w:delText></w:r></w:del>", "neu", id="tracked changes"
        ),
        pytest.param(f"<w:moveFrom>{r('alt')}</w:moveFrom><w:moveTo>{r('neu')}</w:moveTo>", "neu", id="moved"),
        pytest.param(f"<w:sdt><w:sdtPr/><w:sdtContent>{r('Feld')}</w:sdtContent></w:sdt>", "Feld", id="content control"),
        pytest.param(f"<w:r><w:instrText>PAGEREF _Toc1</w:instrText></w:r>{r('7')}", "7", id="field code"),
        pytest.param(f"{r('da')}{r('nicht', '<w:vanish/>')}", "da", id="hidden text"),
        pytest.param("<w:r><w:t>Rn.</w:t><w:tab/><w:t>5</w:t><w:br/><w:t>ab</w:t></w:r>", "Rn.\t5\nab", id="tab and break"),
        pytest.param("<w:r><w:t>E</w:t><w:noBreakHyphen/><w:t>Mail</w:t></w:r>", "E-Mail", id="hard hyphen"),
        pytest.param("<w:r><w:t>Be</w:t><w:softHyphen/><w:t>darf</w:t></w:r>", "Be\u00addarf", id="soft hyphen"),
        pytest.param(
            r("oder") + r("3", '<w:vertAlign w:val="superscript"/>') + r(" mehr"), "oder mehr", id="mark of a footnote"
        ),
        pytest.param(r("50 m") + r("2", '<w:vertAlign w:val="superscript"/>'), "50 m²", id="raised unit"),
    ],
)
def test_content_of_a_paragraph(tmp_path: Path, content: str, expected: str) -> None:
    assert text(tmp_path, f"<w:p>{content}</w:p>") == expected


def test_content_control_around_paragraphs_and_rows(tmp_path: Path) -> None:
    row = f"<w:sdt><w:sdtContent><w:tr>{cell('Miete')}{cell('Strom')}</w:tr></w:sdtContent></w:sdt>"
    body = f"<w:sdt><w:sdtContent>{p('Bedarf')}</w:sdtContent></w:sdt><w:tbl>{row}</w:tbl>"

    assert text(tmp_path, body) == "Bedarf\n\nMiete | Strom"


def test_table_is_read_row_by_row_in_place(tmp_path: Path) -> None:
    inner = table(cell("a") + cell("b"))
    body = p("Davor") + table(
        cell("Fall") + cell(p("Frist") + p("Form")), cell("") + cell("Nur hier"), cell(inner + p("")) + cell("c")
    )

    assert text(tmp_path, body + p("Danach")) == "Davor\n\nFall | Frist Form\n\nNur hier\n\na | b | c\n\nDanach"


def test_layout_tables_are_read_as_text(tmp_path: Path) -> None:
    boxed = table(cell(p("Hinweis", "Liste") + p("Frist", "Liste")))
    headed = table(cell(p("Antrag", "berschrift1")) + cell("Vor dem Umzug"))

    pages = read(tmp_path, boxed + headed).pages

    assert [page.text for page in pages] == ["• Hinweis\n• Frist", "Vor dem Umzug"]
    assert pages[1].headings[0].title == "Antrag"


def test_spans_are_not_expanded(tmp_path: Path) -> None:
    wide = cell("breit", '<w:gridSpan w:val="100000000"/>')
    merged = [cell("hoch", '<w:vMerge w:val="restart"/>'), *[cell("", "<w:vMerge/>")] * 4000]

    assert text(tmp_path, table(wide + cell("schmal"), *merged)) == "breit | schmal\n\nhoch"


def test_deleted_row_is_left_out(tmp_path: Path) -> None:
    assert text(tmp_path, table(cell("da"), f"<w:trPr><w:del/></w:trPr>{cell('weg')}", cell("auch"))) == "da\n\nauch"


def test_text_box_is_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{p('Im Kasten')}</w:txbxContent>"
    shape = f"<mc:AlternateContent><mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice><mc:Fallback><v:textbox>{box}</v:textbox>"
    old = f"<w:r><w:pict><v:textbox>{box.replace('Im', 'Alter')}</v:textbox></w:pict></w:r>"

    body = f"<w:p>{r('Text')}<w:r>{shape}</mc:Fallback></mc:AlternateContent></w:r>{old}</w:p>"

    assert text(tmp_path, body) == "Text\n\nIm Kasten\n\nAlter Kasten"


def test_notes_stand_at_the_end_of_the_section_that_refers_to_them(tmp_path: Path) -> None:
    notes = f'<w:footnote w:id="2">{p("Siehe § 22")}</w:footnote><w:footnote w:type="separator" w:id="0">{p("-")}</w:footnote>'
    body = (
        p("Miete", "berschrift1")
        + f'<w:p>{r("Angemessen")}<w:r><w:footnoteReference w:id="2"/></w:r>{r(" ist")}</w:p>'
        + p("Ende")
    )

    assert [page.text for page in read(tmp_path, body + p("Strom", "berschrift1"), notes=notes).pages] == [
        "Angemessen ist\n\nEnde\n\n[Siehe § 22]",
        "",
    ]


def test_lists_are_one_paragraph_and_contents_none(tmp_path: Path) -> None:
    body = p("Antrag 3", "Verz1") + p("Mitbringen:") + p("Ausweis", "Liste") + p("Mietvertrag", "Liste") + p("Danach")

    assert text(tmp_path, body) == "Mitbringen:\n\n• Ausweis\n• Mietvertrag\n\nDanach"


def test_large_first_line_is_the_title_where_no_style_says_so(tmp_path: Path) -> None:
    body = p("Jobcenter Musterstadt") + p(r("Umzug begleiten", '<w:sz w:val="40"/>')) + p(PROSE)

    assert read(tmp_path, body).title_line == "Umzug begleiten"
    assert read(tmp_path, p("Haus") + p("Umzug", "Titel") + p("begleiten", "Titel")).title_line == "Umzug begleiten"
    assert read(tmp_path, p("Umzug", "Titel") + p("Für alle Teams", "Untertitel")).title_line == "Umzug"
    assert read(tmp_path, p("Umzug")).title_line == ""


def test_zip_walk_reads_what_python_docx_refuses(tmp_path: Path) -> None:
    core = '<cp xmlns:dc="x"><dc:title>Umzug</dc:title><dc:creator>Haus</dc:creator></cp>'
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    relations += '<Relationship Id="a" Type="image" Target="media/fehlt.png"/></Relationships>'
    parts = {"word/_rels/document.xml.rels": relations, "docProps/core.xml": core}
    path = docx(tmp_path / "a.docx", p("Antrag", "berschrift1") + p("Frist"), styles=STYLES, parts=parts)

    extracted = WordExtractor().extract(path)

    assert (extracted.title, extracted.author) == ("Umzug", "Haus")
    assert [(page.headings[0].title, page.text) for page in extracted.pages] == [("Antrag", "Frist")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", ExtractionReason.EMPTY_FILE, id="empty"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ExtractionReason.OLD_WORD, id="OLE: old or with password"
        ),
        pytest.param(b"{\\rtf1 Umzug}", ExtractionReason.WRONG_TYPE, id="RTF"),
        pytest.param(b"PK\x03\x04" + bytes(100), ExtractionReason.DAMAGED, id="cut zip"),
    ],
)
def test_what_is_no_docx_is_refused(tmp_path: Path, data: bytes, reason: ExtractionReason) -> None:
    (tmp_path / "a.docx").write_bytes(data)

    assert refused(tmp_path / "a.docx") == reason


def test_zip_without_document_is_of_the_wrong_type(tmp_path: Path) -> None:
    assert refused(archive(tmp_path / "a.docx", {"xl/workbook.xml": "<x/>"})) == ExtractionReason.WRONG_TYPE


def test_document_without_text_is_refused(tmp_path: Path) -> None:
    assert refused(docx(tmp_path / "a.docx", p(""))) == ExtractionReason.NO_TEXT


def entities(declaration: str, use: str, tmp_path: Path) -> Path:
    return docx(tmp_path / "a.docx", p("Frist") + p(f"vor{use}nach"), styles=STYLES, prolog=f"<!DOCTYPE x [{declaration}]>")


def test_entity_bomb_does_not_expand(tmp_path: Path) -> None:
    bomb = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))

    try:
        n_chars = sum(len(page.text) for page in WordExtractor().extract(entities(bomb, "&a9;", tmp_path)).pages)
    except ExtractionError as error:
        n_chars = 0 if error.reason == ExtractionReason.DAMAGED else -1

    assert 0 <= n_chars < 1000


def test_external_entity_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "geheim.txt").write_text("Geheimnis")
    path = entities(f'<!ENTITY x SYSTEM "file://{tmp_path}/geheim.txt">', "&x;", tmp_path)

    assert "Geheimnis" not in WordExtractor().extract(path).pages[0].text


def test_deep_nesting_ends_without_a_crash(tmp_path: Path) -> None:
    deep = "<w:sdt><w:sdtContent>" * 100_000 + p("tief") + "</w:sdtContent></w:sdt>" * 100_000
    nested = p("tief")
    for _ in range(40):
        nested = table(cell(nested + p("a")) + cell("b"))

    assert refused(docx(tmp_path / "a.docx", deep)) == ExtractionReason.DAMAGED
    assert "tief" in text(tmp_path, nested)


def test_strict_namespace_is_read(tmp_path: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    document = f'<w:document xmlns:w="{W}"><w:body>{p("Frist")}</w:body></w:document>'.replace(W, strict)
    path = docx(tmp_path / "a.docx", "", parts={"word/document.xml": document})

    assert WordExtractor().extract(path).pages[0].text == "Frist"
