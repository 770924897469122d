from pathlib import Path

import numpy as np
import pytest

from kb.engines.arrays import Array, ArrayFile, ArrayWriter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def test_what_is_written_is_read(path: Path) -> None:
    given: dict[str, Array] = {
        "a": np.arange(5, dtype=np.uint8),
        "b": np.array([1.5, -2], np.float32),
        "none": np.empty(0, np.int32),
    }

    with ArrayWriter(path) as writer:
        for name, array in given.items():
            writer.add(name, array)

    found = ArrayFile(path)
    assert [*found] == [*given]
    for name, array in given.items():
        assert (found[name].dtype, found[name].tolist()) == (array.dtype, array.tolist())


def test_arrays_may_grow_side_by_side(path: Path) -> None:
    with ArrayWriter(path) as writer:
        for n in range(3):
            writer.append("up", np.arange(n, dtype=np.int64))
            writer.append("down", np.full(2, 9 - n, np.uint16))

    found = ArrayFile(path)
    assert found["up"].tolist() == [0, 0, 1]
    assert found["down"].tolist() == [9, 9, 8, 8, 7, 7]


def test_a_stretch_is_read_alone(path: Path) -> None:
    with ArrayWriter(path) as writer:
        writer.add("first", np.arange(7, dtype=np.uint8))
        writer.add("a", np.arange(100, dtype=np.uint32))

    found = ArrayFile(path).stretches("a")

    path.unlink()
    assert len(found) == 100
    assert found[3:7].tolist() == [3, 4, 5, 6]
    assert found[100:100].tolist() == []
    assert found.bytes(1, 2) == b"\1\0\0\0"


def test_what_is_read_cannot_be_changed(path: Path) -> None:
    with ArrayWriter(path) as writer:
        writer.add("a", np.arange(5))

    with pytest.raises(ValueError, match="read-only"):
        ArrayFile(path)["a"][0] = 1


def test_an_array_stays_readable_when_its_file_is_gone(path: Path) -> None:
    with ArrayWriter(path) as writer:
        writer.add("a", np.arange(100_000))
    found = ArrayFile(path)

    path.unlink()

    assert found["a"][-1] == 99_999


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda whole: whole[:-1], id="cut short"),
        pytest.param(lambda whole: whole[1:], id="without its beginning"),
        pytest.param(lambda whole: whole.replace(b'{"a"', b'["a"'), id="index broken"),
        pytest.param(lambda _: b"PK\x03\x04 something else", id="another file"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(path: Path, spoil: object) -> None:
    with ArrayWriter(path) as writer:
        writer.add("a", np.arange(100))
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]  # a function of the table above

    with pytest.raises(ValueError):  # noqa: PT011  # several kinds, each says what is wrong
        ArrayFile(path)


def test_an_error_while_writing_leaves_no_readable_file(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), ArrayWriter(path) as writer:
        writer.add("a", np.arange(5))
        raise ZeroDivisionError

    with pytest.raises(ValueError, match="not a whole file"):
        ArrayFile(path)
