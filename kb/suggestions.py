"""What may be meant by what has been typed so far: titles, headings, topics and terms that fit. Pure; arrays by numpy.

An *entry* is a text that could be searched as it stands. It fits if every typed word begins one of its words, in any order,
or stands inside one ("beratung": Schuldnerberatung). Umlauts fit their two letters, ß fits ss, and all that is neither letter
nor digit separates words. Only what the house itself wrote is an entry, never what others have typed.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, chain

import numpy as np
from numpy.typing import NDArray

MAX_CHARS = 200  # of an entry, and of what is typed: a longer text is no search that could be completed
MAX_WORDS = 12
MIN_INNER = 4  # letters that must be typed before the inside of words counts; fewer stand inside too many

Bools = NDArray[np.bool_]
Ints = NDArray[np.int32]


class Source(StrEnum):
    """Where an entry comes from. The values are the names used in JSON."""

    TITLE = "titel"
    HEADING = "ueberschrift"
    TOPIC = "thema"
    TERM = "fachwort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An entry that fits, with what was typed as ascending, disjoint (start, end) offsets into `text`."""

    text: str
    source: Source
    spans: tuple[tuple[int, int], ...] = ()


class Suggester:
    """Entries, ready to be looked through. Immutable, so that many threads may ask at once.

    Entries are numbered from best to worst, so that of those that fit equally well the first ones are the best.
    """

    def __init__(self, entries: Iterable[tuple[str, Source]]) -> None:
        found: dict[str, tuple[str, Source]] = {}
        for text, source in entries:
            shown = _shown(text, source)
            plain = folded(shown) if len(shown) <= MAX_CHARS else ""
            if plain and (plain not in found or _tier(source) < _tier(found[plain][1])):
                found[plain] = (shown, source)
        ranked = sorted(found, key=lambda plain: (_tier(found[plain][1]), len(plain)))
        self._entries = [found[plain] for plain in ranked]
        order = sorted(range(len(ranked)), key=ranked.__getitem__)
        self._plain, self._number_of = [ranked[number] for number in order], np.array(order, np.int32)
        holding: dict[str, list[int]] = defaultdict(list)
        for number, plain in enumerate(ranked):
            for word in plain.split():
                holding[word].append(number)
        self._words = sorted(holding)
        n_held = [len(holding[word]) for word in self._words]
        self._held: Ints = np.array([*chain.from_iterable(map(holding.__getitem__, self._words))], np.int32)
        self._held_ends = [0, *np.cumsum(n_held, dtype=np.int64).tolist()]
        self._word_of_held: Ints = np.repeat(np.arange(len(n_held), dtype=np.int32), n_held)
        self._joined = "\n".join(self._words)
        self._word_ends = np.cumsum([len(word) + 1 for word in self._words], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._entries)

    def suggest(self, typed: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Return at most `limit` entries that fit what was typed, the last word of which may be unfinished; best first.

        Entries that begin so come before those in which words begin so, and those before others; within each, titles and
        topics come first and headings last, then the shorter first. Nothing is suggested for an empty or very long text, and
        none beside an excluded word.
        """
        words = folded(typed).split() if len(typed) <= MAX_CHARS and not _EXCLUDED.search(typed) else []
        if not 0 < len(words) <= MAX_WORDS:
            return ()
        numbers = self._with_beginning(" ".join(words))[:limit]
        if len(numbers) < limit:
            words = list(dict.fromkeys(words))
            begun = {word: self._with_words(word) for word in words}
            numbers = _and_more(numbers, np.logical_and.reduce([*begun.values()]), limit)
            if len(numbers) < limit and max(map(len, words)) >= MIN_INNER:
                inner = [begun[word] | self._with_parts(word) for word in words]
                numbers = _and_more(numbers, np.logical_and.reduce(inner), limit)
        return tuple(self._suggestion(number, words) for number in numbers)

    def _with_beginning(self, beginning: str) -> list[int]:
        """Return the entries that begin so, ascending."""
        first, last = _span(self._plain, beginning)
        numbers: list[int] = np.sort(self._number_of[first:last]).tolist()
        return numbers

    def _with_words(self, beginning: str) -> Bools:
        """Return which entries have a word that begins so."""
        first, last = _span(self._words, beginning)
        return self._marked(self._held[self._held_ends[first] : self._held_ends[last]])

    def _with_parts(self, part: str) -> Bools:
        """Return which entries have a word in which the part stands anywhere; none for a short part."""
        if len(part) < MIN_INNER:
            return self._marked(self._held[:0])
        at = [match.start() for match in re.finditer(re.escape(part), self._joined)]
        is_word = np.zeros(len(self._words), np.bool_)
        is_word[np.searchsorted(self._word_ends, at, side="right")] = True
        return self._marked(self._held[is_word[self._word_of_held]])

    def _marked(self, numbers: Ints) -> Bools:
        marked = np.zeros(len(self._entries), np.bool_)
        marked[numbers] = True
        return marked

    def _suggestion(self, number: int, words: list[str]) -> Suggestion:
        text, source = self._entries[number]
        return Suggestion(text=text, source=source, spans=_spans(text, words))


# ---- text --------------------------------------------------------------------------------------------------------------

_EXCLUDED = re.compile(r"(?<!\S)[-−‐‑–—][\w\"„“”«»]")  # as in `query`
# "3.2 Erstgespräch", "IV. Verfahren", "b) Antrag"; three digits and more are no number of a heading
_NUMBERING = re.compile(r"(?:(?:\d{1,2}(?:\.\d{1,2})*[.)]?|[IVXLC]+[.)]|[A-Za-z][.)]|[-–•·*])\s+)+(?=\S)")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


class _Folds(dict[int, str]):
    """Characters -> what they are compared by. The Latin ones are kept; others are worked out anew each time."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code)).casefold().translate(_UMLAUTS)
        # nothing is left of marks without their letter, soft hyphens and joiners
        return "".join(
            each if each.isalnum() else " " for each in plain if unicodedata.category(each) not in ("Mn", "Me", "Cf")
        )


_FOLDS = _Folds()
_FOLDS.update({code: _FOLDS[code] for code in range(0x250)})


def folded(text: str) -> str:
    """Return the words of a text in the form in which they are compared, separated by single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_FOLDS).split())


def _shown(text: str, source: Source) -> str:
    """Return an entry as it is shown and can be searched: on one line, composed, without invisible characters.

    A heading loses its number, and a word the minus that would exclude it ("Miete und -nebenkosten").
    """
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    if not line.isprintable():
        line = " ".join("".join(char for char in line if char.isprintable()).split())
    line = _EXCLUDED.sub(lambda match: match[0][1:], line)
    return _NUMBERING.sub("", line, count=1) if source is Source.HEADING and _NUMBERING.match(line) else line


def _spans(text: str, words: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Return where the typed words stand: where a word of the text begins so, else inside of one; none for a word elsewhere."""
    plain = f" {text.translate(_FOLDS)}"
    starts = [*accumulate((len(_FOLDS[ord(char)]) for char in text), initial=1)]  # in `plain`, of each character, and the end
    found = []
    for word in words:
        at = plain.find(f" {word}") + 1 or plain.find(word)
        if at >= 0:
            found.append((bisect_right(starts, at) - 1, bisect_left(starts, at + len(word))))
    disjoint: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if disjoint and start < disjoint[-1][1]:
            disjoint[-1] = (disjoint[-1][0], max(end, disjoint[-1][1]))
        else:
            disjoint.append((start, end))
    return tuple(disjoint)


def _tier(source: Source) -> int:
    """Return a number, the smaller the better: of terms there are many, of headings more, which say less by themselves."""
    return {Source.TERM: 1, Source.HEADING: 2}.get(source, 0)


def _span(ordered: list[str], beginning: str) -> tuple[int, int]:
    """Return from where to where sorted texts begin so."""
    return bisect_left(ordered, beginning), bisect_left(ordered, beginning + "\U0010ffff")


def _and_more(numbers: list[int], fits: Bools, limit: int) -> list[int]:
    """Return the numbers, followed by the best of the others that fit, `limit` in all."""
    fits[numbers] = False
    return [*numbers, *np.flatnonzero(fits)[: limit - len(numbers)].tolist()]
