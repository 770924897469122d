"""Run an extractor in a child process of its own, with limits on memory, time and text.

A guide can make a library loop, grow or abort; here that costs the one file. Children come from a fork server that has the
libraries loaded, about 25 ms each. Nothing that a library prints reaches the terminal.
"""

import gc
import math
import multiprocessing
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import ModuleType

from kb.errors import ExtractionError, ExtractionReason
from kb.extract import SUFFIXES, extractor_for, files, module_for
from kb.model import Extracted

_MB = 1024 * 1024
_EXIT_S = 5  # for a child that has sent its result to end by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost."""

    timeout_s: float = 30.0
    timeout_s_per_mb: float = 2.0  # in addition; long books take pypdf 0.1 s a page
    memory_mb: int = 2048  # address space; with 1024 pdfium aborts on some bombs, real guides need 300
    max_chars: int = 5_000_000
    max_pages: int = 5_000


_context = multiprocessing.get_context("forkserver")
_lock = threading.Lock()  # multiprocessing reaps the children of all threads whenever it starts one


def prepare(suffixes: Iterable[str]) -> None:
    """Say files of which endings will be read, so that the fork server loads no other libraries. Counts until it starts."""
    modules = {module_for(Path("x" + suffix)) for suffix in suffixes}
    _context.set_forkserver_preload([__name__, *sorted(modules), "encodings.utf_16_le"])  # what each child would import


def extract(path: Path, *, limits: Limits) -> Extracted:
    """Return what the extractor for the file reads. May be called from several threads at once.

    Raises:
        ExtractionError: the file cannot be read, or reading it broke a limit; its source is `path` as given.
    """
    timeout_s = limits.timeout_s + limits.timeout_s_per_mb * files.size(path) / _MB
    receiver, sender = _context.Pipe(duplex=False)
    with receiver:
        with sender, _lock, _hidden_main():
            child = _context.Process(target=_run, args=(sender, path.absolute(), limits, math.ceil(timeout_s)), daemon=True)
            child.start()
        outcome = _received(receiver, timeout_s)
    exit_code = _reaped(child, patience_s=0 if outcome is ExtractionReason.TIMEOUT else _EXIT_S)
    if isinstance(outcome, Extracted):
        return outcome
    if isinstance(outcome, ExtractionError):
        raise ExtractionError(str(path), outcome.reason, outcome.detail)
    if exit_code == -signal.SIGXCPU:
        outcome = ExtractionReason.TIMEOUT
    raise ExtractionError(str(path), outcome, f"exit={exit_code}")


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Keep multiprocessing from importing the program's main module in the child: it could be a whole Streamlit app."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _received(receiver: "Connection", timeout_s: float) -> Extracted | ExtractionError | ExtractionReason:
    """Return what the child sends, or why it sends nothing."""
    try:
        if not receiver.poll(timeout_s):
            return ExtractionReason.TIMEOUT
        outcome: Extracted | ExtractionError = receiver.recv()
    except (EOFError, OSError):  # it died before it had sent everything
        return ExtractionReason.CRASHED
    return outcome


def _reaped(child: ForkServerProcess, *, patience_s: float) -> int | None:
    """Return how the child ended, after killing it if it does not end within this time."""
    if not wait([child.sentinel], patience_s):
        child.kill()
        wait([child.sentinel])
    with _lock:
        child.join()
        exit_code = child.exitcode
        child.close()
    return exit_code


prepare(SUFFIXES)


# ---- in the child ------------------------------------------------------------------------------------------------------


def _run(sender: "Connection", path: Path, limits: Limits, cpu_s: int) -> None:
    """Extract and send the result. Ends the process."""
    gc.disable()  # a collection would copy every page of the libraries' objects that the fork shares
    threading.Thread(target=_end_with_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_mb * _MB,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(silence, stream)
    sender.send(_outcome(path, limits))
    os._exit(0)  # nothing to tidy up, and large documents take their time to be freed


def _outcome(path: Path, limits: Limits) -> Extracted | ExtractionError:
    try:
        extracted = extractor_for(path).extract(path)
    except ExtractionError as error:
        return error
    except MemoryError:
        return ExtractionError(str(path), ExtractionReason.LIMIT, f"memory_mb={limits.memory_mb}")
    except Exception as error:  # raised again by the parent
        place = traceback.extract_tb(error.__traceback__)[-1]
        detail = f"{type(error).__name__}: {error} in {place.name}, line {place.lineno}"
        return ExtractionError(str(path), ExtractionReason.CRASHED, detail)
    n_chars = sum(len(page.text) for page in extracted.pages)
    if n_chars > limits.max_chars or len(extracted.pages) > limits.max_pages:
        return ExtractionError(str(path), ExtractionReason.LIMIT, f"chars={n_chars} pages={len(extracted.pages)}")
    return extracted


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
