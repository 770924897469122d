import threading
from pathlib import Path

import pytest

from kb.engines import generations
from kb.errors import IndexDamagedError, IndexLockedError, IndexMissingError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def commit(folder: Path, **files: str) -> Path:
    """Write one more generation and switch to it."""
    new = generations.begin(folder)
    for name, content in files.items():
        (new / name).write_text(content, "utf-8")
    generations.switch(folder, new)
    return new


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def test_an_empty_folder_has_no_generation(folder: Path) -> None:
    with pytest.raises(IndexMissingError):
        generations.current(folder)


def test_a_missing_folder_has_no_generation(folder: Path) -> None:
    with pytest.raises(IndexMissingError):
        generations.current(folder / "fort")


def test_the_generation_switched_to_is_current(folder: Path) -> None:
    new = commit(folder, eins="1")

    assert generations.current(folder) == new


def test_a_generation_begun_is_not_current_before_the_switch(folder: Path) -> None:
    first = commit(folder, eins="1")

    generations.begin(folder)

    assert generations.current(folder) == first


def test_a_generation_starts_empty(folder: Path) -> None:
    commit(folder, eins="1")

    assert list(generations.begin(folder).iterdir()) == []


def test_the_previous_generation_stays_for_its_readers_and_no_more(folder: Path) -> None:
    for n in range(4):
        commit(folder, eins=str(n))

    assert names(folder) == ["g000003", "g000004"]


def test_what_a_dead_writer_left_goes_with_the_next_one(folder: Path) -> None:
    commit(folder, eins="1")
    left = generations.begin(folder)
    (left / "halb").write_text("halb", "utf-8")

    new = generations.begin(folder)

    assert list(new.iterdir()) == []


def test_a_number_is_never_given_twice(folder: Path) -> None:
    (folder / "g000007").mkdir()

    assert generations.begin(folder).name == "g000008"


def test_other_files_in_the_folder_are_left_alone(folder: Path) -> None:
    (folder / "README.md").write_text("Index", "utf-8")
    (folder / "geheim").mkdir()
    for n in range(3):
        commit(folder, eins=str(n))

    assert (folder / "README.md").exists()
    assert (folder / "geheim").exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"g000009\n", id="a generation that is not there"),
        pytest.param(b"", id="empty"),
        pytest.param(b"..\n", id="another folder"),
        pytest.param(b"/\n", id="the root"),
        pytest.param(b"\xff\xfe", id="no text"),
    ],
)
def test_a_pointer_to_nothing_is_damage(folder: Path, content: bytes) -> None:
    commit(folder, eins="1")
    (folder / generations.POINTER).write_bytes(content)

    with pytest.raises(IndexDamagedError):
        generations.current(folder)


@pytest.mark.parametrize("content", [b"g000009\n", b"", b"\xff\xfe"])
def test_a_damaged_pointer_can_be_written_over(folder: Path, content: bytes) -> None:
    commit(folder, eins="1")
    (folder / generations.POINTER).write_bytes(content)

    new = generations.begin(folder)
    generations.switch(folder, new)

    assert generations.current(folder) == new


def test_a_second_writer_is_kept_out_until_the_first_is_done(folder: Path) -> None:
    outcome: list[str] = []

    def second() -> None:
        try:
            with generations.lock(folder, 0):
                outcome.append("in")
        except IndexLockedError:
            outcome.append("locked")

    def attempt() -> None:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    with generations.lock(folder, 0):
        attempt()
    attempt()

    assert outcome == ["locked", "in"]


def test_the_lock_makes_its_folder(folder: Path) -> None:
    with generations.lock(folder / "neu" / "index", 0):
        assert (folder / "neu" / "index").is_dir()
