"""Whoosh 2.7.4 as it comes: its German stemming, its BM25F over its own postings, its highlighter. One searcher for all.

The fastest of what was measured: all hits, unlimited, and numpy for grouping and counting. `groupedby` drops the limit,
too, and is slower (82 against 66 ms p95 for any word at 20,000 passages). Only ten hits are highlighted, by the fragmenter
that reads the passage again: PinpointFragmenter marks wrong words here.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import whoosh
from whoosh import fields, highlight, index, scoring
from whoosh import query as queries
from whoosh.analysis import LowercaseFilter, RegexTokenizer, StemFilter

from benchmarks.contenders.contract import END_MARK, MARK, MAX_CHARS, WEIGHTS, Shown
from benchmarks.contenders.shelf import Shelf, ShelfWriter
from benchmarks.corpus import Item
from benchmarks.queries import Asked


class Contender:
    """Stock Whoosh. There are no variants."""

    index = "whoosh"
    is_safe_in_threads = False  # its readers seek in one shared file: wrong answers and exceptions are part of the result

    def __init__(self, variant: str) -> None:
        if variant:
            raise ValueError(f"whoosh has no variant {variant!r}")

    def version(self) -> str:
        """Return Whoosh's version."""
        return ".".join(str(number) for number in whoosh.__version__)

    def build(self, folder: Path, items: Iterable[Item]) -> None:
        """Index into one segment."""
        writer = index.create_in(str(folder), _schema()).writer(limitmb=256)
        shelf = ShelfWriter()
        for guide, passages in shelf.noting(items):
            for passage in passages:
                writer.add_document(
                    text=passage.text, heading=" ".join(passage.heading), title=guide.title, topic=guide.topics[0]
                )
        writer.commit(optimize=True)
        shelf.write(folder)

    def open(self, folder: Path) -> "Searcher":
        """Open the index."""
        return Searcher(folder)


class Searcher:
    """One of Whoosh's searchers."""

    def __init__(self, folder: Path) -> None:
        self._analyzer = _analyzer()
        self._searcher = index.open_dir(str(folder)).searcher(weighting=scoring.BM25F(B=0.75, K1=1.2))
        self._shelf = Shelf(folder)

    def answer(self, asked: Asked) -> Any:
        """Return the best guides with snippets, numbers and facets."""
        results = self._searcher.search(self._query(asked), limit=None)
        passages = np.array([number for _, number in results.top_n], np.int64)
        scores = np.array([score for score, _ in results.top_n], np.float64)
        tally = self._shelf.tally(self._shelf.n_hits(passages), asked.topic)
        best = self._shelf.best(passages, scores, asked.topic)
        results.fragmenter = highlight.ContextFragmenter(maxchars=MAX_CHARS, surround=MAX_CHARS // 4)
        results.formatter = _Formatter()
        rank = {int(number): place for place, number in enumerate(passages)}
        return Shown(
            n_guides=tally.n_guides,
            n_passages=tally.n_passages,
            guides=tuple(self._shelf.ids[self._shelf.guide_of[passage]] for passage, _ in best),
            scores=tuple(score for _, score in best),
            snippets=tuple(results[rank[passage]].highlights("text", top=1) for passage, _ in best),
            facets=tally.facets,
        )

    def read(self, answer: Any) -> Shown:
        """Return the answer: it has the common form."""
        shown: Shown = answer
        return shown

    def close(self) -> None:
        """Close the searcher."""
        self._searcher.close()

    def _query(self, asked: Asked) -> Any:
        terms = [token.text for word in asked.words for token in self._analyzer(word)]
        if asked.is_phrase:
            return queries.Or([queries.Phrase(field, terms, boost=weight) for field, weight in WEIGHTS.items()])
        words = [queries.Or([queries.Term(field, term, boost=w) for field, w in WEIGHTS.items()]) for term in terms]
        return queries.And(words) if asked.all_words else queries.Or([term for word in words for term in word])


class _Formatter(highlight.Formatter):  # type: ignore[misc]  # Whoosh has no types
    """Marks as all contenders do."""

    between = "…"

    def format_token(self, text: str, token: Any, replace: bool = False) -> str:
        """Return a matched word with its marks."""
        return f"{MARK}{highlight.get_text(text, token, replace)}{END_MARK}"


def _analyzer() -> Any:
    return RegexTokenizer() | LowercaseFilter() | StemFilter(lang="de", cachesize=100_000)


def _schema() -> Any:
    text = {"analyzer": _analyzer()}
    return fields.Schema(
        text=fields.TEXT(stored=True, **text), heading=fields.TEXT(**text), title=fields.TEXT(**text), topic=fields.ID()
    )
