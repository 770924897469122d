import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kb import analysis, ingestion, query, spelling, topics
from kb.config import Settings
from kb.engines import open_engine
from kb.spelling import MAX_UNKNOWN, Speller, alike, unknown

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, int]:
    """The words of the project's own guides, as the index holds them."""
    settings = Settings(source=ROOT / "docs_source", index=tmp_path_factory.mktemp("spelling") / "index")
    ingestion.run(settings, topics.load())
    engine = open_engine(settings)
    found = engine.words()
    engine.close()
    return found


@pytest.fixture(scope="module")
def speller(words: Mapping[str, int]) -> Speller:
    return Speller(words)


SLIPS = {
    "swapped": "Bürgergled:Bürgergeld Schuldenrberatung:Schuldnerberatung Widersrpuch:Widerspruch Jobcetner:Jobcenter "
    "Leisutngen:Leistungen Umzgu:Umzug Wonhung:Wohnung Vermittulng:Vermittlung",
    "missing": "Kooperatonsplan:Kooperationsplan Widersruch:Widerspruch Arbeitlose:Arbeitslose Zusicherng:Zusicherung "
    "Eingliederungvereinbarung:Eingliederungsvereinbarung Bedarfsgemeinschft:Bedarfsgemeinschaft Mite:Miete "
    "Unterkunt:Unterkunft Erwerbsfähigket:Erwerbsfähigkeit Stromspere:Stromsperre Kosenübernahme:Kostenübernahme",
    "too many": "Buergergeldd:Bürgergeld Meldeversäumniss:Meldeversäumnis Gesundheitt:Gesundheit Antragg:Antrag "
    "Heizungg:Heizung Vermietter:Vermieter Kündiguing:Kündigung Beratungb:Beratung Adressse:Adresse Bescheeid:Bescheid",
    "another": "Bürgerhrld:Bürgergeld Jobcwnter:Jobcenter Arveitsvermittlung:Arbeitsvermittlung Miwte:Miete "
    "Wohnumg:Wohnung Potenzialanalise:Potenzialanalyse Fallmanahement:Fallmanagement Schukdner:Schuldner",
    "umlauts": "Burgergeld:Bürgergeld Unterkunfte:Unterkünfte Kundigung:Kündigung Foerdrung:Förderung Kuendigng:Kündigung "
    "Alleinerzihende:Alleinerziehende Erwerbsfahigkeit:Erwerbsfähigkeit",
    "sharp s": "Masnahme:Maßnahme Maßnhame:Maßnahme Massname:Maßnahme",
}
PAIRS = [tuple(pair.split(":")) for pairs in SLIPS.values() for pair in pairs.split()]


def test_the_meant_word_comes_first(speller: Speller, words: Mapping[str, int]) -> None:
    wrong = [(typed, meant) for typed, meant in PAIRS if speller.corrections(typed)[:1] != (analysis.fold(meant),)]

    assert len(PAIRS) >= 40
    assert all(analysis.fold(typed) not in words and analysis.fold(meant) in words for typed, meant in PAIRS)
    assert len(wrong) <= len(PAIRS) // 10, wrong


def test_slips_made_at_random_lead_back(speller: Speller, words: Mapping[str, int]) -> None:
    source = random.Random(5)
    meant = [word for word, n in words.items() if word.isalpha() and len(word) > 6 and n > 3]
    slips = [(swapped(word, source), word) for word in meant] + [(shortened(word, source), word) for word in meant]
    asked = [(typed, word) for typed, word in slips if typed not in words]

    n_right = sum(speller.corrections(typed)[:1] == (word,) for typed, word in asked)

    assert len(asked) > 500
    assert n_right >= 0.9 * len(asked)


def swapped(word: str, source: random.Random) -> str:
    i = source.randrange(1, len(word) - 1)
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def shortened(word: str, source: random.Random) -> str:
    i = source.randrange(1, len(word))
    return word[:i] + word[i + 1 :]


@pytest.mark.parametrize(
    ("typed", "counts", "expected"),
    [
        pytest.param("misse", {"messe": 1, "masse": 1, "maus": 1}, ("masse", "messe"), id="letters that are wrong"),
        pytest.param("mirte", {"miete": 1, "mixte": 1}, ("miete", "mixte"), id="a neighbouring key first"),
        pytest.param("adrese", {"adresse": 1, "adreise": 1}, ("adresse", "adreise"), id="a doubled letter first"),
        pytest.param("gehort", {"gehört": 1, "gehorst": 1}, ("gehört", "gehorst"), id="a missing umlaut first"),
        pytest.param("umzgu", {"umzug": 1, "umzgeu": 1}, ("umzug", "umzgeu"), id="swapped letters first"),
        pytest.param("kante", {"tante": 1, "kanne": 1}, ("kanne", "tante"), id="the same first letter first"),
        pytest.param("kante", {"kanne": 1, "karte": 90}, ("karte", "kanne"), id="the more frequent first"),
        pytest.param("buergergeld", {"bürgergeld": 1}, ("bürgergeld",), id="an umlaut as two letters is no slip"),
        pytest.param("antgra", {"antrag": 1}, ("antrag",), id="two slips in more than five letters"),
        pytest.param("mteei", {"miete": 1}, (), id="two slips in five letters"),
        pytest.param("wiedersprüchlich", {"widerspruch": 1}, (), id="too far"),
        pytest.param("umzug", {"umzug": 1, "umzugs": 1}, ("umzugs",), id="not itself"),
        pytest.param("umz", {"umzug": 1, "um": 1}, (), id="too short"),
        pytest.param("sgb2", {"sgb3": 1}, (), id="with a digit"),
    ],
)
def test_likely_slips_come_first(typed: str, counts: Mapping[str, int], expected: tuple[str, ...]) -> None:
    assert Speller(counts).corrections(typed) == expected


def test_no_more_corrections_than_asked_for() -> None:
    speller = Speller({"wand": 1, "hand": 1, "sand": 1, "land": 1})

    assert len(speller.corrections("xand")) == 3
    assert len(speller.corrections("xand", 1)) == 1


WORDS = {"bürgergeld": 9, "wohnung": 5, "massnahme": 3, "wege": 1, "jobcenter": 2, "beantragen": 1}
STEMS = frozenset(analysis.stemmed([*WORDS]))


def corrected(text: str, speller: Speller, known: Callable[[str], bool]) -> str:
    return spelling.corrected(text, speller.slips(text, unknown(text, known)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Bürgergled", "Bürgergeld", id="a word"),
        pytest.param("bürgergled", "bürgergeld", id="small"),
        pytest.param("BÜRGERGLED", "BÜRGERGELD", id="capitals"),
        pytest.param("  Bürgergled   und  Wonhung ", "  Bürgergeld   und  Wohnung ", id="several, and the spaces"),
        pytest.param("Maßnhame", "Maßnahme", id="ß"),
        pytest.param("Masnahme", "Massnahme", id="without an ß to go by"),
        pytest.param("Jobcenter-Wonhung (§ 22)", "Jobcenter-Wohnung (§ 22)", id="parts of a word with hyphens"),
        pytest.param("Bu\u0308rgergled", "Bürgergeld", id="decomposed"),
        pytest.param("Wonh* Bürgergled", "Wonh* Bürgergeld", id="not a beginning"),
        pytest.param("„Bürgergled beantragen“ Wonhung", "„Bürgergled beantragen“ Wohnung", id="not in quotes"),
        pytest.param(
            '"Wonhung" -"Wonhung" -Wonhung –Wonhung Wonhung', '"Wonhung" -"Wonhung" -Wonhung –Wonhung Wohnung', id="-"
        ),
        pytest.param('"Wonhung', '"Wohnung', id="a quote without its end is none"),
        pytest.param("Wohnungen", "", id="another form of a known word"),
        pytest.param("Bürgergeld Wohnung", "", id="all known"),
        pytest.param("wegen", "", id="without meaning of its own"),
        pytest.param("Quantenphysik", "", id="unknown, with nothing near"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_unknown_words_are_replaced_and_all_else_is_kept(text: str, expected: str) -> None:
    assert corrected(text, Speller(WORDS), STEMS.__contains__) == expected


def test_only_the_first_unknown_words_are_looked_up() -> None:
    text = " ".join(["Wonhung"] * (MAX_UNKNOWN + 2))

    assert corrected(text, Speller(WORDS), STEMS.__contains__) == " ".join(["Wohnung"] * MAX_UNKNOWN + ["Wonhung"] * 2)


def test_a_pasted_text_is_not_looked_through_to_its_end() -> None:
    asked: list[str] = []

    def known(stem: str) -> bool:
        asked.append(stem)
        return True

    assert unknown("Wohnung " * 10_000, known) == ()
    assert len(asked) == query.MAX_WORDS


def test_an_abbreviation_in_small_letters_is_known() -> None:
    assert unknown("arge ARGE Arge", {"ARGE"}.__contains__) == ()
    assert [token.word for token in unknown("bgen", {"bogen"}.__contains__)] == ["bgen"]


NAMES = {
    "schulden": ("Schulden und Insolvenz", "Überschuldung"),
    "wohnung": ("Obdachlosigkeit",),
    "reha": ("Rehabilitation",),
    "heizung": ("Unterkunft und Heizung", "Miete"),
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["schulden"], ("schulden",), id="the same word"),
        pytest.param(["schuldenberater"], ("schulden",), id="the same beginning"),
        pytest.param(["obdachlos"], ("wohnung",), id="the beginning of a longer word"),
        pytest.param(["ueberschuldung"], ("schulden",), id="umlauts"),
        pytest.param(["rehabiltation"], ("reha",), id="a slip"),
        pytest.param(["mieten", "schulden"], ("schulden", "heizung"), id="the likeliest first"),
        pytest.param(["und"], (), id="without meaning of its own"),
        pytest.param(["quantenphysik"], (), id="like nothing"),
        pytest.param([], (), id="nothing"),
    ],
)
def test_names_with_a_word_much_like_the_typed_ones(words: list[str], expected: tuple[str, ...]) -> None:
    assert alike(words, NAMES) == expected


def test_no_more_names_than_asked_for() -> None:
    names = {str(n): ("Wohnung",) for n in range(9)}

    assert alike(["wohnung"], names) == ("0", "1", "2")


def test_any_input_is_safe(speller: Speller) -> None:
    source = random.Random(9)
    for _ in range(300):
        alphabet = source.choice(("aeinrst ", "äöüß -", "🙂한\ud800\u0308ﬁİ\0", "".join(map(chr, range(0x180))), '"-*:§ a'))
        text = "".join(source.choices(alphabet, k=source.choice((1, 4, 12, 40, 500))))

        speller.corrections(text)
        assert corrected(text, speller, lambda _: True) == ""
        assert corrected(text, speller, lambda _: False) != text or not text
        alike([text], NAMES)


def test_words_of_everyday_german_are_no_slips() -> None:
    for word in (
        "frisch",
        "klebt",
        "Kollegin",
        "Kuckuck",
        "STRASSE",
        "Straße",
        "gehört",
        "gehoert",
        "Müllabfuhr",
        "Landesgarantie",
        "Beendigungsschutz",
    ):
        assert unknown(word, lambda _: False) == ()

    assert [token.word for token in unknown("Haalsschmerzen gehötr", lambda _: False)] == ["haalsschmerzen", "gehötr"]
