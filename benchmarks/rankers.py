"""Who is compared by the order of what it finds: each indexes documents, title and text as one field, and gives its best ten.

The peers are taken as they come, each with what it has for German, and any word may match:

    tantivy         simple tokenizer, lower case, German stemmer; BM25
    tantivy-grams   the same, and a field of 4-grams of content words, weight 0.5: what one would build by hand
    fts5            SQLite FTS5, unicode61 (no stemmer); bm25()
    fts5-trigram    SQLite FTS5, trigram: each word as a part of longer ones
    bm25s           German stop words, the Snowball stemmer; BM25 (Lucene's)
    xapian          TermGenerator and QueryParser with the German stemmer for all words; BM25
    whoosh          stock Whoosh 2.7.4, LanguageAnalyzer("de") with its stop words; BM25F

What is typed is broken into words, so that no peer takes a sign for an operator; the knowledge base gets it as typed.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.grams import gram_text, grams
from kb import analysis, evaluation, search, vocabulary
from kb.engines import EmbeddedEngine
from kb.evaluation import DEPTH, Document
from kb.vocabulary import Vocabulary

Ask = Callable[[str], Sequence[str]]
"""What was typed -> ids of the best ten, best first."""

GRAM_WEIGHT = 0.5
_WORD = re.compile(r"\w+")


def knowledge_base(folder: Path, documents: Iterable[Document]) -> Ask:
    """Return the product, by the way of `kb eval`."""
    build_knowledge_base(folder, documents)
    return open_knowledge_base(folder, vocabulary.load())


def build_knowledge_base(folder: Path, documents: Iterable[Document]) -> None:
    """Write the product's index."""
    engine = EmbeddedEngine(folder, is_fresh=True)
    evaluation.build(engine, documents)
    engine.close()


def open_knowledge_base(folder: Path, names: Vocabulary | None) -> Ask:
    """Return the product over an index that is there."""
    engine = EmbeddedEngine(folder)

    def ask(typed: str) -> Sequence[str]:
        return [result.guide.id for result in search.answer(engine, typed, vocabulary=names, limit=DEPTH).results]

    return ask


def tantivy(folder: Path, documents: Iterable[Document], *, has_grams: bool = False) -> Ask:
    """Return tantivy with a German stemmer.

    Raises:
        ImportError: tantivy is not installed.
    """
    import tantivy as library  # noqa: PLC0415  # each is imported only if it is asked for

    stemmer = library.Filter.stemmer("german")
    simple = library.TextAnalyzerBuilder(library.Tokenizer.simple())
    analyzer = simple.filter(library.Filter.lowercase()).filter(stemmer).build()
    builder = library.SchemaBuilder()
    builder.add_text_field("body", tokenizer_name="german")
    builder.add_text_field("grams", tokenizer_name="parts", index_option="freq")
    builder.add_unsigned_field("number", fast=True)
    schema = builder.build()
    index = library.Index(schema, str(folder))
    index.register_tokenizer("german", analyzer)
    index.register_tokenizer("parts", library.TextAnalyzerBuilder(library.Tokenizer.whitespace()).build())
    writer = index.writer(200_000_000, 1)
    ids: list[str] = []
    for document in documents:
        stored = library.Document()
        stored.add_text("body", _body(document))
        stored.add_text("grams", gram_text(_body(document)) if has_grams else "")
        stored.add_unsigned("number", len(ids))
        writer.add_document(stored)
        ids.append(document.id)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(typed: str) -> Sequence[str]:
        query = library.Query
        parts = [query.term_query(schema, "body", term) for term in analyzer.analyze(" ".join(_words(typed)))]
        if has_grams:
            content = [word for word in analysis.words(typed) if word not in analysis.STOP_WORDS]
            parts += [
                query.boost_query(query.term_query(schema, "grams", part, "freq"), GRAM_WEIGHT)
                for word in content
                for part in grams(word)
            ]
        found = searcher.search(query.boolean_query([(library.Occur.Should, part) for part in parts]), limit=DEPTH, count=False)
        numbers: list[Any] = searcher.fast_field_values("number", [address for _, address in found.hits])
        return [ids[number] for number in numbers]

    return ask


def tantivy_grams(folder: Path, documents: Iterable[Document]) -> Ask:
    """Return tantivy with stems and 4-grams.

    Raises:
        ImportError: tantivy is not installed.
    """
    return tantivy(folder, documents, has_grams=True)


def fts5(folder: Path, documents: Iterable[Document], *, tokenizer: str = "unicode61") -> Ask:
    """Return SQLite FTS5."""
    database = sqlite3.connect(folder / "search.db")
    database.execute(f"CREATE VIRTUAL TABLE search USING fts5(id UNINDEXED, body, tokenize='{tokenizer}')")
    database.executemany("INSERT INTO search VALUES (?, ?)", ((document.id, _body(document)) for document in documents))
    database.commit()

    def ask(typed: str) -> Sequence[str]:
        match = " OR ".join(f'"{word}"' for word in _words(typed)) or '""'
        found = database.execute("SELECT id FROM search WHERE search MATCH ? ORDER BY rank, rowid LIMIT ?", (match, DEPTH))
        return [id_ for (id_,) in found]

    return ask


def fts5_trigram(folder: Path, documents: Iterable[Document]) -> Ask:
    """Return SQLite FTS5 with its trigrams."""
    return fts5(folder, documents, tokenizer="trigram")


def bm25s(_folder: Path, documents: Iterable[Document]) -> Ask:
    """Return bm25s, which keeps its index in memory.

    Raises:
        ImportError: bm25s is not installed.
    """
    import bm25s as library  # noqa: PLC0415
    import Stemmer  # noqa: PLC0415

    stemmer = Stemmer.Stemmer("german")
    listed = list(documents)
    retriever = library.BM25()
    tokens = library.tokenize([_body(document) for document in listed], stopwords="de", stemmer=stemmer, show_progress=False)
    retriever.index(tokens, show_progress=False)

    def ask(typed: str) -> Sequence[str]:
        terms = library.tokenize(
            " ".join(_words(typed)), stopwords="de", stemmer=stemmer, show_progress=False, return_ids=False
        )
        numbers, scores = retriever.retrieve(terms, k=min(DEPTH, len(listed)), show_progress=False)
        return [listed[number].id for number, score in zip(numbers[0], scores[0], strict=True) if score > 0]

    return ask


def xapian(folder: Path, documents: Iterable[Document]) -> Ask:
    """Return Xapian with its German stemmer.

    Raises:
        ImportError: python3-xapian is not installed.
    """
    from benchmarks.contenders.xapian_debian import xapian as library  # noqa: PLC0415

    stem = library.Stem("german")
    database = library.WritableDatabase(str(folder / "search"), library.DB_CREATE)
    generator = library.TermGenerator()
    generator.set_stemmer(stem)
    # The strategy that is the default leaves capitalised words of a query as they are: in German, all nouns
    generator.set_stemming_strategy(library.TermGenerator.STEM_ALL_Z)
    for document in documents:
        stored = library.Document()
        stored.set_data(document.id)
        generator.set_document(stored)
        generator.index_text(_body(document))
        database.add_document(stored)
    database.commit()
    parser = library.QueryParser()
    parser.set_stemmer(stem)
    parser.set_stemming_strategy(library.QueryParser.STEM_ALL_Z)
    parser.set_database(database)
    enquire = library.Enquire(database)

    def ask(typed: str) -> Sequence[str]:
        enquire.set_query(parser.parse_query(" ".join(_words(typed)), 0))
        return [match.document.get_data().decode() for match in enquire.get_mset(0, DEPTH)]

    return ask


def whoosh(folder: Path, documents: Iterable[Document]) -> Ask:
    """Return stock Whoosh with its German analyzer."""
    from whoosh import fields, index  # noqa: PLC0415
    from whoosh import query as queries  # noqa: PLC0415
    from whoosh.analysis import LanguageAnalyzer  # noqa: PLC0415

    analyzer: Any = LanguageAnalyzer("de")
    opened = index.create_in(str(folder), fields.Schema(id=fields.STORED(), body=fields.TEXT(analyzer=analyzer)))
    writer = opened.writer(limitmb=256)
    for document in documents:
        writer.add_document(id=document.id, body=_body(document))
    writer.commit(optimize=True)
    searcher = opened.searcher()

    def ask(typed: str) -> Sequence[str]:
        terms = [queries.Term("body", token.text) for token in analyzer(" ".join(_words(typed)), mode="query")]
        return [hit["id"] for hit in searcher.search(queries.Or(terms), limit=DEPTH)]

    return ask


RANKERS: dict[str, Callable[[Path, Iterable[Document]], Ask]] = {
    "kb": knowledge_base,
    "tantivy": tantivy,
    "tantivy-grams": tantivy_grams,
    "fts5": fts5,
    "fts5-trigram": fts5_trigram,
    "bm25s": bm25s,
    "xapian": xapian,
    "whoosh": whoosh,
}
"""What builds an index in an empty folder and returns who answers from it, by name."""


def _body(document: Document) -> str:
    return f"{document.title}\n{document.text}"


def _words(typed: str) -> list[str]:
    return _WORD.findall(typed)
