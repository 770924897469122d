from pathlib import Path

import pytest
from makers import PROSE, pdf

from kb.extract.layout import Line, headings, title_line
from kb.extract.pdf import PdfExtractor

BODY = [Line(text=PROSE, size=11, is_bold=False, font="Sans")] * 5


def line(text: str, size: float = 11, *, bold: bool = False) -> Line:
    return Line(text=text, size=size, is_bold=bold, font="Sans-Bold" if bold else "Sans")


def found(*lines: Line) -> list[tuple[int, str]]:
    """Return the headings of a second page, behind a cover."""
    pages = [[line("Handlungshilfe", 30), *BODY], [*lines, *BODY]]
    return [(heading.level, heading.title) for heading in headings(pages)[1]]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([line("Bedarf", 16), line("Miete", 13)], [(1, "Bedarf"), (2, "Miete")], id="levels by size"),
        pytest.param([line("Bedarf", 11.7, bold=True)], [(1, "Bedarf")], id="slightly larger and bold"),
        pytest.param([line("Bedarf", 11.7)], [], id="slightly larger alone is not enough"),
        pytest.param([line("Bedarf", bold=True)], [], id="bold alone is not enough"),
        pytest.param([line("2.1 Vorbereitung", bold=True)], [(2, "2.1 Vorbereitung")], id="bold and numbered"),
        pytest.param([line("44.01 – Zielsetzung", bold=True)], [(2, "44.01 – Zielsetzung")], id="dash behind the number"),
        pytest.param([line("§ 22 Bedarfe für Unterkunft", bold=True)], [(1, "§ 22 Bedarfe für Unterkunft")], id="paragraph"),
        pytest.param(
            [line("2 Antrag", 14), line("2.1 Frist", 14)], [(1, "2 Antrag"), (2, "2.1 Frist")], id="number adds depth"
        ),
        pytest.param([line("Bedarfe für", 16), line("Unterkunft", 16)], [(1, "Bedarfe für Unterkunft")], id="over two lines"),
        pytest.param(
            [line("3.4 Bestimmung des Zeitraumes in besonderen", bold=True), line("Sonderfällen", bold=True)],
            [(2, "3.4 Bestimmung des Zeitraumes in besonderen Sonderfällen")],
            id="numbered over two lines",
        ),
        pytest.param([line("Der Satz endet hier.", 16)], [], id="a sentence"),
        pytest.param([line("Gültig ab: 01.07.2026", 16), line("12. Juni 2019", 16)], [], id="dates"),
        pytest.param([line("2.1 Vorbereitung ........ 7", 16)], [], id="dot leaders"),
        pytest.param([line("17", 24), line("–", 24)], [], id="no letters"),
    ],
)
def test_headings_by_type(lines: list[Line], expected: list[tuple[int, str]]) -> None:
    assert found(*lines) == expected


def test_page_of_contents_has_no_headings() -> None:
    contents = [line("Inhalt", 16), *(line(f"{n}. Bedarf ...... {n}") for n in range(1, 5))]

    assert headings([[line("Titel", 30)], contents, [line("Bedarf", 16), *BODY]])[1:] == [
        (),
        headings([[], [line("Bedarf", 16), *BODY]])[1],
    ]


def test_line_on_many_pages_is_no_heading() -> None:
    pages = [
        [line(f"Handlungshilfe Seite {n}", 16), line(f"{word}", 16), *BODY]
        for n, word in enumerate(["Miete", "Strom", "Umzug"])
    ]

    assert [[heading.title for heading in page] for page in headings([[], *pages])] == [[], ["Miete"], ["Strom"], ["Umzug"]]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            [line("Gültig ab: 1.7.", 24), line("Umzug", 20), line("Ablauf", 20)], "Umzug Ablauf", id="dates do not count"
        ),
        pytest.param([line("Umzug", 20, bold=True), line("Untertitel", 20)], "Umzug", id="one font"),
        pytest.param(
            [line("Weisungen", 20), line("Erstes Buch Sozialgesetzbuch – SGB I", 20), line("§ 14 SGB I", 20)],
            "Weisungen § 14 SGB I",
            id="the code's long name is said twice",
        ),
        pytest.param([line("Drittes Buch Sozialgesetzbuch", 20)], "Drittes Buch Sozialgesetzbuch", id="unless it is all"),
        pytest.param([line("Eingliederungs\ufffezuschuss", 20)], "Eingliederungszuschuss", id="hyphenated"),
        pytest.param([line(PROSE * 2)], "", id="prose is no title"),
        pytest.param([line("2026", 40)], "", id="nor is a number"),
        pytest.param([], "", id="empty page"),
    ],
)
def test_title_is_the_largest_type(lines: list[Line], expected: str) -> None:
    assert title_line(lines) == expected


def test_type_is_read_from_the_page(tmp_path: Path) -> None:
    pages = [["20b|Umzug begleiten", PROSE], ["16b|1 Antrag", PROSE, "12b|1.1 Frist", PROSE]]

    extracted = PdfExtractor().extract(pdf(tmp_path / "a.pdf", pages))

    assert extracted.title_line == "Umzug begleiten"
    assert [(heading.level, heading.title) for heading in extracted.pages[1].headings] == [(1, "1 Antrag"), (3, "1.1 Frist")]


def test_marks_of_footnotes_are_left_out_and_other_small_digits_stay(tmp_path: Path) -> None:
    lines = [
        PROSE,
        "(1) ^1^Träger bedürfen der Zulassung. ^2^Arbeitgeber nicht",
        "Miete oder^3^ Heizung, 50 m^2^ groß, § 16e und 3Sat, Bescheid.^12^ Danach 3 Monate nach Nr. 3",
        "Der Preis für CO_2_ steigt",
    ]

    text = PdfExtractor().extract(pdf(tmp_path / "a.pdf", [lines])).pages[0].text

    assert "(1) 1 Träger bedürfen der Zulassung. 2 Arbeitgeber nicht" in text
    assert "Miete oder Heizung, 50 m² groß, § 16e und 3Sat, Bescheid. Danach 3 Monate nach Nr. 3" in text
    assert "CO2 steigt" in text


def test_a_heading_with_the_mark_of_a_footnote_is_found_in_the_text(tmp_path: Path) -> None:
    lines = ["24|Umzug", PROSE, "16|Zusicherung^1^", PROSE]

    page = PdfExtractor().extract(pdf(tmp_path / "a.pdf", [lines])).pages[0]

    assert [heading.title for heading in page.headings] == ["Zusicherung"]
    assert "\nZusicherung\n" in page.text


def test_cells_on_one_line_are_divided(tmp_path: Path) -> None:
    lines = [PROSE, "Fall@200@Nächster Schritt@400@Frist", "1.@80@Ausweis mitbringen", "Miete ....@300@7", PROSE]

    text = PdfExtractor().extract(pdf(tmp_path / "a.pdf", [lines])).pages[0].text

    assert "Fall | Nächster Schritt | Frist\n" in text
    assert "\n1. Ausweis mitbringen\n" in text
    assert "Miete .... 7" in text


def test_cells_over_several_lines_and_notes_in_the_margin_are_blocks(tmp_path: Path) -> None:
    lines = [
        PROSE[:60],
        PROSE[60:100],
        "@60,600@Gespräch",
        "@60,587@vereinbaren",
        "@300,600@Fachstelle",
        "@300,587@einbeziehen",
    ]
    lines += ["@450,800@Zusicherung", "@450,787@(22.3)"]

    text = PdfExtractor().extract(pdf(tmp_path / "a.pdf", [lines])).pages[0].text

    assert text.split("\n\n")[1:] == ["Gespräch\nvereinbaren", "Fachstelle\neinbeziehen", "Zusicherung\n(22.3)"]


def test_a_page_that_lies_on_its_side_keeps_its_lines(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [["Die Miete", "ist angemessen."]])
    path.write_bytes(path.read_bytes().replace(b" Td\n", b" Td 0 1 -1 0 50 50 Tm\n"))

    assert PdfExtractor().extract(path).pages[0].text.split() == ["Die", "Miete", "ist", "angemessen."]
