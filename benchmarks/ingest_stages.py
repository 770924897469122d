"""Where the CPU time of an ingest goes: the real run in this one process, with a clock at the seams between its stages.

A stage's time is its own: what a stage that it calls takes is not in it. Reading happens here and not in children, so that
the clock sees it; what the processes cost is the difference to a whole run. Figures are CPU seconds.
"""

import functools
import inspect
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import pypdfium2
import pypdfium2.internal
import pypdfium2.raw

from kb import config, ingestion, topics
from kb.errors import ExtractionError
from kb.extract import extractor_for, sandbox
from kb.model import Extracted

PYPDF, PDFIUM = "inside pypdf", "inside pypdfium2 and pdfium"
TYPED = "types, lines, headings of PDF pages"
WORD = "DOCX and ODT (python-docx, lxml and ours)"
REST = "opening the index, commit, sync, verifying, report"

# The functions at which the clock changes to a stage
SEAMS = (
    ("plan: folder, digests", "kb.catalog", "make"),
    (PYPDF, "kb.extract.fallback", "opened"),
    (PYPDF, "kb.extract.fallback", "walked"),
    (PYPDF, "kb.extract.fallback", "text"),
    ("guard against bombs", "kb.extract.bombs", "is_tame"),
    (TYPED, "kb.extract.pdf", "PdfExtractor.extract"),
    (WORD, "kb.extract.word", "WordExtractor.extract"),
    (WORD, "kb.extract.odt", "OdtExtractor.extract"),
    ("cleaning", "kb.cleaning", "clean"),
    ("splitting", "kb.passages", "split"),
    ("metadata", "kb.metadata", "of_guide"),
    ("analysis and postings", "kb.ingestion", "_write"),
    (REST, "kb.ingestion", "run"),
    (REST, "kb.ingestion", "_read"),
)

# What is asked of pypdfium2; closing is inherited
_PDFIUM_CALLS = (
    "PdfDocument.__init__",
    "PdfDocument.__len__",
    "PdfDocument.get_page",
    "PdfDocument.get_toc",
    "PdfDocument.get_metadata_value",
    "PdfBookmark.get_dest",
    "PdfBookmark.get_title",
    "PdfDest.get_index",
    "PdfPage.get_textpage",
    "PdfTextPage.get_text_range",
    "internal.AutoCloseable.close",
)
# Single characters: a clock at each would cost more than they do
_CHARACTER_CALLS = tuple(
    f"FPDFText_Get{name}"
    for name in ("CharOrigin", "CharBox", "Matrix", "FontSize", "FontInfo", "FontWeight", "CharIndexFromTextIndex")
)


class Stopwatch:
    """CPU seconds per stage, each without the stages within it. Threads have a clock each."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._local = threading.local()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time counted for the stage; a generator is run to its end at once."""

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            stack: list[str] = self._local.__dict__.setdefault("stack", [])
            self._lap(stack)
            stack.append(name)
            try:
                found = function(*args, **kwargs)
                return iter(list(found)) if inspect.isgenerator(found) else found
            finally:
                self._lap(stack)
                stack.pop()

        return call

    def _lap(self, stack: list[str]) -> None:
        now = time.thread_time()
        if stack:
            with self._lock:
                self.seconds[stack[-1]] += now - self._local.since
        self._local.since = time.thread_time()  # what the clock takes is in no stage


def measure(source: Path, index: Path) -> tuple[dict[str, float], int]:
    """Ingest the folder into a new index; return the CPU seconds of each stage, and the number of PDF pages."""
    watch = Stopwatch()
    settings, taxonomy = config.Settings(source=source, index=index, workers=1), topics.load()
    with ExitStack() as patches:
        for name, module, path in (*SEAMS, *((PDFIUM, "pypdfium2", path) for path in _PDFIUM_CALLS)):
            *owners, attribute = path.split(".")
            owner = functools.reduce(getattr, owners, import_module(module))
            patches.enter_context(mock.patch.object(owner, attribute, watch.timed(name, getattr(owner, attribute))))
        patches.enter_context(mock.patch.object(sandbox, "extract", _extract))
        patches.enter_context(mock.patch.object(sandbox, "prepare"))
        report = ingestion.run(settings, taxonomy)
    seconds = dict(watch.seconds)
    if TYPED in seconds:  # there are PDFs
        on_characters = _seconds_on_characters(source)
        seconds[TYPED] -= on_characters
        seconds[PDFIUM] += on_characters
    return seconds, report.n_pages


def _seconds_on_characters(source: Path) -> float:
    """Return the CPU seconds within pdfium for single characters: all such calls for a page are made again in one go."""
    calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
    seconds = 0.0

    def kept(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            calls.append((function, args))
            return function(*args)

        return call

    def close(page: Any, **kwargs: Any) -> Any:
        nonlocal seconds
        if isinstance(page, pypdfium2.PdfTextPage):
            start = time.thread_time()
            for function, args in calls:
                function(*args)
            seconds += time.thread_time() - start
            start = time.thread_time()
            for function, args in calls:
                (function, args)  # noqa: B018  # what the loop itself takes is not pdfium's
            seconds -= time.thread_time() - start
            calls.clear()
        return closed(page, **kwargs)

    closed = pypdfium2.internal.AutoCloseable.close
    with ExitStack() as patches:
        for name in _CHARACTER_CALLS:
            patches.enter_context(mock.patch.object(pypdfium2.raw, name, kept(getattr(pypdfium2.raw, name))))
        patches.enter_context(mock.patch.object(pypdfium2.internal.AutoCloseable, "close", close))
        for path in source.rglob("*.[pP][dD][fF]"):
            with suppress(ExtractionError):
                extractor_for(path).extract(path)
    return seconds


def _extract(path: Path, *, limits: sandbox.Limits) -> Extracted:
    del limits  # nobody watches over this process
    return extractor_for(path).extract(path)
