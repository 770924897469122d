from collections.abc import Iterator
from contextlib import closing, contextmanager

import pypdfium2
import pytest
from makers import pdf_bytes

from kb.extract.characters import Characters


@contextmanager
def first_page(data: bytes) -> Iterator[Characters]:
    with (
        closing(pypdfium2.PdfDocument(data)) as document,
        closing(document[0]) as page,
        closing(page.get_textpage()) as textpage,
    ):
        yield Characters(textpage)


def test_characters_are_named_by_their_place_in_the_text() -> None:
    with first_page(pdf_bytes([["Miete", "und Strom"]])) as characters:
        first, second = characters.text.index("Miete"), characters.text.index("und")
        (left, base), (other_left, other_base) = characters.origin(first), characters.origin(second)

        assert left == other_left
        assert base > other_base
        assert characters.sides(first)[1] < characters.sides(first + 4)[1]
        assert characters.size(first) == characters.size(second) > 0
        (line,), n_turned = characters.drawn([(first, first + len("Miete"))])
        assert line == ("Miete", left, characters.sides(first + 4)[1], base, characters.size(first))
        assert not n_turned


def test_turned_type_is_known_and_keeps_its_size() -> None:
    upright = pdf_bytes([["Miete"]])
    turned = upright.replace(b"BT ", b"q 0 1 -1 0 600 0 cm BT ").replace(b" ET", b" ET Q")
    with first_page(upright) as characters, first_page(turned) as others:
        at, place = characters.text.index("Miete"), others.text.index("Miete")

        assert others.drawn([(place, place + len("Miete"))])[1] == 1
        assert others.size(place) == characters.size(at)


def test_characters_that_are_not_in_the_text_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with first_page(pdf_bytes([["Miete und Strom"]])) as characters:
        expected = [characters.sides(offset) for offset in range(len("Miete"))]
        drawn = characters.drawn([(0, len("Miete"))])
        monkeypatch.setattr(characters, "_are_all_in_text", False)  # pdfium is asked for every place

        assert [characters.sides(offset) for offset in range(len("Miete"))] == expected
        assert characters.drawn([(0, len("Miete"))]) == drawn
