"""What may have been meant by a word that occurs nowhere: words of the index that are a slip of the finger away. Pure.

Distance is the number of letters that are wrong, missing, too many or swapped with their neighbour (optimal string
alignment, by rapidfuzz), after umlauts have become two letters. Of the nearest words, those come first whose difference is
a likely slip (a neighbouring key, a doubled letter, a missing umlaut) and which are frequent.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice, pairwise
from math import log10

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cdist

from kb import analysis, query
from kb.analysis import Token
from kb.vocabulary import Vocabulary

MIN_LETTERS, MAX_LETTERS = 4, 40
SHORT = 5  # letters up to which a single slip is allowed, above two
MAX_UNKNOWN = 5  # words of one text that are looked up, some 5 ms each: a pasted letter is no slip
N_WEIGHED = 100  # nearest words whose differences are looked at in detail
ALIKE = 0.87  # Jaro-Winkler, which counts a common beginning; below it, words of the packaged topics resemble anything

# Weights: chosen with the tables of tests/test_spelling.py
_NEIGHBOUR, _SWAP, _DOUBLED, _UMLAUT, _OTHER_BEGINNING = 0.7, 0.7, 0.5, 0.4, 0.3
_FREQUENT = 0.15  # what ten times as many passages are worth

_KEYS = ("qwertzuiop", "asdfghjkl", "yxcvbnm")
_LETTERS_ONLY = re.compile(r"[^\W\d_]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def _neighbours() -> frozenset[str]:
    """Return the pairs of letters whose keys touch; a row stands half a key to the right of the one above it."""
    pairs = {row[i : i + 2] for row in _KEYS for i in range(len(row) - 1)}
    for above, below in pairwise(_KEYS):
        pairs |= {above[i + step] + letter for i, letter in enumerate(below) for step in (0, 1) if i + step < len(above)}
    return frozenset(pairs | {pair[::-1] for pair in pairs})


_NEIGHBOURS = _neighbours()


class Speller:
    """The words of an index. Immutable, so that many threads may ask at once."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """Take folded words, as `analysis.fold` makes them, with the number of passages that have each."""
        self._of_length: dict[int, tuple[list[str], list[str], list[int]]] = {}  # letters -> plain words, words, counts
        for word, n in counts.items():
            plain = _plain(word)
            if MIN_LETTERS <= len(plain) <= MAX_LETTERS and _LETTERS_ONLY.fullmatch(plain):
                plains, words, numbers = self._of_length.setdefault(len(plain), ([], [], []))
                plains.append(plain)
                words.append(word)
                numbers.append(n)

    def corrections(self, word: str, limit: int = 3) -> tuple[str, ...]:
        """Return at most `limit` words of the index that may have been meant, folded, the likeliest first.

        None for a word with other signs than letters, or shorter or longer than any word worth correcting. A word of the
        index is not among its own corrections.
        """
        folded = analysis.fold(word)
        typed = _plain(folded)
        if not (MIN_LETTERS <= len(typed) <= MAX_LETTERS and _LETTERS_ONLY.fullmatch(typed)):
            return ()
        n_slips = 1 if len(folded) <= SHORT else 2
        lengths = range(len(typed) - n_slips, len(typed) + n_slips + 1)
        near = [each for length in lengths for each in self._near(typed, length, n_slips)]
        near.sort(key=lambda each: (each[0], -each[3], each[2]))
        weighed = [
            (_cost(typed, plain) - _FREQUENT * log10(1 + n), found)
            for _, plain, found, n in near[:N_WEIGHED]
            if found != folded
        ]
        return tuple(found for _, found in sorted(weighed)[:limit])

    def slips(self, text: str, unknown: Iterable[Token]) -> Mapping[Token, str]:
        """Return, in their order, the unknown words of a text that have a likely word in the index, and that word.

        It is in capitals where the typed word is.
        """
        likeliest = ((token, word) for token in unknown for word in self.corrections(token.word, 1))
        return {token: _as_typed(text[token.start : token.end], word) for token, word in likeliest}

    def _near(self, typed: str, length: int, n_slips: int) -> list[tuple[int, str, str, int]]:
        """Return (distance, plain word, word, count) of the words of that many letters that are near enough."""
        plains, words, counts = self._of_length.get(length, ([], [], []))
        if not plains:
            return []
        # rapidfuzz gives one more than allowed for anything further away
        distances = cdist([typed], plains, scorer=OSA.distance, score_cutoff=n_slips, dtype=np.uint8)[0]
        return [(int(distances[i]), plains[i], words[i], counts[i]) for i in np.flatnonzero(distances <= n_slips).tolist()]


def corrected(text: str, slips: Mapping[Token, str]) -> str:
    """Return the text with words replaced by those that were probably meant; "" if there are none. All else stays."""
    pieces, end = [], 0
    for token, meant in slips.items():
        pieces += [text[end : token.start], meant]
        end = token.end
    return "".join((*pieces, text[end:])) if pieces else ""


def unknown(text: str, n_with: Callable[[str], int], vocabulary: Vocabulary | None = None) -> Sequence[Token]:
    """Return the words of a query that occur nowhere, in reading order, at most MAX_UNKNOWN.

    `n_with` tells how many passages have a stem. What is quoted, excluded or a begin* is meant as it stands; words without
    meaning of their own are left out, and so is what is no slip: names and everyday words of the vocabulary, also those of
    several words, and words of everyday German.
    """
    loose = list(islice(_loose(text), query.MAX_WORDS))
    written = [text[token.start : token.end] for token in loose]
    names = vocabulary.understood(written) if vocabulary else ()
    named = {at for name in names for at in range(name.first, name.last)}
    asked = (token for at, token in enumerate(loose) if at not in named and token.word not in analysis.STOP_WORDS)
    return tuple(
        islice((token for token in asked if not _occurs(token.word, n_with) and not _is_german(token.word)), MAX_UNKNOWN)
    )


def _occurs(word: str, n_with: Callable[[str], int]) -> bool:
    return any(map(n_with, (analysis.stem(word), *analysis.in_other_case(word))))


def _is_german(word: str) -> bool:
    """Say whether a folded word is everyday German or made of two such: "frisch" is no slip where guides have only "Tisch"."""
    plain = _plain(word)
    parts = [(plain[:at], plain[at:]) for at in range(MIN_LETTERS, len(plain) - MIN_LETTERS + 1)]
    parts += [(first[:-1], last) for first, last in parts if first[MIN_LETTERS:].endswith("s")]  # "Beendigung-s-schutz"
    asked = np.array([hash(plain), *(hash(half) for part in parts for half in part)])
    german = _german()
    is_there = german.take(np.searchsorted(german, asked), mode="clip") == asked
    return bool(is_there[0] or is_there[1:].reshape(-1, 2).all(axis=1).any())


@cache
def _german() -> NDArray[np.int64]:
    """Return the hashes of some 340,000 German word forms in plain letters, ascending: 3 MB, where the words take 40."""
    from spellchecker import SpellChecker  # noqa: PLC0415  # 12 ms, for a word that occurs nowhere

    words = _plain("\n".join(SpellChecker(language="de").word_frequency.words()).replace("ß", "ss")).split("\n")
    return np.sort(np.fromiter(map(hash, words), np.int64, len(words)))


def _loose(text: str) -> Iterator[Token]:
    for start, end in query.loose(text):
        for token in analysis.tokens(text[start:end]):
            yield Token(token.word, start + token.start, start + token.end)


def alike(words: Iterable[str], names: Mapping[str, Iterable[str]], limit: int = 3) -> tuple[str, ...]:
    """Return at most `limit` keys of which a name has a word much like one of the folded words, the likeliest first."""
    typed = _telling(words)
    scores = {key: _likeness(typed, _telling(analysis.words(" ".join(texts)))) for key, texts in names.items()}
    return tuple(sorted((key for key, score in scores.items() if score), key=lambda key: -scores[key])[:limit])


def _telling(words: Iterable[str]) -> list[str]:
    return [plain for word in words if len(plain := _plain(word)) >= MIN_LETTERS and word not in analysis.STOP_WORDS]


def _likeness(some: Sequence[str], others: Sequence[str]) -> float:
    """Return how much the two words are alike that are most alike; 0 if none are."""
    return max((JaroWinkler.similarity(one, other, score_cutoff=ALIKE) for one in some for other in others), default=0.0)


def _as_typed(typed: str, word: str) -> str:
    """Return a folded word in the capitals of the typed one, with its ß where there is one at the same place."""
    for match in re.finditer("(.?)ß", typed.lower()):
        word = word.replace(f"{match[1]}ss", f"{match[1]}ß", 1)
    if typed.isupper() and len(typed) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if typed[:1].isupper() else word


# ---- likely slips ------------------------------------------------------------------------------------------------------


def _plain(word: str) -> str:
    return word.translate(_UMLAUTS)


def _cost(typed: str, word: str) -> float:
    """Return how unlikely it is that the one was typed for the other: the cheapest way between them, slip by slip."""
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    end = 0
    while end < min(len(typed), len(word)) - start and typed[-1 - end] == word[-1 - end]:
        end += 1
    n, m = len(typed) - end, len(word) - end
    done: dict[tuple[int, int], float] = {(start, start): 0.0}  # letters of both that are dealt with -> cost
    for i in range(start, n + 1):
        for j in range(start, m + 1):
            ways = [done[i, j]] if (i, j) in done else []
            if i > start:
                ways.append(done[i - 1, j] + _too_many(typed, i - 1))
            if j > start:
                ways.append(done[i, j - 1] + _missing(word, j - 1))
            if i > start and j > start:
                ways.append(done[i - 1, j - 1] + _instead(typed[i - 1], word[j - 1]))
            if i > start + 1 and j > start + 1 and typed[i - 2 : i] == word[j - 1] + word[j - 2]:
                ways.append(done[i - 2, j - 2] + _SWAP)
            done[i, j] = min(ways)
    return done[n, m] + (_OTHER_BEGINNING if typed[0] != word[0] else 0.0)


def _instead(typed: str, meant: str) -> float:
    return 0.0 if typed == meant else _NEIGHBOUR if typed + meant in _NEIGHBOURS else 1.0


def _too_many(typed: str, at: int) -> float:
    """Return the cost of a letter that the word does not have."""
    return _DOUBLED if typed[at] in typed[max(0, at - 1) : at] + typed[at + 1 : at + 2] else 1.0


def _missing(word: str, at: int) -> float:
    """Return the cost of a letter of the word that was not typed; an e may be all that is left of an umlaut."""
    if word[at] == "e" and word[max(0, at - 1) : at] in ("a", "o", "u"):
        return _UMLAUT
    return _DOUBLED if word[at] in word[max(0, at - 1) : at] + word[at + 1 : at + 2] else 1.0
