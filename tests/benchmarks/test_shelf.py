"""From passages to guides."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.contenders.shelf import Shelf, ShelfWriter
from benchmarks.corpus import make


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    writer = ShelfWriter()
    names = ("Steuergesetz", "Tierseuchen", "Irgendetwas")
    list(writer.noting(make(f"g{n}", names[n % 3], [("", "a"), ("", "b")]) for n in range(30)))
    writer.write(tmp_path)
    return Shelf(tmp_path)


def test_the_best_passage_of_each_of_the_ten_best_guides(shelf: Shelf) -> None:
    passages = np.arange(60)
    scores = passages / 10

    best = shelf.best(passages, scores, "")

    assert best == [(n, n / 10) for n in range(59, 40, -2)]


def test_of_equal_passages_the_first(shelf: Shelf) -> None:
    assert shelf.best(np.arange(60), np.ones(60), "") == [(n, 1.0) for n in range(0, 20, 2)]


def test_only_guides_with_the_topic(shelf: Shelf) -> None:
    best = shelf.best(np.arange(60), np.ones(60), "steuern")

    assert [shelf.ids[shelf.guide_of[passage]] for passage, _ in best] == [f"g{n}" for n in range(0, 30, 3)]


def test_numbers_follow_the_topic_but_topics_do_not(shelf: Shelf) -> None:
    tally = shelf.tally(shelf.n_hits(np.arange(12)), "steuern")

    assert (tally.n_guides, tally.n_passages) == (2, 4)
    assert tally.facets["topic"] == {"landwirtschaft": 2, "sonstiges": 2, "steuern": 2}
    assert sum(tally.facets["kind"].values()) == 2


def test_a_topic_that_nobody_bears_finds_nothing(shelf: Shelf) -> None:
    assert shelf.tally(shelf.n_hits(np.arange(12)), "bau").n_guides == 0
