import threading
from itertools import pairwise

import pytest

from kb import analysis


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Umzug und Miete.", ["umzug", "und", "miete"], id="plain words"),
        pytest.param("§ 16e Abs. 1 SGB II", ["16e", "abs", "1", "sgb", "ii"], id="norm"),
        pytest.param("Kosten-der-Unterkunft", ["kosten", "der", "unterkunft"], id="hyphens part words"),
        pytest.param("Berater*innen Kolleg:innen", ["berater", "kolleg"], id="gender marks"),
        pytest.param("Kund_innen Klient/-innen Ärzt/in", ["kund", "klient", "ärzt"], id="other gender marks"),
        pytest.param("Berater(innen) BeraterInnen", ["berater", "berater"], id="brackets and capitals within"),
        pytest.param("Beraterinnen in Berlin", ["beraterinnen", "in", "berlin"], id="no gender mark"),
        pytest.param("und/in (in) a*b *in", ["und", "in", "a", "b", "in"], id="signs that mark no gender"),
        pytest.param("Datei_name", ["datei", "name"], id="underscores part words"),
        pytest.param("Mit\u00adwirkung", ["mitwirkung"], id="soft hyphen"),
        pytest.param("U\u0308berpru\u0308fung", ["überprüfung"], id="decomposed umlauts"),
        pytest.param("STRASSE Straße", ["strasse", "strasse"], id="sharp s"),
        pytest.param("ﬁnanziell", ["finanziell"], id="ligature"),
        pytest.param("45 m²", ["45", "m2"], id="raised digit"),
        pytest.param("1.234,50 €", ["1", "234", "50"], id="amount"),
        pytest.param(" – … · ", [], id="signs only"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_words_are_compared_in_one_form(text: str, words: list[str]) -> None:
    assert analysis.words(text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Umzug", "Umzugs", id="genitive"),
        pytest.param("Wohnung", "Wohnungen", id="plural"),
        pytest.param("angemessen", "angemessene", id="adjective"),
        pytest.param("Häuser", "Haeuser", id="umlaut written out"),
        pytest.param("Straße", "STRASSE", id="capitals"),
        pytest.param("Berater", "Berater*innen", id="gender mark"),
        pytest.param("Berater", "Beraterinnen", id="feminine plural"),
        pytest.param("Klient", "Klientinnen", id="feminine plural of a foreign word"),
        pytest.param("Kunde", "Kundin", id="feminine"),
        pytest.param("Kollege", "Kolleginnen", id="feminine plural of a word in e"),
        pytest.param("Arzt", "Ärztin", id="feminine with an umlaut"),
        pytest.param("Sekretär", "Sekretärin", id="feminine after an umlaut"),
        pytest.param("Arzt", "Ärzt:innen", id="gender mark after an umlaut"),
        pytest.param("selbständig", "Selbstständige", id="two spellings"),
        pytest.param("Potentialanalyse", "Potenzialanalysen", id="two spellings within a compound"),
        *(
            pytest.param(one, other, id=f"{one} and {other}")
            for one, other in (
                ("Kurs", "Kurse"),
                ("Sprachkurs", "Sprachkursen"),
                ("Mietzins", "Mietzinsen"),
                ("Firma", "Firmen"),
                ("Girokonto", "Girokonten"),
                ("Praktikum", "Praktika"),
                ("Kriterium", "Kriterien"),
                ("Azubi", "Azubis"),
                ("Kita", "Kitas"),
                ("Arztpraxis", "Arztpraxen"),
            )
        ),
    ],
)
def test_inflected_forms_share_a_stem(one: str, other: str) -> None:
    assert analysis.stems(one) == analysis.stems(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("16e", "16", id="letter of a paragraph"),
        pytest.param("16e", "16i", id="two paragraphs"),
        pytest.param("Miete", "Meldung", id="two words"),
        pytest.param("ÄD", "AD", id="two letters"),
        pytest.param("erinnern", "er", id="no feminine plural"),
        pytest.param("beginnen", "Beg", id="no feminine plural either"),
        pytest.param("Termin", "Term", id="no feminine"),
        pytest.param("Kurs", "Kur", id="no genitive"),
    ],
)
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert analysis.stems(one) != analysis.stems(other)


def test_words_with_a_digit_are_their_own_stem() -> None:
    assert analysis.stems("16en 1234es") == ["16en", "1234es"]


def test_offsets_point_into_the_text_as_given() -> None:
    text = "Die Mit\u00adwirkungs­pflicht, U\u0308berpru\u0308fung und ﬁnanzielle Hilfe"

    found = list(analysis.tokens(text))

    assert [analysis.fold(text[token.start : token.end]) for token in found] == [token.word for token in found]
    assert [token.word for token in found] == analysis.words(text)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_stems_keep_stop_words_in_their_places() -> None:
    assert analysis.stems("Kosten der Unterkunft")[1] == "der"


def test_stop_words_are_in_the_form_in_which_words_are_compared() -> None:
    assert {"der", "darf", "für"} <= analysis.STOP_WORDS
    assert all(analysis.words(word) == [word] for word in analysis.STOP_WORDS)


def test_words_of_the_field_are_no_stop_words() -> None:
    assert analysis.STOP_WORDS.isdisjoint(analysis.words("Umzug Miete Kosten keine nicht Frist Hilfe 22"))


def test_threads_get_the_stems_of_one() -> None:
    texts = [f"Bewilligungen{chr(97 + n % 26)} Wohnungen Zusicherungen{chr(97 + n // 26)}en" for n in range(600)]
    found: list[list[list[str]]] = []

    threads = [threading.Thread(target=lambda: found.append([analysis.stems(text) for text in texts])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    analysis.stem.cache_clear()

    assert found == [[analysis.stems(text) for text in texts]] * 6


def test_the_fingerprint_names_what_the_stems_depend_on() -> None:
    assert "snowball-german" in analysis.FINGERPRINT
    assert "unicode" in analysis.FINGERPRINT
