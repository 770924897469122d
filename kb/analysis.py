"""German text -> tokens with offsets -> terms. The only place that knows German; index, query and snippets all come here.

A *word* is a token's text in the form in which it is compared: NFKC, without soft hyphens, case folded, "Berater*innen" and
"BeraterInnen" as "berater"; listed abbreviations keep their case ("MAG"). A *stem* is what the Snowball stemmer leaves of it
(PyStemmer; it folds ae/oe/ue and ß by itself) once a listed other spelling or plural is replaced. Those abbreviations, words
with a digit ("16e") and words of one or two letters ("ÄD") are their own stem.
Pure, save for loading the packaged word lists once.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

import numpy as np
import Stemmer
from numpy.typing import NDArray

# Letters and digits; a decomposed umlaut's combining mark and a soft hyphen stay inside a word, an underscore does not, but
# the signs of "Berater*innen", ":innen", "_in", "/-innen", "(innen)" do. "(?:…|)" and not "(?:…)?": what begins with a certain
# sign and may be missing is then passed over by a glance at the next one.
_MARK = r"[\u0300-\u036f\u00ad]"
_LETTERS = rf"[^\W_]+(?:{_MARK}(?:[^\W_]+|{_MARK}+)*|)"
_SMALL = r"(?<=[a-zäöüß].)"
_ENDING = r"in(?:nen)?(?![^\W_])"
_GENDER = rf"[*:_·]{_SMALL}{_ENDING}|/{_SMALL}-?{_ENDING}|\({_SMALL}in(?:nen)?\)"
_WORD = re.compile(f"{_LETTERS}(?:{_GENDER}|)")
_APART = re.compile(f"({_WORD.pattern})")

_SENTENCE_END = re.compile(r'[.!?:][)“"]?\s+(?=[A-ZÄÖÜ0-9„"(§•])')
_ABBREVIATIONS = frozenset(
    _WORD.findall(
        "abs abschn alt anm art aufl az bgbl buchst bzw ca co dr etc evtl f ff gem ggf ggfs hs inkl insb kap lit max mind "
        "nr prof rn rz sog str tel urt usw vgl www zit ziff zzgl"
    )
)
_LONGEST_ABBREVIATION = 6
_END_OF_WORD = re.compile(r"\w+\Z")
_CODE = re.compile(r"\bSGB [IVX]$")  # the one single letter that often ends a sentence
_DIGIT = re.compile(r"\d")
_GENDERED = re.compile(rf"(?:{_GENDER}|(?<=[a-zäöüß])In(?:nen)?)$")
# What stands before the ending is what keeps "beginnen", "drinnen", "Termin" and "Berlin" whole
_FEMININE = re.compile(
    r"in(?:(?<=erin|ärin|ntin|stin|ztin|ndin|ogin|mtin|ltin)|(?<=eurin|torin)|(?<=llegin|pertin))(?:nen)?$", re.MULTILINE
)
# Abbreviations that keep their case, because in small letters they are everyday words or another abbreviation
CASED = frozenset(
    line
    for line in resources.files("kb").joinpath("data/abbreviations.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)
_BY_SMALL_LETTERS = {small: [one for one in sorted(CASED) if one.casefold() == small] for small in map(str.casefold, CASED)}
_OWN_STEM = 2  # letters: the stemmer would make "ÄD" the same as "AD"

_stemmer = Stemmer.Stemmer("german")
_stemmer_lock = threading.Lock()  # PyStemmer's objects must not be used by two threads at once

STOP_WORDS = frozenset(resources.files("kb").joinpath("data/stop_words.txt").read_text("utf-8").casefold().split())

GRAM = 4
_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})

# Spellings that stand side by side in German: "selbständig" and "selbstständig"
_SPELLINGS = dict(line.split() for line in resources.files("kb").joinpath("data/spellings.txt").read_text("utf-8").splitlines())
_OTHER_SPELLING = re.compile("|".join(_SPELLINGS))
# Ends of words that the stemmer does not know as forms of one word ("Firma", "Firmen"), or takes for a form ("Kurs")
_PLURALS = dict(line.split() for line in resources.files("kb").joinpath("data/plurals.txt").read_text("utf-8").splitlines())
_PLURAL = re.compile(f"(?:{'|'.join(_PLURALS)})$", re.MULTILINE)

FINGERPRINT = f"5 snowball-german {Stemmer.version()} unicode {unicodedata.unidata_version}"
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


def grams(words: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the parts of four letters of folded words, one word after the other, and how many each word has.

    A word stands between borders, in plain letters: "_umz", …, "zug_". A part is a number made of its letters.
    """
    bordered = [f"_{word}_".ljust(GRAM, "\0") for word in plain("\n".join(words)).split("\n")] if words else []
    lengths = np.fromiter(map(len, bordered), np.int64, len(bordered))
    letters = np.frombuffer("".join(bordered).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64) & np.uint64(
        0xFFFF
    )
    n_each = lengths - GRAM + 1
    ends = np.cumsum(n_each)
    at = np.arange(int(n_each.sum())) + np.repeat(np.cumsum(lengths) - lengths - ends + n_each, n_each)
    parts = np.zeros(len(at), np.uint64)
    for i in range(GRAM):
        parts |= letters[at + i] << np.uint64(16 * i)
    return parts, n_each


def plain(word: str) -> str:
    """Return the letters of folded words without umlauts: "ä" and "ae" as "a", "ß" as "ss"."""
    return word.translate(_PLAIN).replace("ae", "a").replace("oe", "o").replace("ue", "u")


def stems(text: str) -> list[str]:
    """Return the stem of every word of `text`, stop words included, in reading order."""
    return [stem(word) for word in words(text)]


def in_other_case(word: str) -> Sequence[str]:
    """Return the abbreviations that keep their case and differ from the folded word by it only: "ARGE" for "arge"."""
    return _BY_SMALL_LETTERS.get(word, ())


def sentence_ends(text: str) -> Iterator[int]:
    """Yield where sentences end, the white space after them included; not the end of the text."""
    for match in _SENTENCE_END.finditer(text):
        mark = match.start()
        if text[mark] != "." or _is_full_stop(text, mark):
            yield match.end()


def _is_full_stop(text: str, mark: int) -> bool:
    """Say whether the dot at `mark` ends a sentence: it follows a word that is no abbreviation, or another sign."""
    start = max(0, mark - _LONGEST_ABBREVIATION - 1)
    word = _END_OF_WORD.search(text, start, mark)
    if word is None:
        return mark > 0 and not text[mark - 1].isspace()
    return not _is_short_for_more(word[0]) or _CODE.search(text, start, mark) is not None


def _is_short_for_more(word: str) -> bool:
    """Say whether a word before a dot is an abbreviation, a single letter ("z. B.") or one or two digits ("am 5. Juli")."""
    return word.lower() in _ABBREVIATIONS or (len(word) == 1 and word != "_") or (len(word) == 2 and word.isdecimal())


@lru_cache(maxsize=1 << 18)
def fold(word: str) -> str:
    """Return the form in which a word is compared."""
    word = unicodedata.normalize("NFKC", word).replace("\u00ad", "")
    if word in CASED:
        return word
    return (_GENDERED.sub("", word) or word).casefold()


def small(word: str) -> str:
    """Return a word as it is compared, in small letters even if it is an abbreviation that keeps its case in the index."""
    return fold(word).casefold()


def is_abbreviation(word: str) -> bool:
    """Say whether a word as written has a capital within: "EGZ", "eLb"."""
    return any(letter.isupper() for letter in word[1:])


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the stem of a folded word."""
    return stemmed([word])[0]


def stemmed(words: Sequence[str]) -> list[str]:
    """Return the stem of each folded word."""
    in_lines = _FEMININE.sub("", "\n".join(words))  # all at once: words have no line ends
    spelled = _PLURAL.sub(_singular, _OTHER_SPELLING.sub(_spelling, in_lines)).split("\n") if words else []
    with _stemmer_lock:
        found: list[str] = _stemmer.stemWords(spelled)
    return [
        word if len(word) <= _OWN_STEM or word in CASED or _DIGIT.search(word) else one
        for word, one in zip(words, found, strict=True)
    ]


def _spelling(match: re.Match[str]) -> str:
    return _SPELLINGS[match.group()]


def _singular(match: re.Match[str]) -> str:
    return _PLURALS[match.group()]
