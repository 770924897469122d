"""Read the typesetting of a PDF page with pdfium: which lines are large or bold, which digits are raised.

Sizes are points on the page. Asks pdfium for a few characters per line only: about 1 ms a page.
"""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2.raw as pdfium
from pypdfium2 import PdfTextPage

from kb.cleaning import characters, set_apart
from kb.model import Heading

_BOLD = 700  # weight
_RAISED = re.compile(r"(?<![\d.,/§])\d{1,2}(?=[^\W\d_])|(?<=[^\W\d_])\d{1,3}(?!\d)|(?<=[.,;:)“”\"])\d{1,3}(?![\d.,])")
_RAISED_SCALE = 0.8  # of the neighbour's size; Word sets .65, TeX .7
_LETTERS = re.compile(r"[^\W\d_]")
_LEADERS = re.compile(r"\.{4,}|(?:\. ){4,}|…{2,}|_{4,}")
_NUMBERED = re.compile(r"(?:§+ ?\d+\w?|(?:[A-Z]\.)?\d+(?:\.\d+)*\.?|[A-Z][.)]|[IVX]+\.)\s+[^\W\d_]")
_DEPTH = re.compile(r"\d+")
_NO_HEADING_END = (".", ",", ";", "-", "\ufffe")
_NO_TITLE = re.compile(r"\W*(?:gültig|stand\b|seite\b|anlage zu|version\b|www\.|\d)", re.IGNORECASE)
_CODE_OF_LAW = re.compile(r"\w+ Buch Sozialgesetzbuch\b.*")  # only repeats the "SGB I" of the next line
_MAX_HEADING = 120  # characters
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
        self._textpage = textpage
        self.raw = str(textpage.get_text_range())
        # offsets are pdfium's only while each character is one unit of UTF-16
        self._is_addressable = all(ord(character) < 0x10000 for character in self.raw)

    def text(self) -> str:
        """Return the text of the page with raised digits set apart from the words that they are glued to."""
        if not self._is_addressable:
            return self.raw
        pieces, end = [], 0
        for match in _RAISED.finditer(self.raw):
            start, stop = match.span()
            has_letter_before = start > 0 and not self.raw[start - 1].isspace()
            neighbour = start - 1 if has_letter_before else stop
            if neighbour >= len(self.raw) or self._size(start) > _RAISED_SCALE * self._size(neighbour):
                continue
            pieces += [self.raw[end:start], set_apart(self.raw[max(0, start - 20) : start], match[0])]
            if stop < len(self.raw) and self.raw[stop].isalpha():
                pieces.append(" ")
            end = stop
        return "".join([*pieces, self.raw[end:]])

    def lines(self) -> list[Line]:
        """Return the lines that have letters, in reading order."""
        lines, start = [], 0
        for text in self.raw.split("\r\n") if self._is_addressable else ():
            letters = [match.start() for match in _LETTERS.finditer(text)]
            if letters:
                first, last = start + letters[0], start + letters[-1]
                font, is_bold = self._font(first)
                size = min(self._size(first), self._size(last))
                lines.append(Line(text=text.strip(), size=size, is_bold=is_bold, font=font))
            start += len(text) + 2
        return lines

    def _size(self, offset: int) -> float:
        index = pdfium.FPDFText_GetCharIndexFromTextIndex(self._textpage, offset)
        matrix = pdfium.FS_MATRIX()
        if not pdfium.FPDFText_GetMatrix(self._textpage, index, matrix):
            return 0.0
        # many producers set the font at size 1 and scale by the matrix
        scale = math.hypot(matrix.c, matrix.d)
        return round(float(pdfium.FPDFText_GetFontSize(self._textpage, index)) * scale, 1)

    def _font(self, offset: int) -> tuple[str, bool]:
        index = pdfium.FPDFText_GetCharIndexFromTextIndex(self._textpage, offset)
        name = ctypes.create_string_buffer(128)
        pdfium.FPDFText_GetFontInfo(self._textpage, index, name, len(name), ctypes.c_int())
        font = name.value.decode("latin-1")
        return font, "bold" in font.lower() or pdfium.FPDFText_GetFontWeight(self._textpage, index) >= _BOLD


def title_line(lines: Sequence[Line]) -> str:
    """Return the first lines of one font in the largest type, joined by blanks; "" if no line stands out."""
    candidates = [line for line in lines if not _NO_TITLE.match(line.text) and not _LEADERS.search(line.text)]
    if not candidates:
        return ""
    largest = max(candidates, key=lambda line: line.size)
    first = lines.index(largest)
    title = [largest.text]
    for line in lines[first + 1 :]:
        if line.size != largest.size or line.font != largest.font:
            break
        title.append(line.text)
    if len(title) > 1:
        title = [text for text in title if not _CODE_OF_LAW.fullmatch(text)] or title
    joined = " ".join(characters(" ".join(title)).split())
    return joined if len(joined) <= _MAX_TITLE else ""


def headings(pages: Sequence[Sequence[Line]]) -> list[tuple[Heading, ...]]:
    """Return the headings of each page, found by type: short lines that are larger than the body, or bold and numbered."""
    body = _body_size(pages)
    found = [[] if _is_contents(lines) else _candidates(lines, body) for lines in pages]
    repeated = Counter(text for page in found for text in {_key(line) for line in page})
    limit = max(3, len(pages) // 4)  # a head that runs over all pages is no heading
    kept = [[line for line in page if repeated[_key(line)] < limit] for page in found]
    sizes = sorted({line.size for page in kept for line in page if line.size > body * 1.1}, reverse=True)
    return [tuple(Heading(level=_level(line, sizes), title=line.text) for line in page) for page in kept]


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
    """Return the lines of a page that look like headings, those that go on in the next line joined."""
    found: list[Line] = []
    previous = None
    for line in lines:
        if _looks_like_heading(line, body):
            goes_on = previous is not None and found and (previous.size, previous.font) == (line.size, line.font)
            if goes_on and not _NUMBERED.match(line.text) and len(found[-1].text) + len(line.text) < _MAX_HEADING:
                joined = f"{found[-1].text} {line.text}"
                found[-1] = Line(text=joined, size=line.size, is_bold=line.is_bold, font=line.font)
            else:
                found.append(line)
            previous = line
        else:
            previous = None
    return found


def _looks_like_heading(line: Line, body: float) -> bool:
    text = line.text
    if len(text) > _MAX_HEADING or len(_LETTERS.findall(text)) < 3 or text.endswith(_NO_HEADING_END) or _LEADERS.search(text):
        return False
    return line.size > body * 1.1 or (line.is_bold and line.size > body * 0.95 and _NUMBERED.match(text) is not None)


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _level(line: Line, sizes: Sequence[float]) -> int:
    """Return the level: the rank of the size; bold numbered lines of body size come below, by the depth of the number."""
    if line.size in sizes:
        return sizes.index(line.size) + 1
    return len(sizes) + max(1, len(_DEPTH.findall(line.text.split()[0])))
