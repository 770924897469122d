import time
from collections.abc import Sequence

import pytest

from kb.cleaning import characters, clean, dehyphenate, edges, raised
from kb.model import Heading, Page


def pages(*texts: str) -> list[Page]:
    return [Page(number=n, text=text) for n, text in enumerate(texts, 1)]


def cleaned(*texts: str) -> list[str]:
    return [page.text for page in clean(pages(*texts))]


def body(n: int) -> str:
    """Return lines that are different on every page."""
    words = ["Miete", "Strom", "Umzug", "Antrag", "Frist", "Kaution", "Heizung", "Wasser", "Ofen", "Bescheid"]
    return "\n".join(f"{words[n % 10]} und {words[(n + i) % 10]} im Fall {chr(65 + n)}{chr(97 + i)}" for i in range(7))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("Verpﬂichtung, Proﬁl, eﬀektiv, Oﬃce", "Verpflichtung, Profil, effektiv, Office", id="ligatures"),
        pytest.param("fu\u0308r", "für", id="decomposed umlaut"),
        pytest.param("f\u00a8ur \u00a8Uber", "für Über", id="TeX umlaut"),
        pytest.param("50 m², ½ Stelle, 3. Quartal ①", "50 m², ½ Stelle, 3. Quartal ①", id="no compatibility forms"),
        pytest.param("§\u00a022\u202fSGB\u2009II", "§ 22 SGB II", id="narrow and fixed blanks"),
        pytest.param("E\u2011Mail", "E-Mail", id="non-breaking hyphen"),
        pytest.param("Be\u00addarf, Be\u00ad\ndarf", "Bedarf, Be-\ndarf", id="soft hyphen"),
        pytest.param("Gesetz\ufffebuch Ver\x02\nmögen", "Gesetz-\nbuch Ver-\nmögen", id="pdfium's hyphens"),
        pytest.param("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne", id="line ends"),
        pytest.param("Mie\u200bte\x07 \ufeffStrom\ud800", "Miete Strom", id="invisible"),
        pytest.param("\uf0b7 Ausweis", "• Ausweis", id="bullet of Symbol"),
        pytest.param("a  \t b \n  c", "a b\nc", id="blanks"),
        pytest.param("a\n\n \n\nb", "a\n\nb", id="empty lines"),
        pytest.param("„Miete“ – 3,50 €", "„Miete“ – 3,50 €", id="quotes and dashes stay"),
    ],
)
def test_characters(raw: str, expected: str) -> None:
    assert characters(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("die Bedarfs-\ngemeinschaft lebt", "die Bedarfsgemeinschaft\nlebt", id="joined, line ends behind"),
        pytest.param("Bedarfs-\ngemeinschaft\nlebt", "Bedarfsgemeinschaft\nlebt", id="alone in its line"),
        pytest.param("(Ver-\nmögen), das", "(Vermögen),\ndas", id="punctuation"),
        pytest.param("Ein-\nund Auszug", "Ein-\nund Auszug", id="und"),
        pytest.param("Sach-\nbzw. Geldleistung", "Sach-\nbzw. Geldleistung", id="bzw."),
        pytest.param("Hier-\nzu und Da-\nmit", "Hierzu\nund Damit", id="zu and mit join"),
        pytest.param("GFK-\nFlüchtlinge sind", "GFK-Flüchtlinge\nsind", id="capital follows"),
        pytest.param("SGB IX-\nspezifisch", "SGB IX-spezifisch", id="abbreviation"),
        pytest.param("2023-\n2024 und A-\n1", "2023-\n2024 und A-\n1", id="digits"),
        pytest.param("Gedanken -\nund mehr", "Gedanken -\nund mehr", id="dash"),
        pytest.param("https://www.arbeits-\nagentur.de/x", "https://www.arbeits-agentur.de/x", id="address"),
        pytest.param("Rehabilitandinnen/Rehabi-\nlitanden", "Rehabilitandinnen/Rehabilitanden", id="both genders"),
        pytest.param("Einglie-\nderungs-\nzuschuss", "Eingliederungszuschuss", id="three lines"),
    ],
)
def test_dehyphenation(raw: str, expected: str) -> None:
    assert dehyphenate(raw) == expected


def test_compounds_that_the_guide_writes_with_hyphen_keep_it() -> None:
    assert cleaned("öffentlich-rechtlich ist\nöffentlich-\nrechtlich") == ["öffentlich-rechtlich ist\nöffentlich-rechtlich"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            "(1) 1Träger bedürfen. 2Arbeitgeber nicht", "(1) 1 Träger bedürfen. 2 Arbeitgeber nicht", id="sentence numbers"
        ),
        pytest.param("1Jeder hat Anspruch", "1 Jeder hat Anspruch", id="line start"),
        pytest.param("1.1Erstattung", "1.1 Erstattung", id="heading number"),
        pytest.param("§ 16e und 3D-Druck, A4Blatt, 2b", "§ 16e und 3D-Druck, A4Blatt, 2b", id="other digits"),
    ],
)
def test_sentence_numbers_leave_their_word(raw: str, expected: str) -> None:
    assert cleaned(raw) == [expected]


def test_an_o_before_an_item_is_a_bullet() -> None:
    assert cleaned("Mitteilung über\no Bezifferung\no Beschlüsse\no. g. Fall, A\no oder so") == [
        "Mitteilung über\n• Bezifferung\n• Beschlüsse\no. g. Fall, A\no oder so"
    ]


@pytest.mark.parametrize(
    ("before", "mark", "expected"),
    [
        ("oder", "3", ""),
        ("50 m", "2", "²"),
        ("Heim", "2", ""),
        ("", "1", "1"),
        ("Ende. ", "2", "2"),
        ("Fläche (qm", "3", "³"),
    ],
)
def test_marks_of_footnotes_go_and_powers_stay(before: str, mark: str, expected: str) -> None:
    assert raised(before, mark) == expected


def test_running_heads_go_and_the_text_stays() -> None:
    texts = [f"Fachliche Weisungen § {n}\n{body(n)}\nBA Zentrale Seite {n} von 5" for n in range(1, 6)]

    assert cleaned(*texts) == [body(n) for n in range(1, 6)]


def test_heads_deeper_than_three_lines_go_once_the_outer_are_gone() -> None:
    head = "Anlage\nGültig ab: 01.01.2020\nGültig bis: fortlaufend\nBA Zentrale\nStand: 12/2019"

    assert cleaned(*(f"{head}\n{body(n)}" for n in range(4))) == [body(n) for n in range(4)]


def test_repeated_lines_within_the_text_stay() -> None:
    texts = [f"{body(n)}\nBeispiel\n{body(n + 1)}" for n in range(5)]

    assert cleaned(*texts) == texts


def test_repeated_footnotes_above_the_foot_stay() -> None:
    texts = [f"{body(n)}\n1 BSG, Urteil vom 06.05.2008\n{body(n + 1)[:40]}\nSeite {n}" for n in range(5)]

    assert all("BSG, Urteil" in text for text in cleaned(*texts))


def test_heads_need_three_pages_and_two_fifths() -> None:
    two = [f"Weisung\n{body(n)}" for n in range(2)]
    rare = [f"Kapitel\n{body(n)}" if n < 3 else body(n) for n in range(8)]

    assert cleaned(*two) == two
    assert cleaned(*rare) == rare


@pytest.mark.parametrize("margin", ["(11.64)", "(Rz. 5)", "(Rn. 7)", "44.05 (1)", "165.7", "(V.EGZ.5)", "RN 170.11", "(3)"])
def test_margin_numbers_stay(margin: str) -> None:
    assert cleaned(*(f"{margin}\n{body(n)}\n{margin}" for n in range(4)))[2] == f"{margin}\n{body(2)}\n{margin}"


@pytest.mark.parametrize("number", ["Seite 1 von 2", "Seite 1", "- 1 -", "– 1 –", "1/2", "1 von 2", "1"])
def test_page_numbers_go_even_from_short_guides(number: str) -> None:
    assert cleaned(f"{body(1)}\n{number}", body(2)) == [body(1), body(2)]


def test_numbers_that_count_no_pages_stay() -> None:
    assert cleaned(f"{body(1)}\n424", body(2))[0].endswith("\n424")


def test_guides_without_pages_keep_all_lines() -> None:
    sections = [Page(number=None, text=f"Beispiel\n{body(n)}\n1") for n in range(5)]

    assert [page.text for page in clean(sections)] == [page.text for page in sections]


def test_headings_are_cleaned_and_empty_ones_dropped() -> None:
    titles = ("1.  Verpﬂichtung\u00a0durch", "Eingliederungs\ufffezuschuss", " \u200b ")
    page = Page(number=1, text="x", headings=tuple(Heading(level=2, title=title) for title in titles))

    assert clean([page])[0].headings == (
        Heading(level=2, title="1. Verpflichtung durch"),
        Heading(level=2, title="Eingliederungszuschuss"),
    )


def test_edges_keep_the_dates_of_running_heads() -> None:
    texts = [f"Stand: 12/2019\n{body(n)}\ngültig ab: 01.01.2020" for n in range(4)]

    found = edges(pages(*texts))

    assert found.count("Stand: 12/2019") == found.count("gültig ab: 01.01.2020") == 4
    assert edges([Page(number=None, text="Stand: 12/2019")]) == ()


def test_page_count_and_order_stay() -> None:
    assert [page.number for page in clean(pages("a", "", "b"))] == [1, 2, 3]
    assert clean([]) == ()


HOSTILE: Sequence[str] = ("a" * 200_000, "a-" * 100_000, "-\n" * 100_000, "a-\nb" * 60_000, "\u00ad " * 100_000, "1." * 100_000)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:4]))
def test_hostile_text_costs_linear_time(text: str) -> None:
    start = time.process_time()
    clean(pages(text))

    assert time.process_time() - start < 2  # .1 s at most; a quadratic rule takes minutes
