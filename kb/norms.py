"""References to German statutes in text: every spelling of "§ 16e Abs. 1 SGB II" -> norms with offsets. Pure.

A *mention* is one reference as it stands in a text, "§§ 16e und 16i SGB II"; it names one or more *norms*. Reading is linear
in the length of the text: each step matches a pattern of bounded length where the step before it ended.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase
from typing import NamedTuple

from kb import statutes

VERSION = 2  # another one makes every guide be cut again
DEFAULT, _LAST_OF_DEFAULT = "SGB II", 99  # no section of it has a higher number
_DEFAULT_TERM = statutes.term(DEFAULT)

MAX_RANGE = 40  # sections of "§§ 3 bis 42" that are listed; of a longer range only its ends
MAX_ITEMS = 64  # of one reference
MAX_UNSURE_ITEMS = 8  # of what has no sign: each number of a table may begin such a list, and in vain

NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Norm:
    """A section of a statute, or a part of it."""

    statute: str  # as it is shown: "SGB II", "BGB"
    section: str  # "16e"
    paragraph: str = ""  # "1", "3a"
    sentence: str = ""
    number: str = ""
    letter: str = ""

    @property
    def term(self) -> str:
        """The index term of the whole section: "sgb2:16e"."""
        return f"{statutes.term(self.statute)}:{self.section}"

    @property
    def terms(self) -> tuple[str, ...]:
        """The index terms: of the section, then of the paragraph if there is one ("sgb2:16e:1")."""
        return (self.term, f"{self.term}:{self.paragraph}") if self.paragraph else (self.term,)

    @classmethod
    def from_term(cls, term: str) -> "Norm":
        """Return the norm of which `term` is the last index term.

        Raises:
            ValueError: `term` is none.
        """
        match = re.fullmatch(r"(?P<statute>[^:]+):(?P<section>\d{1,4}[a-z]?)(?::(?P<paragraph>\d{1,2}[a-z]?))?", term)
        if not match:
            raise ValueError(f"no term of a norm: {term!r}")
        return cls(statutes.from_term(match["statute"]), match["section"], match["paragraph"] or "")

    def __str__(self) -> str:
        """Return the norm as lawyers cite it, without a place where a line could break."""
        sign = "Art." if statutes.has_articles(self.statute) else "§"
        parts = (("", self.section), ("Abs.", self.paragraph), ("Satz", self.sentence), ("Nr.", self.number))
        named = [f"{name} {value}".strip() for name, value in (*parts, ("Buchst.", self.letter)) if value]
        return " ".join((sign, *named, self.statute)).replace(" ", NBSP)

    @property
    def order(self) -> tuple[tuple[int, str], ...]:
        """What it sorts by: the statute, then as the statute counts (16, 16a, 100)."""
        statute = statutes.term(self.statute)
        book = int(statute[3:]) if re.fullmatch(r"sgb\d+", statute) else 0
        parts = (self.section, self.paragraph, self.sentence, self.number, self.letter)
        return ((book, "" if book else statute), *(_split(part) for part in parts))


class Mention(NamedTuple):
    """A reference: `text[start:end]` names these norms."""

    start: int
    end: int
    norms: tuple[Norm, ...]  # in their order in the text, none twice
    has_statute: bool  # False: the text names no statute, the default was assumed


def find(text: str, default: str = DEFAULT) -> list[Mention]:
    """Return the references in running text, in reading order, disjoint.

    They begin with "§", "Paragraf" or "Art.", or a statute follows the number ("16e SGB II"). `default` is the statute of
    those that name none; an article without a statute is left out, and so is what cites a local rule ("§ 5 der Satzung").
    """
    return _find(text, default, is_typed=False)


def find_typed(text: str, default: str = DEFAULT) -> list[Mention]:
    """Return the references in a typed query: as in running text, "16e" alone, or a number beside a statute ("sgb 2 22")."""
    return _find(text, default, is_typed=True)


def statute_of(text: str) -> str | None:
    """Return the statute that a title names; None if it names none or several."""
    names = statutes.named_in(_plain(text)[0])
    return next(iter(names)) if len(names) == 1 else None


@lru_cache(maxsize=1 << 12)
def is_lost(term: str) -> bool:
    """Say whether an index term is of a section that the SGB II does not have: of which statute it is, nobody has said."""
    statute, section, *_ = term.split(":")
    return statute == _DEFAULT_TERM and int(section.rstrip(ascii_lowercase)) > _LAST_OF_DEFAULT


# ---- patterns: no repetition without a bound, blanks least of all, so that no match is long ------------------------------

_W = r"[\s_]{0,3}"
_START = r"(?<![^\W_].)"  # at the second character of a word
# A head begins with one of a set of characters: the matcher skips all others fast, if the set names each of them (no \d)
_SIGNS = rf"""
    (?<=§)[§\s]{{0,2}}
  | (?<=[Pp]){_START}(?i:ar(?:agra(?:ph|f)(?P<plural>en)?s?(?![^\W_])|\.?(?=[\s_]?\d)))
  | (?<=[Aa]){_START}(?P<article>(?i:rt(?:ikeln?s?(?![^\W_])|\.|(?=[\s_]\d))))"""
_NUMBER = rf"(?<=\d){_START}(?<!\d[.,/].)"
_BEFORE_STATUTE = r"(?=\d{0,2}(?:\s?[a-z])?\s{1,2}(?:(?i:SGB)|Abs|[A-ZÄÖÜ][\w-]{0,10}[BGOV](?![^\W_])))"
_HEAD = re.compile(rf"[§PpAa0-9](?:{_SIGNS} | {_NUMBER}{_BEFORE_STATUTE})", re.VERBOSE)
_TYPED_HEAD = re.compile(rf"[§PpAa0-9](?:{_SIGNS} | {_NUMBER})", re.VERBOSE)

# A letter after a blank belongs to the number unless it begins a word or an abbreviation ("§ 16 i. V. m.", "§ 7 u. § 8")
_SECTION = r"""(?P<digits>\d{1,4})(?!\d|\.\d)
    (?:(?P<suffix>(?!i\.\s?V)[a-zA-RT-Z])(?![^\W_])
      |\s{1,2}(?P<apart>(?![fiuvozsdn]\.)[a-z])(?![^\W_]|-[^\W\d]|\.\s?(?:[^\W\d_]\.|[a-zäöü])))?"""
_FIRST = re.compile(_W + _SECTION, re.VERBOSE)
_ITEM = re.compile(
    rf"""{_W}(?P<join>(?:(?P<range>bis|[-‐‑‒–—])
            |,?\s?(?:und/oder|und|oder|sowie|bzw\.?|u\.|&|i\.?\s?V\.?\s?m\.?|in\sVerbindung\smit)(?![^\W_])|[,;/]){_W})?
      (?: (?i:Abs(?:atz|[äa]tzen?|atzes)?(?![^\W_])\.?|Abs(?=\d)){_W}(?P<paragraph>\d{{1,2}}[a-z]?)(?![^\W_])
        | (?:(?i:S[äa]tzen?|Satz)|S\.?|s)\s?(?P<sentence>\d{{1,2}})(?![^\W_])
        | (?i:Nummern?|Nrn?\.?|Ziff(?:ern?|\.)?){_W}(?P<number>\d{{1,2}}[a-z]?)(?![^\W_])
        | (?i:Buchst(?:aben?|\.)?|lit\.?){_W}(?P<letter>[a-z]{{1,2}})(?![^\W_])\)?
        | \((?P<bracket>\d{{1,2}}[a-z]?)\)
        | (?P<roman>(?:I{{1,3}}|I?V|VI{{1,3}}|I?X)(?![^\W_]|\.)(?:\s(?P<after>\d{{1,2}})(?![^\W_]|\.))?)
        | (?P<bare>{_SECTION}(?=[\W_]|ff|$)(?!\.\s?(?:Alt|H[aSs]|Fall|Var|Unter)))
        | (?P<single>[a-z])(?![^\W_]|-[^\W\d]|\.)\)? )""",
    re.VERBOSE,
)
# What may stand inside a reference and says nothing about which sections are meant
_DETAIL = re.compile(
    r"""\s?(?:ff?(?![^\W_])\.?(?:\s?usw\.)?|letzter\sSatz
      | \(?(?:(?:alte[rn]?|neue[rn]?)(?:\s(?:und|oder)\s(?:alte|neue)[rn]?)?\sFassung|[an]\.\s?F\.)\)?
      | ,?\s?(?:(?:erster?|zweiter?|dritter?|letzter?|\d\.)\s)?(?:Halbs(?:atz(?![^\W_])|\.)|HS|Hs\.|Alt(?:ernative(?![^\W_])|\.)
        |Var(?:iante(?![^\W_])|\.)|Fall(?![^\W_])|UAbs\.|Unterabs(?:atz|\.))(?:\s?\d(?![^\W_]))?)""",
    re.VERBOSE,
)
_ABS_FOLLOWS = re.compile(r"[\s_]{0,2}(?i:abs)")
_TO_STATUTE = re.compile(r"[\s_]{0,3}\(?")
_TYPED_TO_STATUTE = re.compile(r"[\s_,(/-]{0,3}")
_FROM_STATUTE = " \u00a0\u2009\u202f_,:(»>/–-"
_COMPOUND = re.compile(r"-[^\W\d_]")
_LEAD_IN = re.compile(r"(?i:(?<![^\W_])(?:nach|gem\.|gemäß|i\.\s?v\.\s?m\.|vgl\.|siehe|laut|des)\s|\()$")
# What stands between two references that share the statute of the second
_BETWEEN = re.compile(
    r"(?:[\s,;/–-]|und|oder|auch|sowie|bzw\.|bis|u\.|nach|mit|de[rsn]|i\.?\s?V\.?\s?m\.?|in Verbindung){1,12}", re.IGNORECASE
)
_NO_NORMS = frozenset(("2d", "3d", "24h", "48h", "72h", "4k", "5g"))  # typed alone they are something else
_ROMAN = {roman: str(number) for number, roman in enumerate(("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"), 1)}


# ---- one reference -----------------------------------------------------------------------------------------------------

_Path = tuple[str, ...]  # five: section, paragraph, sentence, number, letter
_SECTION_LEVEL, _PARAGRAPH, _SENTENCE, _NUMBER_LEVEL, _LETTER = range(5)
_LEVELS = {"paragraph": _PARAGRAPH, "bracket": _PARAGRAPH, "sentence": _SENTENCE, "number": _NUMBER_LEVEL, "letter": _LETTER}


class _Reading(NamedTuple):
    start: int
    end: int
    paths: Sequence[_Path]
    statute: str | None  # None: the text names none; "": one without a name
    is_article: bool


def _find(text: str, default: str, *, is_typed: bool) -> list[Mention]:
    plain, bounds = _plain(text)
    readings: list[_Reading] = []
    at = floor = 0
    head = _TYPED_HEAD if is_typed else _HEAD
    while match := head.search(plain, at):
        at = match.end()
        if reading := _read(plain, match, floor, is_typed=is_typed):
            readings.append(reading)
            at = floor = max(at, reading.end)
    return list(_mentions(plain, readings, default, bounds))


def _mentions(text: str, readings: list[_Reading], default: str, bounds: Sequence[tuple[int, int]] | None) -> Iterator[Mention]:
    """Yield what was read, once statutes are passed on from each reference to those that lead up to it."""
    for i in range(len(readings) - 1, 0, -1):
        one, following = readings[i - 1 : i + 1]
        if one.statute is None and following.statute is not None and _BETWEEN.fullmatch(text, one.end, following.start):
            readings[i - 1] = one._replace(statute=following.statute)
    for start, end, paths, statute, is_article in readings:
        if statute == "" or (statute is None and is_article):
            continue
        norms = tuple(dict.fromkeys(Norm(statute or default, *path) for path in paths))
        if bounds:
            start, end = bounds[start][0], bounds[end - 1][1]  # noqa: PLW2901 - the same place in the text as given
        yield Mention(start, end, norms, statute is not None)


def _read(text: str, head: re.Match[str], floor: int, *, is_typed: bool) -> _Reading | None:
    """Return the reference that begins with `head`; a statute before it may be looked for back to `floor`."""
    if head[0][0].isdigit():
        return _read_number(text, head, floor, is_typed=is_typed)
    first = _FIRST.match(text, head.end())
    if not first or not int(first["digits"]):
        return None
    is_plural = head[0].count("§") > 1 or head["plural"] is not None
    items = _Items(text, first, is_plural=is_plural, is_list=is_plural or is_typed)
    is_article = head["article"] is not None
    if named := _statute_after(text, items.end, is_typed=is_typed, is_known=False):
        return _Reading(head.start(), named.end, items.paths, named.name, is_article)
    paths, end = items.sure or (items.paths, items.end)
    if named := _statute_before(text, head.start(), floor):
        return _Reading(named.start, end, paths, named.name, is_article)
    return _Reading(head.start(), end, paths, None, is_article)


def _read_number(text: str, head: re.Match[str], floor: int, *, is_typed: bool) -> _Reading | None:
    """Return the reference that begins with a number in place of a sign: a statute has to follow, or to go before if typed."""
    first = _FIRST.match(text, head.start())
    if not first or not int(first["digits"]) or text[first.end() : first.end() + 1].isalnum():
        return None
    items = _Items(text, first, is_plural=False, is_list=False, max_items=MAX_UNSURE_ITEMS)
    if named := _statute_after(text, items.end, is_typed=is_typed, is_known=True):
        is_sure = _is_sure(text, first, items, named, is_typed=is_typed)
        return _Reading(head.start(), named.end, items.paths, named.name, False) if is_sure else None
    if not is_typed:
        return None
    if (named := _statute_before(text, head.start(), floor)) and not _is_year(first, named):
        return _Reading(named.start, items.end, items.paths, named.name, False)
    paths, end = items.sure or (items.paths, items.end)
    return _Reading(head.start(), end, paths, None, False) if _is_norm_alone(first, paths) else None


def _is_sure(text: str, first: re.Match[str], items: "_Items", named: statutes.Named, *, is_typed: bool) -> bool:
    """Say whether a number before a statute is a section: not "100 SGB II-Fälle", nor the number of the heading "3 SGB II"."""
    if first["suffix"] or first["apart"] or items.paths[0][_PARAGRAPH]:
        return True
    if _COMPOUND.match(text, named.end):
        return False
    if is_typed:
        return not _is_year(first, named)
    return _LEAD_IN.search(text, max(0, first.start() - 12), first.start()) is not None


def _is_year(first: re.Match[str], named: statutes.Named) -> bool:
    return len(first["digits"]) == 4 and named.name.startswith("SGB ")  # none of its books has a thousand sections


def _is_norm_alone(first: re.Match[str], paths: Sequence[_Path]) -> bool:
    """Say whether a typed number without sign and statute is a section: "16e", "7 Abs. 2"."""
    if paths[0][_PARAGRAPH]:
        return True
    return first["suffix"] is not None and len(first["digits"]) < 4 and paths[0][0] not in _NO_NORMS


def _statute_after(text: str, end: int, *, is_typed: bool, is_known: bool) -> statutes.Named | None:
    close = (_TYPED_TO_STATUTE if is_typed else _TO_STATUTE).match(text, end)
    return statutes.at(text, close.end() if close else end, is_known=is_known)


def _statute_before(text: str, start: int, floor: int) -> statutes.Named | None:
    end = start
    while end > max(floor, start - 4) and text[end - 1] in _FROM_STATUTE:
        end -= 1
    return statutes.before(text, end, floor) if floor < end < start else None


class _Items:
    """What a reference names, read item by item from its first section on: "16e", "Abs. 1", "und 2".

    `sure` is what stands if no statute follows, where that is less: (paths, end) before a number that may be something else
    ("nach § 7 und 3 weiteren") or a Roman paragraph.
    """

    def __init__(self, text: str, first: re.Match[str], *, is_plural: bool, is_list: bool, max_items: int = MAX_ITEMS) -> None:
        self._text, self._is_plural, self._is_list = text, is_plural, is_list
        self.end = first.end()
        self.paths: list[_Path] = [(self._section(first), "", "", "", "")]
        self.sure: tuple[tuple[_Path, ...], int] | None = None
        self._level = _SECTION_LEVEL
        for _ in range(max_items):
            item = _ITEM.match(text, self.end)
            if item and self._takes(item):
                self.end = max(self.end, item.end())
            elif detail := _DETAIL.match(text, self.end):
                self.end = detail.end()
            else:
                break

    def _section(self, match: re.Match[str]) -> str:
        letter = match["suffix"] or match["apart"] or ""
        has_dot = self._text.startswith(".", match.end())
        if self._is_plural and letter == "f" and (match["apart"] or has_dot):  # "§§ 44 f."
            letter, self.end = "", match.end() + has_dot
        return f"{int(match['digits'])}{letter.lower()}"

    def _takes(self, item: re.Match[str]) -> bool:
        kind = item.lastgroup or ""
        if kind in _LEVELS:
            level = _LEVELS[kind]
            is_finer = level > self._level or (level == _SENTENCE and self._level > level)  # "Nr. 3 Satz 2" is usual, too
            if is_finer or item["join"]:
                self._put(item, level, item[kind])
            return is_finer or item["join"] is not None
        if kind == "roman":
            return self._takes_roman(item)
        if kind == "bare":
            return self._takes_bare(item)
        return self._takes_letter(item)

    def _takes_roman(self, item: re.Match[str]) -> bool:
        if self._level > _PARAGRAPH or bool(item["join"]) != (self._level == _PARAGRAPH):
            return False
        self._doubt()
        self._put(item, _PARAGRAPH, _ROMAN[item["roman"].split()[0]])
        if item["after"]:
            self.paths[-1] = (*self.paths[-1][:_SENTENCE], item["after"], "", "")
        return True

    def _takes_bare(self, item: re.Match[str]) -> bool:
        if not item["join"] or not int(item["digits"]):
            return False
        has_paragraph = _ABS_FOLLOWS.match(self._text, item.end()) is not None
        is_higher = self._is_plural and int(item["digits"]) > _split(self.paths[-1][0])[0]
        level = _SECTION_LEVEL if has_paragraph or is_higher else self._level
        if level == _LETTER or (level and len(item["digits"]) > 2):
            return False
        if level == _SECTION_LEVEL and not (self._is_list or item["suffix"] or has_paragraph):
            self._doubt()
        self._put(item, level, self._section(item))
        return True

    def _takes_letter(self, item: re.Match[str]) -> bool:
        letter = item["single"]
        section = self.paths[-1][0]
        if self._level == _SECTION_LEVEL and item["join"] and section[-1].isalpha():
            self._put(item, _SECTION_LEVEL, section[:-1] + letter)  # "§§ 16a, b und c"
        elif (self._level == _NUMBER_LEVEL and not item["join"]) or (self._level == _LETTER and item["join"]):
            self._put(item, _LETTER, letter)  # "Nr. 1 a - d"
        else:
            return False
        return True

    def _doubt(self) -> None:
        if self.sure is None:
            self.sure = (tuple(self.paths), self.end)

    def _put(self, item: re.Match[str], level: int, value: str) -> None:
        last = self.paths[-1]
        if item["join"] and level <= self._level:
            values = _between(last[level], value) if item["range"] else [value]
            blanks = ("",) * (_LETTER - level)
            self.paths += [(*last[:level], one, *blanks) for one in values]
        else:
            self.paths[-1] = (*last[:level], value, *last[level + 1 :])
        self._level = level


def _between(first: str, last: str) -> list[str]:
    """Return what a range names after its first: of "16" and "18" 17 and 18, of "16a" and "16c" 16b and 16c."""
    (low, low_letter), (high, high_letter) = _split(first), _split(last)
    if low == high and len(low_letter) <= 1 and len(high_letter) == 1 and low_letter < high_letter:
        number = str(low) if low else ""
        return [f"{number}{chr(one)}" for one in range(ord(low_letter or "`") + 1, ord(high_letter) + 1)]
    if low < high <= low + MAX_RANGE:
        return [*(str(one) for one in range(low + 1, high + 1)), *([last] if high_letter else [])]
    return [last]


def _split(part: str) -> tuple[int, str]:
    letter = part.lstrip("0123456789")
    return int(part[: len(part) - len(letter)] or 0), letter


def _plain(text: str) -> tuple[str, Sequence[tuple[int, int]] | None]:
    """Return `text` with composed umlauts and without invisible characters, and where each character of it stands in `text`."""
    if not any(odd in text for odd in _ODD):
        return text, None
    pieces, bounds = [], []
    for match in _LETTER_WITH_MARK.finditer(text):
        if match[0] not in _ODD:
            pieces.append(unicodedata.normalize("NFC", match[0]))
            bounds += [match.span()] * len(pieces[-1])
    return "".join(pieces), bounds


_ODD = "\u0308\u00ad\u200b\u200c\u200d\u2060\ufeff"
_LETTER_WITH_MARK = re.compile("(?s:.)\u0308?")
