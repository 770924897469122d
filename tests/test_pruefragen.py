"""The house questions over the sample guides are sound. Asking them comes with the command that does."""

import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SOURCE = HERE.parent / "docs_source"
QUESTIONS = tomllib.loads((HERE / "pruefragen.toml").read_text("utf-8"))["frage"]
KEYS = {"suche", "erwartet", "eine_genuegt", "bis", "stelle", "nicht", "ohne_gemeinsames_wort", "bekannt"}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question["suche"])[:40])
def test_a_question_has_known_keys_and_names_guides_that_are_there(question: dict[str, object]) -> None:
    assert set(question) <= KEYS
    named = [*question["erwartet"], *question.get("nicht", [])]  # type: ignore[misc]  # lists of paths
    assert [path for path in named if not (SOURCE / path).is_file()] == []


def test_there_are_enough_questions_and_no_two_are_alike() -> None:
    assert len({question["suche"] for question in QUESTIONS}) == len(QUESTIONS) >= 80
    assert sum(question.get("ohne_gemeinsames_wort", False) for question in QUESTIONS) >= 30
