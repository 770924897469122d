"""Named flat arrays in one file, read through the page cache without copying.

    magic     8 bytes
    arrays    one after the other, each aligned to 64 bytes
    index     JSON: name -> [dtype, number of items, offset in the file]
    trailer   length of the index in bytes (8, little endian), magic again

A file is written once and then only read. Reading needs no lock: threads share the mapped pages, and a file that is
unlinked meanwhile stays readable.
"""

import json
import mmap
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

MAGIC = b"KBFLAT1\n"
_ALIGNED = 64
_TRAILER = 8 + len(MAGIC)

Array = NDArray[Any]


class ArrayWriter:
    """Writes a file of arrays, each either whole or growing piece by piece. Leaving the block finishes the file."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self._file.write(MAGIC)
        self._index: dict[str, tuple[str, int, int]] = {}
        self._growing: dict[str, tuple[BinaryIO, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            for spool, _ in self._growing.values():
                spool.close()
            self._file.close()

    def add(self, name: str, array: Array) -> None:
        """Write a whole array."""
        self._begin(name, array.dtype.str, len(array))
        self._file.write(np.ascontiguousarray(array).tobytes())

    def append(self, name: str, array: Array) -> None:
        """Write the next piece of an array; all pieces have the first one's type. Several arrays may grow at a time."""
        if name not in self._growing:
            self._growing[name] = tempfile.TemporaryFile(), array.dtype.str  # noqa: SIM115  # closed at the end of the block
        spool, dtype = self._growing[name]
        spool.write(np.ascontiguousarray(array.astype(dtype, copy=False)).tobytes())

    def _begin(self, name: str, dtype: str, n_items: int) -> None:
        self._file.write(b"\0" * (-self._file.tell() % _ALIGNED))
        self._index[name] = dtype, n_items, self._file.tell()

    def _finish(self) -> None:
        for name, (spool, dtype) in self._growing.items():
            self._begin(name, dtype, spool.tell() // np.dtype(dtype).itemsize)
            spool.seek(0)
            shutil.copyfileobj(spool, self._file, 1 << 20)
        index = json.dumps(self._index).encode()
        self._file.write(index + len(index).to_bytes(8, "little") + MAGIC)


def read(path: Path) -> Mapping[str, Array]:
    """Return the arrays of a file, read-only.

    Raises:
        ValueError: it is no such file, or not whole.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if mapped[: len(MAGIC)] != MAGIC or mapped[-len(MAGIC) :] != MAGIC:
        raise ValueError(f"{path.name}: not a whole file of arrays")
    end = len(mapped) - _TRAILER
    begin = end - int.from_bytes(mapped[end : end + 8], "little")
    index = json.loads(mapped[begin:end])
    return {
        name: np.frombuffer(mapped, dtype, n_items, offset) if n_items else np.empty(0, dtype)
        for name, (dtype, n_items, offset) in index.items()
    }
