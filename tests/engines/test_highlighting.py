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
    builder.add("g", TITLE, [of_text("g", n, text, title=TITLE) for n, text in enumerate(texts, start=1)])
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
            expected = {(m.start, m.end, m.clause) for m in marking.marks(stored.text, asked, TITLE)}
            assert {(m.start, m.end, m.clause) for m in highlighter.marks(number, stored, TITLE)} == expected


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

    assert [stored.text[mark.start : mark.end] for mark in snippets.disjoint(found)] == expected


def weights(path: Path, texts: list[str], asked: str) -> dict[str, float]:
    """Return, by marked word of the first text, how much its best mark tells."""
    segment = written(path, {"g": texts}, title="", heading="")
    stored = segment.passages.get(0)
    highlighter = Highlighter(Scorer(segment), query.parse(asked, as_of=date(2026, 11, 1)), [0])
    marks = sorted(highlighter.marks(0, stored, ""), key=lambda mark: mark.weight)
    return {stored.text[mark.start : mark.end]: mark.weight for mark in marks}


def test_a_rare_word_tells_more(tmp_path: Path) -> None:
    found = weights(tmp_path / "s", ["Die Miete nach der Räumung.", *["Die Miete im Winter."] * 8], "Miete Räumung")

    assert found["Räumung"] > found["Miete"] > 0


def test_a_word_tells_more_than_one_that_contains_it(tmp_path: Path) -> None:
    found = weights(tmp_path / "s", ["Die Wohnung und die Wohnungssuche.", "Heizung"], "Wohnung")

    assert found["Wohnung"] > found["Wohnungssuche"] > 0
