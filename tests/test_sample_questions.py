"""The file of test questions for the sample guides: is it what its head says it is?"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from kb import analysis, cleaning, ingestion, passages, questions, topics, vocabulary
from kb.config import Settings
from kb.engines import EmbeddedEngine, open_engine
from kb.extract import extractor_for
from kb.model import Guide, Passage
from kb.questions import Question

ROOT = Path(__file__).parents[1]
FILE = ROOT / "tests/pruefragen.toml"
QUESTIONS = questions.load(FILE)
RUN = 6  # letters


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    settings = Settings(source=ROOT / "docs_source", index=tmp_path_factory.mktemp("index"))
    ingestion.run(settings, topics.load())
    engine = open_engine(settings)
    yield engine
    engine.close()


@cache
def passages_of(place: str) -> tuple[Passage, ...]:
    """Return all passages of a guide, as they are indexed."""
    path = ROOT / "docs_source" / place
    return tuple(passages.split(place, cleaning.clean(extractor_for(path).extract(path).pages)))


def target(question: Question, guides: Iterable[Guide]) -> str:
    """Return what a question aims at: the title; with a passage its headings and text, else all headings."""
    texts = [guide.title for guide in guides if guide.places[0] in question.expected]
    for name in question.expected:
        aimed = [one for one in passages_of(name) if question.passage.casefold() in " › ".join(one.heading).casefold()]
        assert aimed, f"{name}: {question.passage}"
        texts += [" ".join((*one.heading, one.text if question.passage else "")) for one in aimed]
    return " ".join(texts)


def common(text: str, target: str) -> set[tuple[str, str]]:
    """Return the words of a question and of its target that are alike by the rule in the head of the file."""
    mine, theirs = ({word for word in analysis.words(one) if word not in analysis.STOP_WORDS} for one in (text, target))
    return {(a, b) for a in mine for b in theirs if are_alike(analysis.stem(a), analysis.stem(b))}


def are_alike(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return a == b or (len(short) >= 5 and short in long) or any(a[i : i + RUN] in b for i in range(len(a) - RUN + 1))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param("kundigung", "kundigung", True, id="the same"),
        pytest.param("miet", "mietschuld", False, id="a short part"),
        pytest.param("strom", "stromsperr", True, id="a part of five letters"),
        pytest.param("mietschuld", "energieschuld", True, id="a common part: eschuld"),
        pytest.param("bud", "wohnung", False, id="nothing in common"),
    ],
)
def test_words_are_alike_by_what_they_are_made_of(a: str, b: str, expected: bool) -> None:
    assert are_alike(a, b) is are_alike(b, a) is expected


def test_the_head_of_the_file_explains_every_key() -> None:
    head = FILE.read_text("utf-8").partition("schema_version = ")[0]

    assert re.findall(r"^#   ([a-z_]+) {2,}", head, re.M) == list(questions.KEYS)


def test_there_are_enough_questions_of_both_sorts() -> None:
    assert len(QUESTIONS) >= 80
    assert sum(question.shares_no_word for question in QUESTIONS) >= 30


def test_every_guide_is_named_by_its_place(engine: EmbeddedEngine) -> None:
    places = {place for guide in engine.catalog().values() for place in guide.places}

    assert {name for question in QUESTIONS for name in (*question.expected, *question.unwanted)} <= places


def test_every_guide_is_looked_for(engine: EmbeddedEngine) -> None:
    places = {place for guide in engine.catalog().values() for place in guide.places}

    assert places == {name for question in QUESTIONS for name in question.expected}


def test_every_passage_is_there() -> None:
    for question in QUESTIONS:
        if question.passage:
            assert target(question, ())


@pytest.mark.parametrize("question", [one for one in QUESTIONS if one.shares_no_word], ids=lambda one: one.text)
def test_who_claims_to_share_no_word_shares_none(question: Question, engine: EmbeddedEngine) -> None:
    assert common(question.text, target(question, engine.catalog().values())) == set()


def test_no_question_fails_unexpectedly(engine: EmbeddedEngine) -> None:
    failed = [
        one.text for one in QUESTIONS if questions.ask(engine, one, vocabulary.load()).verdict is questions.Verdict.FAILED
    ]

    assert failed == []
