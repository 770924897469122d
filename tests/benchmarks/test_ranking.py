"""Every ranker finds what it should; figures, p-values and tables are right."""

import json
import math
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks import ablation, ranking
from benchmarks.rankers import RANKERS, Ask
from benchmarks.ranking import Scores
from kb import evaluation
from kb.evaluation import Collection, Document

DOCUMENTS = [
    Document("a b", "Umzug", "Vor dem Umzug kommt die Zusicherung."),
    Document("kdu#1", "Wohnung", "Kosten der Unterkunft und Heizung."),
    Document("ü/3", "Beratungen", "Eine Frage, die offen ist."),
]


NOT_INSTALLED = "a peer that the tests do not install: make bench, and python3-xapian of Debian"


@pytest.fixture(scope="module")
def asks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ask]:
    """Return those that are installed."""
    found = {}
    for name, make in RANKERS.items():
        with suppress(ImportError):
            found[name] = make(tmp_path_factory.mktemp("index"), DOCUMENTS)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    queries = {"eins": "Zusicherung", "zwei": "Unterkunft", "leer": "Xylophon", "frei": "Wohnung"}
    (tmp_path / "corpus.jsonl").write_text(
        "".join(json.dumps({"id": one.id, "title": one.title, "text": one.text}) + "\n" for one in DOCUMENTS), "utf-8"
    )
    asked = (json.dumps({"id": id_, "text": text}) + "\n" for id_, text in queries.items())
    (tmp_path / "queries.jsonl").write_text("".join(asked), "utf-8")
    (tmp_path / "qrels.tsv").write_text("eins\ta b\t1\nzwei\tkdu#1\t1\nleer\tkdu#1\t1\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", RANKERS)
def test_rankers_put_first_what_has_the_word_in_text_or_title(asks: dict[str, Ask], name: str) -> None:
    if name not in asks:
        pytest.skip(NOT_INSTALLED)

    assert asks[name]("Zusicherung")[0] == "a b"
    assert asks[name]("Wohnung")[0] == "kdu#1"
    assert set(asks[name]("Heizung Frage")[:2]) == {"kdu#1", "ü/3"}


@pytest.mark.parametrize("name", ["kb", "tantivy", "bm25s", "xapian", "whoosh"])
def test_who_has_a_german_stemmer_uses_it_for_nouns(asks: dict[str, Ask], name: str) -> None:
    if name not in asks:
        pytest.skip(NOT_INSTALLED)

    assert asks[name]("Heizungen") == ["kdu#1"]
    assert asks[name]("Beratung")[0] == "ü/3"


@pytest.mark.parametrize("name", sorted({*RANKERS} - {"kb", "tantivy-grams"}))  # ours has operators; parts are shared by many
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param('+Heizung -"Umzug) AND NOT: *', {"a b", "kdu#1"}, id="signs are no operators"),
        pytest.param("Xylophon", set(), id="nothing"),
        pytest.param("?", set(), id="no word"),
    ],
)
def test_peers_find_what_has_any_word(asks: dict[str, Ask], name: str, typed: str, expected: set[str]) -> None:
    if name not in asks:
        pytest.skip(NOT_INSTALLED)

    assert set(asks[name](typed)) == expected


def test_what_needs_no_installation_is_always_there(asks: dict[str, Ask]) -> None:
    assert {"kb", "fts5", "fts5-trigram", "whoosh"} <= set(asks)


def test_collections_are_asked_and_measured_query_by_query(folder: Path) -> None:
    collection = ranking.sampled(evaluation.read(folder), None, seed=1)

    scores = ranking.scores_of(lambda typed: ["kdu#1", "a b"], collection, has_typos=True, seed=1)

    assert list(collection.queries) == ["eins", "zwei", "leer"]
    assert list(scores.plain) == list(scores.mistyped) == pytest.approx([1 / math.log2(3), 1, 1])


def test_a_drawn_sample_is_the_same_each_time_and_has_judged_queries_only(folder: Path) -> None:
    collection = evaluation.read(folder)

    drawn = [ranking.sampled(collection, 2, seed=seed) for seed in range(20)]

    assert all(len(one.queries) == 2 and one.queries.keys() == one.grades.keys() for one in drawn)
    assert len({tuple(one.queries) for one in drawn}) > 1
    assert drawn == [ranking.sampled(collection, 2, seed=seed) for seed in range(20)]
    assert isinstance(drawn[0], Collection)


def test_p_values_are_those_of_tables() -> None:
    # t = 2.776, 4 degrees of freedom: the 97.5 % point of Student's t
    differences = [1 + 2.776445105**-1 * math.sqrt(5) * one / math.sqrt(2.5) for one in (-2, -1, 0, 1, 2)]

    assert ranking.p_value(differences, [0.0] * 5) == pytest.approx(0.05, abs=1e-6)
    assert ranking.p_value([0.0] * 5, differences) == pytest.approx(0.05, abs=1e-6)


def test_without_a_difference_there_is_no_p_value() -> None:
    assert math.isnan(ranking.p_value([1.0, 0.5], [1.0, 0.5]))
    assert math.isnan(ranking.p_value([1.0], [0.5]))


def test_tables_name_lead_chance_and_what_typing_errors_cost() -> None:
    lines = ranking.markdown({"kb": Scores([1.0, 0.5, 1.0], [0.5, 0.5, 1.0]), "peer": Scores([1.0, 0.5, 1.0], [0.0, 0.0, 1.0])})

    assert lines[2] == "| kb | 0.8333 |  |  | 0.6667 | 80.0% |  |  |"
    assert lines[3] == "| peer | 0.8333 | +0.0000 | – | 0.3333 | 40.0% | +0.3333 | 0.1835 |"
    assert ranking.markdown({"kb": Scores([1.0, 0.5])})[2] == "| kb | 0.7500 |  |  |"


def test_the_command_prints_a_table_per_collection(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ranking.main([str(folder), "--contenders", "fts5", "--typos"]) == 0

    out = capsys.readouterr().out
    assert f"### {folder.name}: 3 documents, 3 queries" in out
    assert "| kb | 0.6667 |" in out
    assert "| fts5 | 0.6667 | +0.0000 | – |" in out


def test_the_table_of_parts_says_what_is_lost_without_each_and_whether_by_chance() -> None:
    full = Scores([1.0, 1.0, 1.0, 0.9], [0.5] * 4)

    lines = ranking.ablation_table({"everything": full, "title": Scores([0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.7])})

    assert lines[2:] == ["| everything | 0.9750 | 0.5000 |", "| without title | -0.4750* | +0.0500 |"]


def test_the_command_takes_out_one_part_at_a_time(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ranking.main([str(folder), "--ablation"]) == 0

    out = capsys.readouterr().out
    assert "| everything | 0.6667 |" in out
    assert all(f"| without {name} |" in out for name in ablation.PARTS)


def test_a_wrong_collection_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "qrels.tsv").unlink()

    assert ranking.main([str(folder)]) == 2
    assert "qrels.tsv" in capsys.readouterr().err
