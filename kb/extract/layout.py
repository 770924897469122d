"""Read the typesetting of a PDF page with pdfium: where lines are drawn, which are large or bold, which digits are raised.

Sizes are points on the page. Asks pdfium for a few characters per line only: a quarter of a millisecond a page.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from pypdfium2 import PdfTextPage

from kb.cleaning import characters, dehyphenate, raised
from kb.extract import blocks
from kb.extract.blocks import Drawn
from kb.extract.characters import Characters
from kb.model import Heading

_RAISED = re.compile(  # begins with a digit, which a search can jump to
    r"[0-9](?:(?<![\d.,/§].)\d?(?=[^\W\d_])|(?<=[^\W\d_].)\d{0,2}(?!\d)|(?<=[.,;:)“”\"].)\d{0,2}(?![\d.,]))"
)
_RAISED_SCALE = 0.8  # of the neighbour's size; Word sets .65, TeX .7
_STRETCH = re.compile(r"[^\s\ufffe\x02](?:[^\r\n\ufffe\x02]*[^\s\ufffe\x02])?[\ufffe\x02]?")  # pdfium's hyphen ends a line
_CELL_GAP = 1.2  # times the size, between two cells
_BLANKS = re.compile(r"\s+")
_LABEL = re.compile(r"\W*(?:§+\s*)?(?:\d[\w.]*|[IVX]+|\w)?\W*")  # of a list item or a heading
_LETTERS = re.compile(r"[^\W\d_]")
_LEADERS = re.compile(r"\.{4,}|(?:\. ){4,}|…{2,}|_{4,}")
_NUMBERED = re.compile(r"(?:§+ ?\d+\w?|(?:[A-Z]\.)?\d+(?:\.\d+)*\.?|[A-Z][.)]|[IVX]+\.)\s+(?:[–-]\s+)?[^\W\d_]")
_DEPTH = re.compile(r"\d+")
_NO_HEADING_END = (".", ",", ";", "-", "\ufffe")
_RUNNING = re.compile(r"\W*(?:gültig|stand\b|seite\b|anlage zu|version\b|www\.|\d+\. \w+ \d{4}$)", re.IGNORECASE)
_DIGIT_FIRST = re.compile(r"\W*\d")
_CODE_OF_LAW = re.compile(r"\w+ Buch Sozialgesetzbuch\b.*")  # only repeats the "SGB I" of the next line
_LARGER = 1.1  # times the body
_LARGER_BOLD = 1.05
_WRAPPED = 40  # characters of a heading line that may go on in the next
_MAX_HEADING = 150  # characters
_MAX_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a page as it is set."""

    text: str
    size: float  # of its smallest sampled letter
    is_bold: bool
    font: str


class TypedPage:
    """The text of one page together with the type of its characters. Valid as long as the pdfium text page is open."""

    def __init__(self, textpage: PdfTextPage) -> None:
        self._characters = Characters(textpage)
        self.raw = self._characters.text
        self._small = [match.span() for match in _RAISED.finditer(self.raw)]  # digits that may be raised

    def text(self) -> str:
        """Return the text of the page in blocks, cells in one line divided by " | ", without the marks of footnotes."""
        if not self._characters.is_addressable:
            return self.raw
        places = [match.span() for match in _STRETCH.finditer(self.raw)]
        lines, n_turned = self._characters.drawn(places)
        if n_turned * 2 > len(places):
            return self.raw
        starts = [start for start, _ in places]
        with_digits = {bisect_right(starts, first) - 1 for first, _ in self._small}
        parts: list[str] = []
        for i, (between, line, has_cells) in enumerate(
            zip(blocks.breaks(lines), lines, blocks.may_hold_cells(lines), strict=True)
        ):
            is_as_it_is = not has_cells and i not in with_digits
            parts += between, line.text if is_as_it_is else self._written(*places[i], line, has_cells=has_cells)
        return "".join(parts)

    def _written(self, start: int, stop: int, line: Drawn, *, has_cells: bool) -> str:
        edits = [*self._raised(start, stop)]
        if has_cells and not _LEADERS.search(line.text):
            edits = sorted([*edits, *self._gaps(start, line)])
        return self._edited(start, stop, edits) if edits else line.text

    def _edited(self, start: int, stop: int, edits: Iterable[tuple[int, int, str]]) -> str:
        """Return a stretch of the page's text with parts of it, given as (start, stop, text), written otherwise."""
        pieces, end = [], start
        for first, after, text in edits:
            pieces += [self.raw[end:first], text]
            end = after
        return "".join([*pieces, self.raw[end:stop]])

    def _raised(self, start: int, stop: int) -> Iterator[tuple[int, int, str]]:
        """Yield (start, stop, what is written instead) for the raised digits."""
        for first, after in self._small[bisect_left(self._small, (start,)) : bisect_left(self._small, (stop,))]:
            has_letter_before = first > start and not self.raw[first - 1].isspace()
            neighbour = first - 1 if has_letter_before else after
            if neighbour >= stop or self._characters.size(first) > _RAISED_SCALE * self._characters.size(neighbour):
                continue
            if self._characters.origin(first)[1] <= self._characters.origin(neighbour)[1]:  # lowered, as in CO2
                continue
            if after < stop and self.raw[after].isalpha():  # the number of a sentence or of a footnote, before its text
                yield first, after, f"{' ' if has_letter_before else ''}{self.raw[first:after]} "
            else:
                yield first, after, raised(self.raw[max(start, first - 20) : first], self.raw[first:after])

    def _gaps(self, start: int, line: Drawn) -> Iterator[tuple[int, int, str]]:
        for match in _BLANKS.finditer(line.text):
            first, after = start + match.start(), start + match.end()
            is_wide = self._characters.sides(after)[0] - self._characters.sides(first - 1)[1] > _CELL_GAP * line.size
            if is_wide and not _LABEL.fullmatch(line.text, 0, match.start()):
                yield first, after, " | "

    def lines(self) -> list[Line]:
        """Return the lines that have letters, in reading order."""
        lines, start = [], 0
        for text in self.raw.split("\r\n") if self._characters.is_addressable else ():
            found = _LETTERS.search(text)
            if found:
                first = start + found.start()
                font, is_bold = self._characters.font(first)
                size = min(self._characters.size(first), self._characters.size(start + _last_letter(text)))
                stop = start + len(text)
                written = self._edited(start, stop, self._raised(start, stop)).strip()
                lines.append(Line(text=written, size=size, is_bold=is_bold, font=font))
            start += len(text) + 2
        return lines


def _last_letter(text: str) -> int:
    return next(i for i in range(len(text) - 1, -1, -1) if _LETTERS.match(text, i))


def title_line(lines: Sequence[Line]) -> str:
    """Return the first lines of one font in the largest type, joined by blanks; "" if nothing can be the title."""
    texts = [line.text for line in _title_run(lines)]
    if len(texts) > 1:
        texts = [text for text in texts if not _CODE_OF_LAW.fullmatch(text)] or texts
    joined = " ".join(dehyphenate(characters("\n".join(texts))).split())
    return joined if len(joined) <= _MAX_TITLE else ""


def headings(pages: Sequence[Sequence[Line]]) -> list[tuple[Heading, ...]]:
    """Return the headings of each page, found by type: short lines that are larger than the body, or bold and numbered."""
    body = _body_size(pages)
    repeated = Counter(key for lines in pages for key in {_key(line) for line in lines})
    running = {key for key, n in repeated.items() if n >= max(3, len(pages) // 4)}
    title = _title_run(pages[0]) if pages else ()
    remaining = [[line for line in lines if _key(line) not in running] for lines in pages]
    remaining[:1] = [[line for line in lines if line not in title] for lines in remaining[:1]]
    found = [[] if _is_contents(lines) else _candidates(lines, body) for lines in remaining]
    sizes = sorted({line.size for page in found for line in page if line.size > body * _LARGER_BOLD}, reverse=True)
    return [tuple(Heading(level=_level(line, sizes), title=line.text) for line in page) for page in found]


def _title_run(lines: Sequence[Line]) -> Sequence[Line]:
    candidates = [
        line for line in lines if not (_RUNNING.match(line.text) or _DIGIT_FIRST.match(line.text) or _LEADERS.search(line.text))
    ]
    if not candidates:
        return ()
    largest = max(candidates, key=lambda line: line.size)
    first = lines.index(largest)
    return [*takewhile(lambda line: (line.size, line.font) == (largest.size, largest.font), lines[first:])]


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    counts: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            counts[line.size] += len(line.text)
    return counts.most_common(1)[0][0] if counts else 0.0


def _is_contents(lines: Sequence[Line]) -> bool:
    n_leaders = sum(1 for line in lines if _LEADERS.search(line.text))
    return n_leaders >= 3 and n_leaders * 5 >= len(lines)


def _candidates(lines: Sequence[Line], body: float) -> list[Line]:
    """Return the lines of a page that look like headings, joined where one goes on in the next line."""
    found: list[Line] = []
    previous: Line | None = None  # the line before, if it belongs to a heading
    for line in lines:
        is_heading = _looks_like_heading(line, body)
        if previous is not None and _goes_on(previous, line, is_heading=is_heading):
            found[-1] = replace(found[-1], text=f"{found[-1].text} {line.text}")
        elif is_heading:
            found.append(line)
        else:
            previous = None
            continue
        previous = line
    return [line for line in found if len(line.text) <= _MAX_HEADING]


def _goes_on(previous: Line, line: Line, *, is_heading: bool) -> bool:
    """Return whether `line` is set like the heading line before it and does not begin another one."""
    if (previous.size, previous.font) != (line.size, line.font) or _NUMBERED.match(line.text):
        return False
    return is_heading or len(previous.text) >= _WRAPPED


def _looks_like_heading(line: Line, body: float) -> bool:
    text = line.text
    if len(text) > _MAX_HEADING or text.endswith(_NO_HEADING_END) or _LEADERS.search(text) or _RUNNING.match(text):
        return False
    if len(_LETTERS.findall(text)) < 3:
        return False
    if line.is_bold:
        return line.size > body * (0.95 if _NUMBERED.match(text) else _LARGER_BOLD)
    return line.size > body * _LARGER


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _level(line: Line, sizes: Sequence[float]) -> int:
    """Return the rank of the size, which for numbered lines the depth of the number adds to."""
    rank = sizes.index(line.size) + 1 if line.size in sizes else len(sizes) + 1
    depth = len(_DEPTH.findall(line.text.split()[0])) if _NUMBERED.match(line.text) else 1
    return rank + max(0, depth - 1)
