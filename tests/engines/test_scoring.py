import math
import random
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from kb import query
from kb.engines import bm25, merging, scoring, segments
from kb.model import Alternative, Clause, How, Occur, Passage, Query

Fields = Mapping[str, Sequence[str]]  # terms per field of one passage
WORDS = ("umzug", "miet", "kost", "der", "unterkunft", "frist", "heizung", "antrag")


def passage(text: str, *, heading: str = "", title: str = "") -> Fields:
    """Return the terms of a passage; given are stems already, parted by blanks."""
    return {"text": text.split(), "heading": heading.split(), "title": title.split()}


def scorer_over(folder: Path, passages: Sequence[Fields], *, n_segments: int = 1) -> scoring.Scorer:
    """Return a scorer over the passages, each a guide of its own, merged from several segments."""
    size = -(-len(passages) // n_segments)
    sources = []
    for part in range(n_segments):
        builder = segments.Builder()
        for number, one in enumerate(passages[part * size : (part + 1) * size], start=part * size):
            held = Passage(guide_id=str(number), number=1, text=" ".join(one["text"]), heading=tuple(one["heading"]))
            builder.add(str(number), " ".join(one["title"]), [held])
        builder.write(folder / str(part))
        sources.append(merging.Source(segments.Segment(folder / str(part))))
    merging.merge(sources, folder / "merged")
    return scoring.Scorer(segments.Segment(folder / ("merged" if n_segments > 1 else "0")))


def score(folder: Path, passages: Sequence[Fields], asked: Query | str, **options: int) -> scoring.Scored:
    parsed = query.parse(asked, as_of=date(2026, 11, 1)) if isinstance(asked, str) else asked
    return scorer_over(folder, passages, **options).score(parsed)


def matched(scored: scoring.Scored) -> list[int]:
    return [int(number) for number in scored.passages]


def dense(scored: scoring.Scored, n: int) -> list[float]:
    """Return the scores of all passages, 0 for those that do not match."""
    points = np.zeros(n)
    points[scored.passages] = scored.scores
    return [float(point) for point in points]


def has_all(one: Fields, terms: Sequence[str]) -> bool:
    return all(any(term in one[field] for field in scoring.FIELDS) for term in terms)


def bm25_the_slow_way(passages: Sequence[Fields], terms: Sequence[str]) -> list[float]:
    """Return the sum over terms and fields as Robertson & Zaragoza 2009 write it, with weights per field."""
    points = [0.0] * len(passages)
    for field, weight in scoring.FIELDS.items():
        mean = max(sum(len(one[field]) for one in passages) / len(passages), 1.0)
        for term in terms:
            n_with_term = sum(term in one[field] for one in passages)
            idf = math.log(1 + (len(passages) - n_with_term + 0.5) / (n_with_term + 0.5))
            for i, one in enumerate(passages):
                count = list(one[field]).count(term)
                norm = bm25.K1 * (1 - bm25.B + bm25.B * len(one[field]) / mean)
                points[i] += weight * idf * count * (bm25.K1 + 1) / (count + norm)
    return points


@pytest.mark.parametrize("n_segments", [1, 3])
def test_the_score_is_bm25(tmp_path: Path, n_segments: int) -> None:
    source = random.Random(22)
    passages = [
        passage(
            " ".join(source.choices(WORDS, k=source.randint(1, 40))),
            heading=" ".join(source.choices(WORDS, k=source.randint(0, 4))),
            title=" ".join(source.choices(WORDS, k=source.randint(0, 3))),
        )
        for _ in range(60)
    ]
    for terms in (["umzug"], ["miet", "kost"], ["frist", "heizung", "antrag"], ["gibtesnicht", "umzug"]):
        asked = Query(clauses=tuple(Clause(alternatives=(Alternative((term,)),)) for term in terms))
        (folder := tmp_path / "-".join(terms)).mkdir()

        scored = score(folder, passages, asked, n_segments=n_segments)

        points = bm25_the_slow_way(passages, terms)
        factors = [scoring.ALL_WORDS if len(terms) > 1 and has_all(one, terms) else 1 for one in passages]
        assert dense(scored, len(passages)) == pytest.approx(np.multiply(points, factors), rel=1e-4)
        assert matched(scored) == [i for i, points in enumerate(bm25_the_slow_way(passages, terms)) if points]


def test_the_best_alternative_counts_with_its_weight(tmp_path: Path) -> None:
    passages = [passage("umzug miet"), passage("miet"), passage("umzug umzug umzug"), passage("frist")]
    asked = Query(clauses=(Clause(alternatives=(Alternative(("umzug",), weight=0.5), Alternative(("miet",)))),))

    scored = score(tmp_path, passages, asked)

    umzug, miet = bm25_the_slow_way(passages, ["umzug"]), bm25_the_slow_way(passages, ["miet"])
    best = [max(0.5 * a, b) for a, b in zip(umzug, miet, strict=True)]
    assert scored.scores.tolist() == pytest.approx([points for points in best if points], rel=1e-4)
    assert scored.has_all.all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Beratung", [0, 1, 2], id="within a compound, whole words first"),
        pytest.param("Schuldnerberatung", [1, 0], id="a part of the compound"),
        pytest.param("Schuldnerberatungsstelle", [1, 0], id="parts of a word that occurs nowhere"),
        pytest.param("Shculdnerberatung", [1, 0], id="mistyped"),
        pytest.param("Kinderzuschlg", [3], id="mistyped without a part"),
        pytest.param("Plan", [4], id="a short word is no part"),
        pytest.param("Beratung -Beratung", [1, 2], id="excluded are whole words only"),
        pytest.param('"Beratung"', [0], id="in quotes, too"),
    ],
)
def test_words_are_found_within_others(tmp_path: Path, text: str, expected: list[int]) -> None:
    passages = [
        passage("beratung"),
        passage("schuldnerberatung"),
        passage("suchtberatungen"),
        passage("kinderzuschlag"),
        passage("plan"),
        passage("hilfeplanung"),
    ]

    scored = score(tmp_path, passages, text)

    best = scored.passages[np.argsort(-scored.scores, kind="stable")].tolist()
    assert best[0] == expected[0]
    assert sorted(best) == sorted(expected)


def test_words_that_are_alike_can_be_told(tmp_path: Path) -> None:
    scorer = scorer_over(tmp_path, [passage("beratung"), passage("schuldnerberatung miete")])
    (clause,) = query.parse("Beratung", as_of=date(2026, 11, 1)).clauses

    assert [*scorer.words([clause], np.array([0, 1], np.int32))] == [(0, "beratung", 0), (1, "schuldnerberatung", 0)]
    assert [*scorer.words([clause], np.array([0], np.int32))] == [(0, "beratung", 0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("umzug", [0, 1], id="word"),
        pytest.param("umzug frist", [0, 1, 3], id="any word"),
        pytest.param('"der unterkunft"', [1, 2], id="phrase"),
        pytest.param('"unterkunft der"', [4], id="phrase the other way round"),
        pytest.param('"der unterkunft frist"', [], id="phrase over two fields"),
        pytest.param('umzug "der unterkunft"', [1, 2], id="word beside a phrase"),
        pytest.param("umzug -unterkunft", [0], id="excluded word"),
        pytest.param('umzug -"der unterkunft"', [0], id="excluded phrase"),
        pytest.param("-umzug", [2, 3, 4], id="only excluded"),
        pytest.param("unter*", [1, 2, 4], id="prefix"),
        pytest.param("umzug -unter*", [0], id="excluded prefix"),
        pytest.param("xyz*", [], id="prefix of no word"),
        pytest.param("gibtesnicht", [], id="unknown word"),
        pytest.param('"gibtesnicht der"', [], id="unknown word in a phrase"),
        pytest.param("umzug -gibtesnicht", [0, 1], id="unknown word excluded"),
        pytest.param("", [0, 1, 2, 3, 4], id="nothing asked"),
    ],
)
@pytest.mark.parametrize("n_segments", [1, 2])
def test_clauses_match_as_they_ask(tmp_path: Path, text: str, expected: list[int], n_segments: int) -> None:
    passages = [
        passage("umzug"),
        passage("umzug der unterkunft"),
        passage("kost", heading="der unterkunft"),
        passage("frist"),
        passage("unterkunft der", title="kost"),
    ]

    assert matched(score(tmp_path, passages, text, n_segments=n_segments)) == expected


def test_a_passage_has_all_words_if_every_field_together_has(tmp_path: Path) -> None:
    passages = [passage("umzug", heading="miet"), passage("umzug"), passage("frist", title="umzug miet")]

    scored = score(tmp_path, passages, "Umzug Miete")

    assert scored.has_all.tolist() == [True, False, True]


def test_excluded_words_are_none_of_all_words(tmp_path: Path) -> None:
    scored = score(tmp_path, [passage("umzug"), passage("umzug miet")], "Umzug -Miete")

    assert (matched(scored), scored.has_all.tolist()) == ([0], [True])


def test_only_what_must_or_should_match_asks_for_something(tmp_path: Path) -> None:
    for text, expected in (("", True), ("-umzug", True), ("umzug", False), ('"umzug"', False), ("umz*", False)):
        (folder := tmp_path / f"q{len(text)}{text[-1:].isalpha()}").mkdir(exist_ok=True)

        assert score(folder, [passage("umzug")], text).is_everything is expected


def test_a_clause_of_either_kind_may_carry_a_prefix(tmp_path: Path) -> None:
    asked = Query(
        clauses=(
            Clause(alternatives=(Alternative(("unter",), How.PREFIX),), occur=Occur.SHOULD),
            Clause(alternatives=(Alternative(("umzug",)),)),
        )
    )

    scored = score(tmp_path, [passage("unterkunft"), passage("umzug"), passage("frist")], asked)

    assert matched(scored) == [0, 1]
    assert (scored.scores > 0).all()


def test_a_phrase_does_not_reach_into_the_passage_before(tmp_path: Path) -> None:
    passages = [passage("kost der"), passage("unterkunft der"), passage("der unterkunft"), passage("der der der")]

    assert matched(score(tmp_path, passages, '"der unterkunft"')) == [2]
