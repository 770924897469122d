"""German text -> tokens with offsets -> terms. The only place that knows German; index, query and snippets all come here.

A *word* is a token's text in the form in which it is compared: NFKC, without soft hyphens, case folded. A *stem* is what the
Snowball stemmer leaves of it (PyStemmer; it folds ae/oe/ue and ß by itself). Words with a digit ("16e") are their own stem.
Pure, save for loading the packaged stop words once.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import metadata, resources
from typing import NamedTuple

import Stemmer

# Letters and digits; a decomposed umlaut's combining mark and a soft hyphen stay inside a word, an underscore does not.
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u00ad]+[^\W_]*)*")
_APART = re.compile(f"({_WORD.pattern})")

_SENTENCE_END = re.compile(r'[.!?:][)“"]?\s+(?=[A-ZÄÖÜ0-9„"(§•])')
# Single letters ("z. B.") and one or two digits ("am 5. Juli") end no sentence either
_ABBREVIATION = re.compile(
    r"\d{1,2}|[^\W\d_]|Abs|Abschn|Art|Aufl|Az|Buchst|bzw|ca|Dr|etc|evtl|f|ff|gem|ggf|ggfs|inkl|insb|Kap|lit|max|mind|Nr|Prof|Rn|Rz"
    r"|sog|Str|Tel|usw|vgl|www|zit|Ziff|zzgl",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 6
_DIGIT = re.compile(r"\d")

_stemmer = Stemmer.Stemmer("german")
_stemmer_lock = threading.Lock()  # PyStemmer's objects must not be used by two threads at once

STOP_WORDS = frozenset(resources.files("kb").joinpath("data/stop_words.txt").read_text("utf-8").casefold().split())

GRAM = 4
_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})

FINGERPRINT = f"1 snowball-german {metadata.version('PyStemmer')} unicode {unicodedata.unidata_version}"
"""Names the index-time analysis: an index built under another one is outdated."""


class Token(NamedTuple):
    """A word of a text and where it stands: `text[start:end]`."""

    word: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of `text` in reading order, with offsets into it as it was given."""
    for match in _WORD.finditer(text):
        yield Token(fold(match.group()), match.start(), match.end())


def words(text: str) -> list[str]:
    """Return the words of `text` in reading order."""
    return [fold(word) for word in _WORD.findall(text)]


def apart(text: str) -> tuple[list[str], list[str]]:
    """Return the words of `text` as they stand there, and what stands before each of them; not what follows the last."""
    pieces = _APART.split(text)
    return pieces[1::2], pieces[:-1:2]


def grams(word: str) -> list[str]:
    """Return the parts of four letters of a folded word between borders, umlauts as plain letters: "_umz", …, "zug_"."""
    bordered = f"_{word.translate(_PLAIN)}_"
    return [bordered[i : i + GRAM] for i in range(max(1, len(bordered) - GRAM + 1))]


def stems(text: str) -> list[str]:
    """Return the stem of every word of `text`, stop words included, in reading order."""
    return [stem(word) for word in words(text)]


def sentence_ends(text: str) -> Iterator[int]:
    """Yield where sentences end, the white space after them included; not the end of the text."""
    for match in _SENTENCE_END.finditer(text):
        mark = match.start()
        if text[mark] != "." or _is_full_stop(text, mark):
            yield match.end()


def _is_full_stop(text: str, mark: int) -> bool:
    """Say whether the dot at `mark` ends a sentence: it follows a word that is no abbreviation, or another sign."""
    before = text[max(0, mark - _LONGEST_ABBREVIATION - 1) : mark]
    start = len(before)
    while start and (before[start - 1].isalnum() or before[start - 1] == "_"):
        start -= 1
    if start == len(before):
        return not before[-1:].isspace() and before != ""
    return _ABBREVIATION.fullmatch(before, start) is None


@lru_cache(maxsize=1 << 18)
def fold(word: str) -> str:
    """Return the form in which a word is compared."""
    return unicodedata.normalize("NFKC", word).replace("\u00ad", "").casefold()


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the stem of a folded word."""
    return stemmed([word])[0]


def stemmed(words: Sequence[str]) -> list[str]:
    """Return the stem of each folded word."""
    with _stemmer_lock:
        found: list[str] = _stemmer.stemWords(words)
    return [word if _DIGIT.search(word) else one for word, one in zip(words, found, strict=True)]
