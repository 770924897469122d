import random
import unicodedata
from datetime import date

import pytest

from kb import query, suggestions
from kb.model import Occur
from kb.suggestions import Source, Suggester

ENTRIES = (
    ("Schuldnerberatung einbinden", Source.TITLE),
    ("Wohnkosten im Bürgergeld", Source.TITLE),
    ("Einladung – und Meldeversäumnis", Source.TITLE),
    ("Kosten der Unterkunft und Heizung", Source.TITLE),
    ("Beratung", Source.TOPIC),
    ("Bürgergeld", Source.TERM),
    ("Größe der Wohnung", Source.TERM),
    ("3.2 Beratungsgespräch führen", Source.HEADING),
    ("1 Übersicht über Kosten", Source.HEADING),
    ("IV. Ablauf", Source.HEADING),
    ("§ 22 SGB II Bedarfe für Unterkunft und Heizung", Source.HEADING),
)


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(ENTRIES)


def texts(suggester: Suggester, typed: str, limit: int = 8) -> list[str]:
    return [suggestion.text for suggestion in suggester.suggest(typed, limit)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("schu", "Schuldnerberatung einbinden", id="beginning"),
        pytest.param("einb", "Schuldnerberatung einbinden", id="beginning of an inner word"),
        pytest.param("unterkunft heiz", "Kosten der Unterkunft und Heizung", id="several words"),
        pytest.param("heizung kost", "Kosten der Unterkunft und Heizung", id="in another order"),
        pytest.param("kosten der unt", "Kosten der Unterkunft und Heizung", id="in a row"),
        pytest.param("wohnkosten geld", "Wohnkosten im Bürgergeld", id="one begins, one stands inside"),
        pytest.param("BÜRGERG", "Bürgergeld", id="capitals"),
        pytest.param("buergerg", "Bürgergeld", id="umlaut as two letters"),
        pytest.param(unicodedata.normalize("NFD", "bürgerg"), "Bürgergeld", id="decomposed umlaut"),
        pytest.param("bürger\u00adg", "Bürgergeld", id="soft hyphen"),
        pytest.param("groesse", "Größe der Wohnung", id="ß as two letters"),
        pytest.param("GRÖSSE", "Größe der Wohnung", id="ß in capitals"),
        pytest.param("grös", "Größe der Wohnung", id="half of an ß"),
        pytest.param("(22) sgb", "§ 22 SGB II Bedarfe für Unterkunft und Heizung", id="signs separate only"),
        pytest.param(' „kosten der"', "Kosten der Unterkunft und Heizung", id="quotes"),
        pytest.param("ablauf", "Ablauf", id="a heading loses its number"),
    ],
)
def test_what_was_typed_finds_its_entry(suggester: Suggester, typed: str, expected: str) -> None:
    assert texts(suggester, typed)[0] == expected


def test_a_beginning_comes_before_a_word_and_a_word_before_its_inside(suggester: Suggester) -> None:
    assert texts(suggester, "beratung") == ["Beratung", "Beratungsgespräch führen", "Schuldnerberatung einbinden"]
    assert texts(suggester, "kosten") == [
        "Kosten der Unterkunft und Heizung",
        "Übersicht über Kosten",
        "Wohnkosten im Bürgergeld",
    ]


def test_titles_come_first_headings_last_and_shorter_ones_before_longer() -> None:
    entries = [("Umzug in Kürze", Source.HEADING), ("Umzug und Umzugskosten", Source.TITLE), ("Umzug planen", Source.TERM)]

    assert texts(Suggester(entries), "umz") == ["Umzug und Umzugskosten", "Umzug planen", "Umzug in Kürze"]
    assert texts(Suggester([("Miete alt", Source.TERM), ("Miete neu", Source.TERM)]), "m") == ["Miete alt", "Miete neu"]


def test_the_inside_of_words_counts_from_four_letters_on(suggester: Suggester) -> None:
    assert "Schuldnerberatung einbinden" not in texts(suggester, "ber")
    assert "Schuldnerberatung einbinden" in texts(suggester, "bera")


def test_all_typed_words_must_fit(suggester: Suggester) -> None:
    assert texts(suggester, "kosten mond") == []
    assert texts(suggester, "unterkunft heizung wohn") == []


def test_one_entry_of_several_that_read_alike_remains() -> None:
    entries = [("2.1 Umzug", Source.HEADING), ("UMZUG", Source.HEADING), ("Umzug", Source.TERM), ("Um\u00adzug", Source.TOPIC)]

    (only,) = Suggester(entries).suggest("umzug")

    assert (only.text, only.source) == ("Umzug", Source.TOPIC)


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        pytest.param("heizung unterk", ["Unterk", "Heizung"], id="in the order of the text"),
        pytest.param("kosten KOST", ["Kosten"], id="once"),
        pytest.param("und", ["und"], id="a word that begins so before the inside of another"),
    ],
)
def test_the_typed_parts_are_marked(suggester: Suggester, typed: str, marked: list[str]) -> None:
    found = next(each for each in suggester.suggest(typed) if each.text.startswith("Kosten"))

    assert [found.text[start:end] for start, end in found.spans] == marked


def test_marks_stand_right_behind_letters_that_became_two() -> None:
    (found,) = Suggester([("Größe äußerer Räume", Source.TITLE)]).suggest("räum aeuss groe")

    assert [found.text[start:end] for start, end in found.spans] == ["Grö", "äuß", "Räum"]


@pytest.mark.parametrize("typed", ["", "  ", "§ -", "\u00ad", "\x00", "\ud800", "🙂", "x" * 201, " ".join("abcdefghijklm")])
def test_nothing_is_suggested_for_nothing_or_too_much(suggester: Suggester, typed: str) -> None:
    assert suggester.suggest(typed) == ()


def test_nothing_is_suggested_beside_an_excluded_word(suggester: Suggester) -> None:
    assert texts(suggester, "kosten -heiz") == []
    assert texts(suggester, "kosten - heiz") == ["Kosten der Unterkunft und Heizung"]


def test_no_more_than_the_limit(suggester: Suggester) -> None:
    assert len(texts(suggester, "e", limit=2)) == 2
    assert len(texts(suggester, "kosten", limit=2)) == 2
    assert Suggester([]).suggest("e") == ()


def test_entries_without_a_word_or_too_long_are_left_out() -> None:
    assert len(Suggester([("–", Source.HEADING), ("3.2", Source.TITLE), ("w" * 201, Source.TITLE)])) == 1


@pytest.mark.parametrize(
    "entry", [*(text for text, _ in ENTRIES), "Miete und -nebenkosten", "–Entwurf– Umzug", '-"Kosten der Unterkunft"']
)
def test_a_suggestion_excludes_nothing_when_it_is_searched(entry: str) -> None:
    (found,) = Suggester([(entry, Source.TITLE)]).suggest(suggestions.folded(entry))

    clauses = query.parse(found.text, as_of=date(2026, 11, 1)).clauses
    assert clauses
    assert all(clause.occur is not Occur.MUST_NOT for clause in clauses)


def test_entries_are_shown_on_one_line_without_what_nobody_sees() -> None:
    (found,) = Suggester(
        [(" Um\u00adzug\n\x07 " + unicodedata.normalize("NFD", "für") + "\ud800 alle ", Source.TITLE)]
    ).suggest("umz")

    assert found.text == "Umzug für alle"


ALPHABETS = (
    "aeinrst ",
    "äöüßÄÖÜ ae",
    '"„“-*()§.,: ab',
    "".join(map(chr, range(0x100))),
    "\u00ad\u0308\u0300\u200d\ufeff\u202e a",
    "🙂👩‍👩‍👧한글漢字עברית ",
    "\ud800\udfff\U0010ffff\0 x",
    "ﬁﬃ½ﷺİıſẞ ",
)


def test_any_input_is_safe(suggester: Suggester) -> None:
    source = random.Random(7)
    for _ in range(2_000):
        alphabet = source.choice(ALPHABETS)
        typed = "".join(source.choices(alphabet, k=source.choice((1, 2, 5, 20, 190, 5_000))))

        for found in suggester.suggest(typed):
            ends = [0, *(end for span in found.spans for end in span), len(found.text)]
            assert ends == sorted(ends)
            assert found.text.isprintable()


def test_any_entry_is_safe() -> None:
    source = random.Random(8)
    made = ["".join(source.choices(source.choice(ALPHABETS), k=source.randrange(80))) for _ in range(2_000)]
    suggester = Suggester((text, source.choice([*Source])) for text in made)

    for text in made:
        for found in suggester.suggest(text):
            found.text.encode()
            assert all(0 <= start < end <= len(found.text) for start, end in found.spans)


def test_folding_is_the_same_for_a_text_and_its_decomposed_form() -> None:
    for text in ("Größe äußerer Räume", "Élysée – Café", "STRASSE"):
        assert suggestions.folded(unicodedata.normalize("NFD", text)) == suggestions.folded(text)
