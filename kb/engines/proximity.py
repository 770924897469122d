"""Words of a query that stand close to each other in a passage: the unordered window of Metzler & Croft (2005).

Two words that follow each other in the query count as a term that occurs wherever they stand within a few words of each other,
with the idf of the rarer one. Like the finer features it is looked at in the best passages only.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from kb.engines.bm25 import K1, Floats
from kb.engines.found import Bools, place_in
from kb.engines.postings import Field, Ints, Numbers

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
    nothing = np.zeros(len(passages), np.float32)
    if len(words) < 2:
        return nothing
    words = words[:MAX_WORDS]
    at, has_word = zip(*(_held(word, passages) for word in words), strict=True)
    both = [one & other for one, other in pairwise(has_word)]
    places = _places(field, words, at, [before | after for before, after in pairwise([_NOWHERE, *both, _NOWHERE])])
    rare, frequent = [], []
    idfs: list[float] = []
    for first in [i for i, has_both in enumerate(both) if has_both.any()]:
        idf, most = max((word.idf, -i) for i, word in enumerate(words[first : first + 2]) if word)
        shift = len(idfs) * len(passages) << 16  # the pairs are looked at together
        rare.append(places[first - most] + shift)
        frequent.append(places[first + 1 + most] + shift)
        idfs.append(idf)
    if not idfs:
        return nothing
    near = _near(np.concatenate(rare), np.concatenate(frequent))
    times = np.bincount(near >> 16, minlength=len(idfs) * len(passages)).astype(np.float32).reshape(len(idfs), -1)
    factors = np.array(idfs, np.float32) * np.float32(NEAR * (K1 + 1))
    total: Floats = np.sum(factors[:, None] * times / (times + saturations[passages]), axis=0)
    return total


def _held(word: Word | None, passages: Ints) -> tuple[Numbers, Bools]:
    """Return where the passages stand among those that have the word, and which of them do."""
    if not word:
        return np.zeros(len(passages), np.int64), np.zeros(len(passages), np.bool_)
    return place_in(word.passages, passages)


def _places(
    field: Field, words: Sequence[Word | None], at: Sequence[Numbers], is_wanted: Sequence[Bools]
) -> Mapping[int, Numbers]:
    """Return, per word that stands in wanted passages, where it does: place of the passage * 65,536 + position."""
    asked = [i for i, wanted in enumerate(is_wanted) if wanted.any()]
    if not asked:
        return {}
    numbers = [word.number for word in map(words.__getitem__, asked) if word]
    positions, counts = field.positions_of(numbers, [at[i][is_wanted[i]] for i in asked])
    passages = [is_wanted[i].nonzero()[0] for i in asked]
    found = (np.repeat(np.concatenate(passages), counts) << 16) + positions
    ends = np.cumsum(counts)[np.cumsum([*map(len, passages)]) - 1]
    return dict(zip(asked, np.split(found, ends[:-1]), strict=True))


def _near(few: Numbers, many: Numbers) -> Numbers:
    """Return those of the few places that have one of the many in the window."""
    at = many.searchsorted(few)
    is_near = np.zeros(len(few), np.bool_)
    after, before = at < len(many), at > 0
    is_near[after] = many[at[after]] - few[after] < WINDOW
    is_near[before] |= few[before] - many[at[before] - 1] < WINDOW
    return few[is_near]
