import json
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from contract import *  # noqa: F403  # the tests that every engine has to pass
from contract import add, ask, found, guide

from kb.engines import EmbeddedEngine
from kb.errors import IndexDamagedError, IndexLockedError, IndexMissingError, IndexOutdatedError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> Iterator[EmbeddedEngine]:
    opened = EmbeddedEngine(folder, lock_timeout_s=0, is_fresh=True)
    yield opened
    opened.close()


def generations(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def test_a_folder_without_an_index_is_named(folder: Path) -> None:
    with pytest.raises(IndexMissingError):
        EmbeddedEngine(folder)


def test_another_engine_over_the_same_folder_follows(engine: EmbeddedEngine, folder: Path) -> None:
    add(engine, guide("a"), "Umzug")
    with closing(EmbeddedEngine(folder)) as reader:
        add(engine, guide("b"), "Umzug")

        assert sorted(found(reader, "Umzug")) == ["a", "b"]


def test_the_previous_generation_is_kept_and_no_more(engine: EmbeddedEngine, folder: Path) -> None:
    for id_ in "abcd":
        add(engine, guide(id_), "Umzug")

    assert generations(folder) == ["g000003", "g000004"]


def test_a_batch_without_a_change_writes_nothing(engine: EmbeddedEngine, folder: Path) -> None:
    add(engine, guide("a"), "Umzug")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    with engine.write():
        pass

    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_what_a_dead_writer_left_behind_goes_with_the_next_batch(engine: EmbeddedEngine, folder: Path) -> None:
    add(engine, guide("a"), "Umzug")
    (folder / "g000002").mkdir()
    (folder / "g000002" / "half.seg").write_bytes(b"half")

    add(engine, guide("b"), "Umzug")

    assert sorted(found(engine, "Umzug")) == ["a", "b"]
    assert not (folder / "g000002" / "half.seg").exists()


def test_a_second_writer_is_told_that_the_first_is_at_work(engine: EmbeddedEngine, folder: Path) -> None:
    add(engine, guide("a"), "Umzug")
    outcome: list[object] = []

    def second() -> None:
        try:
            with closing(EmbeddedEngine(folder, lock_timeout_s=0)) as other, other.write():
                outcome.append("written")
        except IndexLockedError as error:
            outcome.append(error)

    with engine.write():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    assert isinstance(outcome[0], IndexLockedError)


def test_an_index_of_another_analysis_is_outdated(engine: EmbeddedEngine, folder: Path) -> None:
    add(engine, guide("a"), "Umzug")
    catalog = folder / "g000001" / "catalog.json"
    catalog.write_text(json.dumps(json.loads(catalog.read_text("utf-8")) | {"analysis": "0"}), "utf-8")

    with pytest.raises(IndexOutdatedError):
        EmbeddedEngine(folder)


@pytest.mark.parametrize("victim", ["catalog.json", "*.flat", "*.toc"])
def test_missing_files_are_damage(engine: EmbeddedEngine, folder: Path, victim: str) -> None:
    add(engine, guide("a"), "Umzug")
    for path in (folder / "g000001").glob(victim):
        path.unlink()

    with pytest.raises(IndexDamagedError):
        EmbeddedEngine(folder)


def test_a_fresh_engine_replaces_a_damaged_index_at_its_first_commit(engine: EmbeddedEngine, folder: Path) -> None:
    add(engine, guide("a"), "Umzug")
    (folder / "CURRENT").write_text("g000009\n", "ascii")

    with closing(EmbeddedEngine(folder, is_fresh=True)) as fresh:
        add(fresh, guide("b"), "Umzug")

        assert found(fresh, "Umzug") == ["b"]


def test_a_search_under_way_survives_two_commits(engine: EmbeddedEngine, folder: Path) -> None:
    add(engine, guide("a"), "Umzug")
    with closing(EmbeddedEngine(folder)) as reader:
        before = ask(reader, "Umzug")
        state = reader._state
        assert state

        for id_ in "bcd":
            add(engine, guide(id_), "Umzug")

        assert not state.folder.exists()
        assert state.segment.passages.get(0).text == "Umzug"
        assert [result.guide.id for result in before.results] == ["a"]
        assert len(found(reader, "Umzug")) == 4
