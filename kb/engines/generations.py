"""Generations of an index on disk: written beside, synced, switched by one rename, the previous one kept.

    index/
      CURRENT     the name of the generation that counts
      g000041/    the one before: whoever still reads it goes on
      g000042/    a segment, its table of contents, catalog.json; never changed once they are switched to
      LOCK        held while a writer works; freed by the kernel if it dies

A writer that dies leaves a folder that no CURRENT names; the next one removes it.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kb.errors import IndexDamagedError, IndexLockedError, IndexMissingError

log = logging.getLogger(__name__)

POINTER = "CURRENT"


def current(folder: Path) -> Path:
    """Return the folder of the generation that counts.

    Raises:
        IndexMissingError: nothing has been committed yet.
        IndexDamagedError: the pointer names no generation.
    """
    try:
        name = _read(folder / POINTER).decode("ascii").strip()
    except FileNotFoundError as error:
        raise IndexMissingError(str(folder)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(str(folder), str(error)) from error
    generation = folder / name
    if not _is_name(name) or not generation.is_dir():
        raise IndexDamagedError(str(folder), f"{POINTER}: {name!r}")
    return generation


def _read(path: Path) -> bytes:
    """Return what a short file holds; asked for at every search, so without what `open` does besides, four times the work."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 256)
    finally:
        os.close(descriptor)


@contextmanager
def lock(folder: Path, timeout_s: float) -> Iterator[None]:
    """Keep other writers out.

    Raises:
        IndexLockedError: another process holds the lock for longer than `timeout_s`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "LOCK", timeout=timeout_s):
            yield
    except Timeout as error:
        raise IndexLockedError(str(folder)) from error


def begin(folder: Path) -> Path:
    """Return a new, empty folder for the next generation. Only under the lock."""
    counted = _number(_name_of_current(folder))
    numbers = [_number(path.name) for path in folder.iterdir() if _is_name(path.name)]
    for number in numbers:
        if 0 < counted < number:
            shutil.rmtree(folder / _name(number))  # left behind by a writer that died
    new = folder / _name(1 + (counted or max(numbers, default=0)))
    new.mkdir()
    return new


def switch(folder: Path, new: Path) -> None:
    """Make the finished generation `new` the one that counts: all of it is on disk before the pointer moves."""
    for path in new.iterdir():
        _sync(path)
    _sync(new)
    pointer = folder / f"{POINTER}.new"
    pointer.write_text(new.name + "\n", "ascii")
    _sync(pointer)
    log.info("phase=switch generation=%s", new.name)
    previous = _name_of_current(folder)
    pointer.replace(folder / POINTER)
    _sync(folder)
    log.info("phase=switched generation=%s", new.name)
    for path in folder.iterdir():
        if _is_name(path.name) and path.name not in (new.name, previous):
            shutil.rmtree(path)


def _name_of_current(folder: Path) -> str:
    try:
        return current(folder).name
    except (IndexMissingError, IndexDamagedError):
        return ""


def _name(number: int) -> str:
    return f"g{number:06}"


def _number(name: str) -> int:
    return int(name[1:] or 0)


def _is_name(name: str) -> bool:
    return name[:1] == "g" and name[1:].isdecimal()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
