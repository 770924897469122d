"""What holds for files of every format before they are parsed."""

import stat
from pathlib import Path

from kb.errors import ExtractionError, ExtractionReason

MAX_BYTES = 50 * 1024 * 1024  # 455 real DOCX: 19 MB at most unpacked
HEAD_BYTES = 1024
OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def size(path: Path) -> int:
    """Return the size of a file in bytes, if it is one that can be read.

    Raises:
        ExtractionError: the file is empty, too large, no regular file, or cannot be reached.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ExtractionError(str(path), ExtractionReason.UNREADABLE, "not a regular file")
        if status.st_size == 0:
            raise ExtractionError(str(path), ExtractionReason.EMPTY_FILE)
        if status.st_size > MAX_BYTES:
            raise ExtractionError(str(path), ExtractionReason.TOO_LARGE, f"bytes={status.st_size}")
    except OSError as error:
        raise ExtractionError(str(path), ExtractionReason.UNREADABLE, error.strerror or "") from error
    return status.st_size


def head(path: Path) -> bytes:
    """Return the first `HEAD_BYTES` of a file.

    Raises:
        ExtractionError: as `size`, or the file may not be read.
    """
    size(path)
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise ExtractionError(str(path), ExtractionReason.UNREADABLE, error.strerror or "") from error


def content(path: Path) -> bytes:
    """Return all bytes of a file.

    Raises:
        ExtractionError: as `head`.
    """
    size(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise ExtractionError(str(path), ExtractionReason.UNREADABLE, error.strerror or "") from error
