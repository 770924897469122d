import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from builders import guide

from kb import catalog
from kb.catalog import Found, Plan
from kb.errors import SourceError, SourceReason
from kb.model import Guide

VERSIONS = {".pdf": "pdf 1", ".docx": "docx 1"}
NOBODY = 65534


@pytest.fixture
def _as_somebody(source: Path) -> Iterator[None]:
    """Run as a user to whom the file system can refuse something."""
    if os.geteuid():
        yield
        return
    for folder in source.parents:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(0o711)
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "docs_source"
    folder.mkdir()
    return folder


def put(source: Path, place: str, content: str = "") -> Path:
    path = source / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content or place, "utf-8")
    return path


def make(source: Path, known: Mapping[str, Guide], *paths: Path, taxonomy: str = "1", **options: bool) -> Plan:
    return catalog.make(source, known, versions=VERSIONS, taxonomy_digest=taxonomy, paths=paths, **options)


def followed(known: Mapping[str, Guide], plan: Plan) -> dict[str, Guide]:
    """Return the catalog after the plan was run."""
    after = {id_: one for id_, one in known.items() if one not in plan.gone}
    for one in plan.read:
        version = VERSIONS[Path(one.places[0]).suffix]
        after[one.id] = guide(
            one.id, places=one.places, digest=one.digest, metadata_digest=one.metadata_digest, extractor=version
        )
    return after


@pytest.fixture
def known(source: Path) -> Mapping[str, Guide]:
    """Six guides that lie in the folder and are indexed; one run would find nothing to do."""
    for place in (
        "umzug.pdf",
        "miete.pdf",
        "geld/heizung.pdf",
        "geld/strom.docx",
        "beratung/gespraech.pdf",
        "beratung/plan.docx",
    ):
        put(source, place)
    return followed({}, make(source, {}))


def read(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {one.id: one.places for one in plan.read}


def the(plan: Plan, id_: str) -> Found:
    (one,) = (one for one in (*plan.read, *plan.unchanged) if one.id == id_)
    return one


def test_new_guides_are_read_in_order_of_their_places(source: Path) -> None:
    for place in ("umzug.pdf", "beratung/Übergang.docx", "beratung/b.pdf"):
        put(source, place)

    plan = make(source, {})

    assert read(plan) == {
        "umzug-pdf": ("umzug.pdf",),
        "beratung-b-pdf": ("beratung/b.pdf",),
        "beratung-uebergang-docx": ("beratung/Übergang.docx",),
    }
    assert all(one.known is None and not one.is_moved for one in plan.read)


def test_an_ending_counts_in_any_case(source: Path) -> None:
    put(source, "UMZUG.PDF")

    assert read(make(source, {})) == {"umzug-pdf": ("UMZUG.PDF",)}


def test_places_that_would_share_an_id_get_one_each(source: Path) -> None:
    put(source, "umzug 1.pdf")
    put(source, "umzug_1.pdf")

    assert set(read(make(source, {}))) == {"umzug-1-pdf", "umzug-1-pdf-2"}


def test_a_second_run_finds_nothing_to_do(source: Path, known: Mapping[str, Guide]) -> None:
    plan = make(source, known)

    assert (plan.read, plan.gone, plan.passed_over) == ((), (), ())
    assert {one.id for one in plan.unchanged} == set(known)


def test_a_changed_guide_keeps_its_id(source: Path, known: Mapping[str, Guide]) -> None:
    put(source, "umzug.pdf", "neu")

    plan = make(source, known)

    assert read(plan) == {"umzug-pdf": ("umzug.pdf",)}
    assert not the(plan, "umzug-pdf").is_moved


def test_a_touched_file_is_unchanged(source: Path, known: Mapping[str, Guide]) -> None:
    os.utime(source / "umzug.pdf", (0, 0))

    assert make(source, known).read == ()


def test_a_moved_guide_keeps_its_id(source: Path, known: Mapping[str, Guide]) -> None:
    (source / "umzug.pdf").rename(source / "geld" / "umziehen.pdf")

    plan = make(source, known)

    assert read(plan) == {"umzug-pdf": ("geld/umziehen.pdf",)}
    assert the(plan, "umzug-pdf").is_moved
    assert plan.gone == ()


def test_a_renamed_folder_loses_no_guide(source: Path, known: Mapping[str, Guide]) -> None:
    (source / "geld").rename(source / "leistung")

    plan = make(source, known)

    assert read(plan) == {"geld-heizung-pdf": ("leistung/heizung.pdf",), "geld-strom-docx": ("leistung/strom.docx",)}
    assert plan.gone == ()


def test_a_copy_is_the_same_guide_at_two_places(source: Path, known: Mapping[str, Guide]) -> None:
    shutil.copy(source / "umzug.pdf", source / "geld" / "umzug.pdf")

    plan = make(source, known)

    assert read(plan) == {"umzug-pdf": ("geld/umzug.pdf", "umzug.pdf")}


def test_a_copy_that_goes_leaves_the_guide(source: Path, known: Mapping[str, Guide]) -> None:
    copy = put(source, "geld/umzug.pdf", "umzug.pdf")
    known = followed(known, make(source, known))
    copy.unlink()

    plan = make(source, known)

    assert read(plan) == {"umzug-pdf": ("umzug.pdf",)}
    assert plan.gone == ()


def test_a_copy_that_changes_becomes_a_guide_of_its_own(source: Path, known: Mapping[str, Guide]) -> None:
    put(source, "geld/umzug.pdf", "umzug.pdf")
    known = followed(known, make(source, known))
    put(source, "geld/umzug.pdf", "anders")

    plan = make(source, known)

    assert read(plan) == {"geld-umzug-pdf": ("geld/umzug.pdf",), "umzug-pdf": ("umzug.pdf",)}


def test_two_guides_that_swap_places_keep_their_ids(source: Path, known: Mapping[str, Guide]) -> None:
    put(source, "umzug.pdf", "miete.pdf")
    put(source, "miete.pdf", "umzug.pdf")

    plan = make(source, known)

    assert read(plan) == {"miete-pdf": ("umzug.pdf",), "umzug-pdf": ("miete.pdf",)}
    assert plan.gone == ()


def test_a_new_guide_at_the_place_of_a_moved_one_is_new(source: Path, known: Mapping[str, Guide]) -> None:
    (source / "umzug.pdf").rename(source / "umzug-2025.pdf")
    put(source, "umzug.pdf", "Fassung 2026")

    plan = make(source, known)

    assert read(plan) == {"umzug-pdf": ("umzug-2025.pdf",), "umzug-pdf-2": ("umzug.pdf",)}


def test_a_guide_moved_and_changed_at_once_cannot_be_followed(source: Path, known: Mapping[str, Guide]) -> None:
    (source / "umzug.pdf").unlink()
    put(source, "geld/umziehen.pdf", "neu")

    plan = make(source, known)

    assert read(plan) == {"geld-umziehen-pdf": ("geld/umziehen.pdf",)}
    assert [one.id for one in plan.gone] == ["umzug-pdf"]


def test_a_removed_guide_is_gone(source: Path, known: Mapping[str, Guide]) -> None:
    (source / "umzug.pdf").unlink()

    plan = make(source, known)

    assert plan.gone == (known["umzug-pdf"],)
    assert plan.read == ()


@pytest.mark.parametrize("sidecar", ["umzug.toml", "umzug.pdf.toml"])
def test_a_sidecar_that_comes_changes_or_goes_makes_its_guide_be_read(
    source: Path, known: Mapping[str, Guide], sidecar: str
) -> None:
    for content in ('titel = "Umzug"', 'titel = "Umziehen"'):
        put(source, sidecar, content)
        plan = make(source, known)
        assert read(plan) == {"umzug-pdf": ("umzug.pdf",)}
        assert the(plan, "umzug-pdf").sidecar == sidecar
        assert plan.passed_over == ()
        known = followed(known, plan)
        assert make(source, known).read == ()

    (source / sidecar).unlink()

    assert read(make(source, known)) == {"umzug-pdf": ("umzug.pdf",)}


def test_a_moved_guide_leaves_its_sidecar_behind(source: Path, known: Mapping[str, Guide]) -> None:
    put(source, "umzug.toml", 'titel = "Umzug"')
    known = followed(known, make(source, known))
    (source / "umzug.pdf").rename(source / "geld" / "umzug.pdf")

    plan = make(source, known)

    assert the(plan, "umzug-pdf").sidecar == ""
    assert plan.passed_over == ("umzug.toml",)


def test_other_topics_make_every_guide_be_read(source: Path, known: Mapping[str, Guide]) -> None:
    assert set(read(make(source, known, taxonomy="2"))) == set(known)


def test_another_extractor_makes_the_guides_of_its_format_be_read(source: Path, known: Mapping[str, Guide]) -> None:
    known = {id_: replace(one, extractor="docx 0") if one.suffix == ".docx" else one for id_, one in known.items()}

    assert set(read(make(source, known))) == {"geld-strom-docx", "beratung-plan-docx"}


def test_a_rebuild_reads_everything(source: Path, known: Mapping[str, Guide]) -> None:
    plan = make(source, known, is_rebuild=True)

    assert (set(read(plan)), plan.unchanged) == (set(known), ())


def test_what_no_author_means_to_publish_is_passed_over_in_silence(source: Path, known: Mapping[str, Guide]) -> None:
    noise = (
        "~$umzug.docx",
        ".hidden.pdf",
        ".git/umzug.pdf",
        "Thumbs.db",
        "desktop.ini",
        ".DS_Store",
        "geld/.~lock.strom.docx#",
    )
    for place in noise:
        put(source, place, "Rauschen")

    plan = make(source, known)

    assert (plan.read, plan.passed_over) == ((), ())


def test_other_files_are_named(source: Path, known: Mapping[str, Guide]) -> None:
    for place in ("geld/tabelle.xlsx", "notizen.doc", "ohne-endung", "verwaist.toml"):
        put(source, place)

    plan = make(source, known)

    assert plan.read == ()
    assert plan.passed_over == ("notizen.doc", "ohne-endung", "verwaist.toml", "geld/tabelle.xlsx")


def test_symlinks_are_not_followed(source: Path, known: Mapping[str, Guide], tmp_path: Path) -> None:
    outside = put(tmp_path, "anderswo/geheim.pdf")
    (source / "verweis.pdf").symlink_to(outside)
    (source / "ordner").symlink_to(outside.parent, target_is_directory=True)
    (source / "kreis").symlink_to(source, target_is_directory=True)

    plan = make(source, known)

    assert (plan.read, plan.gone) == ((), ())


# ---- when the folder cannot be trusted ---------------------------------------------------------------------------------


def refused(source: Path, known: Mapping[str, Guide], *paths: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        make(source, known, *paths)
    return caught.value


def test_a_missing_folder_removes_nothing(source: Path, known: Mapping[str, Guide]) -> None:
    error = refused(source / "fort", known)

    assert (error.reason, error.n_known) == (SourceReason.MISSING, 6)


def test_a_file_is_no_folder(source: Path, known: Mapping[str, Guide]) -> None:
    assert refused(source / "umzug.pdf", known).reason is SourceReason.MISSING


def test_an_empty_folder_removes_nothing(tmp_path: Path, known: Mapping[str, Guide]) -> None:
    empty = tmp_path / "leer"
    put(empty, "liesmich.txt")

    error = refused(empty, known)

    assert (error.reason, error.n_gone) == (SourceReason.EMPTY, 6)


def test_a_folder_that_lost_more_than_a_fifth_removes_nothing(source: Path, known: Mapping[str, Guide]) -> None:
    shutil.rmtree(source / "geld")

    error = refused(source, known)

    assert (error.reason, error.n_gone, error.n_known) == (SourceReason.SHRUNK, 2, 6)


def test_a_fifth_may_go(source: Path, known: Mapping[str, Guide]) -> None:
    del (known := dict(known))["miete-pdf"]
    (source / "umzug.pdf").unlink()

    assert len(make(source, known).gone) == 1


@pytest.mark.parametrize("what", ["missing", "empty", "shrunk"])
def test_removals_can_be_allowed(source: Path, known: Mapping[str, Guide], what: str) -> None:
    if what == "missing":
        source = source / "fort"
    else:
        shutil.rmtree(source)
        put(source, "liesmich.txt" if what == "empty" else "umzug.pdf", "umzug.pdf")

    plan = make(source, known, allow_removals=True)

    assert len(plan.gone) == (5 if what == "shrunk" else 6)


@pytest.fixture
def locked_folder(source: Path, known: Mapping[str, Guide]) -> Iterator[Path]:
    folder = source / "geld"
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.usefixtures("locked_folder", "_as_somebody")
def test_a_folder_that_cannot_be_listed_stops_the_run(source: Path, known: Mapping[str, Guide]) -> None:
    error = refused(source, known)

    assert (error.reason, error.folder) == (SourceReason.UNREADABLE, str(source / "geld"))


@pytest.fixture
def _locked_file(source: Path, known: Mapping[str, Guide]) -> None:
    (source / "umzug.pdf").chmod(0)


@pytest.mark.usefixtures("_locked_file", "_as_somebody")
def test_a_file_that_cannot_be_read_keeps_its_guide(source: Path, known: Mapping[str, Guide]) -> None:
    plan = make(source, known)

    assert read(plan) == {"umzug-pdf": ("umzug.pdf",)}
    assert plan.gone == ()


# ---- only some paths ---------------------------------------------------------------------------------------------------


def test_only_the_given_paths_are_looked_at(source: Path, known: Mapping[str, Guide]) -> None:
    put(source, "umzug.pdf", "neu")
    put(source, "geld/heizung.pdf", "neu")
    put(source, "geld/tabelle.xlsx")

    in_folder, in_file = make(source, known, source / "geld"), make(source, known, source / "umzug.pdf")

    assert (set(read(in_folder)), in_folder.passed_over) == ({"geld-heizung-pdf"}, ("geld/tabelle.xlsx",))
    assert (set(read(in_file)), in_file.passed_over) == ({"umzug-pdf"}, ())


def test_a_guide_gone_elsewhere_is_not_missed(source: Path, known: Mapping[str, Guide]) -> None:
    (source / "umzug.pdf").unlink()

    assert make(source, known, source / "geld").gone == ()


def test_a_guide_gone_from_a_given_folder_is_missed(source: Path, known: Mapping[str, Guide]) -> None:
    (source / "geld" / "strom.docx").unlink()

    assert [one.id for one in make(source, known, source / "geld").gone] == ["geld-strom-docx"]


def test_a_folder_whose_name_only_begins_alike_is_not_looked_at(source: Path, known: Mapping[str, Guide]) -> None:
    put(source, "geldwert/neu.pdf")

    assert make(source, known, source / "geld").read == ()


def test_a_guide_moved_into_a_given_folder_is_followed(source: Path, known: Mapping[str, Guide]) -> None:
    (source / "umzug.pdf").rename(source / "geld" / "umzug.pdf")

    assert read(make(source, known, source / "geld")) == {"umzug-pdf": ("geld/umzug.pdf",)}


def test_a_copy_elsewhere_stays_a_place_of_the_guide(source: Path, known: Mapping[str, Guide]) -> None:
    put(source, "geld/umzug.pdf", "umzug.pdf")

    plan = make(source, known, source / "geld")

    assert read(plan) == {"umzug-pdf": ("geld/umzug.pdf", "umzug.pdf")}


def test_an_empty_given_folder_is_no_reason_to_refuse(source: Path, known: Mapping[str, Guide]) -> None:
    (source / "leer").mkdir()

    plan = make(source, known, source / "leer")

    assert (plan.read, plan.gone) == ((), ())
