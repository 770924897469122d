"""What pdfium says of single characters of a page: where they stand, how large they are, in which font.

Characters are named by their offset in the text of the page. Lengths are points on the page, y grows upwards. Every answer
costs a call of a C library, half a microsecond: what is likely to be asked again is kept.
"""

import ctypes
import math
from collections.abc import Iterable
from functools import lru_cache

import pypdfium2.raw as pdfium
from pypdfium2 import PdfTextPage

from kb.extract.blocks import Drawn

_BOLD = 700  # weight
_TURNED = 0.5  # sine of the angle


class Characters:
    """The characters of one page. Valid as long as the pdfium text page is open."""

    def __init__(self, textpage: PdfTextPage) -> None:
        self.text = str(textpage.get_text_range())
        # offsets are pdfium's only while each character is one unit of UTF-16
        self.is_addressable = self.text.isascii() or len(self.text.encode("utf-16-le", "surrogatepass")) == 2 * len(self.text)
        self._page = textpage.raw  # the handle itself: the object would be asked for it at every call
        last = len(self.text) - 1
        # pdfium counts characters, too, that are not in the text; where none comes before the last there are none
        self._are_all_in_text = self._index_in(last) == last
        self._types: dict[int, tuple[float, bool]] = {}
        self._numbers = [ctypes.c_double() for _ in range(4)]  # what pdfium answers with
        self._matrix = pdfium.FS_MATRIX()

    def size(self, offset: int) -> float:
        """Return the size of the type."""
        return self._type(offset)[0]

    def origin(self, offset: int) -> tuple[float, float]:
        """Return where a character stands on its base line."""
        x, y, *_ = self._numbers
        pdfium.FPDFText_GetCharOrigin(self._page, self._index(offset), x, y)
        return x.value, y.value

    def sides(self, offset: int) -> tuple[float, float]:
        """Return the left and the right side of a character."""
        left, right, bottom, top = self._numbers
        pdfium.FPDFText_GetCharBox(self._page, self._index(offset), left, right, bottom, top)
        return left.value, right.value

    def font(self, offset: int) -> tuple[str, bool]:
        """Return the name of the font, and whether it is bold."""
        index = self._index(offset)
        name = ctypes.create_string_buffer(128)
        pdfium.FPDFText_GetFontInfo(self._page, index, name, len(name), ctypes.c_int())
        font = name.value.decode("latin-1")
        return font, "bold" in font.lower() or pdfium.FPDFText_GetFontWeight(self._page, index) >= _BOLD

    def drawn(self, places: Iterable[tuple[int, int]]) -> tuple[list[Drawn], int]:
        """Return stretches of characters as they are drawn, and how many of them begin with a turned one."""
        page, numbers, type_of = self._page, self._numbers, self._type
        get_origin, get_box = pdfium.FPDFText_GetCharOrigin, pdfium.FPDFText_GetCharBox
        x, y, *_ = numbers
        found, n_turned = [], 0
        for start, stop in places:
            first, last = (start, stop - 1) if self._are_all_in_text else (self._index_in(start), self._index_in(stop - 1))
            size, is_turned = type_of(start)
            get_origin(page, first, x, y)
            left, base = x.value, y.value
            get_box(page, last, *numbers)  # left, right, bottom, top
            found.append(Drawn(self.text[start:stop], left, y.value, base, size))
            n_turned += is_turned
        return found, n_turned

    def _type(self, offset: int) -> tuple[float, bool]:
        """Return the size, and whether the character is turned: both are in its matrix."""
        if (known := self._types.get(offset)) is None:
            known = self._types[offset] = self._read_type(self._index(offset))
        return known

    def _read_type(self, index: int) -> tuple[float, bool]:
        matrix = self._matrix
        if not pdfium.FPDFText_GetMatrix(self._page, index, matrix):
            return 0.0, True
        return _size_and_turn(pdfium.FPDFText_GetFontSize(self._page, index), matrix.a, matrix.c, matrix.d)

    def _index(self, offset: int) -> int:
        return offset if self._are_all_in_text else self._index_in(offset)

    def _index_in(self, offset: int) -> int:
        return int(pdfium.FPDFText_GetCharIndexFromTextIndex(self._page, offset))


@lru_cache(maxsize=1024)  # a guide has a dozen
def _size_and_turn(size: float, a: float, c: float, d: float) -> tuple[float, bool]:
    # many producers set the font at size 1 and scale by the matrix
    return round(size * math.hypot(c, d), 1), abs(c) > _TURNED * math.hypot(a, c)
