import random
from pathlib import Path

import numpy as np
import pytest

from kb import analysis
from kb.engines import segments
from kb.engines.segments import FIELDS, Builder, Segment, Source, merge
from kb.model import Passage

WORDS = [
    "Umzug",
    "Umzüge",
    "Miete",
    "Zusicherung",
    "Kooperationsplan",
    "der",
    "die",
    "§",
    "16e",
    "Unterkunft",
    "Straße",
    "Wohnung",
    "und",
]
Guides = dict[str, list[str]]


def written(path: Path, guides: Guides) -> Segment:
    builder = Builder()
    for id_, texts in guides.items():
        builder.add(
            id_,
            f"Titel {id_}",
            [Passage(guide_id=id_, number=n, text=text, page=n, heading=("Ablauf",)) for n, text in enumerate(texts, start=1)],
        )
    builder.write(path)
    return Segment(path)


def guides(source: random.Random, ids: str) -> Guides:
    return {id_: [" ".join(source.choices(WORDS, k=source.randint(1, 60))) for _ in range(source.randint(1, 9))] for id_ in ids}


def content(segment: Segment) -> dict[str, object]:
    """Return all that a segment holds, as plain values."""
    found: dict[str, object] = {
        name: {
            term: (field.passages(i).tolist(), field.counts(i).tolist(), positions(segment, name, i))
            for i, term in enumerate(field.lexicon)
        }
        for name, field in segment.fields.items()
    }
    found |= {f"{name} lengths": field.lengths.tolist() for name, field in segment.fields.items()}
    found["passages"] = [
        (segment.guides[int(segment.guide_of[i])], (one := segment.passages.get(i)).text, one.page, one.number, one.heading)
        for i in range(len(segment))
    ]
    return found


def positions(segment: Segment, name: str, number: int) -> list[int]:
    field = segment.fields[name]
    return field.positions(number, np.arange(field.n_passages(number)))[0].tolist() if field.has_positions else []


def test_fields_hold_stems_words_and_grams(tmp_path: Path) -> None:
    segment = written(tmp_path / "a", {"g": ["Umzüge und die Straße", "Umzug"]})

    def found(name: str, term: str) -> list[int]:
        field = segment.fields[name]
        number = field.lexicon.find(term)
        return [] if number < 0 else field.passages(number).tolist()

    assert found("text", "umzug") == [0, 1]
    assert found("words", "umzüge") == [0]
    assert found("words", "ablauf") == [0, 1]
    assert found("grams", "mzug") == [0, 1]
    assert found("grams", "_str") == [0]
    assert found("grams", "_und") == []
    assert found("title", "titel") == [0, 1]
    assert found("heading", "umzug") == []


def test_positions_count_the_words_of_a_passage(tmp_path: Path) -> None:
    segment = written(tmp_path / "a", {"g": ["der Umzug der Umzug", "Umzug"]})

    assert positions(segment, "text", segment.fields["text"].lexicon.find("umzug")) == [1, 3, 0]
    assert segment.fields["text"].lengths.tolist() == [4, 1]


@pytest.mark.parametrize("limit", [1, 50, 1 << 22])
def test_merged_segments_are_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(segments, "_POSTINGS_AT_ONCE", limit)
    held = guides(random.Random(22), "cabdfe")
    parts = [written(tmp_path / ids, {id_: held[id_] for id_ in ids}) for ids in ("cab", "d", "fe")]

    merge([Source(part) for part in parts], tmp_path / "merged")

    assert content(Segment(tmp_path / "merged")) == content(written(tmp_path / "whole", held))


def test_guides_can_be_left_out(tmp_path: Path) -> None:
    held = guides(random.Random(5), "abcd")
    first, second = (written(tmp_path / ids, {id_: held[id_] for id_ in ids}) for ids in ("abc", "d"))

    merge([Source(first, frozenset("ac")), Source(second, frozenset("x"))], tmp_path / "merged")

    assert content(Segment(tmp_path / "merged")) == content(written(tmp_path / "whole", {id_: held[id_] for id_ in "bd"}))


def test_nothing_may_be_left(tmp_path: Path) -> None:
    segment = written(tmp_path / "a", {"a": ["Umzug"]})

    merge([Source(segment, frozenset("a"))], tmp_path / "merged")

    assert content(Segment(tmp_path / "merged")) == content(written(tmp_path / "empty", {}))


def test_segments_with_different_dictionaries_merge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.engines.passage_store.MIN_SAMPLES", 100)
    source = random.Random(3)
    large = {id_: [" ".join(source.choices(WORDS, k=60)) for _ in range(100)] for id_ in "abcdef"}
    small = guides(source, "xyz")
    segments_ = written(tmp_path / "small", small), written(tmp_path / "large", large)

    merge([Source(one) for one in segments_], tmp_path / "merged")

    merged = Segment(tmp_path / "merged")
    assert (segments_[0].passages.dictionary, len(segments_[1].passages.dictionary) > 0) == (b"", True)
    assert merged.passages.dictionary == segments_[1].passages.dictionary
    texts = [text for held in (small, large) for listed in held.values() for text in listed]
    assert [merged.passages.get(i).text for i in range(len(merged))] == texts


def test_a_builder_knows_what_it_has_taken() -> None:
    builder = Builder()
    builder.add("a", "Titel", [Passage(guide_id="a", number=1, text="Umzug und Miete")])

    assert ("a" in builder, "b" in builder) == (True, False)
    assert (builder.n_passages, builder.n_tokens) == (1, 3)


def test_every_field_is_named() -> None:
    assert set(FIELDS) == {"text", "heading", "title", "words", "grams"}
    assert analysis.grams("umzug") == ["_umz", "umzu", "mzug", "zug_"]
