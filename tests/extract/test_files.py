from pathlib import Path

import pytest

from kb.errors import ExtractionError, ExtractionReason
from kb.extract import files


def refused(path: Path) -> ExtractionReason:
    with pytest.raises(ExtractionError) as caught:
        files.head(path)
    assert caught.value.source == str(path)
    return caught.value.reason


def test_folder_and_missing_file_are_unreadable(tmp_path: Path) -> None:
    assert refused(tmp_path) == ExtractionReason.UNREADABLE
    assert refused(tmp_path / "fehlt.pdf") == ExtractionReason.UNREADABLE


def test_too_large_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "a.pdf").open("wb") as file:
        file.truncate(51 * 1024 * 1024)

    assert refused(tmp_path / "a.pdf") == ExtractionReason.TOO_LARGE


def test_empty_file_is_refused_and_others_show_their_head(tmp_path: Path) -> None:
    (tmp_path / "leer").touch()
    (tmp_path / "voll").write_bytes(b"%PDF-" + bytes(5000))

    assert refused(tmp_path / "leer") == ExtractionReason.EMPTY_FILE
    assert files.head(tmp_path / "voll") == b"%PDF-" + bytes(files.HEAD_BYTES - 5)
    assert files.size(tmp_path / "voll") == 5005
