"""The command `kb check-queries`: asks a house's test questions and says what fails, what is known to, and what moved.

Exit status: 0 nothing fails unexpectedly; 1 something does; 2 wrong use or wrong file.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kb import messages, questions, vocabulary
from kb.commands import DONE, SOME_FAILED, WRONG_USE, add_index
from kb.config import Settings
from kb.engines import open_engine
from kb.questions import Move, Outcome, Standing, Verdict
from kb.topics import Taxonomy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    texts = messages.CHECK_QUERIES_HELP
    add_index(parser)
    parser.add_argument("file", nargs="?", type=Path, metavar="DATEI", help=texts["file"])
    parser.add_argument("--baseline", type=Path, metavar="DATEI", help=texts["baseline"])
    parser.add_argument("--save", type=Path, metavar="DATEI", help=texts["save"])


def run(options: argparse.Namespace, settings: Settings, _taxonomy: Taxonomy) -> int:
    """Ask all questions, print what there is to say, and return the exit status.

    Raises:
        QuestionsError: the file of questions or the one of an earlier run is wrong.
        IndexUnusableError: there is nothing to ask.
    """
    file = options.file or settings.queries
    if file is None:
        print(messages.NO_QUERIES, file=sys.stderr)
        return WRONG_USE
    asked = questions.load(file)
    before = questions.load_standings(options.baseline) if options.baseline else {}
    names = vocabulary.load(settings.synonyms)
    engine = open_engine(replace(settings, index=options.index or settings.index))
    try:
        outcomes = [questions.ask(engine, question, names) for question in asked]
    finally:
        engine.close()
    if options.save:
        questions.save(options.save, outcomes)
    moved = list(questions.moves(outcomes, before)) if options.baseline else []
    if options.json:
        print(json.dumps(as_json(outcomes, moved), ensure_ascii=False, indent=1))
    else:
        _print(outcomes, moved, before)
    return SOME_FAILED if any(one.verdict is Verdict.FAILED for one in outcomes) else DONE


def _print(outcomes: list[Outcome], moved: list[tuple[Outcome, Move]], before: Mapping[str, Standing]) -> None:
    for verdict in (Verdict.FAILED, Verdict.KNOWN, Verdict.SOLVED):
        for one in outcomes:
            if one.verdict is verdict:
                print(f"{messages.QUERY_VERDICTS[verdict]:<10} „{one.question.text}“")
                for line in explained(one):
                    print(f"           {line}")
    for one, move in moved:
        earlier = before.get(one.question.text)
        print(messages.query_moved(move, one.question.text, earlier.rank if earlier else None, one.rank))
    count = counts(outcomes)
    print(messages.queries_summary(count["passed"], count["questions"], count["known"], count["failed"]))
    if strict := [one for one in outcomes if one.question.shares_no_word]:
        print(messages.queries_without_words(sum(one.is_as_expected for one in strict), len(strict)))


def explained(one: Outcome) -> list[str]:
    """Return in German, line by line, what is to be said about a question that fails or is noted to."""
    question = one.question
    if one.verdict is Verdict.SOLVED:
        return [messages.QUERY_SOLVED]
    lines = [question.known] if question.known else []
    for name, rank in zip(question.expected, one.ranks, strict=True):
        if name in one.strangers:
            lines.append(messages.query_stranger(name))
        elif rank is None or rank > question.within:
            lines.append(messages.query_rank(name, question.within, rank))
    lines += [messages.query_passage(question.passage)] if one.misses_passage else []
    lines += [messages.query_intruder(name, rank) for name, rank in one.intruders]
    lines += [f"{number}. {guide.title} ({guide.places[0]})" for number, guide in enumerate(one.first, start=1)]
    return lines


def counts(outcomes: list[Outcome]) -> dict[str, int]:
    """Return how many questions there are, and how many passed, fail as is known, and fail otherwise."""
    verdicts = [one.verdict for one in outcomes]
    return {
        "questions": len(verdicts),
        "passed": verdicts.count(Verdict.PASSED) + verdicts.count(Verdict.SOLVED),
        "known": verdicts.count(Verdict.KNOWN),
        "failed": verdicts.count(Verdict.FAILED),
    }


def as_json(outcomes: list[Outcome], moved: list[tuple[Outcome, Move]]) -> dict[str, Any]:
    """Return a run as an object of JSON types."""
    return {
        "counts": counts(outcomes),
        "questions": [
            {
                "query": one.question.text,
                "verdict": one.verdict,
                "within": one.question.within,
                "rank": one.rank,
                "expected": [
                    {"guide": name, "rank": rank} for name, rank in zip(one.question.expected, one.ranks, strict=True)
                ],
                "misses_passage": one.misses_passage,
                "unwanted": [{"guide": name, "rank": rank} for name, rank in one.intruders],
                "first": [guide.places[0] for guide in one.first],
                "known": one.question.known,
            }
            for one in outcomes
        ],
        "moved": [{"query": one.question.text, "move": move, "rank": one.rank} for one, move in moved],
    }
