"""The engines, and the choice among them. No engine type leaves this package."""

from kb.config import Settings
from kb.engines.embedded import EmbeddedEngine

__all__ = ["EmbeddedEngine", "open_engine"]


def open_engine(settings: Settings, *, is_fresh: bool = False) -> EmbeddedEngine:
    """Return the engine over the index of the settings; a fresh one starts empty and replaces the index at its first commit.

    Raises:
        IndexMissingError, IndexOutdatedError, IndexDamagedError: there is no index that can be searched (not if fresh).
        ModelError, LibraryMissingError: a model is set, and it cannot be used; without the setting all else works.
    """
    return EmbeddedEngine(
        settings.index,
        lock_timeout_s=settings.lock_timeout_s,
        is_fresh=is_fresh,
        semantic_model=settings.semantic_model,
    )
