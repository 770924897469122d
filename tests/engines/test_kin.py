from pathlib import Path

import pytest
from segment_tools import written

from kb.engines import kin
from kb.engines.kin import Kin

WORDS = (
    "Beratung Schuldnerberatung Beratungsstelle Schuldner Rat Plan Pläne Kooperationspläne Kinderzuschlag Kinder Mietschulden "
    "Nettokaltmiete Vermieter Straßenbahn Strassen Bürgergeld Buergergeldbescheid Fallkonferenz Konferenzen und 16e"
)


@pytest.fixture
def words(tmp_path: Path) -> Kin:
    segment = written(tmp_path / "s", {"g": [WORDS]}, title="", heading="")
    lexicon = segment.fields["words"].lexicon
    found = Kin(lexicon, segment.grams)
    found.named = lambda numbers: {lexicon[number].decode() for number in numbers.tolist()}  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("beratung", {"beratung", "schuldnerberatung", "beratungsstelle"}, id="within others"),
        pytest.param("schuldnerberatungen", {"beratung", "schuldnerberatung", "schuldner"}, id="its parts, its stem"),
        pytest.param("fallkonferenzen", {"fallkonferenz", "konferenzen"}, id="a part with an ending"),
        pytest.param("pläne", {"plan", "pläne", "kooperationspläne"}, id="umlaut"),
        pytest.param("straße", {"strassenbahn", "strassen"}, id="sharp s"),
        pytest.param("buergergeld", {"bürgergeld", "buergergeldbescheid"}, id="umlaut written out"),
        pytest.param("konferenzraum", {"konferenzen"}, id="the stem of a part"),
        pytest.param("miete", {"mietschulden", "nettokaltmiete", "vermieter"}, id="a short stem, where words begin"),
        pytest.param("plan", set(), id="too short to be a part"),
        pytest.param("wohnung", set(), id="nothing alike"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_words_contain_others(words: Kin, word: str, expected: set[str]) -> None:
    assert words.named(words.parts(word)) == expected  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("kinderzuschalg", {"kinderzuschlag"}, id="swapped"),
        pytest.param("shculdner", {"schuldner"}, id="swapped at the beginning"),
        pytest.param("fallkonfernz", {"fallkonferenz"}, id="dropped"),
        pytest.param("kidnerzusclhag", {"kinderzuschlag"}, id="two errors in a long word"),
        pytest.param("wohngeld", set(), id="another word with an end in common"),
        pytest.param("xyzxyz", set(), id="nothing alike"),
    ],
)
def test_the_nearest_words_are_found(words: Kin, word: str, expected: set[str]) -> None:
    assert words.named(words.nearest(word)) == expected  # type: ignore[attr-defined]


def test_of_very_many_words_the_shortest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kin, "MAX_WORDS", 2)
    segment = written(
        tmp_path / "s", {"g": ["Beratungsstellen Beratungen Beratungskonzept Fachberatung"]}, title="", heading=""
    )
    lexicon = segment.fields["words"].lexicon

    found = Kin(lexicon, segment.grams).parts("beratung")

    assert [lexicon[number].decode() for number in found.tolist()] == ["beratungen", "fachberatung"]
