"""4-grams with borders."""

import pytest

from benchmarks import grams


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("Wort", ("_wor", "wort", "ort_"), id="borders"),
        pytest.param("Öl", ("_ol_",), id="umlaut"),
        pytest.param("a", ("_a_",), id="shorter"),
    ],
)
def test_grams(word: str, expected: tuple[str, ...]) -> None:
    assert grams.grams(word) == expected


def test_stop_words_have_none() -> None:
    assert grams.gram_text("Der Weg") == "_weg weg_"
