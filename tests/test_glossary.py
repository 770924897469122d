from datetime import date
from itertools import groupby

import pytest

from kb import analysis, glossary, messages, vocabulary
from kb.everyday import Everyday
from kb.vocabulary import Entry, Vocabulary

PACKAGED = vocabulary.load()
PLAN = Entry(
    id="plan",
    term="Kooperationsplan",
    short=("KoopPlan", "KP"),
    colloquial=("EV",),
    former=("Eingliederungsvereinbarung",),
    related=("Potenzialanalyse",),
    confused=("Kooperationsvereinbarung",),
    norms=("§ 15 SGB II", "§ 15a SGB II"),
    cased=("EV",),
    since=date(2023, 7, 1),
    topic="beratung.kooperationsplan",
    is_unchecked=True,
    note="Kürzel bestätigen.",
)


def entry(term: str, **names: tuple[str, ...]) -> Entry:
    return Entry(id=term.lower(), term=term, **names)  # type: ignore[arg-type]


def terms(words: str, *entries: Entry) -> list[str]:
    return [found.term for found in glossary.look_up(Vocabulary(entries), words.split())]


def test_an_everyday_word_is_looked_up_and_not_listed() -> None:
    ours = Vocabulary((entry("Chefarzt"),), Everyday({"Chef": ("Arbeitgeber", "Betrieb")}))

    spoken, entry_ = glossary.look_up(ours, ["Chef"])

    assert (spoken.term, entry_.term) == ("Chef", "Chefarzt")
    assert [*glossary.lines(spoken, 80)][1].split() == ["anders", "gesagt", "Arbeitgeber,", "Betrieb"]
    assert [one.term for one in glossary.look_up(ours, [])] == ["Chefarzt"]


def test_entries_stand_in_german_order() -> None:
    unordered = ["Zumutbarkeit", "örtlicher Beirat", "Ordnungswidrigkeit", "13. Gesetz", "Ärztlicher Dienst", "Alg", "Øre"]

    ordered = [one.term for one in glossary.ordered(map(entry, unordered))]

    assert ordered == [
        "13. Gesetz",
        "Øre",
        "Alg",
        "Ärztlicher Dienst",
        "Ordnungswidrigkeit",
        "örtlicher Beirat",
        "Zumutbarkeit",
    ]


@pytest.mark.parametrize(
    ("term", "expected"), [("Alg", "A"), ("ärztlicher Dienst", "A"), ("ßa", "S"), ("13. Gesetz", "0–9"), ("Øre", "0–9")]
)
def test_an_entry_stands_under_its_letter(term: str, expected: str) -> None:
    assert glossary.letter(entry(term)) == expected


def test_each_letter_of_the_packaged_entries_has_one_place() -> None:
    letters = [letter for letter, _ in groupby(glossary.ordered(PACKAGED.entries.values()), glossary.letter)]

    assert letters == sorted(letters)
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("", ["Bildung", "Planung", "Teilplan", "Umzug"], id="all"),
        pytest.param("umzüge", ["Umzug"], id="another form"),
        pytest.param("pla", ["Planung", "Teilplan"], id="what begins so before what holds it"),
        pytest.param("TP", ["Teilplan"], id="abbreviation"),
        pytest.param("über plan", ["Teilplan"], id="all words in one name"),
        pytest.param("uber", ["Teilplan"], id="umlaut left out"),
        pytest.param("Planung Umzug", ["Planung", "Umzug"], id="names one after the other"),
        pytest.param("Raumfahrt", [], id="nothing"),
    ],
)
def test_entries_are_looked_up_by_whole_words_begins_and_parts(words: str, expected: list[str]) -> None:
    entries = (
        entry("Umzug"),
        entry("Teilplan", short=("TP",), same=("Plan über einen Teil",)),
        entry("Planung"),
        entry("Bildung"),
    )

    assert terms(words, *entries) == expected


def test_what_is_meant_comes_before_what_only_begins_so() -> None:
    assert terms("Plan", entry("Planung"), entry("Vorhaben", colloquial=("Plan",))) == ["Vorhaben", "Planung"]


def test_an_entry_is_said_in_lines_under_its_term() -> None:
    assert list(glossary.lines(PLAN, 100)) == [
        "Kooperationsplan (seit 01.07.2023, bitte prüfen)",
        "  Abkürzung              KoopPlan, KP",
        "  früher                 Eingliederungsvereinbarung",
        "  umgangssprachlich      EV",
        "  siehe auch             Potenzialanalyse",
        "  nicht verwechseln mit  Kooperationsvereinbarung",
        "  Vorschriften           §\u00a015\u00a0SGB\u00a0II, §\u00a015a\u00a0SGB\u00a0II",
    ]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_long_lists_are_continued_below(width: int) -> None:
    for one in PACKAGED.entries.values():
        for line in [*glossary.lines(one, width)][1:]:
            assert len(line) <= width or len(line.split()) <= 3, line
        said = " ".join(line.strip() for line in glossary.lines(one, width))
        assert all(name in said for name in (*one.short, *one.same, *one.former))


def test_json_has_everything_the_file_says() -> None:
    made = glossary.to_json(PLAN)

    assert set(made) == {field.replace("is_", "") for field in Entry.__dataclass_fields__}
    assert made["former"] == ["Eingliederungsvereinbarung"]
    assert (made["since"], made["until"], made["unchecked"]) == ("2023-07-01", None, True)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, ""),
        (date(2026, 7, 1), None, "seit 01.07.2026"),
        (None, date(2016, 12, 31), "bis 31.12.2016"),
        (date(2023, 7, 1), date(2026, 6, 30), "von 01.07.2023 bis 30.06.2026"),
    ],
)
def test_since_and_until_when_a_name_has_been_in_use(since: date | None, until: date | None, expected: str) -> None:
    assert messages.in_use(since, until) == expected


def test_every_packaged_entry_is_found_by_its_names() -> None:
    for name, one in [*PACKAGED.names()][::29]:  # each look-up goes through all names
        assert one in glossary.look_up(PACKAGED, name.split()), name
        assert analysis.words(name)
