"""The slow way is right where it can be worked out by hand."""

import math

import pytest

from benchmarks.contenders.contract import WEIGHTS
from benchmarks.corpus import Item, make
from benchmarks.queries import Asked
from benchmarks.reference import Expected, Reference
from kb.engines import bm25, scoring


def items() -> list[Item]:
    return [
        make("umzug", "Erstes", [("", "Umzug Umzug Kosten"), ("", "Wohnung Heizung Strom")]),
        make("kosten", "Zweites", [("", "Kosten Wohnung Antrag"), ("", "Kosten der Unterkunft")]),
        make("leer", "Drittes", [("", "Nichts davon steht")]),
    ]


def answer(asked: Asked) -> Expected:
    return Reference(items(), [asked]).answer(asked)


def test_the_score_is_bm25() -> None:
    idf = math.log(1 + (5 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 * 2.2 / (2 + 1.2)  # all texts have the mean length of three words

    (score,) = answer(Asked(("Umzug",))).scores.values()
    assert score == pytest.approx(expected)


def test_the_best_passage_of_a_guide_counts() -> None:
    found = answer(Asked(("Kosten", "Antrag", "Wohnung")))

    assert found.best == ["kosten", "umzug"]
    assert sorted(found.scores.values(), reverse=True) == [found.scores[id_] for id_ in found.best]
    assert found.n_passages == 4


def test_all_words_are_demanded_of_one_passage() -> None:
    assert answer(Asked(("Umzug", "Wohnung"), all_words=True)).best == []
    assert answer(Asked(("Umzug", "Kosten"), all_words=True)).best == ["umzug"]


def test_a_phrase_stands_in_a_row() -> None:
    assert answer(Asked(("Kosten", "der", "Unterkunft"), is_phrase=True)).best == ["kosten"]
    assert answer(Asked(("Kosten", "Unterkunft"), is_phrase=True)).best == []


def test_titles_count_for_every_passage_with_their_weight() -> None:
    found = answer(Asked(("Erstes",)))

    assert found.n_passages == 2
    assert found.scores["umzug"] == pytest.approx(0.25 * math.log(1 + (5 - 2 + 0.5) / 2.5))


def test_a_topic_narrows() -> None:
    assert answer(Asked(("Kosten",), topic="steuern")).best == []


def test_who_ties_with_the_tenth_is_right_too() -> None:
    expected = Expected({f"g{n}": 1.0 for n in range(12)}, 12)

    assert expected.share_right([f"g{n}" for n in range(2, 12)]) == 1
    assert expected.share_right([*(f"g{n}" for n in range(2, 11)), "other"]) == pytest.approx(0.9)
    assert expected.share_right([]) == 0
    assert Expected({}, 0).share_right([]) == 1


def test_the_weights_are_the_product_s() -> None:
    assert dict(scoring.FIELDS) == WEIGHTS
    assert (bm25.K1, bm25.B) == (1.2, 0.75)
