"""A house's test questions: what caseworkers type, and which guides they must then see. Read, asked, compared with before.

They show whether the search got better or worse after a change of vocabulary, weights or guides. A question that is known to
fail stays listed with its reason and does not count as a failure. Reads one TOML file and one JSON file; prints nothing.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from kb import search
from kb.errors import QuestionsError, QuestionsProblem
from kb.model import Engine, Guide, Hit, Result
from kb.vocabulary import Vocabulary

DEPTH = 50
"""So many results are looked at; what stands further down counts as not found."""

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is typed, and what must be seen then. Guides are named by path below the source folder, or by title."""

    text: str
    expected: tuple[str, ...]
    any_suffices: bool = False  # one of the expected is enough
    within: int = 3  # the expected stand among so many first results
    passage: str = ""  # part of the heading trail, or "Seite 4", of a passage shown of the only expected guide
    unwanted: tuple[str, ...] = ()  # must not speak for one of the first results
    shares_no_word: bool = False  # with what it aims at; claimed by the file
    known: str = ""  # why it fails for now


class Verdict(StrEnum):
    """What became of a question. The values are used in JSON."""

    PASSED = "passed"
    FAILED = "failed"
    KNOWN = "known"
    SOLVED = "solved"  # noted as known to fail, and passes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an engine answered to a question."""

    question: Question
    ranks: tuple[int | None, ...]  # per expected guide, from 1; None: not found
    strangers: tuple[str, ...] = ()  # expected, but no guide of the index bears that name
    misses_passage: bool = False  # the expected guide is there, the passage is not shown
    intruders: tuple[tuple[str, int], ...] = ()  # unwanted guides, and where they stand
    first: tuple[Guide, ...] = ()  # the first three results, by the edition that speaks for them

    @property
    def rank(self) -> int | None:
        """The rank that counts: the best if one of the expected is enough, otherwise the worst; None: not found."""
        found = [rank for rank in self.ranks if rank is not None]
        if self.question.any_suffices:
            return min(found, default=None)
        return max(found) if len(found) == len(self.ranks) else None

    @property
    def is_as_expected(self) -> bool:
        """Everything that the question asks for is there, and nothing that it forbids."""
        in_time = self.rank is not None and self.rank <= self.question.within
        return in_time and not self.misses_passage and not self.intruders

    @property
    def verdict(self) -> Verdict:
        """What this means, seen with what is known to fail."""
        if self.is_as_expected:
            return Verdict.SOLVED if self.question.known else Verdict.PASSED
        return Verdict.KNOWN if self.question.known else Verdict.FAILED


class Move(StrEnum):
    """How a question stands against an earlier run. The values are used in JSON."""

    BETTER = "better"
    WORSE = "worse"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a question stood in an earlier run."""

    rank: int | None
    is_as_expected: bool


# ---- asking ------------------------------------------------------------------------------------------------------------


def ask(engine: Engine, question: Question, vocabulary: Vocabulary | None = None) -> Outcome:
    """Return how the engine answers."""
    results = search.answer(engine, question.text, vocabulary=vocabulary, limit=DEPTH).results
    guides = engine.catalog().values()
    ranks = tuple(_rank(name, results) for name in question.expected)
    shown = [
        hit for name, rank in zip(question.expected, ranks, strict=True) if rank for hit in _shown(results[rank - 1], name)
    ]
    return Outcome(
        question=question,
        ranks=ranks,
        strangers=tuple(name for name in question.expected if not any(_is(guide, name) for guide in guides)),
        misses_passage=bool(question.passage and shown) and not any(_stands_in(hit, question.passage) for hit in shown),
        intruders=tuple(
            (name, number)
            for number, result in enumerate(results[: question.within], start=1)
            for name in question.unwanted
            if _is(_speaker(result), name)
        ),
        first=tuple(_speaker(result) for result in results[:3]),
    )


def _is(guide: Guide, name: str) -> bool:
    return name in guide.places or name == guide.title


def _speaker(result: Result) -> Guide:
    """Return the edition that a result's passages are taken from."""
    return result.hits[0].guide if result.hits else result.guide


def _shown(result: Result, name: str) -> list[Hit]:
    return [hit for hit in (*result.hits, *result.earlier) if _is(hit.guide, name)]


def _rank(name: str, results: tuple[Result, ...]) -> int | None:
    """Return where a work stands whose current edition bears the name, or another edition of which a passage is shown."""
    numbered = enumerate(results, start=1)
    return next((number for number, result in numbered if _is(result.guide, name) or _shown(result, name)), None)


def _stands_in(hit: Hit, passage: str) -> bool:
    page = f"Seite {hit.passage.page}" if hit.passage.page else ""
    return passage == page or passage.casefold() in " › ".join(hit.passage.heading).casefold()


# ---- earlier runs ------------------------------------------------------------------------------------------------------


def moves(outcomes: list[Outcome], before: Mapping[str, Standing]) -> Iterator[tuple[Outcome, Move]]:
    """Yield the questions that stand otherwise than before, in their order; one that nobody asked before is new."""
    for outcome in outcomes:
        earlier = before.get(outcome.question.text)
        now = _order(outcome.rank, is_as_expected=outcome.is_as_expected)
        if earlier is None:
            yield outcome, Move.NEW
        elif now != (then := _order(earlier.rank, is_as_expected=earlier.is_as_expected)):
            yield outcome, Move.BETTER if now < then else Move.WORSE


def _order(rank: int | None, *, is_as_expected: bool) -> tuple[bool, int]:
    return not is_as_expected, DEPTH + 1 if rank is None else rank


def save(file: Path, outcomes: list[Outcome]) -> None:
    """Write how the questions stand, for a later `load_standings`."""
    standings = {one.question.text: {"rank": one.rank, "as_expected": one.is_as_expected} for one in outcomes}
    file.write_text(json.dumps(standings, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load_standings(file: Path) -> dict[str, Standing]:
    """Return what `save` wrote, by text of the question.

    Raises:
        QuestionsError: the file cannot be read, or something else wrote it.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return {text: Standing(one["rank"], one["as_expected"]) for text, one in data.items()}
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise QuestionsError(str(file), QuestionsProblem.NO_BASELINE) from error


# ---- the file ----------------------------------------------------------------------------------------------------------

_TEXT, _LIST, _NUMBER, _TRUTH = "text", "list", "number", "truth"
_FIELDS = {  # key -> name of the field, what it must be
    "suche": ("text", _TEXT),
    "erwartet": ("expected", _LIST),
    "eine_genuegt": ("any_suffices", _TRUTH),
    "bis": ("within", _NUMBER),
    "stelle": ("passage", _TEXT),
    "nicht": ("unwanted", _LIST),
    "ohne_gemeinsames_wort": ("shares_no_word", _TRUTH),
    "bekannt": ("known", _TEXT),
}
KEYS = tuple(_FIELDS)
_WRONG = {
    _TEXT: QuestionsProblem.NO_TEXT,
    _LIST: QuestionsProblem.NO_LIST,
    _NUMBER: QuestionsProblem.NO_RANK,
    _TRUTH: QuestionsProblem.NO_TRUTH,
}


def load(file: Path) -> list[Question]:
    """Return the questions of a file, in its order.

    Raises:
        QuestionsError: the file cannot be read, holds no question, or an entry says something wrong.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QuestionsError(str(file), QuestionsProblem.NOT_TOML, entry=str(error)) from error
    entries = data.get("frage")
    if data.get("schema_version") != SCHEMA_VERSION:
        raise QuestionsError(str(file), QuestionsProblem.OTHER_VERSION)
    if not isinstance(entries, list) or not entries or _unknown(data, ("schema_version", "frage")):
        raise QuestionsError(str(file), QuestionsProblem.NO_QUESTIONS)
    seen: set[str] = set()
    questions = []
    for number, entry in enumerate(entries, start=1):
        questions.append(_question(str(file), number, entry))
        if questions[-1].text in seen:
            raise QuestionsError(str(file), QuestionsProblem.TWICE, entry=_name(number, entry), key="suche")
        seen.add(questions[-1].text)
    return questions


def _unknown(entry: Mapping[str, Any], keys: tuple[str, ...]) -> list[str]:
    return [key for key in entry if key not in keys]


def _name(number: int, entry: object) -> str:
    text = entry.get("suche", "") if isinstance(entry, dict) else ""
    return f"{number} („{text}“)" if text else str(number)


def _question(file: str, number: int, entry: object) -> Question:
    def wrong(problem: QuestionsProblem, key: str) -> QuestionsError:
        return QuestionsError(file, problem, entry=_name(number, entry), key=key)

    if not isinstance(entry, dict):
        raise wrong(QuestionsProblem.MISSING, "suche")
    if strange := _unknown(entry, KEYS):
        raise wrong(QuestionsProblem.UNKNOWN_KEY, strange[0])
    for key in ("suche", "erwartet"):
        if key not in entry:
            raise wrong(QuestionsProblem.MISSING, key)
    values: dict[str, Any] = {}
    for key, value in entry.items():
        name, kind = _FIELDS[key]
        if not _fits(value, kind):
            raise wrong(_WRONG[kind], key)
        values[name] = tuple(value) if kind == _LIST else value
    if values.get("passage") and len(values["expected"]) > 1:
        raise wrong(QuestionsProblem.AMBIGUOUS, "stelle")
    return Question(**values)


def _fits(value: object, kind: str) -> bool:
    if kind == _LIST:
        return isinstance(value, list) and bool(value) and all(_fits(one, _TEXT) for one in value)
    if kind == _TRUTH:
        return isinstance(value, bool)
    if kind == _NUMBER:
        return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= DEPTH
    return isinstance(value, str) and bool(value.strip())
