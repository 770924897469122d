"""Words of a query that stand close to each other in a passage: the unordered window of Metzler & Croft (2005).

Two words that follow each other in the query count as a term that occurs wherever they stand within a few words of each other,
with the idf of the rarer one. Like the finer features it is looked at in the best passages only.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.engines.bm25 import K1, Floats
from kb.engines.postings import Field, Ints, Numbers

Bools = NDArray[np.bool_]

NEAR = 0.3  # against 1 for a word; .1 to .3 hardly differ on the development collections, none of which loses
WINDOW = 8  # words
MAX_WORDS = 24  # of a query
_NOWHERE = np.zeros(1, np.bool_)


class Word(NamedTuple):
    """A word of the query: its number in the field, the passages that have it, ascending, and its idf."""

    number: int
    passages: Ints
    idf: float


def points(field: Field, saturations: Floats, words: Sequence[Word | None], passages: Ints) -> Floats:
    """Return what the passages get; None stands for what is no single word of the field, and parts its neighbours."""
    total = np.zeros(len(passages), np.float32)
    if len(words) < 2:
        return total
    held = [_held(word, passages) for word in words[:MAX_WORDS]]
    beside = [_NOWHERE, *(has_word for _, has_word in held), _NOWHERE]
    places = [
        _places(field, word, at, has_word & (before | after))
        for word, (at, has_word), before, after in zip(words, held, beside, beside[2:], strict=False)
    ]
    for one, other, some, others in zip(words, words[1:], places, places[1:], strict=False):
        if one and other and some is not None and others is not None:
            rare, frequent = (some, others) if one.idf >= other.idf else (others, some)
            times = np.bincount(_near(rare, frequent) >> 16, minlength=len(passages)).astype(np.float32)
            factor = np.float32(NEAR * max(one.idf, other.idf) * (K1 + 1))
            total += factor * times / (times + saturations[passages])
    return total


def _held(word: Word | None, passages: Ints) -> tuple[Numbers, Bools]:
    """Return where the passages stand among those that have the word, and which of them do."""
    if not word:
        return np.zeros(len(passages), np.int64), np.zeros(len(passages), np.bool_)
    at = np.searchsorted(word.passages, passages)
    return at, word.passages.take(at, mode="clip") == passages


def _places(field: Field, word: Word | None, at: Numbers, is_wanted: Bools) -> Numbers | None:
    """Return where the word stands in the wanted passages, as place of the passage * 65,536 + position; None if nowhere."""
    if not word or not is_wanted.any():
        return None
    positions, counts = field.positions(word.number, at[is_wanted])
    found: Numbers = (np.repeat(np.flatnonzero(is_wanted), counts) << 16) + positions
    return found


def _near(few: Numbers, many: Numbers) -> Numbers:
    """Return those of the few places that have one of the many in the window."""
    at = np.searchsorted(many, few)
    is_near = np.zeros(len(few), np.bool_)
    after, before = at < len(many), at > 0
    is_near[after] = many[at[after]] - few[after] < WINDOW
    is_near[before] |= few[before] - many[at[before] - 1] < WINDOW
    return few[is_near]
