import random

import pytest

from kb import analysis, passages
from kb.model import Heading, Page, Passage

SENTENCE = "Die Fachkraft klärt mit der leistungsberechtigten Person, welche Hilfe im Einzelfall passt. "


def split(*pages: Page) -> list[Passage]:
    return list(passages.split("kdu", pages))


def page(text: str, *headings: tuple[int, str], number: int | None = 1) -> Page:
    return Page(number=number, text=text, headings=tuple(Heading(level=level, title=title) for level, title in headings))


def test_a_short_page_is_one_passage() -> None:
    assert split(page("Umzug\nund Miete.", number=7)) == [Passage(guide_id="kdu", number=1, text="Umzug\nund Miete.", page=7)]


def test_passages_are_numbered_through_all_pages() -> None:
    found = split(page(SENTENCE * 30, number=1), page(SENTENCE * 30, number=2))

    assert [passage.number for passage in found] == list(range(1, len(found) + 1))
    assert {passage.page for passage in found} == {1, 2}


@pytest.mark.parametrize("text", ["", " \n ", "• – …\n-----"])
def test_a_page_without_words_yields_none(text: str) -> None:
    assert split(page(text)) == []


def test_a_passage_stays_within_one_heading() -> None:
    text = "Vorab.\nMiete\nDie Miete wird übernommen.\nHeizung\nDie Heizung auch."

    found = split(page(text, (1, "Miete"), (1, "Heizung")))

    assert [(passage.heading, passage.text) for passage in found] == [
        ((), "Vorab."),
        (("Miete",), "Die Miete wird übernommen."),
        (("Heizung",), "Die Heizung auch."),
    ]


def test_a_heading_trail_follows_the_levels() -> None:
    first = page("Eins\nText A.\nEins eins\nText B.", (1, "Eins"), (2, "Eins eins"), number=1)
    second = page("Text C.\nZwei\nText D.", (1, "Zwei"), number=2)

    found = split(first, second)

    assert [passage.heading for passage in found] == [("Eins",), ("Eins", "Eins eins"), ("Eins", "Eins eins"), ("Zwei",)]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        pytest.param("Angemessene Kosten\nder Unterkunft", "Angemessene Kosten der Unterkunft", id="two lines"),
        pytest.param("2.1 Kosten\nder\nUnterkunft", "2.1 Kosten der Unterkunft", id="three lines"),
        pytest.param("2.1  KOSTEN DER UNTERKUNFT", "2.1 Kosten der Unterkunft", id="other case and blanks"),
        pytest.param("Kosten der Unter-\nkunft", "Kosten der Unterkunft", id="hyphenated"),
        pytest.param("Kosten der\nUnterkunft", "2.1 Kosten der Unterkunft", id="number in the outline only"),
        pytest.param("2.1 Kosten der Unterkunft", "Kosten der Unterkunft", id="number on the page only"),
    ],
)
def test_a_heading_is_found_as_the_page_breaks_it(lines: str, title: str) -> None:
    found = split(page(f"Vorab.\n{lines}\nDer Text.", (1, title)))

    assert [(passage.heading, passage.text) for passage in found] == [((), "Vorab."), ((title,), "Der Text.")]


def test_a_heading_that_the_page_lacks_still_names_what_follows() -> None:
    found = split(page("Der Text.", (1, "Nur im Inhaltsverzeichnis")))

    assert [(passage.heading, passage.text) for passage in found] == [(("Nur im Inhaltsverzeichnis",), "Der Text.")]


def test_the_same_heading_twice_opens_two_passages() -> None:
    found = split(page("Beispiel\nText A.\nBeispiel\nText B.", (1, "Beispiel"), (1, "Beispiel")))

    assert [passage.text for passage in found] == ["Text A.", "Text B."]


def test_long_text_is_cut_between_sentences() -> None:
    found = split(page(SENTENCE * 40))

    assert all(passages.MIN_CHARS <= len(passage.text) <= passages.MAX_CHARS for passage in found)
    assert all(passage.text.startswith("Die Fachkraft") and passage.text.endswith("passt.") for passage in found)


def test_a_short_rest_joins_the_passage_before_it() -> None:
    found = split(page(SENTENCE * 10 + "\n" + SENTENCE * 2))

    assert len(found) == 1


def test_text_without_a_sentence_end_is_cut_between_words() -> None:
    words = [f"wort{n}" for n in range(1_000)]

    found = split(page(" ".join(words)))

    assert [word for passage in found for word in passage.text.split()] == words
    assert max(len(passage.text) for passage in found) <= passages.MAX_CHARS


def random_page(source: random.Random, number: int) -> tuple[Page, list[str]]:
    """Return a page of odd text and its words without those of its headings."""
    lines: list[str] = []
    headings: list[Heading] = []
    words: list[str] = []
    for n in range(source.randint(0, 6)):
        if source.random() < 0.6:
            headings.append(Heading(level=source.randint(1, 3), title=f"Abschnitt {number}.{n} zur Lage"))
            lines += [f"Abschnitt {number}.{n}", "zur Lage"] if source.random() < 0.5 else [headings[-1].title]
        body = "".join(
            f"w{source.randint(0, 99_999)}" + source.choice((" ", " ", " ", ". ", ".\n", "\n", "\n\n", ": ", "  "))
            for _ in range(source.choice((0, 3, 80, 600)))
        )
        body += source.choice(("", "x" * 4_000, " ".join(["ohnepunkt"] * 300)))
        lines += body.split("\n")
        words += analysis.words(body)
    return Page(number=number, text="\n".join(lines), headings=tuple(headings)), words


def test_no_word_is_lost_or_moved() -> None:
    source = random.Random(22)
    for _ in range(60):
        pages, words = zip(*(random_page(source, number) for number in range(1, 4)), strict=True)

        found = split(*pages)

        for number, expected in enumerate(words, start=1):
            text = " ".join(passage.text for passage in found if passage.page == number)
            assert "".join(analysis.words(text)) == "".join(expected)
        assert all(len(passage.text) <= passages.MAX_CHARS for passage in found)
        assert all(passage.text == passage.text.strip() for passage in found)
        assert len({passage.id for passage in found}) == len(found)


def test_entries_of_a_table_of_contents_are_left_out() -> None:
    text = "Inhalt\nUmzug ........ 3\nMiete . . . . . . 4\nHier beginnt der Text."

    assert [passage.text for passage in split(page(text))] == ["Hier beginnt der Text."]
    assert [passage.text for passage in split(page("Inhalt\nHier beginnt der Text."))] == ["Inhalt\nHier beginnt der Text."]


def test_a_page_of_contents_yields_none() -> None:
    text = "Inhalt\nUmzug ........ 3\nMiete ........ 4\nHeizung …… 5\nFrist . . . . . . 6"

    assert split(page(text)) == []


def test_a_line_to_fill_in_is_text() -> None:
    text = "Name: ............\nAnschrift: ............"

    assert [passage.text for passage in split(page(text))] == [text]


def test_a_passage_knows_the_norms_of_its_headings_and_text() -> None:
    text = "Nach § 22 Abs. 1\nund § 22 Abs. 7 SGB II, § 44\nSGB X."

    (found,) = split(page(f"§ 35 Wohnen\n{text}", (1, "§ 35 Wohnen")))

    assert found.norms == ("sgb2:35", "sgb2:22", "sgb2:22:1", "sgb2:22:7", "sgb10:44")


@pytest.mark.parametrize(
    ("title", "trail", "expected"),
    [
        ("Umzug", (), "SGB II"),
        ("Sozialhilfe nach dem SGB XII", (), "SGB XII"),
        ("Insolvenzgeld", ("§ 165 SGB III Anspruch", "2. Höhe"), "SGB III"),
        ("Hilfe nach dem SGB XII", ("§ 165 SGB III Anspruch",), "SGB III"),
        ("Insolvenzgeld", ("§ 165 SGB III Anspruch", "§ 44 SGB X"), "SGB X"),
        ("Insolvenzgeld", ("Verhältnis zu § 165 SGB III",), "SGB II"),
        ("Insolvenzgeld", ("§ 165 Anspruch",), "SGB II"),
    ],
)
def test_the_statute_is_that_of_the_heading_else_of_the_title(title: str, trail: tuple[str, ...], expected: str) -> None:
    assert passages.statute_meant(title, trail) == expected


def test_norms_below_a_heading_are_of_its_statute() -> None:
    held = passages.of_text("g", 1, "Nach Absatz 1 und § 167.", heading=("§ 165 SGB III Anspruch", "§ 166"))

    assert held.norms == ("sgb3:165", "sgb3:166", "sgb3:167")


def test_norms_without_a_statute_are_of_that_of_the_title() -> None:
    pages = [page("Nach § 22. Siehe § 7 SGB II.", (1, "§ 35"))]

    (found,) = passages.split("kdu", pages, title="Kosten nach dem SGB XII")

    assert found.norms == ("sgb12:35", "sgb12:22", "sgb2:7")
    assert passages.of_text("kdu", 1, "Umzug").norms == ()


def test_a_section_that_the_default_has_not_is_of_the_statute_that_the_guide_names_with_it_elsewhere() -> None:
    pages = [page("Nach § 165 Abs. 2 und § 170."), page("Siehe § 165 SGB III."), page("Nach § 165.")]

    found = list(passages.split("ins", pages))

    assert [one.norms for one in found] == [("sgb3:165", "sgb3:165:2", "sgb2:170"), ("sgb3:165",), ("sgb3:165",)]


def test_the_sections_of_several_passages_are_sorted_as_norms() -> None:
    held = [
        passages.of_text("kdu", n, text)
        for n, text in enumerate(["§ 100 SGB II, § 535 BGB", "§ 16e Abs. 1 SGB II, § 9 SGB II", "§ 9 Abs. 2 SGB II"])
    ]

    assert passages.sections(held) == ("bgb:535", "sgb2:9", "sgb2:16e", "sgb2:100")
    assert passages.sections([]) == ()


def test_a_statute_with_a_long_name_is_no_obstacle() -> None:
    name = "Über-" + "leitungs-" * 30 + "gesetz"

    held = passages.of_text("kdu", 1, f"§ 5 des {name}es")

    assert all(":" in term for term in passages.sections([held]))


def test_the_title_is_left_out_where_it_first_stands() -> None:
    pages = [
        page("Handlungshilfe\nUmzug und\nMiete\nStand 2026"),
        page("Umzug und Miete\nDer Umzug braucht eine Zusicherung."),
    ]

    texts = [passage.text for passage in passages.split("g", pages, title="Umzug und Miete")]

    assert texts == ["Handlungshilfe\nStand 2026", "Umzug und Miete\nDer Umzug braucht eine Zusicherung."]


@pytest.mark.parametrize("text", ["Umzug und Miete", "Umzug\n– und Miete –\n•"])
def test_a_title_that_is_all_stays(text: str) -> None:
    assert [passage.text for passage in passages.split("g", [page(text)], title="Umzug und Miete")] == [text]


def test_paragraphs_stay_apart_within_a_passage() -> None:
    text = "Wir zahlen.\n\nFrist\n\n• Form\n1. Ort"

    assert [passage.text for passage in split(page(text))] == [text]
