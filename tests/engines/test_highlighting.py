import random
from datetime import date
from pathlib import Path

import marking
import pytest
from segment_tools import written

from kb import query, snippets
from kb.engines.highlighting import Highlighter
from kb.engines.scoring import Scorer
from kb.engines.segments import Builder, Segment
from kb.passages import of_text

TITLE = "Umzug nach dem SGB XII"
PIECES = [
    "Umzug",
    "Umzüge",
    "Miete",
    "Kosten der Unterkunft",
    "z. B.",
    "§ 16e",
    "SGB II",
    "§ 22 Abs. 1",
    "§§ 22, 35",
    "\n• ",
    ". Die",
    "Mit\u00adwirkung",
    "und",
    "Fachkraft",
]
ASKED = [
    "umzug",
    "mieten",
    '"Kosten der Unterkunft"',
    "fach*",
    "-und",
    "16e",
    "§ 16e",
    "§ 22 SGB XII",
    "22 Abs. 1 SGB 12",
    "§§ 35 - 36 SGB XII",
    "Mitwirkung",
    '"Kosten der"',
    "Kosten",
    "der",
    "gibtesnicht",
]


def opened(path: Path, texts: list[str]) -> Segment:
    builder = Builder()
    builder.add("g", TITLE, [of_text("g", n, text, statute="SGB XII") for n, text in enumerate(texts, start=1)])
    builder.write(path)
    return Segment(path)


@pytest.mark.parametrize("seed", range(20))
def test_marks_are_those_of_reading_word_by_word(tmp_path: Path, seed: int) -> None:
    source = random.Random(seed)
    texts = [" ".join(source.choices(PIECES, k=source.randint(1, 80))) for _ in range(30)]
    segment = opened(tmp_path / "s", texts)
    scorer = Scorer(segment)
    for _ in range(20):
        asked = query.parse(" ".join(source.sample(ASKED, k=3)), as_of=date(2026, 11, 1))
        shown = source.sample(range(30), k=8)

        highlighter = Highlighter(scorer, asked, shown)

        for number in shown:
            stored = segment.passages.get(number)
            expected = [(m.start, m.end) for m in snippets.disjoint(marking.marks(stored.text, asked, TITLE))]
            assert [(m.start, m.end) for m in highlighter.marks(number, stored, TITLE)] == expected


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        pytest.param("Die Straßenbahn und die Hauptstrasse.", "Straße", ["Straßenbahn", "Hauptstrasse"], id="sharp s"),
        pytest.param("Die Schuldnerberatung, Beratung.", "Beratung", ["Schuldnerberatung", "Beratung"], id="compound"),
        pytest.param("İ Schuldnerberatung", "Beratung", ["Schuldnerberatung"], id="a letter that takes two in small"),
        pytest.param("Wohnungslos, Altbauwohnung", "Wohnungs*", ["Wohnungslos"], id="prefix"),
    ],
)
def test_words_that_are_alike_are_marked_whole(tmp_path: Path, text: str, asked: str, expected: list[str]) -> None:
    segment = written(tmp_path / "s", {"g": [text]}, title="", heading="")
    found = Highlighter(Scorer(segment), query.parse(asked, as_of=date(2026, 11, 1)), [0]).marks(
        0, stored := segment.passages.get(0), ""
    )

    assert [stored.text[mark.start : mark.end] for mark in found] == expected
