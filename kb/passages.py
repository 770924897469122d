"""Cut cleaned pages into passages, the unit that is indexed and found.

A passage stays within one page and one heading, so a hit can name both. Lengths are characters of cleaned text. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from kb import analysis, norms
from kb.model import Heading, Page, Passage
from kb.norms import Norm

VERSION = 3  # another one makes every guide be cut again

TARGET_CHARS = 1_000  # about 140 German words: several passages a page, each with enough text for a score
MAX_CHARS = 1_500  # no passage is longer; text without any sentence end is cut here, between words
MIN_CHARS = 250  # a shorter rest joins the passage before it

_ITEM_END = re.compile(r"\n\s*\n|\n(?=[•▪◦·–-] |\(?\d+[.)] )")  # an empty line, or before a bullet or a number
_NOT_ALNUM = re.compile(r"[\W_]+")
_CONTENTS_ENTRY = re.compile(r"(?:\.{4,}|(?:\. ){4,}|…{2,})\s*\d+\s*$")  # "2.1 Ablauf ......... 7"
_CONTENTS_TITLES = frozenset({"Inhalt", "Inhaltsverzeichnis", "Inhaltsübersicht"})
_NUMBER = re.compile(
    r"^\W*(?:[A-Z]\.)?\d+(?:\.\d+)*[.)]?\s+|^\W*(?:[IVX]+|[A-Za-z])[.)]\s+"
)  # "2.1 ", "V.44.01 ", "IV. ", "a) "
_LINES_OF_A_TITLE = 4


def split(guide_id: str, pages: Iterable[Page], *, title: str = "") -> Iterator[Passage]:
    """Yield the passages of a guide in reading order, numbered from 1.

    Pages without words yield none, nor do tables of contents. The guide's title is left out where it first stands, as headings
    are: it is shown above every hit, and a cover that repeats it would come before what the guide says.

    A section that the SGB II does not have is of the statute with which the guide names it elsewhere ("§ 165 SGB III").
    """
    cut = [*_split(guide_id, pages, title)]
    return _settled(cut) if any(norms.is_lost(term) for passage in cut for term in passage.norms) else iter(cut)


def _settled(cut: Sequence[Passage]) -> Iterator[Passage]:
    known = Counter(term for passage in cut for term in passage.norms if term.count(":") == 1 and not norms.is_lost(term))
    statute_of = {_section(term): term.partition(":")[0] for term, _ in reversed(known.most_common())}

    def settled(term: str) -> str:
        statute = statute_of.get(_section(term)) if norms.is_lost(term) else None
        return f"{statute}:{term.partition(':')[2]}" if statute else term

    for passage in cut:
        yield replace(passage, norms=tuple(dict.fromkeys(map(settled, passage.norms))))


def _section(term: str) -> str:
    return term.split(":")[1]


def _split(guide_id: str, pages: Iterable[Page], title: str) -> Iterator[Passage]:
    trail: list[Heading] = []
    number, to_leave_out = 0, title
    for page in pages:
        lines = _without_contents(page.text.split("\n"))
        first, after = _find(lines, to_leave_out, 0)
        if after and any(map(_letters, (*lines[:first], *lines[after:]))):
            del lines[first:after]
            to_leave_out = ""
        for section, own_lines in _sections(page, lines, trail):
            trail = section
            for text in _pieces("\n".join(own_lines)):
                number += 1
                heading = tuple(h.title for h in trail)
                yield of_text(guide_id, number, text, page=page.number, heading=heading, title=title)


def of_text(
    guide_id: str,
    number: int,
    text: str,
    *,
    page: int | None = None,
    heading: tuple[str, ...] = (),
    title: str = "",
) -> Passage:
    """Return a passage with the norms that its text and headings name; `title` is that of its guide, see `statute_meant`."""
    mentions = [
        *(mention for at, one in enumerate(heading) for mention in _named_in(one, statute_meant(title, heading[:at]))),
        *norms.find(text, statute_meant(title, heading)),
    ]
    terms = dict.fromkeys(term for mention in mentions for norm in mention.norms for term in norm.terms)
    return Passage(guide_id=guide_id, number=number, text=text, page=page, heading=heading, norms=tuple(terms))


_named_in = lru_cache(maxsize=1 << 10)(norms.find)  # of headings: each stands above several passages


@lru_cache(maxsize=1 << 12)
def statute_meant(title: str, trail: tuple[str, ...] = ()) -> str:
    """Return the statute that a guide with this title means where it names none, below a trail of headings.

    That is the one of the last heading that begins with a section and its statute ("§ 165 SGB III Anspruch"), then the title's,
    then the SGB II.
    """
    cited = (norms.find(heading)[:1] for heading in reversed(trail))
    own = (mention.norms[0].statute for found in cited for mention in found if not mention.start and mention.has_statute)
    return next(own, None) or norms.statute_of(title) or norms.DEFAULT


def sections(passages: Iterable[Passage]) -> tuple[str, ...]:
    """Return the index terms of the sections that passages name, in the order of `Norm`, none twice."""
    terms = {term for passage in passages for term in passage.norms if term.count(":") == 1}
    return tuple(sorted(terms, key=_order))


@lru_cache(maxsize=1 << 12)
def _order(term: str) -> tuple[tuple[int, str], ...]:
    return Norm.from_term(term).order


def _sections(page: Page, lines: list[str], trail: list[Heading]) -> Iterator[tuple[list[Heading], list[str]]]:
    """Yield each stretch of the page that has one heading, as (trail, lines), with the heading's own lines left out."""
    starts: list[tuple[int, int, Heading]] = []  # first line of the heading, first line after it
    at = 0
    for heading in page.headings:
        first, after = _find(lines, heading.title, at)
        starts.append((first, after, heading))
        at = after
    ends = [*(first for first, _, _ in starts), len(lines)]
    yield trail, lines[: ends[0]]
    for (_, after, heading), following in zip(starts, ends[1:], strict=True):
        trail = [*(h for h in trail if h.level < heading.level), heading]
        yield trail, lines[after:following]


def _without_contents(lines: list[str]) -> list[str]:
    """Leave out the entries of a table of contents, and all of a page that is one: a hit there would not be the place."""
    entries = [line[-1:].isdecimal() and bool(_CONTENTS_ENTRY.search(line)) for line in map(str.rstrip, lines)]
    n_lines = sum(bool(line.strip()) for line in lines)
    if sum(entries) >= 4 and 2 * sum(entries) >= n_lines:
        return []
    if not any(entries):
        return lines
    rest = (line for line, is_entry in zip(lines, entries, strict=True) if not is_entry)
    return [line for line in rest if line.strip() not in _CONTENTS_TITLES]


def _find(lines: Sequence[str], title: str, at: int) -> tuple[int, int]:
    """Return the line from `at` on where the title stands, and the line after it; (`at`, `at`) where it does not.

    A number may be missing on either side: outlines bear numbers that the page draws as a list's, and the other way round.
    """
    for reduce in (_letters, _letters_without_number):
        wanted = reduce(title)
        for first in range(at, len(lines)) if wanted else ():
            if _begins_otherwise(lines[first], wanted, may_be_numbered=reduce is not _letters):
                continue
            gathered = reduce(lines[first])
            if not gathered or not wanted.startswith(gathered):  # as nearly all
                continue
            for after in range(first + 1, min(first + _LINES_OF_A_TITLE, len(lines)) + 1):
                if gathered == wanted:
                    return first, after
                if not wanted.startswith(gathered) or after == len(lines):
                    break
                gathered += _letters(lines[after])
    return at, at


def _begins_otherwise(line: str, wanted: str, *, may_be_numbered: bool) -> bool:
    """Say whether its first letter settles that a line is not what is wanted, as nearly always."""
    begin = line.lstrip(" •–-(")
    first = begin[:1]
    if may_be_numbered and not (begin[:2].isalpha() and first not in "IVX"):
        return False
    return first.isalnum() and first.casefold()[0] != wanted[0]


@lru_cache(maxsize=1024)  # each heading is looked for in the lines of its page
def _letters(line: str) -> str:
    return _NOT_ALNUM.sub("", line).casefold()


@lru_cache(maxsize=1024)
def _letters_without_number(line: str) -> str:
    return _letters(_NUMBER.sub("", line))


def _pieces(text: str) -> Iterator[str]:
    """Yield the text in pieces of about TARGET_CHARS, cut between sentences, paragraphs or list items."""
    piece = ""
    units = [text] if len(text) <= TARGET_CHARS else [unit for unit in _units(text) if unit.strip()]
    left = sum(len(unit) for unit in units)
    for unit in units:
        is_full = len(piece) + len(unit) > (TARGET_CHARS if len(piece) >= MIN_CHARS else MAX_CHARS)
        if piece and is_full and (left >= MIN_CHARS or len(piece) + left > MAX_CHARS):
            yield piece.strip()
            piece = ""
        piece += unit
        left -= len(unit)
    if any(c.isalnum() for c in piece):
        yield piece.strip()


def _units(text: str) -> Iterator[str]:
    """Yield sentences, paragraphs and list items with the white space after them, none longer than MAX_CHARS."""
    bounds = {0, len(text), *analysis.sentence_ends(text), *(match.end() for match in _ITEM_END.finditer(text))}
    for begin, end in pairwise(sorted(bounds)):
        start = begin
        while end - start > MAX_CHARS:
            blank = max(text.rfind(" ", start, start + MAX_CHARS), text.rfind("\n", start, start + MAX_CHARS))
            cut = blank + 1 if blank > start else start + MAX_CHARS
            yield text[start:cut]
            start = cut
        yield text[start:end]
