import json
from pathlib import Path

import docx
import pytest

from kb import cli, commands, messages
from kb.commands import explain
from kb.model import Reason


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    put("umzug.docx", "Umzug begleiten", "Vor dem Umzug holen Sie die Zusicherung ein. Kosten der Unterkunft ändern sich.")
    put("sucht.docx", "Sucht ansprechen", "Die Suchtberatung begleitet auch beim Umzug.")
    assert cli.main(["ingest"]) == commands.DONE
    capsys.readouterr()


def put(name: str, title: str, text: str) -> None:
    path = Path("docs_source") / name
    path.parent.mkdir(exist_ok=True)
    document = docx.Document()
    document.core_properties.title = title
    document.add_paragraph(text + " Die Fachkraft bespricht mit der Person, was zu tun ist.")
    document.save(str(path))


@pytest.mark.usefixtures("house")
def test_it_says_what_makes_the_score(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "Umzug Zusicherung", "umzug.docx"]) == explain.EXPLAINED

    first, *shares = capsys.readouterr().out.splitlines()
    assert first.startswith("Umzug begleiten (")
    assert "Platz 1 von 2" in first
    assert any(line.endswith(f"„Zusicherung“ {messages.REASONS[Reason.WORD]}") for line in shares)
    assert any(line.endswith(messages.REASONS[Reason.ALL_WORDS]) for line in shares)


@pytest.mark.usefixtures("house")
def test_it_names_what_stands_for_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "KdU", "Umzug begleiten"]) == explain.EXPLAINED
    assert f"„KdU“ {messages.REASONS[Reason.ADDED]}: Kosten der Unterkunft" in capsys.readouterr().out
    assert cli.main(["explain", "Beratung", "Sucht ansprechen"]) == explain.EXPLAINED
    assert f"„Beratung“ {messages.REASONS[Reason.ALIKE]}: suchtberatung" in capsys.readouterr().out


@pytest.mark.usefixtures("house")
def test_it_names_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "Umzug Zusicherung", "sucht.docx"]) == explain.EXPLAINED
    assert messages.without(["Zusicherung"]) in capsys.readouterr().out


@pytest.mark.usefixtures("house")
def test_what_is_not_found_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "Zusicherung", "sucht.docx"]) == explain.NOT_FOUND
    assert "„Sucht ansprechen“ wird mit „Zusicherung“ nicht gefunden" in capsys.readouterr().out
    assert cli.main(["explain", "", "sucht.docx"]) == explain.NOT_FOUND
    assert "nach dem Alphabet" in capsys.readouterr().out
    assert cli.main(["explain", "Umzug", "gibtesnicht.pdf"]) == explain.NO_SUCH_GUIDE
    assert "„gibtesnicht.pdf“" in capsys.readouterr().err


@pytest.mark.usefixtures("house")
def test_as_json_the_shares_make_the_score(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "--json", "Umzug Zusicherung", "umzug.docx"]) == explain.EXPLAINED

    found = json.loads(capsys.readouterr().out)
    assert (found["found"], found["rank"], found["works"]) == (True, 1, 2)
    assert sum(share["points"] for share in found["shares"]) == pytest.approx(found["score"], abs=0.01)


def test_every_reason_has_its_words() -> None:
    assert set(messages.REASONS) == set(Reason)
