import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from segment_tools import WORDS, written

from kb import analysis
from kb.engines import bm25, refining
from kb.engines.refining import GRAMS, LEAD, LEAD_WORDS, Refiner
from kb.engines.refining import WORDS as WORDS_WEIGHT
from kb.engines.segments import Segment


def parts(word: str) -> list[str]:
    """Return the parts of four letters of a word, written out."""
    bordered = f"_{word.replace('ä', 'a').replace('ö', 'o').replace('ü', 'u').replace('ß', 'ss')}_"
    return [bordered[i : i + 4] for i in range(max(1, len(bordered) - 3))]


def the_slow_way(texts: list[list[str]], asked: list[str]) -> list[float]:
    """Return the points of each text, given as words, as BM25 over words, over parts of words, and over both in its lead."""
    bags = {
        WORDS_WEIGHT: ([Counter(text) for text in texts], Counter(asked)),
        GRAMS: (
            [Counter(part for word in text if word not in analysis.STOP_WORDS for part in parts(word)) for text in texts],
            Counter(part for word in asked if word not in analysis.STOP_WORDS for part in parts(word)),
        ),
    }
    points = [0.0] * len(texts)
    holding = Counter(word for text in texts for word in set(text))
    for weight, (held, wanted) in bags.items():
        mean = max(sum(bag.total() for bag in held) / len(held), 1.0)
        for feature, times in wanted.items():
            n_with = float(sum(feature in bag for bag in held))
            if weight == GRAMS and n_with < 8:  # as if the words fell into texts independently
                words = [word for word in holding if word not in analysis.STOP_WORDS and feature in parts(word)]
                n_with = len(texts) * (1 - math.prod(1 - min(holding[word] / len(texts), 1 - 1e-9) for word in words))
            idf = math.log(1 + (len(texts) - n_with + 0.5) / (n_with + 0.5))
            for i, bag in enumerate(held):
                saturation = bm25.K1 * (1 - bm25.B + bm25.B * bag.total() / mean)
                points[i] += weight * times * idf * bag[feature] * (bm25.K1 + 1) / (bag[feature] + saturation)
                lead = [word for word in list(dict.fromkeys(texts[i]))[:LEAD_WORDS] if word not in analysis.STOP_WORDS]
                n_lead = sum(feature in (parts(word) if weight == GRAMS else [word]) for word in lead)
                points[i] += LEAD * times * idf * n_lead * (bm25.K1 + 1) / (n_lead + bm25.K1)
    return points


@pytest.fixture
def texts() -> list[list[str]]:
    source = random.Random(22)
    return [source.choices(analysis.words(" ".join(WORDS)), k=source.randint(1, 40)) for _ in range(50)]


@pytest.fixture
def segment(tmp_path: Path, texts: list[list[str]]) -> Segment:
    return written(tmp_path / "s", {"g": [" ".join(text) for text in texts]}, title="", heading="")


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(["umzug"], id="word"),
        pytest.param(["der", "umzüge", "und", "umzüge"], id="stop words count as words only, a word twice counts twice"),
        pytest.param(["umzg"], id="typing error"),
        pytest.param(["wohnungszusicherung"], id="compound"),
        pytest.param(["xyz"], id="nothing alike"),
        pytest.param([], id="nothing"),
    ],
)
def test_points_are_bm25_over_words_and_their_parts(segment: Segment, texts: list[list[str]], asked: list[str]) -> None:
    found = Refiner(segment).points(asked, np.arange(len(texts), dtype=np.int32))

    assert found.sum(axis=0).tolist() == pytest.approx(the_slow_way(texts, asked), rel=1e-4, abs=1e-5)


def test_some_passages_get_what_they_get_among_all(segment: Segment, texts: list[list[str]]) -> None:
    refiner = Refiner(segment)
    everything = refiner.points(["umzüge", "miete"], np.arange(len(texts), dtype=np.int32))

    some = np.array([3, 17, 44], np.int32)
    assert refiner.points(["umzüge", "miete"], some).ravel().tolist() == pytest.approx(everything[:, some].ravel().tolist())


def test_of_very_many_parts_the_rarest_count(segment: Segment, texts: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refining, "MAX_GRAMS", 4)
    asked = ["umzug", "zusicherung", "kooperationsplan", "wohnung", "unterkunft"]

    few = Refiner(segment).points(asked, np.arange(len(texts), dtype=np.int32))

    monkeypatch.undo()
    all_of_them = Refiner(segment).points(asked, np.arange(len(texts), dtype=np.int32))
    assert (few <= all_of_them + 1e-5).all()
    assert 0 < few.sum() < all_of_them.sum()


def test_what_a_passage_begins_with_counts_more(tmp_path: Path) -> None:
    filler = [word for word in analysis.words(" ".join(WORDS)) if word not in ("umzug", "umzüge")]
    others = [f"{a}{b}" for a in "abcdefg" for b in "hijkl"][: LEAD_WORDS + 5]
    first, last = " ".join(["umzug", *others, filler[0]]), " ".join([*others, filler[0], "umzug"])

    refiner = Refiner(written(tmp_path / "s", {"g": [first, last]}, title="", heading=""))
    words, parts, lead = refiner.points(["umzug"], np.arange(2, dtype=np.int32)).tolist()

    assert words[0] == words[1] > 0
    assert parts[0] == parts[1] > 0
    assert lead[0] > lead[1] == 0
