"""Queries are drawn from the text, in the shares that are promised."""

from itertools import product

import pytest

from benchmarks import queries
from benchmarks.corpus import Item, make
from kb import analysis

FIRST = ("Beratung", "Umzug", "Wohnung", "Antrag", "Darlehen", "Mietvertrag", "Heizung")
SECOND = ("beginnen", "fördern", "ablehnen", "vermitteln", "dokumentieren", "prüfen")


def items() -> list[Item]:
    pairs = list(product(FIRST, SECOND))
    texts = [
        " ".join(f"Wir {verb} die {noun} mit der Fachkraft{noun}{i}, und {verb} der {noun}." for noun, verb in pairs[i : i + 9])
        for i in range(30)
    ]
    return [make(f"g{n}", f"Gesetz {n}", [("", text)]) for n, text in enumerate(texts)]


def test_shares_are_those_of_the_docstring() -> None:
    drawn = queries.draw(items(), n=40)

    assert len(drawn) == 40
    assert sum(asked.is_phrase for asked in drawn) == 9
    assert sum(len(asked.words) == 1 for asked in drawn) == 10
    assert sum(bool(asked.topic) for asked in drawn) == 10


def test_words_are_content_and_stand_in_one_passage() -> None:
    texts = [set(analysis.words(passage.text)) for _, passages in items() for passage in passages]

    for asked in queries.draw(items(), n=40):
        words = {analysis.fold(word) for word in asked.words}
        assert any(words <= text for text in texts)
        assert asked.is_phrase or not words & analysis.STOP_WORDS


def test_phrases_stand_in_a_row() -> None:
    texts = [passage.text for _, passages in items() for passage in passages]

    for asked in queries.draw(items(), n=40):
        if asked.is_phrase:
            assert any(" ".join(asked.words) in text for text in texts)


def test_the_seed_decides() -> None:
    assert queries.draw(items(), n=20, seed=1) == queries.draw(items(), n=20, seed=1) != queries.draw(items(), n=20, seed=2)


def test_all_words_changes_nothing_else() -> None:
    drawn = queries.draw(items(), n=20)

    assert all(asked.all_words for asked in queries.with_all_words(drawn))
    assert [asked.words for asked in queries.with_all_words(drawn)] == [asked.words for asked in drawn]


def test_too_little_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="queries found"):
        queries.draw([make("g", "Gesetz", [("", "Beratung Umzug")])], n=20)
