"""Load from many threads notices what is wrong."""

import itertools
from dataclasses import replace
from typing import Any

from benchmarks import threads
from benchmarks.contenders.contract import Shown
from benchmarks.queries import Asked

SHOWN = Shown(n_guides=1, n_passages=1, guides=("umzug",), scores=(1.0,), snippets=("Umzug",), facets={"topic": {"bau": 1}})


class Fake:
    """Answers rightly as often as given, then wrongly or not at all."""

    def __init__(self, n_right: int, fails: bool = False) -> None:
        self._numbers, self._n_right, self._fails = itertools.count(), n_right, fails

    def answer(self, asked: Asked) -> Any:
        if next(self._numbers) < self._n_right:
            return SHOWN
        if self._fails:
            raise KeyError(asked.words)
        return replace(SHOWN, guides=("kdu",))

    def read(self, answer: Any) -> Shown:
        shown: Shown = answer
        return shown

    def close(self) -> None:
        pass


def run(fake: Fake) -> dict[str, Any]:
    return threads.run(fake, [Asked(("Umzug",))], n_threads=3, seconds=0.02)


def test_right_answers_are_counted() -> None:
    found = run(Fake(10**9))

    assert found["n_asked"] > 0
    assert (found["n_wrong"], found["n_errors"]) == (0, 0)


def test_wrong_answers_are_counted() -> None:
    found = run(Fake(1))

    assert found["n_wrong"] == found["n_compared"] > 0


def test_exceptions_are_counted() -> None:
    found = run(Fake(1, fails=True))

    assert found["n_errors"] > 0
    assert found["errors"] == ["KeyError: ('Umzug',)"]


def test_scores_may_differ_in_the_last_digits() -> None:
    assert threads.is_same(SHOWN, replace(SHOWN, scores=(1.000001,)))
    assert not threads.is_same(SHOWN, replace(SHOWN, scores=(1.1,)))
    assert not threads.is_same(SHOWN, replace(SHOWN, snippets=("Kosten",)))
    assert threads.is_same(SHOWN, replace(SHOWN, snippets=("Kosten",)), with_snippets=False)
