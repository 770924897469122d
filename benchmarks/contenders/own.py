"""The knowledge base itself. Where all words are asked, each stands in quotes, which makes it a must.

"kb" scores by stems and shows one passage per guide, as the others do; "kb-chain" does all that the page's search does: words
that are alike (compounds), forms of verbs, words as written, 4-grams, words close together; "kb-page" is `kb.search.answer` as
the page calls it, with snippets for up to three passages per guide. All also count those with all words, and validity as a
fourth axis.
"""

import hashlib
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import kb
from benchmarks.contenders.contract import END_MARK, MARK, Shown
from benchmarks.corpus import Item
from benchmarks.queries import Asked
from kb import query, search
from kb.engines import EmbeddedEngine, scoring, works
from kb.model import Answer, Axis, Matches, Query, Snippet

_AXES = {Axis.TOPIC: "topic", Axis.KIND: "kind", Axis.PARTNER: "partner"}


class Contender:
    """The embedded engine."""

    index = "kb"
    is_safe_in_threads = True

    def __init__(self, variant: str) -> None:
        if variant not in ("", "chain", "page"):
            raise ValueError(f"kb has no variant {variant!r}")
        self._variant = variant

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
        return Searcher(folder, self._variant)


class Searcher:
    """An open engine."""

    def __init__(self, folder: Path, variant: str) -> None:
        self._engine, self._variant = EmbeddedEngine(folder), variant
        self._plain = ExitStack()
        if not variant:  # BM25 and nothing else, as of all
            self._plain.enter_context(patch.object(scoring, "ALL_WORDS", 1.0))
            self._plain.enter_context(patch.object(works, "EVIDENCE", 0.0))

    def answer(self, asked: Asked) -> Answer | Matches:
        """Answer as the variant does."""
        selection = {Axis.TOPIC: frozenset({asked.topic})} if asked.topic else {}
        if self._variant == "page":
            return search.answer(self._engine, text(asked), selection=selection)
        parsed = query.parse(text(asked), selection=selection, as_of=date.today(), n_with=self._engine.counts())
        return self._engine.search(parsed if self._variant else stems_only(parsed), n_hits=1)

    def read(self, answer: Any) -> Shown:
        """Return the answer in the common form."""
        found: Answer | Matches = answer
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
        self._plain.close()
        self._engine.close()


def stems_only(parsed: Query) -> Query:
    """Return the query without words that are alike, words as written and their parts, as the other contenders ask it."""
    clauses = (replace(clause, alternatives=(replace(clause.alternatives[0], weight=1.0),)) for clause in parsed.clauses)
    return replace(parsed, clauses=tuple(clauses), words=())


def text(asked: Asked) -> str:
    """Return what a user would type."""
    if asked.is_phrase:
        return f'"{" ".join(asked.words)}"'
    return " ".join(f'"{word}"' if asked.all_words else word for word in asked.words)


def _marked(snippet: Snippet) -> str:
    parts, at = [], 0
    for start, end in snippet.spans:
        parts += [snippet.text[at:start], MARK, snippet.text[start:end], END_MARK]
        at = end
    return "".join([*parts, snippet.text[at:]])
