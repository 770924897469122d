import math
import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from segment_tools import written

from kb.engines import bm25, proximity
from kb.engines.proximity import NEAR, WINDOW, Word
from kb.engines.segments import Segment

WORDS = ("umzug", "frist", "antrag", "heizung")


def word(segment: Segment, stem: str) -> Word | None:
    field = segment.fields["text"]
    number = field.lexicon.find(stem)
    if number < 0:
        return None
    found = field.passages(number)
    return Word(number, found, float(bm25.idf(len(segment), len(found))))


def points(segment: Segment, *stems: str, passages: list[int]) -> list[float]:
    field = segment.fields["text"]
    asked = [word(segment, stem) for stem in stems]
    found = proximity.points(field, bm25.saturation(field.lengths), asked, np.array(passages, np.int32))
    return [float(each) for each in found]


def the_slow_way(texts: list[list[str]], stems: tuple[str, ...]) -> list[float]:
    mean = sum(map(len, texts)) / len(texts)
    total = [0.0] * len(texts)
    for one, other in pairwise(stems):
        idfs = [
            math.log(1 + (len(texts) - n + 0.5) / (n + 0.5))
            for n in (sum(stem in text for text in texts) for stem in (one, other))
        ]
        for i, text in enumerate(texts):
            at = {stem: [place for place, held in enumerate(text) if held == stem] for stem in (one, other)}
            few, many = (at[one], at[other]) if idfs[0] >= idfs[1] else (at[other], at[one])
            times = sum(any(abs(a - b) < WINDOW for b in many) for a in few)
            norm = bm25.K1 * (1 - bm25.B + bm25.B * len(text) / mean)
            total[i] += NEAR * max(idfs) * times * (bm25.K1 + 1) / (times + norm)
    return total


def test_words_close_together_count_as_a_term(tmp_path: Path) -> None:
    source = random.Random(22)
    texts = [source.choices([*WORDS, *(f"wort{n}x" for n in range(30))], k=source.randint(1, 60)) for _ in range(40)]
    segment = written(tmp_path / "s", {"g": [" ".join(text) for text in texts]}, title="", heading="")

    for stems in (("umzug", "frist"), ("umzug", "frist", "antrag", "heizung")):
        expected = the_slow_way(texts, stems)
        assert points(segment, *stems, passages=[*range(40)]) == pytest.approx(expected, rel=1e-4, abs=1e-6)
        assert points(segment, *stems, passages=[3, 17, 30]) == pytest.approx(
            [expected[i] for i in (3, 17, 30)], rel=1e-4, abs=1e-6
        )


def test_only_neighbours_in_the_query_count(tmp_path: Path) -> None:
    segment = written(tmp_path / "s", {"g": ["umzug antrag", "umzug frist", "heizung"]}, title="", heading="")

    assert points(segment, "umzug", "gibtesnicht", "antrag", passages=[0, 1, 2]) == [0, 0, 0]
    assert points(segment, "umzug", passages=[0, 1, 2]) == [0, 0, 0]
    first, second, third = points(segment, "umzug", "antrag", passages=[0, 1, 2])
    assert first > second == third == 0
