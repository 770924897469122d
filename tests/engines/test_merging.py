import random
from pathlib import Path

import pytest
from segment_tools import WORDS, content, guides, written

from kb.engines import merging
from kb.engines.merging import Source, merge
from kb.engines.segments import Segment


@pytest.mark.parametrize("limit", [1, 50, 1 << 22])
def test_merged_segments_are_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(merging, "_POSTINGS_AT_ONCE", limit)
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
