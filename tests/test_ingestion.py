"""The ingest as an author uses it: real files in a folder, a real index beside it."""

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import pytest

from kb import ingestion, norms, topics
from kb.config import Settings
from kb.engines import open_engine
from kb.errors import ExtractionError, ExtractionReason, MetadataError, SourceError, SourceReason
from kb.ingestion import Report, Verdict
from kb.model import Answer, Axis, Guide
from kb.search import answer

TAXONOMY = topics.load()
FILLER = "Die Fachkraft bespricht mit der leistungsberechtigten Person, was als Nächstes zu tun ist."


class House:
    """A source folder and an index."""

    def __init__(self, folder: Path) -> None:
        self.source, self.index = folder / "docs_source", folder / "index"
        self.source.mkdir()
        self.settings = Settings(source=self.source, index=self.index, workers=2, lock_timeout_s=0)

    def put(self, place: str, *paragraphs: str, title: str = "") -> Path:
        path = self.source / place
        path.parent.mkdir(parents=True, exist_ok=True)
        document = docx.Document()
        document.core_properties.title = title
        for paragraph in (*paragraphs, FILLER, place):  # the place makes each file different
            document.add_paragraph(paragraph)
        document.save(str(path))
        return path

    def ingest(self, **options: object) -> dict[str, Verdict]:
        return {line.source: line.verdict for line in self.report(**options).lines}

    def report(self, **options: object) -> Report:
        return ingestion.run(self.settings, TAXONOMY, **options)  # type: ignore[arg-type]  # options are named by the tests

    def guides(self) -> dict[str, Guide]:
        engine = open_engine(self.settings)
        try:
            return {guide.places[0]: guide for guide in engine.catalog().values()}
        finally:
            engine.close()

    def ask(self, text: str) -> Answer:
        engine = open_engine(self.settings)
        try:
            return answer(engine, text, as_of=date(2026, 11, 1))
        finally:
            engine.close()

    def found(self, text: str) -> list[str]:
        return sorted(place for result in self.ask(text).results for place in result.guide.places)

    def files(self) -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in self.index.rglob("*")}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_title_on_the_cover_is_no_text_and_finds_the_guide(house: House) -> None:
    house.put("a.docx", "Erstgespräch führen", "Hören Sie vor allem zu.", title="Erstgespräch führen")
    house.ingest()

    (result,) = house.ask("Erstgespräch").results
    assert result.guide.title == "Erstgespräch führen"
    assert result.hits[0].passage.text.startswith("Hören Sie")


def test_a_dropped_file_is_found(house: House) -> None:
    house.put("beratung/erstgespraech.docx", "Im Erstgespräch hören Sie vor allem zu.", title="Erstgespräch führen")

    assert house.ingest() == {"beratung/erstgespraech.docx": Verdict.NEW}

    (result,) = house.ask("zuhören Erstgespräch").results
    assert (result.guide.title, result.guide.topics) == ("Erstgespräch führen", ("beratung",))
    assert result.hits[0].snippet
    assert "Erstgespräch" in result.hits[0].snippet.text


def test_a_second_run_writes_nothing(house: House) -> None:
    house.put("a.docx", "Umzug")
    house.ingest()
    before = house.files()

    assert house.ingest() == {"a.docx": Verdict.UNCHANGED}
    assert house.files() == before


def test_changed_moved_and_deleted_files_are_followed(house: House) -> None:
    for name, word in zip("abcdef", ("Miete", "Umzug", "Heizung", "Frist", "Antrag", "Bescheid"), strict=True):
        house.put(f"{name}.docx", word)
    house.ingest()
    ids = {place: guide.id for place, guide in house.guides().items()}

    house.put("a.docx", "Neuigkeit")
    (house.source / "beratung").mkdir()
    (house.source / "b.docx").rename(house.source / "beratung" / "b.docx")
    (house.source / "c.docx").unlink()
    verdicts = house.ingest()

    assert verdicts == {
        "a.docx": Verdict.CHANGED,
        "beratung/b.docx": Verdict.MOVED,
        "c.docx": Verdict.REMOVED,
        **dict.fromkeys(("d.docx", "e.docx", "f.docx"), Verdict.UNCHANGED),
    }
    assert (house.found("Miete"), house.found("Neuigkeit"), house.found("Heizung")) == ([], ["a.docx"], [])
    guides = house.guides()
    assert guides["a.docx"].id == ids["a.docx"]
    assert guides["beratung/b.docx"].id == ids["b.docx"]
    assert guides["beratung/b.docx"].topics == ("beratung",)


def test_norms_are_those_of_the_statute_that_the_title_names(house: House) -> None:
    house.put("a.docx", "Die Kosten trägt § 22 Abs. 1.", title="Sozialhilfe nach dem SGB XII")
    house.put("b.docx", "Siehe § 22 Abs. 1 und § 9.", "Es gilt § 16e SGB II, § 535 BGB.", title="Wohnkosten")
    house.ingest()

    assert {place: guide.norms for place, guide in house.guides().items()} == {
        "a.docx": ("sgb12:22",),
        "b.docx": ("bgb:535", "sgb2:9", "sgb2:16e", "sgb2:22"),
    }
    assert (house.found("§ 22 SGB XII"), house.found("§ 22 SGB II"), house.found("16e")) == (["a.docx"], ["b.docx"], ["b.docx"])


def test_another_way_to_read_norms_reads_all_guides_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.put("a.docx", "Umzug")
    house.ingest()
    monkeypatch.setattr(norms, "VERSION", norms.VERSION + 1)

    assert house.ingest() == {"a.docx": Verdict.CHANGED}


def test_a_copy_is_one_guide_at_two_places(house: House) -> None:
    path = house.put("a.docx", "Umzug")
    shutil.copy(path, house.source / "kopie.docx")

    house.ingest()

    (result,) = house.ask("Umzug").results
    assert result.guide.places == ("a.docx", "kopie.docx")


def test_a_changed_sidecar_alone_changes_its_guide(house: House) -> None:
    house.put("a.docx", "Umzug")
    house.put("b.docx", "Umzug")
    house.ingest()

    (house.source / "a.toml").write_text('titel = "Umzug begleiten"\nthemen = ["leistungsrecht.unterkunft"]\n', "utf-8")
    verdicts = house.ingest()

    assert verdicts == {"a.docx": Verdict.CHANGED, "b.docx": Verdict.UNCHANGED}
    assert house.guides()["a.docx"].title == "Umzug begleiten"
    assert house.found("begleiten") == ["a.docx"]


def test_a_wrong_sidecar_names_file_and_line_and_the_guide_stays(house: House) -> None:
    house.put("a.docx", "Umzug")
    house.ingest()
    (house.source / "a.toml").write_text('titel = "Umzug"\nverbindlich = "ja"\n', "utf-8")

    (line,) = house.report().lines

    assert isinstance(line.error, MetadataError)
    assert (line.error.sidecar, line.error.line, line.error.key) == ("a.toml", 2, "verbindlich")
    assert house.found("Umzug") == ["a.docx"]


def test_a_file_that_breaks_keeps_its_previous_version_and_stops_nobody(house: House) -> None:
    broken = house.put("a.docx", "Umzug")
    house.ingest()
    broken.write_bytes(b"PK\x03\x04 nichts weiter")
    house.put("b.docx", "Miete")
    (house.source / "leer.pdf").write_bytes(b"")

    report = house.report()

    reasons = {line.source: line.error.reason for line in report.lines if isinstance(line.error, ExtractionError)}
    assert reasons == {"a.docx": ExtractionReason.DAMAGED, "leer.pdf": ExtractionReason.EMPTY_FILE}
    assert (house.found("Umzug"), house.found("Miete")) == (["a.docx"], ["b.docx"])


def test_a_name_that_is_not_text_is_reported_and_stops_nobody(house: House) -> None:
    good = house.put("umzug.docx", "Umzug")
    for name in (b"l\xe4rm.docx", b"bild\xff.jpg"):
        shutil.copy(good, house.source / os.fsdecode(name))

    verdicts = house.ingest()

    assert verdicts == {
        "umzug.docx": Verdict.NEW,
        "l\ufffdrm.docx": Verdict.FAILED,
        "bild\ufffd.jpg": Verdict.PASSED_OVER,
    }
    assert house.found("Umzug") == ["umzug.docx"]


def test_a_broken_file_that_also_moved_is_served_from_its_new_place(house: House) -> None:
    path = house.put("a.docx", "Umzug")
    house.ingest()
    path.rename(house.source / "z.docx")
    (house.source / "z.toml").write_text("kein toml", "utf-8")

    assert house.ingest() == {"z.docx": Verdict.FAILED}
    assert house.found("Umzug") == ["z.docx"]


def test_editions_become_one_work(house: House) -> None:
    house.put("egv.docx", "Die Eingliederungsvereinbarung abschließen.")
    house.ingest()
    house.put("plan.docx", "Den Kooperationsplan erarbeiten.")
    (house.source / "plan.toml").write_text('ersetzt = "egv.docx"\ngilt_ab = 2026-07-01\n', "utf-8")

    verdicts = house.ingest()

    assert verdicts == {"plan.docx": Verdict.NEW, "egv.docx": Verdict.UNCHANGED}
    (result,) = house.ask("abschließen").results
    assert (result.guide.places, result.hits[0].guide.places) == (("plan.docx",), ("egv.docx",))


def test_a_predecessor_that_nobody_knows_is_named(house: House) -> None:
    house.put("plan.docx", "Umzug")
    (house.source / "plan.toml").write_text('ersetzt = ["verschollen.pdf"]\n', "utf-8")

    assert house.report().lines[0].unknown_editions == ("verschollen.pdf",)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(shutil.rmtree, SourceReason.MISSING, id="folder gone"),
        pytest.param(lambda folder: [path.unlink() for path in folder.iterdir()], SourceReason.EMPTY, id="folder emptied"),
        pytest.param(
            lambda folder: [(folder / f"g{n}.docx").unlink() for n in (0, 1)], SourceReason.SHRUNK, id="two of five gone"
        ),
    ],
)
def test_a_folder_that_lost_guides_removes_nothing(house: House, spoil: Callable[[Path], object], reason: SourceReason) -> None:
    for n in range(5):
        house.put(f"g{n}.docx", "Umzug")
    house.ingest()
    before = house.files()
    spoil(house.source)

    with pytest.raises(SourceError) as refused:
        house.report()

    assert refused.value.reason is reason
    assert house.files() == before

    house.report(allow_removals=True)

    assert len(house.found("Umzug")) == (3 if reason is SourceReason.SHRUNK else 0)


def test_a_dry_run_tells_and_changes_nothing(house: House) -> None:
    house.put("a.docx", "Umzug")
    house.ingest()
    house.put("a.docx", "Miete")
    house.put("b.docx", "Miete")
    before = house.files()

    assert house.ingest(is_dry_run=True) == {"a.docx": Verdict.CHANGED, "b.docx": Verdict.NEW}
    assert house.files() == before


def test_given_paths_leave_the_rest_alone(house: House) -> None:
    house.put("x/a.docx", "Umzug")
    house.put("y/b.docx", "Umzug")

    assert house.ingest(paths=[house.source / "x"]) == {"x/a.docx": Verdict.NEW}

    (house.source / "x" / "a.docx").unlink()
    assert house.ingest(paths=[house.source / "y" / "b.docx"]) == {"y/b.docx": Verdict.NEW}
    assert house.found("Umzug") == ["x/a.docx", "y/b.docx"]


def test_a_rebuild_reads_everything_again_and_keeps_what_is_broken(house: House) -> None:
    house.put("a.docx", "Umzug")
    broken = house.put("b.docx", "Miete")
    house.ingest()
    broken.write_bytes(b"")

    assert house.ingest(is_rebuild=True) == {"a.docx": Verdict.CHANGED, "b.docx": Verdict.FAILED}
    assert (house.found("Umzug"), house.found("Miete")) == (["a.docx"], ["b.docx"])


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param('"format": ', '"format": 9', "outdated", id="another format"),
        pytest.param('"analysis": "', '"analysis": "x', "outdated", id="another analysis"),
        pytest.param('"guides"', '"guide', "damaged", id="not JSON"),
    ],
)
def test_an_index_that_cannot_be_used_is_rebuilt(house: House, old: str, new: str, reason: str) -> None:
    house.put("a.docx", "Umzug")
    house.ingest()
    catalog = house.index / "g000001" / "catalog.json"
    catalog.write_text(catalog.read_text("utf-8").replace(old, new), "utf-8")

    report = house.report()

    assert (report.rebuilt, report.lines[0].verdict) == (reason, Verdict.NEW)
    assert house.found("Umzug") == ["a.docx"]


def test_a_guide_without_topic_is_listed_as_such(house: House) -> None:
    house.put("a.docx", "Umzug")
    house.ingest()

    facets = {(facet.axis, facet.value) for facet in house.ask("Umzug").facets}
    assert (Axis.TOPIC, "ohne-thema") in facets
