import zlib
from pathlib import Path

import pypdfium2
import pytest
from makers import PROSE, pdf, pdf_bytes

from kb import cleaning
from kb.errors import ExtractionError, ExtractionReason
from kb.extract import pdf as module
from kb.extract.pdf import PdfExtractor
from kb.model import Extracted, Heading

READER = PdfExtractor()


def refused(path: Path) -> ExtractionReason:
    with pytest.raises(ExtractionError) as caught:
        READER.extract(path)
    assert caught.value.source == str(path)
    return caught.value.reason


def titles(extracted: Extracted) -> list[list[tuple[int, str]]]:
    return [[(heading.level, heading.title) for heading in page.headings] for page in extracted.pages]


def test_pages_are_numbered_and_keep_their_text(tmp_path: Path) -> None:
    extracted = READER.extract(pdf(tmp_path / "a.pdf", [[PROSE], ["Zweite Seite: § 22 SGB II, größer"]]))

    assert [page.number for page in extracted.pages] == [1, 2]
    assert extracted.pages[1].text.strip() == "Zweite Seite: § 22 SGB II, größer"
    assert extracted.doubts == ()


def test_properties_are_read(tmp_path: Path) -> None:
    metadata = {"/Title": "Kosten der\nUnterkunft", "/Author": "Jobcenter", "/Keywords": "Miete; Umzug,, KdU"}
    extracted = READER.extract(pdf(tmp_path / "a.pdf", [[PROSE]], metadata=metadata))

    assert (extracted.title, extracted.author) == ("Kosten der Unterkunft", "Jobcenter")
    assert extracted.keywords == ("Miete", "Umzug", "KdU")


def test_outline_gives_headings_to_its_pages(tmp_path: Path) -> None:
    outline = [(1, 1, "1. Bedarf"), (2, 1, "1.1 Regelbedarf"), (2, 2, "1.2 Mehrbedarf"), (1, 2, "2. Verfahren")]
    path = pdf(tmp_path / "a.pdf", [["18b|Nicht in der Gliederung", PROSE], [PROSE]], outline=outline)

    assert titles(READER.extract(path)) == [
        [(1, "1. Bedarf"), (2, "1.1 Regelbedarf")],
        [(2, "1.2 Mehrbedarf"), (1, "2. Verfahren")],
    ]


def test_outline_with_too_few_entries_gives_way_to_type(tmp_path: Path) -> None:
    words = ["Antrag", "Bedarf", "Umzug", "Heizung", "Kaution", "Miete", "Strom", "Wasser", "Ofen"]
    pages = [[f"16b|{word}", PROSE, PROSE] for word in words]
    path = pdf(tmp_path / "a.pdf", pages, outline=[(1, 1, "Deckblatt")])

    assert titles(READER.extract(path))[1:3] == [[(1, "Bedarf")], [(1, "Umzug")]]


@pytest.mark.parametrize(
    ("passwords", "algorithm"),
    [pytest.param(("", "besitzer"), "AES-256", id="AES-256"), pytest.param(("", "besitzer"), "RC4-128", id="RC4")],
)
def test_encryption_without_a_user_password_is_no_obstacle(tmp_path: Path, passwords: tuple[str, str], algorithm: str) -> None:
    path = pdf(tmp_path / "a.pdf", [[PROSE]], outline=[(1, 1, "Bedarf")], passwords=passwords, algorithm=algorithm)

    extracted = READER.extract(path)

    assert "angemessen" in extracted.pages[0].text
    assert titles(extracted) == [[(1, "Bedarf")]]


@pytest.mark.parametrize("algorithm", ["AES-256", "RC4-128"])
def test_user_password_is_reported(tmp_path: Path, algorithm: str) -> None:
    assert (
        refused(pdf(tmp_path / "a.pdf", [[PROSE]], passwords=("geheim", "x"), algorithm=algorithm))
        == ExtractionReason.ENCRYPTED
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", ExtractionReason.EMPTY_FILE, id="empty"),
        pytest.param(b"<!DOCTYPE html><title>404</title>", ExtractionReason.WRONG_TYPE, id="HTML error page"),
        pytest.param(b"%PDF-1.7\n1 0 obj <<", ExtractionReason.DAMAGED, id="cut after the head"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 20, ExtractionReason.DAMAGED, id="garbage"),
    ],
)
def test_what_is_no_pdf_is_refused(tmp_path: Path, data: bytes, reason: ExtractionReason) -> None:
    (tmp_path / "a.pdf").write_bytes(data)

    assert refused(tmp_path / "a.pdf") == reason


def test_wrong_table_of_objects_is_repaired(tmp_path: Path) -> None:
    data = pdf_bytes([[PROSE], ["Zweite Seite mit genug Wörtern für einen Text"]])
    (tmp_path / "a.pdf").write_bytes(data.replace(b"startxref\n", b"startxref\n9"))

    assert [page.number for page in READER.extract(tmp_path / "a.pdf").pages] == [1, 2]


def test_scan_has_no_text(tmp_path: Path) -> None:
    assert refused(pdf(tmp_path / "a.pdf", [[], ["7"], []])) == ExtractionReason.NO_TEXT


def test_mostly_scanned_guide_is_doubted(tmp_path: Path) -> None:
    assert READER.extract(pdf(tmp_path / "a.pdf", [[PROSE], [], []])).doubts == ("scan_pages",)
    assert READER.extract(pdf(tmp_path / "b.pdf", [[PROSE], []])).doubts == ()


def test_text_without_german_function_words_is_doubted(tmp_path: Path) -> None:
    assert READER.extract(pdf(tmp_path / "a.pdf", [["Erdwlq Plhwh Ehvfkhlg " * 4] * 4])).doubts == ("odd_text",)


def test_unpacking_bomb_is_stopped(tmp_path: Path) -> None:
    packed = zlib.compress(b" " * 90_000_000, 1)
    stream = b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)
    data = pdf_bytes([[PROSE]], objects=[stream]).replace(b"/Contents 6 0 R", b"/Contents 5 0 R")
    (tmp_path / "a.pdf").write_bytes(data)

    assert refused(tmp_path / "a.pdf") == ExtractionReason.LIMIT


def test_pypdf_stands_in_where_pdfium_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_leaf", lambda document, index, is_typed: module._Leaf(text=""))

    assert "angemessen" in READER.extract(pdf(tmp_path / "a.pdf", [[PROSE]])).pages[0].text


def test_better_text_wins_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    garbage = "Erdwlq Plhwh Ehvfkhlg " * 12
    monkeypatch.setattr(module, "_leaf", lambda document, index, is_typed: module._Leaf(text=garbage if index else PROSE))

    extracted = READER.extract(pdf(tmp_path / "a.pdf", [["Anders"], [PROSE], ["Uwzv " * 30]]))

    assert [page.text.strip()[:6] for page in extracted.pages] == ["Die Ko", "Die Ko", "Erdwlq"]


def test_pdfium_stands_in_where_pypdf_cannot_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.extract.bombs.is_tame", lambda data: False)
    monkeypatch.setattr("kb.extract.fallback.walked", lambda path: None)

    extracted = READER.extract(pdf(tmp_path / "a.pdf", [["16b|1 Bedarf", PROSE]], metadata={"/Title": "Bedarf und Mittel"}))

    assert extracted.title == "Bedarf und Mittel"
    assert "angemessen" in extracted.pages[0].text


def test_pypdf_stands_in_where_pdfium_cannot_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: bytes) -> None:
        raise pypdfium2.PdfiumError("no")

    monkeypatch.setattr("pypdfium2.PdfDocument", fail)

    extracted = READER.extract(pdf(tmp_path / "a.pdf", [[PROSE], ["Zweite Seite"]]))

    assert [page.text.strip()[:6] for page in extracted.pages] == ["Die Ko", "Zweite"]


def test_pypdf_is_not_asked_about_plain_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.extract.fallback.pypdf", None)

    READER.extract(pdf(tmp_path / "a.pdf", [[PROSE]], outline=[(1, 1, "Bedarf")]))


def test_list_of_words_that_the_guide_has_is_no_broken_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def note(reader: object, index: int) -> str:
        asked.append(index)
        return ""

    monkeypatch.setattr("kb.extract.fallback.text", note)
    words = "Kosten Unterkunft Antrag Umzug Zusicherung Bescheid"

    READER.extract(pdf(tmp_path / "a.pdf", [[PROSE], [words] * 6, ["Uwzv Plhwh " * 20]]))

    assert asked == [2]


def test_too_many_pages_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_PAGES", 2)

    assert refused(pdf(tmp_path / "a.pdf", [[PROSE]] * 3)) == ExtractionReason.LIMIT


def test_hyphenated_line_end_is_whole_after_cleaning(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [[PROSE, "Zur Bedarfs-", "gemeinschaft gehören die im Haus-", "halt lebenden Kinder"]])

    text = cleaning.clean(READER.extract(path).pages)[0].text

    assert text.split("\n")[-3:] == ["Zur Bedarfsgemeinschaft", "gehören die im Haushalt", "lebenden Kinder"]


def test_outline_that_loops_ends(tmp_path: Path) -> None:
    data = pdf_bytes([[PROSE]], objects=[b"<</First 6 0 R/Last 6 0 R>>", b"<</Title(Bedarf)/Dest[8 0 R/Fit]/Next 6 0 R>>"])
    (tmp_path / "a.pdf").write_bytes(data.replace(b"/Catalog", b"/Catalog/Outlines 5 0 R"))

    assert READER.extract(tmp_path / "a.pdf").pages[0].headings in ((), (Heading(level=1, title="Bedarf"),))
