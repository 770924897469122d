from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kb import metadata, topics
from kb.errors import MetadataError, MetadataProblem
from kb.model import Extracted, Page

TAXONOMY = topics.load()
TITLES = {topic.id: topic.title for parent in TAXONOMY.topics for topic in (parent, *parent.children)}


def document(cover: str = "", **facts: Any) -> Extracted:
    return Extracted(pages=(Page(number=1, text=cover),), **facts)


def fields_of(
    place: str = "ablage/umzug.pdf", sidecar: metadata.Fields | None = None, cover: str = "", **facts: Any
) -> metadata.Fields:
    return metadata.of_guide(place, sidecar or {}, document(cover, **facts), TAXONOMY)


def read(tmp_path: Path, content: str | bytes) -> metadata.Fields:
    file = tmp_path / "umzug.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return metadata.read_sidecar(file, "ablage/umzug.toml", TAXONOMY)


# ---- sidecar -----------------------------------------------------------------------------------------------------------


def test_every_key_of_a_sidecar_becomes_a_field(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        titel = " Umzug begleiten "
        dokumentart = "weisung"
        themen = ["leistungsrecht.unterkunft", "beratung"]
        partner = []
        herausgeber = "Jobcenter Musterstadt"
        region = "Musterstadt"
        ansprechstelle = "Team 7"
        stand = 2026-07
        gilt_ab = 2026-07-01
        gilt_bis = "12/2027"
        ersetzt = ["umzug-2025.pdf"]
        pruefen_bis = "2027"
        verbindlich = true
        """.replace("stand = 2026-07\n", 'stand = "Juli 2026"\n'),
    )

    assert found == {
        "title": "Umzug begleiten",
        "kind": "weisung",
        "topics": ("leistungsrecht.unterkunft", "beratung"),
        "partners": (),
        "publisher": "Jobcenter Musterstadt",
        "region": "Musterstadt",
        "contact": "Team 7",
        "edition": "2026-07",
        "valid_from": date(2026, 7, 1),
        "valid_until": date(2027, 12, 31),
        "supersedes": ("umzug-2025.pdf",),
        "review_by": date(2027, 12, 31),
        "is_binding": True,
    }


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            f'themen = "{TITLES["leistungsrecht.unterkunft"]}"', {"topics": ("leistungsrecht.unterkunft",)}, id="title"
        ),
        pytest.param('themen = "BERATUNG"', {"topics": ("beratung",)}, id="capitals"),
        pytest.param('themen = ["beratung", "beratung"]', {"topics": ("beratung",)}, id="twice"),
        pytest.param('ersetzt = "alt.pdf"', {"supersedes": ("alt.pdf",)}, id="one text for a list"),
        pytest.param("stand = 2026", {"edition": "2026"}, id="year as a number"),
        pytest.param("", {}, id="empty"),
        pytest.param('\ufefftitel = "Umzug"\r\n', {"title": "Umzug"}, id="from Windows"),
    ],
)
def test_what_authors_write_is_understood(tmp_path: Path, content: str, expected: dict[str, object]) -> None:
    assert read(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("content", "line", "problem", "hint"),
    [
        pytest.param('titel = "Umzug"\nthema = "beratung"', 2, MetadataProblem.UNKNOWN_KEY, "themen", id="misspelt key"),
        pytest.param('\n\nxyz = "Umzug"', 3, MetadataProblem.UNKNOWN_KEY, "", id="unknown key"),
        pytest.param('themen = ["beratng"]', 1, MetadataProblem.UNKNOWN_VALUE, "beratung", id="misspelt topic"),
        pytest.param(
            'themen = ["unterkunft"]', 1, MetadataProblem.UNKNOWN_VALUE, "leistungsrecht.unterkunft", id="half of a topic"
        ),
        pytest.param('dokumentart = "weisng"', 1, MetadataProblem.UNKNOWN_VALUE, "weisung", id="misspelt kind"),
        pytest.param("titel = 3", 1, MetadataProblem.NO_TEXT, "", id="number for a text"),
        pytest.param("themen = 3", 1, MetadataProblem.NO_LIST, "", id="number for a list"),
        pytest.param("ersetzt = [3]", 1, MetadataProblem.NO_LIST, "", id="list of numbers"),
        pytest.param('stand = "bald"', 1, MetadataProblem.NO_DATE, "", id="word for a date"),
        pytest.param("gilt_ab = true", 1, MetadataProblem.NO_DATE, "", id="truth for a date"),
        pytest.param('gilt_ab = "31.02.2026"', 1, MetadataProblem.NO_DATE, "", id="no such day"),
        pytest.param('verbindlich = "ja"', 1, MetadataProblem.NO_TRUTH, "", id="word for a truth"),
        pytest.param(
            "gilt_ab = 2026-07-01\ngilt_bis = 2026-06-30", 2, MetadataProblem.ENDS_EARLY, "", id="ends before it begins"
        ),
        pytest.param('titel = "Umzug"\n\n[stand]\nx = 1', 3, MetadataProblem.NO_DATE, "", id="a table for a date"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, content: str, line: int, problem: MetadataProblem, hint: str) -> None:
    with pytest.raises(MetadataError) as caught:
        read(tmp_path, content)

    error = caught.value
    assert (error.sidecar, error.line, error.problem, error.hint) == ("ablage/umzug.toml", line, problem, hint)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(b'titel = "Umzug"\nthemen = beratung', 2, id="no quotes"),
        pytest.param(b'titel = "\xdcberpr\xfcfung"', 1, id="no UTF-8"),
    ],
)
def test_what_is_no_toml_is_named_with_its_line(tmp_path: Path, content: bytes, line: int) -> None:
    with pytest.raises(MetadataError) as caught:
        read(tmp_path, content)

    assert (caught.value.line, caught.value.problem) == (line, MetadataProblem.NOT_TOML)


def test_a_sidecar_bears_the_name_of_its_guide() -> None:
    assert metadata.sidecars(Path("ablage/umzug.pdf")) == (Path("ablage/umzug.pdf.toml"), Path("ablage/umzug.toml"))


# ---- document, folder, file name ---------------------------------------------------------------------------------------


def test_what_no_source_says_stays_empty() -> None:
    assert fields_of() == {"title": "umzug"}


def test_the_sidecar_counts_before_the_document_and_the_document_before_the_folder() -> None:
    cover = "Umzug begleiten\nStand: 07/2026"
    place = "beratung/2025-01_umzug.pdf"
    facts: dict[str, Any] = {"title_line": "Umzug begleiten", "keywords": (TITLES["leistungsrecht.unterkunft"],)}

    from_folder = fields_of(place)
    from_document = fields_of(place, cover=cover, **facts)
    from_sidecar = fields_of(place, {"title": "Umzug", "topics": ("mitwirkung",), "edition": "2024"}, cover, **facts)

    assert from_folder == {"title": "umzug", "topics": ("beratung",), "edition": "2025-01"}
    assert from_document == {"title": "Umzug begleiten", "topics": ("leistungsrecht.unterkunft",), "edition": "2026-07"}
    assert from_sidecar == {"title": "Umzug", "topics": ("mitwirkung",), "edition": "2024"}


@pytest.mark.parametrize(
    ("name", "title", "edition"),
    [
        pytest.param("Umzug_begleiten.pdf", "Umzug begleiten", None, id="underscores"),
        pytest.param("2026-07 - Umzug.docx", "Umzug", "2026-07", id="month in front"),
        pytest.param("Umzug 2026-07-15.odt", "Umzug", "2026-07-15", id="day behind"),
        pytest.param("12026-07.pdf", "12026-07", None, id="no date"),
        pytest.param("2026-07.pdf", "2026-07", "2026-07", id="nothing but a date"),
    ],
)
def test_the_file_name_gives_title_and_edition(name: str, title: str, edition: str | None) -> None:
    found = fields_of(f"ablage/{name}")

    assert (found["title"], found.get("edition")) == (title, edition)


@pytest.mark.parametrize(
    ("title", "line", "cover", "expected"),
    [
        pytest.param("Umzug begleiten", "", "Umzug begleiten", "Umzug begleiten", id="borne out by the cover"),
        pytest.param(
            "Umzug begleiten", "Umzug gut begleiten", "Umzug gut begleiten", "Umzug begleiten", id="half of it will do"
        ),
        pytest.param("Vorlage für alle Fälle", "Umzug begleiten", "Umzug begleiten", "Umzug begleiten", id="of another file"),
        pytest.param("Weisung Nr. 7/2024", "Weisung Nr. 8/2026", "Weisung Nr. 8/2026", "Weisung Nr. 8/2026", id="other number"),
        pytest.param("Microsoft Word - umzug.docx", "Umzug begleiten", "", "Umzug begleiten", id="of a program"),
        pytest.param("Umzug begleiten", "", "", "Umzug begleiten", id="nothing on the cover"),
        pytest.param("Dokument1", "", "", "datei", id="generic and nothing else"),
        pytest.param("Umzug", "", "Umzug und Miete", "Umzug", id="one word of the cover"),
        pytest.param("Entwurf", "", "Umzug und Miete", "datei", id="one word that the cover lacks"),
        pytest.param("", "Umzug\n begleiten", "", "Umzug begleiten", id="line over two lines"),
    ],
)
def test_the_title_is_the_one_that_the_cover_bears_out(title: str, line: str, cover: str, expected: str) -> None:
    assert fields_of("ablage/datei.pdf", cover=cover, title=title, title_line=line)["title"] == expected


@pytest.mark.parametrize(
    ("cover", "expected"),
    [
        pytest.param("Stand: 15.07.2026", {"edition": "2026-07-15"}, id="Stand with a day"),
        pytest.param("Stand der Weisung: Juli 2026", {"edition": "2026-07"}, id="Stand of something"),
        pytest.param("Umzug\nJuli 2026\nTeam 7", {"edition": "2026-07"}, id="a date on a line of its own"),
        pytest.param("Stand 2017 und Stand 2026, Stand 2026", {"edition": "2026"}, id="the most frequent"),
        pytest.param("Der Antrag vom 15.07.2026 zählt.", {}, id="a date in running text"),
        pytest.param("Verstand 2026", {}, id="part of a word"),
        pytest.param("Gültig ab: 01.07.2026", {"edition": "2026-07-01", "valid_from": date(2026, 7, 1)}, id="valid from"),
        pytest.param("Gültig bis 12/2027", {"valid_until": date(2027, 12, 31)}, id="valid until"),
        pytest.param("Die Pauschale ist gültig ab 01.07.2026.", {}, id="validity of something else"),
        pytest.param("Stand: 31.02.2026", {}, id="no such day"),
    ],
)
def test_edition_and_validity_come_from_the_cover(cover: str, expected: dict[str, object]) -> None:
    found = fields_of(cover=cover)

    assert {key: value for key, value in found.items() if key in ("edition", "valid_from", "valid_until")} == expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Jobcenter Musterstadt", "Jobcenter Musterstadt"),
        ("Bundesagentur für Arbeit", "Bundesagentur für Arbeit"),
        ("Erika Muster", None),
    ],
)
def test_a_person_is_no_publisher(author: str, expected: str | None) -> None:
    assert fields_of(author=author).get("publisher") == expected


@pytest.mark.parametrize(
    ("cover", "kind", "is_binding"),
    [
        pytest.param("Fachliche Weisung\nUmzug", "weisung", True, id="binding"),
        pytest.param("Umzug\nArbeitshilfe", "arbeitshilfe", False, id="second line"),
        pytest.param("Umzug\nEs gilt im Übrigen, was in der Weisung zum Umzug dazu gesagt ist.", None, None, id="running text"),
        pytest.param("Umzug", None, None, id="none"),
    ],
)
def test_the_kind_is_what_the_cover_calls_it(cover: str, kind: str | None, is_binding: bool | None) -> None:
    found = fields_of(cover=cover)

    assert found.get("kind") == kind
    assert found.get("is_binding") is is_binding


def test_a_sidecar_may_say_that_a_recommendation_binds() -> None:
    found = fields_of(sidecar={"is_binding": True}, cover="Arbeitshilfe\nUmzug")

    assert (found["kind"], found["is_binding"]) == ("arbeitshilfe", True)


@pytest.mark.parametrize(
    ("title", "is_binding"),
    [
        pytest.param("Fachliche Weisungen zum Vermittlungsbudget", True, id="begins with it"),
        pytest.param("Was sich mit dem neuen Gesetz ändert", False, id="a statute in a sentence"),
        pytest.param("Leitfaden zur Verordnung über das Einkommen", False, id="a guide on a statute"),
    ],
)
def test_only_a_title_that_begins_so_makes_a_guide_binding(title: str, is_binding: bool) -> None:
    extracted = Extracted(pages=(Page(number=1, text=f"{title}\n\nText."),), title=title)

    fields = metadata.of_guide("datei.pdf", {}, extracted, topics.load())

    assert fields.get("is_binding", False) is is_binding
