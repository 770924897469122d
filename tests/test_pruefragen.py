"""The house questions over the sample guides are what the head of their file says. Asking them needs a command yet to come."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kb import analysis, cleaning, passages
from kb.extract import extractor_for
from kb.model import Passage

HERE = Path(__file__).parent
SOURCE = HERE.parent / "docs_source"
QUESTIONS: list[dict[str, Any]] = tomllib.loads((HERE / "pruefragen.toml").read_text("utf-8"))["frage"]
CLAIMING = [question for question in QUESTIONS if question.get("ohne_gemeinsames_wort")]
KEYS = {"suche", "erwartet", "eine_genuegt", "bis", "stelle", "nicht", "ohne_gemeinsames_wort", "bekannt"}
RUN = 6  # letters


def name(question: dict[str, Any]) -> str:
    return str(question["suche"])[:40]


@cache
def passages_of(place: str) -> tuple[Passage, ...]:
    path = SOURCE / place
    return tuple(passages.split(place, cleaning.clean(extractor_for(path).extract(path).pages)))


@cache
def title_of(place: str) -> str:
    return str(tomllib.loads((SOURCE / place).with_suffix(".toml").read_text("utf-8"))["titel"])


def target(question: dict[str, Any]) -> str:
    """Return what a question aims at: the title; with a passage its headings and text, else all headings."""
    passage = question.get("stelle", "")
    texts = []
    for place in question["erwartet"]:
        aimed = [one for one in passages_of(place) if passage.casefold() in " › ".join(one.heading).casefold()]
        assert aimed, f"{place}: {passage}"
        texts += [title_of(place), *(" ".join((*one.heading, one.text if passage else "")) for one in aimed)]
    return " ".join(texts)


def are_alike(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return a == b or (len(short) >= 5 and short in long) or any(a[i : i + RUN] in b for i in range(len(a) - RUN + 1))


@pytest.mark.parametrize("question", QUESTIONS, ids=name)
def test_a_question_has_known_keys_and_names_guides_that_are_there(question: dict[str, Any]) -> None:
    assert set(question) <= KEYS
    assert [place for place in (*question["erwartet"], *question.get("nicht", ())) if not (SOURCE / place).is_file()] == []


def test_there_are_enough_questions_and_no_two_are_alike() -> None:
    assert len({question["suche"] for question in QUESTIONS}) == len(QUESTIONS) >= 80
    assert len(CLAIMING) >= 30


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param("miet", "mietschuld", False, id="a short part"),
        pytest.param("strom", "stromsperr", True, id="a part of five letters"),
        pytest.param("mietschuld", "energieschuld", True, id="six letters in a row"),
    ],
)
def test_stems_are_alike_by_what_they_are_made_of(a: str, b: str, expected: bool) -> None:
    assert are_alike(a, b) is are_alike(b, a) is expected


@pytest.mark.parametrize("question", CLAIMING, ids=name)
def test_who_claims_to_share_no_word_shares_none(question: dict[str, Any]) -> None:
    mine, theirs = (
        {analysis.stem(word) for word in analysis.words(text) if word not in analysis.STOP_WORDS}
        for text in (question["suche"], target(question))
    )

    assert {(a, b) for a in mine for b in theirs if are_alike(a, b)} == set()
