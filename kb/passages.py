"""Cut cleaned pages into passages, the unit that is indexed and found.

A passage stays within one page and one heading, so a hit can name both. Lengths are characters of cleaned text. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from kb.model import Heading, Page, Passage

VERSION = 1  # another one makes every guide be cut again

TARGET_CHARS = 1_000  # about 140 German words: several passages a page, each with enough text for a score
MAX_CHARS = 1_500  # no passage is longer; text without any sentence end is cut here, between words
MIN_CHARS = 250  # a shorter rest joins the passage before it

_SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+|\n")
_NOT_ALNUM = re.compile(r"[\W_]+")
_DOT_LEADERS = re.compile(r"\.{5,}|(?:\. ){5,}|…{2,}")
_LINES_OF_A_TITLE = 4


def split(guide_id: str, pages: Iterable[Page]) -> Iterator[Passage]:
    """Yield the passages of a guide in reading order, numbered from 1. Pages without words yield none."""
    trail: list[Heading] = []
    number = 0
    for page in pages:
        for section, lines in _sections(page, trail):
            trail = section
            for text in _pieces("\n".join(lines)):
                number += 1
                heading = tuple(h.title for h in trail)
                yield Passage(guide_id=guide_id, number=number, text=text, page=page.number, heading=heading)


def is_contents(text: str) -> bool:
    """Say whether the text is a table of contents: most of its lines lead with dots to a page number."""
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) >= 4 and 2 * sum(bool(_DOT_LEADERS.search(line)) for line in lines) > len(lines)


def _sections(page: Page, trail: list[Heading]) -> Iterator[tuple[list[Heading], list[str]]]:
    """Yield each stretch of the page that has one heading, as (trail, lines), with the heading's own lines left out."""
    lines = page.text.split("\n")
    starts: list[tuple[int, int, Heading]] = []  # first line of the heading, first line after it
    at = 0
    for heading in page.headings:
        first, after = _find(lines, heading.title, at)
        starts.append((first, after, heading))
        at = after
    bounds = [*starts, (len(lines), len(lines), None)]
    yield trail, lines[: bounds[0][0]]
    for (_, after, heading), (following, _, _) in pairwise(bounds):
        assert heading is not None
        trail = [*(h for h in trail if h.level < heading.level), heading]
        yield trail, lines[after:following]


def _find(lines: Sequence[str], title: str, at: int) -> tuple[int, int]:
    """Return the line from `at` on where the title stands, and the line after it; (`at`, `at`) where it does not."""
    wanted = _letters(title)
    for first in range(at, len(lines)):
        gathered = ""
        for after in range(first + 1, min(first + _LINES_OF_A_TITLE, len(lines)) + 1):
            gathered += _letters(lines[after - 1])
            if gathered == wanted and wanted:
                return first, after
            if not wanted.startswith(gathered):
                break
    return at, at


def _letters(line: str) -> str:
    return _NOT_ALNUM.sub("", line).casefold()


def _pieces(text: str) -> Iterator[str]:
    """Yield the text in pieces of about TARGET_CHARS, cut between sentences or lines."""
    piece = ""
    units = [unit for unit in _units(text) if unit.strip()]
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
    """Yield sentences and lines with the white space after them, none longer than MAX_CHARS."""
    bounds = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]
    for start, end in pairwise(bounds):
        while end - start > MAX_CHARS:
            blank = text.rfind(" ", start, start + MAX_CHARS)
            cut = blank + 1 if blank > start else start + MAX_CHARS
            yield text[start:cut]
            start = cut
        yield text[start:end]
