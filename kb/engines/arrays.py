"""Named flat arrays in one file, mapped into memory or read a stretch at a time.

    magic     8 bytes
    arrays    one after the other, each aligned to 64 bytes
    index     JSON: name -> [dtype, number of items, offset in the file]
    trailer   length of the index in bytes (8, little endian), magic again

A file is written once and then only read. Reading needs no lock, and a file that is unlinked meanwhile stays readable. What is
looked up all over is mapped; postings and passages, the bulk, are read where they are needed: mapped, every query would leave
64 KB per place that it touches in the process's memory. The lists of words are mapped all the same, since a query takes 200.
"""

import json
import mmap
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
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


class Stretches:
    """An array in a file, of which one stretch at a time is read: `array[start:end]`."""

    def __init__(self, file: "_File", dtype: str, n_items: int, offset: int) -> None:
        self._file, self._dtype, self._n_items, self._offset = file, np.dtype(dtype), n_items, offset

    def __len__(self) -> int:
        return self._n_items

    def __getitem__(self, stretch: slice) -> Array:
        """Return a copy of the items from `start` to before `end`."""
        return np.frombuffer(self.bytes(stretch.start, stretch.stop), self._dtype)

    def bytes(self, start: int, end: int) -> bytes:
        """Return the bytes of the items from `start` to before `end`."""
        size = self._dtype.itemsize
        return os.pread(self._file.descriptor, (end - start) * size, self._offset + start * size)


class ArrayFile:
    """A file that `ArrayWriter` has written, opened. May be used by many threads at once."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            ValueError: it is no such file, or not whole.
            OSError: it cannot be read.
        """
        self._file = _File(path)
        self._mapped = mapped = mmap.mmap(self._file.descriptor, 0, access=mmap.ACCESS_READ)
        if mapped[: len(MAGIC)] != MAGIC or mapped[-len(MAGIC) :] != MAGIC:
            raise ValueError(f"{path.name}: not a whole file of arrays")
        end = len(mapped) - _TRAILER
        begin = end - int.from_bytes(mapped[end : end + 8], "little")
        self._index: Mapping[str, tuple[str, int, int]] = json.loads(mapped[begin:end])

    def __contains__(self, name: str) -> bool:
        return name in self._index

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __getitem__(self, name: str) -> Array:
        """Return an array, mapped and read-only."""
        dtype, n_items, offset = self._index[name]
        return np.frombuffer(self._mapped, dtype, n_items, offset) if n_items else np.empty(0, dtype)

    def stretches(self, name: str) -> Stretches:
        """Return an array to be read a stretch at a time."""
        return Stretches(self._file, *self._index[name])


class _File:
    """An open file, closed with the last array that reads from it."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        if hasattr(self, "descriptor"):
            os.close(self.descriptor)
