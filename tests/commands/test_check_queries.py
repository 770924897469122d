import json
from pathlib import Path

import docx
import pytest

from kb import cli, commands


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "docs_source/leistungsrecht/umzug.docx", "Umzug begleiten", "Vor dem Umzug holen Sie die Zusicherung ein.")
    put(tmp_path / "docs_source/gesundheit/sucht.docx", "Sucht ansprechen", "Die Suchtberatung begleitet auch beim Umzug.")
    assert cli.main(["ingest"]) == commands.DONE
    capsys.readouterr()
    return tmp_path


def put(path: Path, title: str, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    document = docx.Document()
    document.core_properties.title = title
    document.add_paragraph(text + " Die Fachkraft bespricht mit der Person, was zu tun ist.")
    document.save(str(path))


def put_questions(*entries: str) -> None:
    Path("fragen.toml").write_text("schema_version = 1\n" + "".join(f"[[frage]]\n{entry}\n" for entry in entries), "utf-8")


UMZUG = 'suche = "Umzug Zusicherung"\nerwartet = ["leistungsrecht/umzug.docx"]\nbis = 1'
SUCHT = 'suche = "Umzug Zusicherung einholen"\nerwartet = ["gesundheit/sucht.docx"]\nbis = 1\nohne_gemeinsames_wort = true'
NOWHERE = 'suche = "Möbelgeld"\nerwartet = ["leistungsrecht/umzug.docx"]'


def test_if_all_is_as_expected_only_the_summary_is_printed(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_questions(UMZUG)

    assert cli.main(["check-queries", "fragen.toml"]) == commands.DONE
    assert capsys.readouterr().out == "1 von 1 bestanden, 0 bekannt, 0 nicht\n"


def test_a_failure_says_where_the_expected_stands_and_what_stands_there(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_questions(UMZUG, SUCHT, NOWHERE)

    assert cli.main(["check-queries", "fragen.toml"]) == commands.SOME_FAILED
    assert capsys.readouterr().out.splitlines() == [
        "nicht      „Umzug Zusicherung einholen“",
        "           gesundheit/sucht.docx: erwartet auf 1, steht auf 2",
        "           1. Umzug begleiten (leistungsrecht/umzug.docx)",
        "           2. Sucht ansprechen (gesundheit/sucht.docx)",
        "nicht      „Möbelgeld“",
        "           leistungsrecht/umzug.docx: erwartet auf 1–3, nicht gefunden",
        "1 von 3 bestanden, 0 bekannt, 2 nicht",
        "davon ohne gemeinsames Wort: 0 von 1 bestanden",
    ]


def test_passages_intruders_and_strangers_are_told(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_questions(UMZUG + '\nstelle = "4.1"\nnicht = ["Umzug begleiten"]', 'suche = "Umzug"\nerwartet = ["alt/umzug.docx"]')

    assert cli.main(["check-queries", "fragen.toml"]) == commands.SOME_FAILED
    out = capsys.readouterr().out
    assert "unter den gezeigten Fundstellen fehlt „4.1“" in out
    assert "Umzug begleiten: sollte dort nicht stehen, steht auf 1" in out
    assert "alt/umzug.docx: steht nicht im Bestand" in out


def test_what_is_known_to_fail_is_no_failure(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_questions(NOWHERE + '\nbekannt = "fehlt in der Fachwortliste"', UMZUG + '\nbekannt = "war einmal"')

    assert cli.main(["check-queries", "fragen.toml"]) == commands.DONE
    assert capsys.readouterr().out.splitlines() == [
        "bekannt    „Möbelgeld“",
        "           fehlt in der Fachwortliste",
        "           leistungsrecht/umzug.docx: erwartet auf 1–3, nicht gefunden",
        "gelingt    „Umzug Zusicherung“",
        "           gelingt jetzt: Eintrag „bekannt“ entfernen",
        "1 von 2 bestanden, 1 bekannt, 0 nicht",
    ]


def test_against_an_earlier_run_it_says_what_moved(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_questions(UMZUG, NOWHERE)
    cli.main(["check-queries", "fragen.toml", "--save", "plaetze.json"])
    put(
        house / "docs_source/leistungsrecht/geld.docx",
        "Umzug Zusicherung",
        "Möbelgeld. Umzug, Zusicherung. Umzug, Zusicherung.",
    )
    cli.main(["ingest"])
    put_questions(UMZUG, NOWHERE.replace("umzug.docx", "geld.docx"), SUCHT)
    capsys.readouterr()

    cli.main(["check-queries", "fragen.toml", "--baseline", "plaetze.json"])

    moved = [line for line in capsys.readouterr().out.splitlines() if line[:1] != " " and "nicht  " not in line]
    assert moved[:3] == [
        "schlechter „Umzug Zusicherung“: 1 → 2",
        "besser     „Möbelgeld“: nicht gefunden → 1",
        "neu        „Umzug Zusicherung einholen“: 3",
    ]


def test_as_json_it_is_one_object(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_questions(UMZUG, NOWHERE)

    assert cli.main(["check-queries", "fragen.toml", "--json"]) == commands.SOME_FAILED
    run = json.loads(capsys.readouterr().out)
    assert run["counts"] == {"questions": 2, "passed": 1, "known": 0, "failed": 1}
    assert [(one["query"], one["verdict"], one["rank"]) for one in run["questions"]] == [
        ("Umzug Zusicherung", "passed", 1),
        ("Möbelgeld", "failed", None),
    ]
    assert run["questions"][0]["first"][0] == "leistungsrecht/umzug.docx"
    assert run["moved"] == []


def test_without_a_file_the_house_own_is_asked(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_questions(UMZUG)

    assert cli.main(["check-queries"]) == commands.WRONG_USE
    assert "queries" in capsys.readouterr().err

    monkeypatch.setenv("KB_QUERIES", "fragen.toml")
    assert cli.main(["check-queries"]) == commands.DONE


def test_a_wrong_file_is_wrong_use_and_names_the_entry(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_questions(UMZUG, 'suche = "Möbel"\nerwartet = ["a.pdf"]\nbis = 0')

    assert cli.main(["check-queries", "fragen.toml"]) == commands.WRONG_USE
    assert capsys.readouterr().err == "fragen.toml: Frage 2 („Möbel“): bei „bis“ gehört eine ganze Zahl von 1 bis 50 hin\n"


def test_without_an_index_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put_questions(UMZUG)

    assert cli.main(["check-queries", "fragen.toml"]) == commands.REFUSED
