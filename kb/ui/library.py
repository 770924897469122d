"""The engine that this process searches: opened once, opened again once an index is there. Neither Streamlit nor Starlette.

A missing, outdated or damaged index does not end the process: each call tries again, at most once a second, so a page
that names the command to run works as soon as it has run.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from kb import config, hints, topics, vocabulary
from kb.config import Settings
from kb.engines import open_engine
from kb.errors import IndexUnusableError, KbError, LibraryMissingError, ModelError
from kb.model import Engine
from kb.suggestions import Suggestion
from kb.topics import Taxonomy
from kb.vocabulary import Vocabulary

RETRY_S = 1.0

T = TypeVar("T")
log = logging.getLogger(__name__)


class Library:
    """Settings, axes, vocabulary and the engine of one process. May be used from many threads."""

    def __init__(
        self,
        settings: Settings,
        taxonomy: Taxonomy,
        vocabulary: Vocabulary,
        opener: Callable[[Settings], Engine] = open_engine,
    ) -> None:
        self.settings, self.taxonomy, self.vocabulary = settings, taxonomy, vocabulary
        self.trouble: KbError | None = None  # why the search by meaning, though set, is off
        self._opener = opener
        self._suggester = hints.PerGeneration(lambda engine: hints.suggester(engine, taxonomy, vocabulary))
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._error: IndexUnusableError | None = None
        self._tried_at = 0.0

    def ask(self, question: Callable[[Engine], T]) -> T:
        """Return what `question` makes of the engine.

        Raises:
            IndexUnusableError: there is no index to ask, or it went away; the next call opens it again.
        """
        engine = self._open()
        try:
            return question(engine)
        except IndexUnusableError:
            self._forget(engine)
            raise

    def suggest(self, typed: str) -> tuple[Suggestion, ...]:
        """Return what may be meant by what has been typed so far; nothing without a usable index."""
        try:
            return self.ask(lambda engine: self._suggester.of(engine).suggest(typed))
        except IndexUnusableError:
            return ()

    def close(self) -> None:
        """Release the engine's files."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def _open(self) -> Engine:
        with self._lock:
            if self._engine is None:
                if self._error is not None and time.monotonic() - self._tried_at < RETRY_S:
                    raise self._error.with_traceback(None)
                try:
                    self._engine = self._opened()
                except IndexUnusableError as error:
                    if type(error) is not type(self._error):
                        log.warning("no usable index error=%s", type(error).__name__)
                    self._error, self._tried_at = error, time.monotonic()
                    raise
                self._error = None
            return self._engine

    def _opened(self) -> Engine:
        try:
            return self._opener(self.settings)
        except (LibraryMissingError, ModelError) as error:
            log.error("no search by meaning error=%s", error)  # no traceback: it is the operator's to mend
            self.trouble, self.settings = error, replace(self.settings, semantic_model=None)
            return self._opener(self.settings)

    def _forget(self, engine: Engine) -> None:
        """Drop an engine whose index is gone. It is not closed: another thread may be searching."""
        with self._lock:
            if self._engine is engine:
                self._engine = None


_current: Library | None = None
_guard = threading.Lock()


def current() -> Library:
    """Return the library of this process, made from the settings in force on first use.

    Raises:
        ConfigError: a setting, the file of topics or that of the vocabulary is wrong.
    """
    global _current  # noqa: PLW0603  # one engine per process is the point
    with _guard:
        if _current is None:
            settings = config.load()
            _current = Library(settings, topics.load(settings.topics), vocabulary.load(settings.synonyms))
        return _current
