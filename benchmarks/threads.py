"""Many threads at one searcher: how fast, and whether the answers are right."""

import math
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.contenders.contract import Searcher, Shown
from benchmarks.queries import Asked
from benchmarks.statistics import spread


def run(searcher: Searcher, asks: Sequence[Asked], *, n_threads: int, seconds: float) -> dict[str, Any]:
    """Return queries per second and milliseconds of `seconds` under load, and what was wrong in as long again.

    Snippets that differ between answers of a single thread are not wrong: Whoosh takes any of equally good ones.
    """

    def answer(i: int) -> Shown:
        return searcher.read(searcher.answer(asks[i]))

    right = [answer(i) for i in range(len(asks))]
    times: list[float] = []
    errors: list[str] = []
    others: list[tuple[int, Shown]] = []

    def ask(i: int) -> None:
        start = time.perf_counter()
        searcher.answer(asks[i])
        times.append(1000 * (time.perf_counter() - start))

    def compare(i: int) -> None:
        shown = answer(i)
        if not is_same(shown, right[i]):
            others.append((i, shown))

    start = time.perf_counter()
    n_asked = _together(ask, len(asks), n_threads, seconds, errors)
    took_s = time.perf_counter() - start
    n_compared = _together(compare, len(asks), n_threads, seconds, errors)
    wrong = [
        i
        for i, shown in others
        if not is_same(shown, right[i], with_snippets=False) or len({answer(i).snippets for _ in range(5)}) == 1
    ]
    return {
        "per_s": n_asked / took_s,
        "p95_ms": spread(times).p95 if times else math.inf,
        "n_asked": n_asked,
        "n_compared": n_compared,
        "n_wrong": len(wrong),
        "n_errors": len(errors),
        "errors": sorted(set(errors)),
    }


def is_same(one: Shown, other: Shown, *, with_snippets: bool = True) -> bool:
    """Return whether two answers say the same; scores may differ in the last digits."""
    return (
        (one.n_guides, one.n_passages, one.guides) == (other.n_guides, other.n_passages, other.guides)
        and one.facets == other.facets
        and (one.snippets == other.snippets or not with_snippets)
        and all(math.isclose(a, b, rel_tol=1e-5) for a, b in zip(one.scores, other.scores, strict=True))
    )


def _together(ask: Callable[[int], None], n: int, n_threads: int, seconds: float, errors: list[str]) -> int:
    """Call `ask` with numbers below `n` from all threads until the time is over; returns how often it came back."""
    counts = [0] * n_threads
    start = threading.Barrier(n_threads)

    def work(number: int) -> None:
        source = random.Random(number)
        start.wait()
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            try:
                ask(source.randrange(n))
                counts[number] += 1
            except Exception as error:  # which ones a contender raises is what is measured
                errors.append(f"{type(error).__name__}: {error}"[:100])

    workers = [threading.Thread(target=work, args=(number,)) for number in range(n_threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts)
