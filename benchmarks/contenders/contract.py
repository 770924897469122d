"""What every contender does: build an index from guides, open it, answer.

An answer is the same work for all: the best ten guides, each by its best passage, with one snippet with marks (at most 240
characters), the exact numbers of guides and passages that match, and per axis the number of guides that bear each value.
With a topic, hits and numbers are those of guides that bear it; topics are counted as if none were chosen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from benchmarks.corpus import Item
from benchmarks.queries import Asked

N_SHOWN = 10
MAX_CHARS = 240
MARK, END_MARK = "<b>", "</b>"

# Weights of the product's fields, which all contenders index: tests/benchmarks checks that they are kb.engines.scoring's
WEIGHTS = {"text": 1.0, "heading": 0.3, "title": 0.25}


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer in the form in which contenders are compared."""

    n_guides: int
    n_passages: int
    guides: tuple[str, ...]  # ids, best first
    scores: tuple[float, ...]
    snippets: tuple[str, ...]  # with MARK and END_MARK around what matched
    facets: Mapping[str, Mapping[str, int]]  # "topic", "kind", "partner"; without zeros


class Searcher(Protocol):
    """An open index."""

    def answer(self, asked: Asked) -> Any:
        """Do the work. Only this is timed."""
        ...

    def read(self, answer: Any) -> Shown:
        """Return what `answer` returned in the common form."""
        ...

    def close(self) -> None:
        """Release files."""
        ...


class Contender(Protocol):
    """A search library with an index in a folder."""

    index: str  # contenders with the same name share one index
    is_safe_in_threads: bool  # whether one searcher may be asked from many threads at a time

    def version(self) -> str:
        """Return the library's version."""
        ...

    def build(self, folder: Path, items: Iterable[Item]) -> None:
        """Index the guides into the empty folder, and have everything on disk in the end."""
        ...

    def open(self, folder: Path) -> Searcher:
        """Open what `build` made."""
        ...
