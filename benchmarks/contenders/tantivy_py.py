"""tantivy through tantivy-py: German stemmer, positions, one segment where the heap allows.

Same work, the fastest of what was measured: the best passages with a growing limit (30, 240, …; block-max WAND) and their
guides from a fast field; the matching passages per guide by a terms aggregation in the order of keys (no sort by count),
from which numpy counts guides and facets. At 100,000 passages, p95 for any word: terms by key 2.2 ms, by count 2.7 ms, a
histogram 3.0 ms, all hits as (score, address) 19 ms, the same unscored 15 ms, in the order of guides 17 ms. Its
cardinality aggregation is not exact. A filter is a clause without score beside the query.

`page` is what the earlier measurement called a page: ten passages, their snippets, passages per topic; no guides.
`chain` adds words as written and 4-grams of content words to the stems and asks all of them. Passages that match by 4-grams
alone are neither shown nor counted: stems and words are a must (for a phrase or all words only stems), the others add to
their score. One flat union for the ranking took
as long at 20,000 passages.
"""

from collections.abc import Iterable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from tantivy import Occur, Query

from benchmarks.contenders.contract import END_MARK, MARK, MAX_CHARS, N_SHOWN, WEIGHTS, Shown
from benchmarks.contenders.shelf import Ints, Shelf, ShelfWriter
from benchmarks.corpus import Item
from benchmarks.grams import CHAIN, gram_text, grams
from benchmarks.queries import Asked

_HEAP_BYTES = 1_000_000_000
_MAX_BUCKETS = 60_000  # tantivy's limit for one aggregation is 65,000
_Hit = tuple[float, Any, int]  # score, address, guide


class Contender:
    """tantivy; `variant` is "", "page" or "chain"."""

    is_safe_in_threads = True

    def __init__(self, variant: str) -> None:
        self._variant = variant
        self.index = "tantivy-chain" if variant == "chain" else "tantivy"

    def version(self) -> str:
        """Return tantivy-py's version."""
        return metadata.version("tantivy")

    def build(self, folder: Path, items: Iterable[Item]) -> None:
        """Index with one thread: the CPU time is the same, and fewer segments answer faster."""
        index = tantivy.Index(_schema(is_chain=self._variant == "chain"), str(folder))
        _register(index)
        writer = index.writer(_HEAP_BYTES, 1)
        shelf = ShelfWriter()
        for number, (guide, passages) in enumerate(shelf.noting(items)):
            for passage in passages:
                document = tantivy.Document()
                document.add_text("text", passage.text)
                document.add_text("heading", " ".join(passage.heading))
                document.add_text("title", guide.title)
                document.add_text("topic", guide.topics[0])
                document.add_unsigned("guide", number)
                if self._variant == "chain":
                    document.add_text("words", passage.text)
                    document.add_text("grams", gram_text(passage.text))
                writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        shelf.write(folder)

    def open(self, folder: Path) -> "Searcher":
        """Open the index."""
        kind = {"page": PageSearcher, "chain": ChainSearcher}.get(self._variant, Searcher)
        return kind(folder)


class Searcher:
    """An open index, asked for what all contenders are asked for."""

    def __init__(self, folder: Path) -> None:
        self._index = tantivy.Index.open(str(folder))
        _register(self._index)
        self._schema, self._searcher = self._index.schema, self._index.searcher()
        self._analyzer = _stems()
        self._shelf = Shelf(folder)

    def answer(self, asked: Asked) -> Any:
        """Return the best guides with snippets, numbers and facets."""
        query = self._query(asked)
        tally = self._shelf.tally(self._hits_per_guide(query), asked.topic)
        best = self._best(self._narrowed(self._ranking(asked, query), asked))
        return Shown(
            n_guides=tally.n_guides,
            n_passages=tally.n_passages,
            guides=tuple(self._shelf.ids[guide] for _, _, guide in best),
            scores=tuple(score for score, _, _ in best),
            snippets=tuple(self._snippets(query, [address for _, address, _ in best])),
            facets=tally.facets,
        )

    def read(self, answer: Any) -> Shown:
        """Return the answer: it has the common form."""
        shown: Shown = answer
        return shown

    def close(self) -> None:
        """Let go of the files, which tantivy closes by itself."""

    def _query(self, asked: Asked) -> Any:
        """Return what a passage must match."""
        terms = [term for word in asked.words for term in self._analyzer.analyze(word)]
        if asked.is_phrase and len(terms) > 1:
            return self._in_any_field(lambda field: Query.phrase_query(self._schema, field, terms))
        if asked.all_words:
            parts = [self._in_any_field(partial(self._term, term=term)) for term in terms]
            return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Must, part) for part in parts])
        return Query.boolean_query([(Occur.Should, _boosted(self._term(f, t), w)) for t in terms for f, w in WEIGHTS.items()])

    def _ranking(self, asked: Asked, query: Any) -> Any:
        """Return what ranks the passages."""
        return query

    def _narrowed(self, query: Any, asked: Asked) -> Any:
        if not asked.topic:
            return query
        topic = Query.const_score_query(self._term("topic", asked.topic, "basic"), 0.0)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, topic)])

    def _term(self, field: str, term: str, index_option: str = "position") -> Any:
        return Query.term_query(self._schema, field, term, index_option)

    def _in_any_field(self, make: Any) -> Any:
        return Query.boolean_query([(Occur.Should, _boosted(make(field), weight)) for field, weight in WEIGHTS.items()])

    def _best(self, query: Any, limit: int = 3 * N_SHOWN) -> list[_Hit]:
        """Return the best passage of each of the ten best guides."""
        while True:
            hits: list[tuple[Any, Any]] = self._searcher.search(query, limit=limit, count=False).hits
            found: dict[int, _Hit] = {}
            guides: list[Any] = self._searcher.fast_field_values("guide", [address for _, address in hits])
            for (score, address), guide in zip(hits, guides, strict=True):
                found.setdefault(guide, (float(score), address, guide))
            if len(found) >= N_SHOWN or len(hits) < limit:
                return list(found.values())[:N_SHOWN]
            limit *= 8

    def _hits_per_guide(self, query: Any) -> Ints:
        n = len(self._shelf.ids)
        n_hits = np.zeros(n, np.int64)
        for start in range(0, n, _MAX_BUCKETS):
            size = min(n - start, _MAX_BUCKETS)
            asked = query
            if n > _MAX_BUCKETS:
                kind = tantivy.FieldType.Unsigned
                part = Query.range_query(self._schema, "guide", kind, start, start + size, include_upper=False)
                asked = Query.boolean_query([(Occur.Must, query), (Occur.Must, part)])
            terms = {"field": "guide", "size": size, "segment_size": size, "order": {"_key": "asc"}}
            buckets = self._searcher.aggregate(asked, {"guides": {"terms": terms}})["guides"]["buckets"]
            guides = np.fromiter((bucket["key"] for bucket in buckets), np.int64, len(buckets))
            n_hits[guides] = np.fromiter((bucket["doc_count"] for bucket in buckets), np.int64, len(buckets))
        return n_hits

    def _snippets(self, query: Any, addresses: Iterable[Any]) -> Iterable[str]:
        generator = tantivy.SnippetGenerator.create(self._searcher, query, self._schema, "text")
        generator.set_max_num_chars(MAX_CHARS)
        for address in addresses:
            snippet = generator.snippet_from_doc(self._searcher.doc(address))
            yield snippet.to_html().replace("<b>", MARK).replace("</b>", END_MARK)


class PageSearcher(Searcher):
    """Ten passages, their snippets and the number of passages per topic, as in the earlier measurement."""

    def answer(self, asked: Asked) -> Any:
        """Return passages in place of guides."""
        query = self._narrowed(self._query(asked), asked)
        result = self._searcher.search(query, limit=N_SHOWN, count=False)
        terms = {"field": "topic", "size": 100}
        buckets = self._searcher.aggregate(query, {"topics": {"terms": terms}})["topics"]["buckets"]
        addresses = [address for _, address in result.hits]
        guides: list[Any] = self._searcher.fast_field_values("guide", addresses)
        return Shown(
            n_guides=0,
            n_passages=sum(bucket["doc_count"] for bucket in buckets),
            guides=tuple(self._shelf.ids[guide] for guide in guides),
            scores=tuple(score for score, _ in result.hits),
            snippets=tuple(self._snippets(query, addresses)),
            facets={"topic": {bucket["key"]: bucket["doc_count"] for bucket in buckets}},
        )


class ChainSearcher(Searcher):
    """Stems, words as written and 4-grams. A phrase and 'all words' demand stems, the others add to the score."""

    def _query(self, asked: Asked) -> Any:
        stems = super()._query(asked)
        if asked.is_phrase or asked.all_words:
            return stems
        return Query.boolean_query([(Occur.Should, stems), *self._words(asked)])

    def _ranking(self, asked: Asked, query: Any) -> Any:
        found = [gram for word in asked.words for gram in grams(word)]
        optional = [(Occur.Should, _boosted(self._term("grams", gram, "freq"), CHAIN["grams"])) for gram in found]
        if asked.is_phrase or asked.all_words:
            optional += self._words(asked)
        return Query.boolean_query([(Occur.Must, query), *optional])

    def _words(self, asked: Asked) -> list[Any]:
        return [(Occur.Should, _boosted(self._term("words", word.lower(), "freq"), CHAIN["words"])) for word in asked.words]


def _boosted(query: Any, weight: float) -> Any:
    return query if weight == 1 else Query.boost_query(query, weight)


def _schema(*, is_chain: bool) -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=True, tokenizer_name="german")
    builder.add_text_field("heading", tokenizer_name="german")
    builder.add_text_field("title", tokenizer_name="german")
    builder.add_text_field("topic", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_unsigned_field("guide", indexed=True, fast=True)
    if is_chain:
        builder.add_text_field("words", tokenizer_name="words", index_option="freq")
        builder.add_text_field("grams", tokenizer_name="grams", index_option="freq")
    return builder.build()


def _register(index: Any) -> None:
    index.register_tokenizer("german", _stems())
    index.register_tokenizer("words", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(_lower()).build())
    index.register_tokenizer("grams", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


def _lower() -> Any:
    return tantivy.Filter.lowercase()


def _stems() -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(_lower())
    return builder.filter(tantivy.Filter.stemmer("german")).build()
