"""The search by meaning as an operator meets it: a model in a folder, one setting, the real ingest and the real search."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import pytest
import tiny_model

from kb import cli, commands, messages, search, topics, vocabulary
from kb.config import Settings
from kb.engines import open_engine
from kb.errors import ModelError
from kb.ui.library import Library

GUIDES = {
    "leistungsrecht/kdu.docx": ("Bedarfe prüfen", "Die Angemessenheit der Unterkunft richtet sich nach dem Einzelfall."),
    "leistungsrecht/geld.docx": ("Ansprüche sichern", "Raten und Inkasso: Wer Schulden hat, braucht zuerst einen Überblick."),
    "gesundheit/besuch.docx": ("Hausbesuche", "Ein Besuch in der Wohnung ist vorher anzukündigen."),
}
QUESTION = "Wohnung teuer"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for place, (title, text) in GUIDES.items():
        put(tmp_path / "docs_source" / place, title, text)
    tiny_model.build(tmp_path / "modell")
    (tmp_path / "kb.toml").write_text('semantic_model = "modell"\n', "utf-8")
    return tmp_path


def put(path: Path, title: str, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    document = docx.Document()
    document.core_properties.title = title
    document.add_paragraph(text)
    document.save(str(path))


def ingest(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert cli.main(["ingest", "--json"]) == commands.DONE
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, bool]]:
    capsys.readouterr()
    assert cli.main(["search", *arguments, "--json"]) == commands.DONE
    results = json.loads(capsys.readouterr().out)["results"]
    return [(result["guide"]["source"], result["passages"][0]["by_meaning"]) for result in results]


def test_what_no_word_finds_is_found_by_meaning(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(capsys)

    assert ("leistungsrecht/kdu.docx", True) in found(capsys, QUESTION)[:2]

    (house / "kb.toml").unlink()
    assert found(capsys, QUESTION) == [("gesundheit/besuch.docx", False)]


def test_a_second_run_reads_nothing_again_and_a_changed_guide_only_itself(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest(capsys)["embedded"] == {"passages": 3, "new": 3}
    assert ingest(capsys)["embedded"] == {"passages": 3, "new": 0}

    put(house / "docs_source/gesundheit/besuch.docx", "Hausbesuche", "Alkohol ist ein Anlass.")

    assert ingest(capsys)["embedded"] == {"passages": 3, "new": 1}
    assert found(capsys, "Therapie")[0] == ("gesundheit/besuch.docx", True)


def test_a_model_can_be_brought_later(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (house / "kb.toml").rename(house / "später")
    assert ingest(capsys)["embedded"] is None
    (house / "später").rename(house / "kb.toml")
    assert len(found(capsys, QUESTION)) == 1

    report = ingest(capsys)

    assert report["counts"]["unchanged"] == 3
    assert report["embedded"]["new"] == 3
    assert len(found(capsys, QUESTION)) == 3


def test_a_dry_run_embeds_nothing(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ingest", "--dry-run"]) == commands.DONE
    assert not (house / "index/semantic").exists()


def test_a_source_folder_without_a_readable_guide_embeds_nothing(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in GUIDES:
        (house / "docs_source" / place).write_bytes(b"")

    assert cli.main(["ingest"]) == commands.SOME_FAILED
    assert "Suche nach Bedeutung: 0 Textstellen" in capsys.readouterr().out


def test_the_report_and_the_results_are_german(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ingest"])
    assert "Suche nach Bedeutung: 3 Textstellen, davon 3 neu erfasst" in capsys.readouterr().out

    cli.main(["search", QUESTION])
    out = capsys.readouterr().out
    assert "Handlungshilfe" in out.splitlines()[0]
    assert "oder inhaltlich ähnlich\n" in out
    assert f"({messages.BY_MEANING}): Die Angemessenheit der Unterkunft" in out


@pytest.mark.parametrize(
    ("victim", "said"),
    [
        pytest.param("", "modell: Der Ordner mit dem Sprachmodell ist nicht da.", id="folder"),
        pytest.param("model.onnx", "fehlt die Datei model.onnx", id="network"),
        pytest.param("tokenizer.json", "fehlt die Datei tokenizer.json", id="tokenizer"),
    ],
)
def test_without_its_files_the_ingest_says_so_and_the_search_goes_on(
    house: Path, victim: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(capsys)
    (house / "modell" / victim).rename(house / "fort")
    put(house / "docs_source/neu.docx", "Neu", "Der Umzug.")

    assert cli.main(["ingest"]) == commands.WRONG_USE
    assert said in (complaint := capsys.readouterr().err)
    assert messages.MODEL_WAY_OUT in complaint

    assert cli.main(["search", QUESTION]) == commands.DONE
    shown = capsys.readouterr()
    assert "gesundheit/besuch.docx" in shown.out
    assert "kdu.docx" not in shown.out
    assert said in shown.err


def test_a_broken_network_is_no_traceback(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (house / "modell/model.onnx").write_bytes(b"nichts")

    assert cli.main(["ingest"]) == commands.WRONG_USE
    assert capsys.readouterr().err == (
        "modell/model.onnx: Das Sprachmodell lässt sich nicht lesen; vermutlich ist es unvollständig kopiert. "
        f"{messages.MODEL_WAY_OUT}\n"
    )


def test_a_missing_package_names_the_extra(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    assert cli.main(["ingest"]) == commands.WRONG_USE
    assert "pip install -e '.[semantic]'" in capsys.readouterr().err
    assert not (house / "index").exists()


def test_without_the_setting_nothing_of_it_is_loaded_or_written(house: Path) -> None:
    (house / "kb.toml").unlink()
    code = (
        "import sys; from kb import cli; cli.main(['ingest']); cli.main(['search', 'Wohnung'])\n"
        "print(sorted({'onnxruntime', 'tokenizers'} & set(sys.modules)))"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.endswith("\n[]\n")
    assert not (house / "index/semantic").exists()


def test_an_evaluation_measures_it_too(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = house / "sammlung"
    folder.mkdir()
    texts = {"kdu": "Angemessenheit der Unterkunft", "sucht": "Alkohol und Therapie", "amt": "Der Bescheid"}
    documents = [{"id": id_, "text": text} for id_, text in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, documents)), "utf-8")
    (folder / "queries.jsonl").write_text('{"id": "q", "text": "teuer"}\n', "utf-8")
    (folder / "qrels.tsv").write_text("q\tkdu\t1\n", "utf-8")

    def measured() -> float:
        capsys.readouterr()
        assert cli.main(["eval", str(folder), "--json"]) == commands.DONE
        return float(json.loads(capsys.readouterr().out)["Success@1"])

    assert measured() == 1.0
    (house / "kb.toml").unlink()
    assert measured() == 0.0


# ---- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_finds_by_meaning(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ingest(capsys)
    library = Library(Settings(semantic_model=Path("modell")), topics.load(), vocabulary.load())

    answer = library.ask(lambda engine: search.answer(engine, "Miete"))

    library.close()
    assert answer.results[0].guide.places == ("leistungsrecht/kdu.docx",)
    assert library.trouble is None


def test_the_page_goes_on_by_words_where_the_model_cannot_be_used(
    house: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    ingest(capsys)
    (house / "modell/tokenizer.json").write_text("{}", "utf-8")
    library = Library(Settings(semantic_model=Path("modell")), topics.load(), vocabulary.load())

    for _ in range(2):
        answer = library.ask(lambda engine: search.answer(engine, "Wohnung"))
        assert [result.guide.places for result in answer.results] == [("gesundheit/besuch.docx",)]

    library.close()
    assert isinstance(library.trouble, ModelError)
    assert caplog.text.count("no search by meaning") == 1


def test_an_engine_of_a_broken_model_cannot_be_opened_unawares(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ingest(capsys)

    with pytest.raises(ModelError):
        open_engine(Settings(semantic_model=Path("nirgends")))
