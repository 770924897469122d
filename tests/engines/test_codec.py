import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from whoosh.index import EmptyIndexError
from whoosh.query import FuzzyTerm, Phrase, Prefix, Query, Term
from whoosh.scoring import BM25F, Frequency
from whoosh.searching import Searcher

from kb.engines import codec
from kb.engines.segments import Builder
from kb.model import Passage

WORDS = ["umzug", "miet", "kost", "der", "unterkunft", "frist", "heizung", "antrag"]
UMZUG, FRIST = Term("text", "umzug"), Term("text", "frist")


def committed(folder: Path, texts: list[str]) -> Path:
    builder = Builder()
    for n, text in enumerate(texts):
        builder.add(f"g{n}", "Titel", [Passage(guide_id=f"g{n}", number=1, text=text, page=n + 1, heading=("Kopf",))])
    segment, path = codec.new_segment(folder)
    builder.write(path)
    codec.commit(folder, segment, len(texts))
    return folder


@pytest.fixture
def texts() -> list[str]:
    source = random.Random(22)
    return [" ".join(source.choices(WORDS, k=source.randint(1, 30))) for _ in range(80)]


@pytest.fixture
def searcher(tmp_path: Path, texts: list[str]) -> Searcher:
    return Searcher(codec.whoosh_index(committed(tmp_path, texts)).reader(), weighting=BM25F(B=0.75, K1=1.2))


def found(searcher: Searcher, asked: Query) -> set[int]:
    return {hit.docnum for hit in searcher.search(asked, limit=None)}


def test_a_committed_segment_opens(tmp_path: Path, texts: list[str]) -> None:
    segment = codec.open_segment(committed(tmp_path, texts))

    assert len(segment) == len(texts)


def test_a_folder_without_a_commit_does_not(tmp_path: Path) -> None:
    with pytest.raises(EmptyIndexError):
        codec.open_segment(tmp_path)


def test_a_segment_with_other_passages_than_were_committed_does_not(tmp_path: Path) -> None:
    committed(tmp_path, ["umzug", "miete"])
    (path,) = tmp_path.glob(f"*{codec.SUFFIX}")
    builder = Builder()
    builder.add("g", "", [Passage(guide_id="g", number=1, text="umzug")])
    builder.write(path)

    with pytest.raises(ValueError, match="1 of 2 passages"):
        codec.open_segment(tmp_path)


def test_a_segment_can_belong_to_two_folders(tmp_path: Path) -> None:
    (other := tmp_path / "other").mkdir()
    (first := tmp_path / "first").mkdir()

    codec.link(committed(first, ["umzug"]), other)
    for path in first.iterdir():
        path.unlink()

    assert codec.open_segment(other).passages.get(0).text == "umzug"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(UMZUG, lambda words: "umzug" in words, id="term"),
        pytest.param(UMZUG & FRIST, lambda words: {"umzug", "frist"} <= {*words}, id="all"),
        pytest.param(UMZUG | FRIST, lambda words: not {"umzug", "frist"}.isdisjoint(words), id="any"),
        pytest.param(UMZUG - FRIST, lambda words: "umzug" in words and "frist" not in words, id="without"),
        pytest.param(Phrase("text", ["der", "unterkunft"]), lambda words: "der unterkunft" in " ".join(words), id="phrase"),
        pytest.param(Prefix("text", "unter"), lambda words: "unterkunft" in words, id="prefix"),
        pytest.param(Term("text", "nirgends"), lambda _: False, id="unknown"),
    ],
)
def test_whoosh_finds_through_it(
    searcher: Searcher, texts: list[str], asked: Query, expected: Callable[[list[str]], bool]
) -> None:
    assert found(searcher, asked) == {i for i, text in enumerate(texts) if expected(text.split())}


def test_whoosh_finds_words_that_are_nearly_so(searcher: Searcher, texts: list[str]) -> None:
    assert found(searcher, FuzzyTerm("text", "umzuk")) == {i for i, text in enumerate(texts) if "umzug" in text.split()}


def test_whoosh_scores_by_our_counts_and_lengths(searcher: Searcher, texts: list[str]) -> None:
    best = searcher.search(Term("text", "umzug"), limit=5)

    mean = np.mean([len(text.split()) for text in texts])
    points = [(n := text.split().count("umzug")) * 2.2 / (n + 1.2 * (0.25 + 0.75 * len(text.split()) / mean)) for text in texts]
    assert [hit.docnum for hit in best] == np.argsort(-np.array(points), kind="stable")[:5].tolist()


def test_whoosh_reads_stored_passages_and_term_statistics(searcher: Searcher, texts: list[str]) -> None:
    reader = searcher.reader()

    assert reader.stored_fields(3) == {"passage": ("g3", 1, 4, ("Kopf",), texts[3])}
    assert reader.doc_count() == reader.doc_count_all() == len(texts)
    assert reader.doc_frequency("text", "umzug") == sum("umzug" in text.split() for text in texts)
    assert reader.frequency("text", "umzug") == sum(text.split().count("umzug") for text in texts)
    assert reader.field_length("text") == sum(len(text.split()) for text in texts)
    assert [*reader.lexicon("text")] == sorted({word.encode() for text in texts for word in text.split()})
    assert found(searcher, Term("guide", "g7")) == {7}
    assert ("words", "kopf") in reader


def test_whoosh_counts_occurrences(searcher: Searcher, texts: list[str]) -> None:
    counting = Searcher(searcher.reader(), weighting=Frequency())

    for hit in counting.search(Term("text", "miet"), limit=None):
        assert hit.score == texts[hit.docnum].split().count("miet")
