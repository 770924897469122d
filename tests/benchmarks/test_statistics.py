"""Percentiles and ratios."""

import math

import pytest

from benchmarks import statistics


def test_percentiles_of_a_hundred_numbers() -> None:
    found = statistics.spread([float(n) for n in range(101)])

    assert (found.p50, found.p95, found.p99) == (50, 95, 99)


def test_between_two_values_in_proportion() -> None:
    assert statistics.spread([1.0, 2.0]).p50 == 1.5


def test_no_values_are_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        statistics.spread([])


def test_ratios() -> None:
    assert statistics.ratio(3.0, 2.0) == 1.5
    assert statistics.ratio(3.0, 0.0) == math.inf


def test_rounds_are_compared_query_by_query() -> None:
    rounds = [[1.0, 9.0], [3.0, 5.0], [2.0, 7.0]]

    assert statistics.best_per_query(rounds) == [1.0, 5.0]
    assert statistics.median_per_query(rounds) == [2.0, 7.0]
