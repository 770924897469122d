"""More passages than a folder holds: made by shuffling the sentences of its own ones.

Sentences are dealt anew within a window of guides, so words keep their frequencies and each passage has words of several
guides. A round over all own guides gives as many generated ones; any number of rounds differ from each other. Only one
window is held in memory.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from benchmarks.corpus import Item, cut, make

WINDOW = 40  # guides whose sentences are mixed


def endless(own: Callable[[], Iterable[Item]], *, seed: int) -> Iterator[Item]:
    """Yield the own guides, then generated ones without end.

    Raises:
        ValueError: there is no own guide to begin with.
    """
    n_own = 0
    for item in own():
        n_own += 1
        yield item
    if not n_own:
        raise ValueError("no guides to shuffle")
    source = random.Random(seed)
    number = 0
    while True:
        guides = iter(own())
        while window := list(islice(guides, WINDOW)):
            number += 1
            yield from _shuffled(window, number, source)


def _shuffled(window: Sequence[Item], number: int, source: random.Random) -> Iterator[Item]:
    lines = [line for _, passages in window for passage in passages for line in passage.text.split("\n") if line]
    headings = [passage.heading[0] for _, passages in window for passage in passages if passage.heading]
    source.shuffle(lines)
    at = 0
    for guide, passages in window:
        n_lines = sum(passage.text.count("\n") + 1 for passage in passages)
        dealt = "\n\n".join(lines[at : at + n_lines])
        at += n_lines
        pieces = [(source.choice(headings) if headings else "", text) for _, text in cut(dealt)]
        if pieces:
            name = f"{guide.title} – Neufassung {number}"
            yield make(f"{guide.id}~{number}", name, pieces)
