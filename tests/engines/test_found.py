import numpy as np
import pytest

from kb.engines.found import NOTHING, Found, best_of, distinct, in_both, place_in, together, weighted


def found(points: dict[int, float]) -> Found:
    passages = sorted(points)
    return Found(np.array(passages, np.int32), np.array([points[one] for one in passages], np.float32))


def held(what: Found) -> dict[int, float]:
    return dict(zip(what.passages.tolist(), what.points.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(10))
def test_together_is_what_any_has(seed: int) -> None:
    source = np.random.default_rng(seed)
    parts = [{int(one): float(i + 1) for one in source.integers(0, 30, source.integers(0, 20))} for i in range(3)]
    keys = sorted({key for part in parts for key in part})

    summed = together([found(part) for part in parts], np.add)
    highest = together([found(part) for part in parts], np.maximum)

    assert summed.passages.tolist() == keys
    assert held(summed) == {key: sum(part.get(key, 0) for part in parts) for key in keys}
    assert held(highest) == {key: max(part.get(key, 0) for part in parts) for key in keys}


def test_nothing_together_is_nothing() -> None:
    assert together([NOTHING, NOTHING], np.add) is NOTHING
    assert held(together([NOTHING, found({3: 1})], np.add)) == {3: 1}


def test_weighted_leaves_what_weighs_one_as_it_is() -> None:
    one = found({3: 2})

    assert weighted(one, 1.0) is one
    assert held(weighted(one, 0.5)) == {3: 1}
    assert one.nbytes == 8


def test_the_best_are_at_most_so_many() -> None:
    scores = np.array([1, 9, 9, 2, 5], np.float32)

    assert best_of(scores, 9).tolist() == [0, 1, 2, 3, 4]
    assert best_of(scores, 3).tolist() == [1, 2, 4]
    assert best_of(scores, 1).tolist() == [1]  # of equal ones the first


@pytest.mark.parametrize("passages", [[], [0], [2, 5, 9]])
def test_wanted_passages_are_looked_up(passages: list[int]) -> None:
    at, is_there = place_in(np.array(passages, np.int32), np.arange(12, dtype=np.int32))

    assert np.flatnonzero(is_there).tolist() == passages
    assert at[is_there].tolist() == [*range(len(passages))]


def test_numbers_of_both_and_each_once() -> None:
    assert in_both(np.array([1, 4, 6]), np.array([4, 5, 6, 7])).tolist() == [4, 6]
    assert distinct(np.array([1, 1, 4, 6, 6])).tolist() == [1, 4, 6]
