from importlib import resources

import pytest

from kb import analysis, everyday, vocabulary
from kb.everyday import Everyday
from kb.model import Addition, Relation

LINES = [
    line
    for line in resources.files("kb").joinpath("data/everyday.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
PACKAGED = Everyday(everyday.packaged())


def found(typed: str, *listed: str) -> list[str]:
    words = Everyday(dict.fromkeys(listed, ("Fachwort",))) if listed else PACKAGED
    return [one.word for one in words.matches(analysis.apart(typed)[0])]


def test_an_everyday_word_stands_for_what_guides_say() -> None:
    ours = Everyday({"Chef": ("Arbeitgeber", "leitende Person"), "blau machen": ("Fernbleiben",)})

    boss, absence = ours.matches(["Chefs", "die", "blau", "machen"])

    assert (boss.first, boss.last, boss.word) == (0, 1, "Chef")
    assert boss.additions == tuple(
        Addition(
            id=f"~chef:{name.lower()}",
            entry="",
            typed="Chefs",
            name=name,
            relation=Relation.EVERYDAY,
            weight=weight,
            stems=stems,
        )
        for name, weight, stems in (
            ("Arbeitgeber", everyday.WEIGHT, ("arbeitgeb",)),
            ("leitende Person", everyday.WEIGHT * everyday.LATER, ("leitend", "person")),
        )
    )
    assert (absence.first, absence.last, absence.word) == (2, 4, "blau machen")
    assert absence.additions[0].typed == "blau machen"


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("Chefs", "Chef"),
        ("dem Chefe", "Chef"),
        ("Väter", "Vater"),
        ("Ärzte", "Arzt"),
        ("Ärzten", "Arzt"),
        ("Jobs", "Job"),
        ("kürze", "kürzen"),
        ("geliehen", "geliehen"),
        ("geliehenes", "geliehen"),
        ("AU", "AU"),
        ("au", "AU"),
        ("nichts zu essen", "nichts zu essen"),
    ],
)
def test_inflected_forms_are_the_same_word(typed: str, listed: str) -> None:
    assert found(typed, listed) == [listed]


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("Post", "Poster"),
        ("Messe", "Messer"),
        ("hört", "Hort"),
        ("kurz", "kürzen"),
        ("Rat", "Raten"),
        ("auen", "AU"),
        ("Chefarzt", "Chef"),
        ("Kurswechsel", "Kurs"),
    ],
)
def test_what_only_has_the_stem_is_another_word(typed: str, listed: str) -> None:
    assert found(typed, listed) == []


def test_the_longest_phrase_wins() -> None:
    assert found("zu spät zum Termin", "spät", "zu spät", "Termin") == ["zu spät", "Termin"]


def test_packaged_words_stand_in_order_and_once() -> None:
    words = [line.partition(": ")[0] for line in LINES]

    assert words == sorted(words, key=lambda word: (word.casefold(), word))
    assert len({analysis.fold(word) for word in words}) == len(words) == len(PACKAGED.words) > 3_500


def test_packaged_words_stand_for_one_to_four_others() -> None:
    for line in LINES:
        word, says = line.split(": ")
        mine, theirs = tuple(analysis.stems(word)), [tuple(analysis.stems(one)) for one in says.split(", ")]
        assert 1 <= len(theirs) == len(set(theirs)) <= 4, line
        for stems in theirs:
            assert stems, line
            assert all(stems[at : at + len(mine)] != mine for at in range(len(stems))), line


def test_every_packaged_word_is_found_as_it_stands() -> None:
    for word in PACKAGED.words:
        assert word in found(word), word


def test_no_packaged_word_is_made_of_stop_words() -> None:
    for word in (*analysis.STOP_WORDS, "mal", "einige"):
        assert found(word) == found(word.capitalize()) == [], word


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Chef", "Arbeitgeber"),
        ("vorgestreckt", "Vorschuss"),
        ("Papiere", "Unterlagen"),
        ("Homepage", "Website"),
        ("Teenager", "Minderjährige"),
        ("Bude", "Unterkunft"),
    ],
)
def test_packaged_words_lead_to_what_guides_say(typed: str, name: str) -> None:
    assert name in [one.name for match in vocabulary.load().everyday.matches([typed]) for one in match.additions]
