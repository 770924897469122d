"""Measures are worked out by hand; the collections are made here."""

import io
import json
from pathlib import Path

import pytest

from kb import cli, evaluation
from kb.errors import CollectionError, CollectionProblem, IndexTakenError

DOCUMENTS = (
    {"id": "d 1", "title": "Umzug", "text": "Die Zusicherung zum Umzug muss vorher beantragt werden."},
    {"id": "d#2/ä", "title": "Umzug", "text": "Der Umzug."},
    {"id": "d3", "title": "Widerspruch", "text": "Gegen den Bescheid ist der Widerspruch zulässig."},
)
QUERIES = ({"id": "q1", "text": "Widerspruch"}, {"id": "q2", "text": "Zusicherung Umzug"}, {"id": "q3", "text": "Bescheid"})


def collection(
    folder: Path,
    documents: tuple[dict[str, str], ...] = DOCUMENTS,
    queries: tuple[dict[str, str], ...] = QUERIES,
    judgements: str = "q1\td3\t1\nq2\td#2/ä\t1\n",
) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "corpus.jsonl").write_text("".join(json.dumps(one) + "\n" for one in documents), "utf-8")
    (folder / "queries.jsonl").write_text("".join(json.dumps(one) + "\n" for one in queries), "utf-8")
    (folder / "qrels.tsv").write_text(judgements, "utf-8")
    return folder


def test_measures_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    found = evaluation.run(collection(tmp_path / "c"))

    # q1 finds its text first; q2 finds "d 1" (both words) before its own, which is second: 1 / log2(3) = .6309
    assert found.measures == pytest.approx(
        {"nDCG@10": (1 + 0.63093) / 2, "MRR@10": 0.75, "Recall@10": 1.0, "Success@1": 0.5}, abs=1e-4
    )
    assert (found.n_queries, found.n_left_out, found.n_documents) == (2, 1, 3)


def test_a_query_without_results_counts_as_nothing(tmp_path: Path) -> None:
    folder = collection(tmp_path / "c", queries=(*QUERIES, {"id": "q4", "text": "xyzzy"}), judgements="q1\td3\t1\nq4\td3\t1\n")

    assert evaluation.run(folder).measures["nDCG@10"] == pytest.approx(0.5)


def test_a_run_keeps_odd_ids_and_falls_from_rank_to_rank(tmp_path: Path) -> None:
    evaluation.run(collection(tmp_path / "c"), run_file=tmp_path / "run.txt", limit=100)

    lines = [line.split("\t") for line in (tmp_path / "run.txt").read_text("utf-8").splitlines()]
    assert [line[:4] for line in lines if line[0] == "q2"] == [["q2", "Q0", "d 1", "1"], ["q2", "Q0", "d#2/ä", "2"]]
    scores = [float(line[4]) for line in lines if line[0] == "q2"]
    assert scores == sorted(set(scores), reverse=True)


def test_beir_names_and_a_line_of_columns_are_understood(tmp_path: Path) -> None:
    folder = collection(
        tmp_path / "c",
        documents=({"_id": "a", "text": "Umzug"},),
        queries=({"_id": "q", "text": "Umzug"},),
        judgements="query-id\tcorpus-id\tscore\nq\ta\t2\n",
    )

    assert evaluation.run(folder).measures["nDCG@10"] == 1.0


def test_a_write_out_has_one_line_per_document() -> None:
    out = io.StringIO()

    evaluation.write_run(out, "q", ["a", "b"])

    assert out.getvalue() == "q\tQ0\ta\t1\t2\tkb\nq\tQ0\tb\t2\t1\tkb\n"


@pytest.mark.parametrize(
    ("name", "content", "line", "problem"),
    [
        pytest.param("corpus.jsonl", "", 0, CollectionProblem.EMPTY, id="no documents"),
        pytest.param("corpus.jsonl", '{"id": "a", "text": "x"}\n{oops', 2, CollectionProblem.NOT_JSON, id="broken line"),
        pytest.param("corpus.jsonl", '{"text": "x"}', 1, CollectionProblem.NO_ID, id="no id"),
        pytest.param("corpus.jsonl", '{"id": "a"}', 1, CollectionProblem.NO_TEXT, id="no text"),
        pytest.param("queries.jsonl", '{"id": "q", "text": ""}\n' * 2, 2, CollectionProblem.TWICE, id="query twice"),
        pytest.param("qrels.tsv", "q1 d3 1\n", 1, CollectionProblem.COLUMNS, id="blanks for tabs"),
        pytest.param("qrels.tsv", "q9\td3\t1\n", 1, CollectionProblem.UNKNOWN_QUERY, id="unknown query"),
        pytest.param("qrels.tsv", "q1\td9\t1\n", 1, CollectionProblem.UNKNOWN_DOCUMENT, id="unknown document"),
        pytest.param("qrels.tsv", "q1\td3\tgut\n", 1, CollectionProblem.NO_GRADE, id="no grade"),
        pytest.param("qrels.tsv", "q1\td3\t0\n", 0, CollectionProblem.NOTHING_RELEVANT, id="nothing relevant"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(
    tmp_path: Path, name: str, content: str, line: int, problem: CollectionProblem
) -> None:
    folder = collection(tmp_path / "c")
    (folder / name).write_text(content, "utf-8")

    with pytest.raises(CollectionError) as caught:
        evaluation.read(folder)

    assert (Path(caught.value.file).name, caught.value.line, caught.value.problem) == (name, line, problem)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = collection(tmp_path / "c")
    (folder / "qrels.tsv").unlink()

    with pytest.raises(CollectionError, match="missing"):
        evaluation.read(folder)


def test_an_index_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "other").write_text("stays")

    with pytest.raises(IndexTakenError):
        evaluation.run(collection(tmp_path / "c"), index=tmp_path / "index")

    assert (tmp_path / "index" / "other").read_text() == "stays"


def test_the_command_prints_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main(["eval", str(collection(tmp_path / "c")), "--json"])

    assert status == cli.DONE
    printed = json.loads(capsys.readouterr().out)
    assert {"nDCG@10", "MRR@10", "Recall@10", "Success@1", "queries", "documents"} <= printed.keys()


def test_the_command_reports_in_german(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["eval", str(collection(tmp_path / "c"))]) == cli.DONE
    assert "3 Texte, 2 Anfragen; 1 weitere ohne Bewertung" in capsys.readouterr().out

    assert cli.main(["eval", str(tmp_path / "nowhere")]) == cli.WRONG_USE
    assert "die Datei ist nicht da" in capsys.readouterr().err


def test_a_title_stands_above_its_text_as_on_a_guides_first_page() -> None:
    guide, passage = evaluation.as_guide(evaluation.Document("d", "Umzug\u00ad  planen", "Der Text."))

    assert guide.title == "Umzug planen"
    assert passage.text.split() == ["Umzug", "planen", "Der", "Text."]
