"""Where the CPU time of an ingest goes: the real run in this one process, with a clock at the seams between its stages.

A stage's time is its own: what a stage that it calls takes is not in it. Reading happens here and not in children, so that
the clock sees it; what the processes cost is the difference to a whole run. Figures are CPU seconds.
"""

import functools
import inspect
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import pypdfium2.raw

from kb import config, ingestion, topics
from kb.extract import extractor_for, sandbox
from kb.model import Extracted

PYPDF, PDFIUM = "inside pypdf", "inside pdfium"
WORD = "DOCX and ODT (python-docx, lxml and ours)"
REST = "opening the index, commit, sync, verifying, report"

# The functions at which the clock changes to a stage
SEAMS = (
    ("plan: folder, digests", "kb.catalog", "make"),
    (PYPDF, "kb.extract.fallback", "opened"),
    (PYPDF, "kb.extract.fallback", "walked"),
    (PYPDF, "kb.extract.fallback", "text"),
    ("guard against bombs", "kb.extract.bombs", "is_tame"),
    ("types, lines, headings of PDF pages", "kb.extract.pdf", "PdfExtractor.extract"),
    (WORD, "kb.extract.word", "WordExtractor.extract"),
    (WORD, "kb.extract.odt", "OdtExtractor.extract"),
    ("cleaning", "kb.cleaning", "clean"),
    ("splitting", "kb.passages", "split"),
    ("metadata", "kb.metadata", "of_guide"),
    ("analysis and postings", "kb.ingestion", "_write"),
    (REST, "kb.ingestion", "run"),
    (REST, "kb.ingestion", "_read"),
)

# The calls that do work; timing those for single characters would cost more than they do, so they count as ours
_PDFIUM_CALLS = (
    *("FPDF_LoadMemDocument64", "FPDF_CloseDocument", "FPDF_LoadPage", "FPDF_ClosePage"),
    *("FPDFText_LoadPage", "FPDFText_ClosePage", "FPDFText_CountChars", "FPDFText_GetText"),
    *("FPDFBookmark_GetFirstChild", "FPDFBookmark_GetNextSibling", "FPDFBookmark_GetDest", "FPDFBookmark_GetTitle"),
    "FPDFDest_GetDestPageIndex",
)


class Stopwatch:
    """CPU seconds per stage, each without the stages within it. Threads have a clock each."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._local = threading.local()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what is done in the block for this stage."""
        stack: list[str] = self._local.__dict__.setdefault("stack", [])
        self._lap(stack)
        stack.append(name)
        try:
            yield
        finally:
            self._lap(stack)
            stack.pop()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time counted for the stage; a generator is run to its end at once."""

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self.stage(name):
                found = function(*args, **kwargs)
                return iter(list(found)) if inspect.isgenerator(found) else found

        return call

    def _lap(self, stack: list[str]) -> None:
        now = time.thread_time()
        if stack:
            with self._lock:
                self.seconds[stack[-1]] += now - self._local.since
        self._local.since = now


def measure(source: Path, index: Path) -> tuple[dict[str, float], int]:
    """Ingest the folder into a new index; return the CPU seconds of each stage, and the number of PDF pages."""
    watch = Stopwatch()
    settings, taxonomy = config.Settings(source=source, index=index, workers=1), topics.load()
    with ExitStack() as patches:
        for name, module, path in SEAMS:
            *owners, attribute = path.split(".")
            owner = functools.reduce(getattr, owners, import_module(module))
            patches.enter_context(mock.patch.object(owner, attribute, watch.timed(name, getattr(owner, attribute))))
        for attribute in _PDFIUM_CALLS:
            timed = watch.timed(PDFIUM, getattr(pypdfium2.raw, attribute))
            patches.enter_context(mock.patch.object(pypdfium2.raw, attribute, timed))
        patches.enter_context(mock.patch.object(sandbox, "extract", _extract))
        patches.enter_context(mock.patch.object(sandbox, "prepare"))
        report = ingestion.run(settings, taxonomy)
    return dict(watch.seconds), report.n_pages


def _extract(path: Path, *, limits: sandbox.Limits) -> Extracted:
    del limits  # nobody watches over this process
    return extractor_for(path).extract(path)
