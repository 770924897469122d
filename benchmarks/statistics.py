"""From measured times to the figures of the tables. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of one number per query."""

    p50: float
    p95: float
    p99: float


def spread(values: Sequence[float]) -> Spread:
    """Return the percentiles; between two values in proportion.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    p50, p95, p99 = np.percentile(values, (50, 95, 99)).tolist()
    return Spread(p50, p95, p99)


def ratio(value: float, base: float) -> float:
    """Return how many times `base` the value is; infinite if `base` is nothing."""
    return value / base if base else float("inf")


def best_per_query(rounds: Sequence[Sequence[float]]) -> list[float]:
    """Return each query's least time of all rounds: what other work on the machine adds is never negative."""
    return [min(times) for times in zip(*rounds, strict=True)]


def median_per_query(rounds: Sequence[Sequence[float]]) -> list[float]:
    """Return each query's median time of all rounds."""
    return [float(np.median(times)) for times in zip(*rounds, strict=True)]
