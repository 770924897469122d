import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from math import log2
from pathlib import Path

import ir_measures
import pytest

from kb import cleaning, cli, commands, evaluation, messages, search
from kb.engines import EmbeddedEngine
from kb.errors import CollectionError, CollectionProblem, IndexTakenError, LibraryMissingError
from kb.model import Page

DOCUMENTS = (
    {"id": "kaution", "title": "Wohnung", "text": "Miete und Kaution zahlt die Person."},
    {"id": "miete", "title": "Wohnung", "text": "Die Miete steht im Vertrag."},
    {"id": "zusicherung", "title": "", "text": "Vor dem Umzug kommt die Zusicherung."},
    {"id": "umzug", "text": "Den Umzug begleiten."},
    {"id": "kind", "title": "Kinderzuschlag", "text": "Bei der Familienkasse."},
    {"id": "sucht", "title": "Sucht", "text": "Fachstelle einschalten."},
)
QUERIES = {
    "beide": "Miete Kaution",
    "zweiter": "Umzug Zusicherung",
    "halb": "Kinderzuschlag",
    "nichts": "Xylophon",
    "unbewertet": "Sucht",
    "unpassend": "Familienkasse",
}
JUDGED = (
    ("beide", "miete", 2),
    ("beide", "kaution", 1),
    ("zweiter", "umzug", 1),
    ("zweiter", "zusicherung", 0),
    ("halb", "kind", 1),
    ("halb", "sucht", 3),
    ("nichts", "sucht", 1),
    ("unpassend", "kind", 0),
)
SECOND = 1 / log2(3)  # what the second place counts for
NDCG = {
    "beide": (1 + 2 * SECOND) / (2 + SECOND),
    "zweiter": SECOND,
    "halb": 1 / (3 + SECOND),
    "nichts": 0.0,
}


def put(
    folder: Path,
    documents: Iterable[Mapping[str, object]] = DOCUMENTS,
    queries: Mapping[str, str] = QUERIES,
    judged: Iterable[tuple[object, ...]] = JUDGED,
) -> Path:
    folder.mkdir(exist_ok=True)
    asked = [{"id": id_, "text": text} for id_, text in queries.items()]
    for name, records in (("corpus.jsonl", documents), ("queries.jsonl", asked)):
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        (folder / name).write_text("".join(lines), "utf-8")
    (folder / "qrels.tsv").write_text("".join("\t".join(map(str, row)) + "\n" for row in judged), "utf-8")
    return folder


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    return put(tmp_path / "sammlung")


def lines(run: Path) -> list[list[str]]:
    return [line.split("\t") for line in run.read_text("utf-8").removesuffix("\n").split("\n")]


def problem(folder: Path) -> tuple[str, int, CollectionProblem]:
    with pytest.raises(CollectionError) as caught:
        evaluation.read(folder)
    return Path(caught.value.file).name, caught.value.line, caught.value.problem


def test_measures_are_those_worked_out_by_hand(collection: Path) -> None:
    found = evaluation.run(collection)

    assert found.measures == pytest.approx(
        {
            "nDCG@10": sum(NDCG.values()) / 4,
            "MRR@10": (1 + 1 / 2 + 1 + 0) / 4,
            "Recall@10": (1 + 1 + 1 / 2 + 0) / 4,
            "Success@1": (1 + 0 + 1 + 0) / 4,
        }
    )
    assert (found.n_documents, found.n_queries, found.n_left_out) == (6, 4, 2)
    assert found.seconds_index > 0
    assert 0 < found.ms_per_query["p50"] <= found.ms_per_query["p95"]


def test_only_the_first_ten_count_however_many_are_written(tmp_path: Path) -> None:
    documents = [{"id": str(n), "title": "", "text": "Miete " * (30 - n)} for n in range(12)]
    run = tmp_path / "run"
    put(tmp_path / "viele", documents, {"q": "Miete"}, [("q", str(n), 1) for n in range(12)])

    found = evaluation.run(tmp_path / "viele", run_file=run, limit=100)

    assert len(lines(run)) == 12
    assert found.measures["Recall@10"] == pytest.approx(10 / 12)
    assert found.measures["nDCG@10"] == pytest.approx(1)


def test_a_short_run_does_not_shorten_what_is_measured(collection: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"

    found = evaluation.run(collection, run_file=run, limit=1)

    assert found.measures["MRR@10"] == pytest.approx(2.5 / 4)
    assert [row[3] for row in lines(run)] == ["1"] * len(lines(run))


def test_measures_per_query_have_every_judged_query() -> None:
    grades = {"a": {"1": 2, "2": 1}, "b": {"1": 1}, "c": {"1": 1}}

    values = evaluation.measure(grades, {"a": ["2", "1"], "b": [], "x": ["1"]})

    assert values["a"]["nDCG@10"] == pytest.approx(NDCG["beide"])
    assert values["b"] == values["c"] == dict.fromkeys(evaluation.MEASURES, 0.0)
    assert set(values) == set(grades)


def test_a_run_has_falling_scores_in_the_order_of_the_page(collection: Path, tmp_path: Path) -> None:
    index, run = tmp_path / "index", tmp_path / "run"

    evaluation.run(collection, index=index, run_file=run, limit=5)

    engine = EmbeddedEngine(index)
    for query_id, text in QUERIES.items():
        page = [result.guide.id for result in search.answer(engine, text, limit=5).results]
        rows = [row for row in lines(run) if row[0] == query_id]
        scores = [float(row[4]) for row in rows]
        assert [row[2] for row in rows] == page
        assert [row[3] for row in rows] == [str(rank) for rank in range(1, len(page) + 1)]
        assert scores == sorted(set(scores), reverse=True)
    engine.close()
    assert {(row[1], row[5]) for row in lines(run)} == {("Q0", "kb")}


def test_a_run_is_read_by_others_and_gives_the_same_measures(collection: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"

    found = evaluation.run(collection, run_file=run)

    grades = evaluation.read(collection).grades
    judged = [ir_measures.Qrel(query, id_, grade) for query, of in grades.items() for id_, grade in of.items()]
    written = ir_measures.read_trec_run(str(run))  # type: ignore[no-untyped-call]  # theirs
    theirs = ir_measures.calc_aggregate([ir_measures.nDCG @ 10, ir_measures.RR], judged, written)
    assert {str(name): value for name, value in theirs.items()} == pytest.approx(
        {"nDCG@10": found.measures["nDCG@10"], "RR": found.measures["MRR@10"]}
    )


@pytest.mark.parametrize(
    "id_",
    [
        pytest.param("SGB II § 22 Abs. 1", id="blanks"),
        pytest.param(" am Rand ", id="blanks at the ends"),
        pytest.param("umzug#1", id="as passages are named"),
        pytest.param("../a/b.pdf", id="path"),
        pytest.param("Übergangsmaßnahme", id="umlaut"),
        pytest.param("U\u0308bergang", id="decomposed umlaut"),
        pytest.param("weich\u00adtrennung\u00a0\u2028\u200b", id="invisible"),
        pytest.param("🏠 \\n \"'%20%s{0}<b>&amp;", id="signs"),
        pytest.param("-1", id="number"),
    ],
)
def test_ids_survive(id_: str, tmp_path: Path) -> None:
    folder, run = tmp_path / "sammlung", tmp_path / "run"
    put(folder, [*DOCUMENTS, {"id": id_, "title": "", "text": "Heizkosten"}], {id_: "Heizkosten"}, [(id_, id_, 1)])

    found = evaluation.run(folder, run_file=run)

    assert set(found.measures.values()) == {1.0}
    assert lines(run) == [[id_, "Q0", id_, "1", "1", "kb"]]


def test_ids_that_differ_in_form_only_are_different_documents(tmp_path: Path) -> None:
    ids = ["é", "e\u0301", "É", "ss", "ß"]
    documents = [{"id": id_, "title": "", "text": f"Nummer wort{n}"} for n, id_ in enumerate(ids)]
    queries = {id_: f"wort{n}" for n, id_ in enumerate(ids)}
    put(tmp_path / "form", documents, queries, [(id_, id_, 1) for id_ in ids])

    assert evaluation.run(tmp_path / "form").measures["Success@1"] == 1


def test_the_form_of_beir_is_read(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text(
        '\ufeff{"_id": 7, "text": "Miete"}\r\n\r\n{"_id": "8", "title": null, "text": ""}', "utf-8"
    )
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "Miete", "metadata": {}}\n', "utf-8")
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\r\nq\t7\t1\r\nq\t8\t-1\r\n", "utf-8")

    found = evaluation.run(tmp_path)

    assert (found.n_documents, found.measures["MRR@10"]) == (2, 1.0)


def test_texts_and_titles_are_cleaned_as_those_of_guides() -> None:
    text = "Die Bedarfs-\ngemeinschaft, u\u0308ber\u00adall"

    guide, passage = evaluation.as_guide(evaluation.Document("1", "Fi\u00adnanzen \n und ﬁx", text))

    (page,) = cleaning.clean([Page(number=None, text=text)])
    assert passage.text.endswith(f"\n{page.text}")
    assert page.text == "Die Bedarfsgemeinschaft,\nüberall"
    assert guide.title == "Finanzen und fix"


def test_a_title_stands_above_its_text_as_on_a_guides_first_page() -> None:
    guide, passage = evaluation.as_guide(evaluation.Document("d", "Umzug\u00ad  planen", "Der Text."))

    assert guide.title == "Umzug planen"
    assert passage.text.split() == ["Umzug", "planen", "Der", "Text."]


def test_a_text_names_norms_as_a_guides_passages_do() -> None:
    guide, passage = evaluation.as_guide(evaluation.Document("d", "Wohnen im SGB XII", "Nach § 35 Abs. 1. Siehe § 22 SGB II."))

    assert passage.norms == ("sgb12:35", "sgb12:35:1", "sgb2:22")
    assert guide.norms == ("sgb2:22", "sgb12:35")


def test_a_long_text_stays_one_passage_and_equal_titles_stay_two_works(tmp_path: Path) -> None:
    documents = [{"id": id_, "title": "Miete", "text": f"Satz über {id_}. " * 2_000} for id_ in ("eins", "zwei")]
    put(tmp_path / "lang", documents, {"q": "Miete"}, [("q", "eins", 1)])
    engine = EmbeddedEngine(tmp_path / "index", is_fresh=True)

    evaluation.build(engine, evaluation.read(tmp_path / "lang").documents())

    totals = search.answer(engine, "Miete").totals
    engine.close()
    assert (totals.n_works, totals.n_passages) == (2, 2)


def test_an_odd_query_stops_nothing(tmp_path: Path) -> None:
    queries = {"leer": "", "zeichen": '"-* \ud83d', "weg": "-Miete", "lang": "Miete " * 5_000}
    put(tmp_path / "s", DOCUMENTS, {}, [(id_, "miete", 1) for id_ in queries])
    asked = "".join(json.dumps({"id": id_, "text": text}) + "\n" for id_, text in queries.items())
    (tmp_path / "s/queries.jsonl").write_text(asked, "utf-8")

    assert evaluation.run(tmp_path / "s").n_queries == 4


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param("corpus.jsonl", None, (0, CollectionProblem.MISSING), id="no corpus"),
        pytest.param("queries.jsonl", None, (0, CollectionProblem.MISSING), id="no queries"),
        pytest.param("qrels.tsv", None, (0, CollectionProblem.MISSING), id="no judgements"),
        pytest.param("corpus.jsonl", b"\n \n", (0, CollectionProblem.EMPTY), id="no document"),
        pytest.param("queries.jsonl", b"", (0, CollectionProblem.EMPTY), id="no query"),
        pytest.param("qrels.tsv", b"query-id\tcorpus-id\tscore\n", (0, CollectionProblem.EMPTY), id="names of columns only"),
        pytest.param("corpus.jsonl", b'{"id": "1", "text": "a"}\n{"id": ', (2, CollectionProblem.NOT_JSON), id="cut off"),
        pytest.param("corpus.jsonl", b"\n[1]", (2, CollectionProblem.NOT_JSON), id="a list"),
        pytest.param("corpus.jsonl", b"[" * 100_000, (1, CollectionProblem.NOT_JSON), id="nested too deep"),
        pytest.param("corpus.jsonl", '{"id": "ü"}'.encode("latin-1"), (1, CollectionProblem.NOT_UTF8), id="another encoding"),
        pytest.param("corpus.jsonl", b'{"text": "a"}', (1, CollectionProblem.NO_ID), id="no id"),
        pytest.param("corpus.jsonl", b'{"id": " ", "text": "a"}', (1, CollectionProblem.NO_ID), id="a blank id"),
        pytest.param("corpus.jsonl", b'{"id": true, "text": "a"}', (1, CollectionProblem.NO_ID), id="an id that is none"),
        pytest.param("corpus.jsonl", b'{"id": "a\\tb", "text": "a"}', (1, CollectionProblem.NO_ID), id="a tab in the id"),
        pytest.param("corpus.jsonl", b'{"id": "\\ud800", "text": "a"}', (1, CollectionProblem.NO_ID), id="half a sign as id"),
        pytest.param("corpus.jsonl", b'{"id": "1"}', (1, CollectionProblem.NO_TEXT), id="no text"),
        pytest.param("corpus.jsonl", b'{"id": "1", "text": 3}', (1, CollectionProblem.NO_TEXT), id="a number as text"),
        pytest.param("queries.jsonl", b'{"id": "1", "text": "a"}\n' * 2, (2, CollectionProblem.TWICE), id="an id twice"),
        pytest.param("qrels.tsv", b"beide miete 1\n", (1, CollectionProblem.COLUMNS), id="blanks for tabs"),
        pytest.param("qrels.tsv", b"beide\tmiete\tja\n", (1, CollectionProblem.NO_GRADE), id="no grade in the first line"),
        pytest.param("qrels.tsv", b"a\tb\tc\nbeide\tmiete\t1.5\n", (2, CollectionProblem.NO_GRADE), id="no whole grade"),
        pytest.param("qrels.tsv", b"a\tb\tc\nd\te\tf\n", (2, CollectionProblem.NO_GRADE), id="names twice"),
        pytest.param("qrels.tsv", b"beide\tmiete\t1\nfern\tmiete\t1", (2, CollectionProblem.UNKNOWN_QUERY), id="unknown query"),
        pytest.param("qrels.tsv", b"\nbeide\tfern\t1\n", (2, CollectionProblem.UNKNOWN_DOCUMENT), id="unknown document"),
        pytest.param("qrels.tsv", b"beide\tmiete\t1\nbeide\tmiete\t0\n", (2, CollectionProblem.TWICE), id="two grades"),
        pytest.param("qrels.tsv", b"beide\tmiete\t0\n", (0, CollectionProblem.NOTHING_RELEVANT), id="nothing relevant"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(
    collection: Path, name: str, content: bytes | None, expected: tuple[int, CollectionProblem]
) -> None:
    if content is None:
        (collection / name).unlink()
    else:
        (collection / name).write_bytes(content)

    assert problem(collection) == (name, *expected)


def test_a_folder_in_place_of_a_file_is_unreadable(collection: Path) -> None:
    (collection / "qrels.tsv").unlink()
    (collection / "qrels.tsv").mkdir()

    assert problem(collection) == ("qrels.tsv", 0, CollectionProblem.UNREADABLE)


def test_a_folder_with_something_in_it_is_not_written_to(collection: Path, tmp_path: Path) -> None:
    evaluation.run(collection, index=tmp_path / "index")
    before = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "index").rglob("*"))

    with pytest.raises(IndexTakenError):
        evaluation.run(collection, index=tmp_path / "index")

    assert sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "index").rglob("*")) == before


def test_without_the_library_nothing_is_begun(collection: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)

    with pytest.raises(LibraryMissingError):
        evaluation.run(collection, index=tmp_path / "index")

    assert not (tmp_path / "index").exists()
    assert cli.main(["eval", str(collection)]) == commands.WRONG_USE


def test_progress_counts_documents_and_queries(collection: Path) -> None:
    seen: list[tuple[int, int]] = []

    evaluation.run(collection, progress=lambda done, total: seen.append((done, total)))

    assert seen == [(n, 12) for n in range(1, 13)]


# ---- command line ------------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Sequence[str], str]:
    status = cli.main(["eval", *arguments])
    captured = capsys.readouterr()
    return status, captured.out.splitlines(), captured.err


def test_the_command_prints_measures_and_times(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, str(collection))

    assert status == commands.DONE
    assert out[0] == "6 Texte, 4 Anfragen; 2 weitere ohne Bewertung nicht mitgezählt"
    assert out[1].split() == ["nDCG@10", messages.decimal(sum(NDCG.values()) / 4, 4)]
    assert [line.split()[0] for line in out[1:5]] == list(evaluation.MEASURES)
    assert out[5].startswith("Aufbau des Suchindex 0,")


def test_as_json_it_is_one_object_and_nothing_else(collection: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kb.cli", "eval", str(collection), "--json", "--run", str(tmp_path / "run")]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    found = json.loads(done.stdout)
    assert set(found) == {*evaluation.MEASURES, "queries", "queries_left_out", "documents", "seconds_index", "ms_per_query"}
    assert found["nDCG@10"] == pytest.approx(sum(NDCG.values()) / 4, abs=1e-6)
    assert (found["queries"], found["documents"]) == (4, 6)
    assert set(found["ms_per_query"]) == {"mean", "p50", "p95"}
    assert done.stderr == ""
    assert (tmp_path / "run").stat().st_size


def test_a_kept_index_can_be_searched(collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index = str(tmp_path / "index")

    assert run(capsys, str(collection), "--index", index)[0] == commands.DONE
    assert run(capsys, str(collection), "--index", index)[0] == commands.REFUSED
    cli.main(["search", "Kaution", "--index", index])

    assert "1. Wohnung (kaution)" in capsys.readouterr().out


def test_what_is_wrong_is_said_in_german(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (collection / "qrels.tsv").write_text("beide\tmiete\t1\nbeide\tfern\t1\n", "utf-8")

    status, out, err = run(capsys, str(collection), "--json")

    assert status == commands.WRONG_USE
    assert out == []
    assert err == f"{collection}/qrels.tsv, Zeile 2: der Text „fern“ steht nicht in corpus.jsonl\n"


def test_what_is_wrong_may_hold_braces(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (collection / "qrels.tsv").write_text("{0}{x\tmiete\t1\n", "utf-8")

    assert run(capsys, str(collection))[2].endswith("die Anfrage „{0}{x“ steht nicht in queries.jsonl\n")


def test_a_run_that_cannot_be_written_is_said_before_the_work(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, str(collection), "--run", str(collection / "nirgends/run"))

    assert status == commands.REFUSED
    assert err == f"{collection}/nirgends/run: der Ordner dafür ist nicht da. Der Suchindex ist unverändert.\n"
