"""The knowledge base itself, asked as its faces ask it: `kb.search.answer`.

Beyond what all do, it cuts snippets for up to three passages per guide, counts which results have all words, puts those
first, and counts validity as a fourth axis. Where all words are asked, each stands in quotes, which makes it a must.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import kb
from benchmarks.contenders.contract import END_MARK, MARK, Shown
from benchmarks.corpus import Item
from benchmarks.queries import Asked
from kb import search
from kb.engines import EmbeddedEngine
from kb.model import Answer, Axis, Snippet

_AXES = {Axis.TOPIC: "topic", Axis.KIND: "kind", Axis.PARTNER: "partner"}


class Contender:
    """The embedded engine. There are no variants yet: "chain" follows when it finds by words and 4-grams."""

    index = "kb"
    is_safe_in_threads = True

    def __init__(self, variant: str) -> None:
        if variant:
            raise ValueError(f"kb has no variant {variant!r} yet")

    def version(self) -> str:
        """Return a digest of the code, so that a changed one gets a new index."""
        root = Path(kb.__file__).parent
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(root.rglob("*.py"))))
        return f"tree {digest.hexdigest()[:8]}"

    def build(self, folder: Path, items: Iterable[Item]) -> None:
        """Write all guides in one batch."""
        engine = EmbeddedEngine(folder, is_fresh=True)
        with engine.write() as batch:
            for guide, passages in items:
                batch.replace(guide, passages)
        engine.close()

    def open(self, folder: Path) -> "Searcher":
        """Open the index."""
        return Searcher(folder)


class Searcher:
    """An open engine."""

    def __init__(self, folder: Path) -> None:
        self._engine = EmbeddedEngine(folder)

    def answer(self, asked: Asked) -> Answer:
        """Answer as the page does."""
        selection = {Axis.TOPIC: frozenset({asked.topic})} if asked.topic else {}
        return search.answer(self._engine, text(asked), selection=selection)

    def read(self, answer: Any) -> Shown:
        """Return the answer in the common form."""
        found: Answer = answer
        facets: dict[str, dict[str, int]] = {name: {} for name in _AXES.values()}
        for facet in found.facets:
            if facet.axis in _AXES:
                facets[_AXES[facet.axis]][facet.value] = facet.n_works
        return Shown(
            n_guides=found.totals.n_works,
            n_passages=found.totals.n_passages,
            guides=tuple(result.guide.id for result in found.results),
            scores=tuple(result.score for result in found.results),
            snippets=tuple(_marked(result.hits[0].snippet) for result in found.results if result.hits),
            facets=facets,
        )

    def close(self) -> None:
        """Release the files."""
        self._engine.close()


def text(asked: Asked) -> str:
    """Return what a user would type."""
    if asked.is_phrase:
        return f'"{" ".join(asked.words)}"'
    return " ".join(f'"{word}"' if asked.all_words else word for word in asked.words)


def _marked(snippet: Snippet | None) -> str:
    if snippet is None:
        return ""
    parts, at = [], 0
    for start, end in snippet.spans:
        parts += [snippet.text[at:start], MARK, snippet.text[start:end], END_MARK]
        at = end
    return "".join([*parts, snippet.text[at:]])
