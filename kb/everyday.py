"""Everyday words and what guides say instead: "Chef" stands for "Arbeitgeber". Read at query time, like the vocabulary.

They are no names of one thing: what stands for a word is broader, narrower or beside it, so they lead one way only, and just
where the guides hardly use the word itself (see `query.RARE`). Pure, save for loading the packaged list once.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

from kb import analysis
from kb.model import Addition, Relation, Stems

WEIGHT = 0.8  # of what is listed first, against 1 for another name of a thing; as for a colloquial one
LATER = 0.8  # of each that follows against the one before it: "Papiere" are "Unterlagen" rather than "Aufenthaltstitel"
MARK = "~"  # begins the ids, which are in nobody's file

_ENDING = re.compile(r"(?<=...)(?:e|e?n)$")  # of what is listed, which may be a verb
_INFLECTION = re.compile("(?:en)?(?:e[mnrs]?|ern|e?ns|n|s|e?st|e?te?n?)?")


class Spoken(NamedTuple):
    """Words of a query that are an everyday word or phrase: `words[first:last]`."""

    first: int
    last: int
    word: str  # as listed
    additions: tuple[Addition, ...]


class Everyday:
    """Everyday words, ready to be looked up. Does not change; may be used from many threads."""

    def __init__(self, words: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        """Take what guides say instead, per word or fixed phrase; the most exact first."""
        self.words: Mapping[str, Sequence[str]] = MappingProxyType(dict(words))
        self._by_stems: dict[Stems, list[str]] = defaultdict(list)
        for word in words:
            self._by_stems[_stems(word)].append(word)
        self._lengths = sorted({len(stems) for stems in self._by_stems}, reverse=True)

    def matches(self, words: Sequence[str]) -> list[Spoken]:
        """Return where `words`, as `analysis.apart` gives them, are everyday words, in their order; these do not overlap.

        The longest phrase wins. Inflected forms match, abbreviations only as they are.
        """
        stems = [analysis.stem(analysis.small(word)) for word in words]
        is_taken = [False] * len(words)
        found: list[Spoken] = []
        for n in self._lengths:
            for first in range(len(words) - n + 1):
                listed = self._by_stems.get(tuple(stems[first : first + n]), ())
                typed = words[first : first + n]
                meant = [word for word in listed if _is_form_of(word, typed)]
                if meant and not any(is_taken[first : first + n]):
                    is_taken[first : first + n] = [True] * n
                    found += (Spoken(first, first + n, word, tuple(self._additions(word, typed))) for word in meant)
        return sorted(found)

    def _additions(self, word: str, typed: Sequence[str]) -> Iterator[Addition]:
        for place, name in enumerate(self.words[word]):
            yield Addition(
                id=f"{MARK}{analysis.fold(word)}:{analysis.fold(name)}",
                entry="",
                typed=" ".join(typed),
                name=name,
                relation=Relation.EVERYDAY,
                weight=WEIGHT * LATER**place,
                stems=tuple(analysis.stems(name)),
            )


def packaged() -> Mapping[str, Sequence[str]]:
    """Return the packaged words with what guides say instead."""
    text = resources.files("kb").joinpath("data/everyday.txt").read_text("utf-8")
    lines = (line.split(": ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {word: says.split(", ") for word, says in lines}


def _is_form_of(listed: str, typed: Sequence[str]) -> bool:
    """Say whether typed words with the same stems are what is listed: "Post" is no form of "Poster", nor "hört" of "Hort"."""
    return all(
        analysis.small(mine) == analysis.small(theirs)
        or (not analysis.is_abbreviation(mine) and _is_inflected(analysis.small(mine), analysis.small(theirs)))
        for mine, theirs in zip(analysis.apart(listed)[0], typed, strict=True)
    )


def _is_inflected(listed: str, typed: str) -> bool:
    base = _ENDING.sub("", listed)
    if typed.startswith(base) and typed != base:
        return _INFLECTION.fullmatch(typed, len(base)) is not None
    plural = analysis.plain(typed)  # "Ärzte", "Väter"
    return plural.startswith(analysis.plain(listed)) and len(typed) >= len(listed) and plural[-1] in "enrs"


def _stems(text: str) -> Stems:
    return tuple(analysis.stem(analysis.small(word)) for word in analysis.apart(text)[0])
