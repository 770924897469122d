"""Run an extractor in a child process, with limits on memory, time and text.

A guide can make a library loop, grow or abort; here that costs the one file: the child ends, and what it had read before has
long been handed over. Children come from a fork server that has the libraries loaded and read some files each; see there for
what that means. Nothing that a library prints reaches the terminal.
"""

import atexit
import math
import os
import resource
import signal
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kb.errors import ExtractionError, ExtractionReason
from kb.extract import SUFFIXES, extractor_for, files, module_for
from kb.extract.fork_server import ForkServer
from kb.model import Extracted

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost."""

    timeout_s: float = 30.0
    timeout_s_per_mb: float = 2.0  # in addition; long books take pypdf 0.1 s a page
    memory_mb: int = 2048  # address space; with 1024 pdfium aborts on some bombs, real guides need 300
    max_chars: int = 5_000_000
    max_pages: int = 5_000


def prepare(suffixes: Iterable[str]) -> None:
    """Start what files with these endings are read with, unless it runs; others can be read, too, but take longer."""
    _server.start(_modules(suffixes))


def _modules(suffixes: Iterable[str]) -> list[str]:
    """Return what each child would import."""
    return [__name__, *sorted({module_for(Path("x" + suffix)) for suffix in suffixes}), "encodings.utf_16_le"]


_server = ForkServer(_modules(SUFFIXES))
atexit.register(_server.close)


def extract(path: Path, *, limits: Limits) -> Extracted:
    """Return what the extractor for the file reads. May be called from several threads at once.

    Raises:
        ExtractionError: the file cannot be read, or reading it broke a limit; its source is `path` as given.
    """
    timeout_s = limits.timeout_s + limits.timeout_s_per_mb * files.size(path) / _MB
    absolute = os.fsencode(path.absolute())
    outcome = _server.call(_limited, absolute, limits, math.ceil(timeout_s), timeout_s=timeout_s)
    if isinstance(outcome.returned, Extracted):
        return outcome.returned
    if isinstance(outcome.returned, ExtractionError):
        raise ExtractionError(str(path), outcome.returned.reason, outcome.returned.detail)
    is_late = outcome.is_late or outcome.exit_code == -signal.SIGXCPU
    reason = ExtractionReason.TIMEOUT if is_late else ExtractionReason.CRASHED
    raise ExtractionError(str(path), reason, f"exit={outcome.exit_code}")


# ---- in the child ------------------------------------------------------------------------------------------------------


def _limited(path: bytes, limits: Limits, cpu_s: int) -> Extracted | ExtractionError:
    """Extract, with limits on this process."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_mb * _MB,) * 2)
    _, most_s = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + cpu_s, most_s))  # it may have read other files
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it only reads
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return _outcome(Path(os.fsdecode(path)), limits)


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
