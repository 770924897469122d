import json
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import pytest

from kb import cli, commands, messages

ROOT = Path(__file__).parents[1]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "docs_source/leistungsrecht/umzug.docx", "Umzug begleiten", "Vor dem Umzug holen Sie die Zusicherung ein.")
    put(tmp_path / "docs_source/gesundheit/sucht.docx", "Sucht ansprechen", "Die Suchtberatung begleitet auch beim Umzug.")
    return tmp_path


def put(path: Path, title: str, *paragraphs: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    document = docx.Document()
    document.core_properties.title = title
    for paragraph in paragraphs:
        document.add_paragraph(paragraph + " Die Fachkraft bespricht mit der Person, was zu tun ist.")
    document.save(str(path))


def test_ingest_reports_each_file_in_german(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (house / "docs_source/kaputt.pdf").write_bytes(b"%PDF-1.4 nichts")
    (house / "docs_source/tabelle.xlsx").write_bytes(b"PK")

    status = cli.main(["ingest"])

    out = capsys.readouterr().out
    assert status == commands.SOME_FAILED
    assert "neu        leistungsrecht/umzug.docx" in out
    assert "Fehler     kaputt.pdf" in out
    assert "übergangen tabelle.xlsx" in out
    assert "2 Handlungshilfen übernommen, 1 Fehler, 0 unverändert" in out


def test_ingest_as_json_is_one_object(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (house / "docs_source/kaputt.pdf").write_bytes(b"")

    status = cli.main(["ingest", "--json"])

    report = json.loads(capsys.readouterr().out)
    files = {file["source"]: (file["verdict"], file["message"]) for file in report["files"]}
    assert status == 1
    assert files["kaputt.pdf"] == ("failed", "die Datei ist leer; bitte neu speichern")
    assert files["gesundheit/sucht.docx"][0] == "new"
    assert report["counts"]["new"] == 2


def test_a_path_outside_the_source_folder_is_wrong_use(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ingest", str(house)]) == commands.WRONG_USE
    assert "liegt nicht in docs_source" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["docs_source/gesundheit", "gesundheit/sucht.docx"])
def test_paths_may_start_here_or_in_the_source_folder(house: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ingest", path]) == commands.DONE
    assert "1 Handlungshilfe übernommen" in capsys.readouterr().out


def test_a_missing_source_folder_is_refused(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ingest", "--source", "nirgends"]) == commands.REFUSED
    assert "Der Ordner nirgends ist nicht da" in capsys.readouterr().err


def test_search_prints_where_it_stands(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ingest"])
    capsys.readouterr()

    assert cli.main(["search", "Umzug", "Suchtberatung"]) == commands.DONE

    out = capsys.readouterr().out
    assert out.startswith("Auch gesucht: Wohnungswechsel, Suchthilfe, Suchtberatungsstelle\n1 Handlungshilfe mit allen ")
    assert "1. Sucht ansprechen (gesundheit/sucht.docx)" in out


def test_search_asks_whether_something_else_was_meant(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ingest"])
    capsys.readouterr()

    cli.main(["search", "Umzgu", "Suchtberatung"])
    cli.main(["search", "Umzgu", "Suchtberatung", "--json"])
    cli.main(["search", "Umzug", "--json"])

    lines = capsys.readouterr().out
    assert lines.startswith("Meinten Sie: Umzug Suchtberatung?\n")
    assert '"meant": "Umzug Suchtberatung"' in lines
    assert '"meant": ""' in lines


def test_search_finds_what_was_meant_and_says_so(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ingest"])
    capsys.readouterr()

    cli.main(["search", "Zusichrung"])

    assert capsys.readouterr().out.splitlines()[:3] == [
        "Meinten Sie: Zusicherung?",
        "Auch gesucht: vermutlich gemeint: Zusicherung",
        "1 Handlungshilfe",
    ]

    cli.main(["search", "Zusichrung", "--without", "Zusicherung", "--json"])

    (added,) = json.loads(capsys.readouterr().out)["added"]
    assert added == {
        "id": ":zusicherung",
        "typed": "zusichrung",
        "name": "Zusicherung",
        "relation": "meant",
        "is_searched": False,
    }


def test_search_takes_no_name_of_the_vocabulary_for_a_slip(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (house / "eigene.toml").write_text('[[eintrag]]\nid = "umzug"\nbegriff = "Umzug"\numgang = ["Zusichrung"]\n', "utf-8")
    (house / "kb.toml").write_text('synonyms = "eigene.toml"\n', "utf-8")
    cli.main(["ingest"])
    capsys.readouterr()

    cli.main(["search", "Zusichrung Umzgu", "--json"])

    assert json.loads(capsys.readouterr().out)["meant"] == "Zusichrung Umzug"


def test_search_that_finds_nothing_names_topics(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ingest"])
    capsys.readouterr()

    cli.main(["search", "Quantenphysik"])
    cli.main(["search", "Gesundheitsförderer"])

    assert capsys.readouterr().out.splitlines() == [
        messages.NOTHING_FOUND,
        "Die meisten Handlungshilfen gibt es zu diesen Themen:",
        "  Gesundheit, Sucht und Reha (--topic gesundheit)",
        "  Leistungen zum Lebensunterhalt (--topic leistungsrecht)",
        messages.NOTHING_FOUND,
        "Diese Themen könnten passen:",
        "  Gesundheit, Sucht und Reha (--topic gesundheit)",
    ]


def test_search_as_json_has_results_facets_and_totals(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ingest"])
    capsys.readouterr()

    cli.main(["search", "Umzug", "--topic", "gesundheit", "--limit", "5", "--json"])

    answer = json.loads(capsys.readouterr().out)
    (result,) = answer["results"]
    passage = result["passages"][0]
    snippet = passage["snippet"]
    assert result["guide"]["title"] == "Sucht ansprechen"
    assert result["score"] > 0
    assert passage["page"] is None
    assert [snippet["text"][start:end] for start, end in snippet["spans"]] == ["Umzug"]
    assert answer["totals"]["works"] == 1
    assert {facet["value"]: facet["count"] for facet in answer["facets"]["topic"]} == {"gesundheit": 1, "leistungsrecht": 1}


@pytest.mark.parametrize("spelling", ["§ 15", "15 SGB II", "Paragraf 15", "15", "sgb2:15"])
def test_results_can_be_narrowed_by_a_norm_in_any_spelling(
    house: Path, capsys: pytest.CaptureFixture[str], spelling: str
) -> None:
    put(house / "docs_source/beratung/plan.docx", "Plan", "Umzug im Plan nach § 15 Abs. 2 SGB II.")
    cli.main(["ingest"])
    capsys.readouterr()

    cli.main(["search", "Umzug", "--norm", spelling, "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert [result["guide"]["title"] for result in answer["results"]] == ["Plan"]
    assert [(facet["value"], facet["count"]) for facet in answer["facets"]["norm"]] == [("sgb2:15", 1)]


def test_what_is_no_norm_is_wrong_use(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["search", "Umzug", "--norm", "Umzug"])

    assert left.value.code == commands.WRONG_USE
    assert "„Umzug“ ist keine Vorschrift" in capsys.readouterr().err


def test_an_assumed_statute_is_said(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ingest"])
    capsys.readouterr()

    for text in ("§ 16e", "§ 16e SGB II"):
        cli.main(["search", text])

    assert capsys.readouterr().out.count("§\u00a016e gelesen als §\u00a016e\u00a0SGB\u00a0II\n") == 1


def test_an_unknown_topic_is_wrong_use_and_the_known_ones_are_listed(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ingest"])

    assert cli.main(["search", "Umzug", "--topic", "gesund"]) == commands.WRONG_USE
    assert "gesundheit.sucht" in capsys.readouterr().err


def test_search_without_an_index_says_what_to_do(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["search", "Umzug"]) == commands.REFUSED
    assert "python ingest.py" in capsys.readouterr().err


def test_a_wrong_setting_ends_the_start(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (house / "kb.toml").write_text('quelle = "docs"\n', "utf-8")

    assert cli.main(["ingest"]) == commands.WRONG_USE
    assert "kb.toml: Einstellung „quelle“: diese Einstellung gibt es nicht" in capsys.readouterr().err


def test_the_script_goes_on_with_the_python_that_has_the_packages(tmp_path: Path) -> None:
    script = shutil.copy(ROOT / "ingest.py", tmp_path)
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\n', "utf-8")
    python.chmod(0o755)

    without_packages = [sys.executable, "-S", script, "--dry-run"]
    run = subprocess.run(without_packages, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)

    assert (run.stdout, run.stderr) == (f"{script} --dry-run\n", "")


def test_the_script_takes_the_same_options(house: Path) -> None:
    script = ROOT / "ingest.py"

    run = subprocess.run([sys.executable, str(script), "--json"], capture_output=True, text=True, check=True)

    assert len(json.loads(run.stdout)["files"]) == 2
    assert "\r" not in run.stderr  # no progress bar without a terminal


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["ingest", "--quelle"], "unbekannte Angabe: --quelle", id="unknown option"),
        pytest.param(["search", "Umzug", "--limit", "keins"], "'keins' ist hier keine gültige Zahl", id="no number"),
        pytest.param(["search", "Umzug", "--limit", "0"], "'0' ist hier keine gültige Zahl", id="no results wanted"),
        pytest.param(["search", "--topic"], "hier fehlt ein Wert", id="no value"),
        pytest.param(
            ["suche"],
            "'suche' gibt es nicht; möglich sind: 'ingest', 'search', 'glossary', 'eval', 'check-queries'",
            id="unknown command",
        ),
        pytest.param([], "es fehlt: BEFEHL", id="no command"),
    ],
)
def test_wrong_use_is_explained_in_german(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)

    err = capsys.readouterr().err
    assert ended.value.code == commands.WRONG_USE
    assert said in err
    assert err.startswith("Aufruf: kb")


@pytest.mark.parametrize("command", [[], *([name] for name in cli.COMMANDS)])
def test_help_is_german(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([*command, "--help"])

    out = capsys.readouterr().out
    assert "diese Hilfe zeigen" in out
    assert not {"usage", "options", "arguments", "show", "exit"} & set(out.replace(":", " ").split())


def test_a_command_imports_what_it_needs_and_no_more() -> None:
    program = "import sys; from kb import cli; cli.parser('ingest'); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    loaded = set(run.stdout.split())
    assert "kb.ingestion" in loaded
    assert not {"kb.search", "kb.hints", "kb.evaluation", "rapidfuzz", "streamlit", "pypdfium2", "docx"} & loaded


def test_a_hit_in_an_earlier_edition_is_labelled(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(house / "docs_source/gesundheit/neu.docx", "Sucht beraten", "Die Fachstelle hilft.")
    (house / "docs_source/gesundheit/neu.toml").write_text('ersetzt = "sucht.docx"\n', "utf-8")
    cli.main(["ingest"])
    capsys.readouterr()

    cli.main(["search", "begleitet"])

    out = capsys.readouterr().out
    assert "1. Sucht beraten (gesundheit/neu.docx)" in out
    assert "Nur in einer früheren Ausgabe gefunden. Frühere Ausgabe: Sucht ansprechen" in out


def test_an_index_that_cannot_be_written_is_explained(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (house / "besetzt").write_text("kein Ordner", "utf-8")

    assert cli.main(["ingest", "--index", "besetzt"]) == commands.REFUSED
    assert capsys.readouterr().err == "besetzt: hier wird ein Ordner gebraucht, keine Datei. Der Suchindex ist unverändert.\n"


def test_a_full_disk_leaves_the_index_as_it_was(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ingest"])
    for n in range(3):
        put(house / f"docs_source/neu{n}.docx", f"Umzug begleiten {n}", *("Wohnung und Miete. " * 40 for _ in range(40)))
    script = ROOT / "ingest.py"
    limited = f"ulimit -f 40; exec {sys.executable} {script}"  # blocks of 512 or 1024 bytes a file: the segment does not fit

    run = subprocess.run(["sh", "-c", f"trap '' XFSZ; {limited}"], capture_output=True, text=True, check=False)

    assert run.returncode == commands.REFUSED, run.stderr
    assert "Der Suchindex ist unverändert" in run.stderr
    assert "Traceback" not in run.stderr
    capsys.readouterr()
    cli.main(["search", "Wohnung"])
    assert "Keine Treffer" in capsys.readouterr().out


def test_the_glossary_is_looked_up_without_an_index(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["glossary", "EGV"]) == commands.DONE

    out = capsys.readouterr().out
    assert out.startswith("Kooperationsplan (seit 01.07.2023, bitte prüfen)\n")
    assert "früher                 Eingliederungsvereinbarung, EGV, EinV\n" in out


def test_the_glossary_without_words_is_everything_from_a_to_z(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["glossary"])

    entries = capsys.readouterr().out.split("\n\n")
    assert len(entries) == 437
    assert entries[-1].startswith("Zwölftes Buch Sozialgesetzbuch")


def test_the_glossary_as_json_holds_the_entries_of_the_house(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (house / "kb.toml").write_text('synonyms = "woerter.toml"\n', "utf-8")
    (house / "woerter.toml").write_text('[[eintrag]]\nid = "lotse"\nbegriff = "Teilhabelotse"\n', "utf-8")

    cli.main(["glossary", "Teilhabelotsen", "--json"])

    (entry,) = json.loads(capsys.readouterr().out)["entries"]
    assert (entry["id"], entry["term"], entry["same"]) == ("lotse", "Teilhabelotse", [])


def test_a_word_that_the_glossary_lacks_is_said(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["glossary", "Raumfahrt"]) == commands.DONE
    assert capsys.readouterr().out.startswith("Kein Fachwort zu „Raumfahrt“.")


def test_a_wrong_entry_of_the_house_is_explained(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (house / "kb.toml").write_text('synonyms = "woerter.toml"\n', "utf-8")
    (house / "woerter.toml").write_text('[[eintrag]]\nid = "lotse"\nbegriff = "Lotse"\nkurz = "TL"\n', "utf-8")

    assert cli.main(["glossary"]) == commands.WRONG_USE
    assert "woerter.toml: Eintrag „lotse“: bei „kurz“ gehört eine Liste von Wörtern hin" in capsys.readouterr().err


def test_what_the_vocabulary_adds_can_be_left_out(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ingest"])
    capsys.readouterr()

    assert cli.main(["search", "Suchtberatung", "--without", "suchthilfe"]) == commands.DONE
    assert capsys.readouterr().out.startswith("Auch gesucht: Suchtberatungsstelle\n")
    assert (
        cli.main(["search", "Suchtberatung", "--json", "--without", "suchthilfe", "--without", "Unbekanntes"]) == commands.DONE
    )
    added = json.loads(capsys.readouterr().out)["added"]
    assert {one["name"]: one["is_searched"] for one in added} == {"Suchthilfe": False, "Suchtberatungsstelle": True}
