"""SQLite FTS5, in the standard library. It has no German stemmer, so it is given ours.

The table indexes our stems and names the passages' text as its external content: `snippet()` counts tokens, and stems and
words are as many, so marks stand right. The fastest of what was measured: all matching rows with their rank in one pass, numpy
for grouping, counting and the best; `ORDER BY rank` sorts what is thrown away, and grouping in SQL joins row by row.
`plain` indexes words as written: as FTS5 comes, but an easier question than the others answer.
"""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contenders.contract import END_MARK, MARK, MAX_CHARS, WEIGHTS, Shown
from benchmarks.contenders.shelf import Shelf, ShelfWriter
from benchmarks.corpus import Item
from benchmarks.queries import Asked
from kb import analysis

_COLUMNS = ", ".join(WEIGHTS)
_SNIPPET_TOKENS = 30  # about 240 characters of German law
_TABLES = f"""
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE passages (id INTEGER PRIMARY KEY, text TEXT, heading TEXT, title TEXT);
    CREATE VIRTUAL TABLE search USING fts5(
        {_COLUMNS}, content='passages', content_rowid='id', tokenize="unicode61 remove_diacritics 0 tokenchars '\u00ad'"
    );
"""
_MATCHES = "SELECT rowid, bm25(search, {}, {}, {}) FROM search WHERE search MATCH ?".format(*WEIGHTS.values())
_SNIPPETS = (
    f"SELECT snippet(search, 0, '{MARK}', '{END_MARK}', '…', {_SNIPPET_TOKENS}) FROM search WHERE search MATCH ? AND rowid = ?"
)


class Contender:
    """FTS5; `variant` is "" or "plain"."""

    is_safe_in_threads = True

    def __init__(self, variant: str) -> None:
        self._is_plain = variant == "plain"
        self.index = "fts5-plain" if self._is_plain else "fts5"

    def version(self) -> str:
        """Return SQLite's version."""
        return sqlite3.sqlite_version

    def build(self, folder: Path, items: Iterable[Item]) -> None:
        """Index in one transaction, without a journal, merged in the end."""
        database = sqlite3.connect(folder / "search.db")
        database.executescript(_TABLES)
        shelf = ShelfWriter()
        number = 0
        for guide, passages in shelf.noting(items):
            for passage in passages:
                row = (number, passage.text, " ".join(passage.heading), guide.title)
                terms = row[1:] if self._is_plain else tuple(" ".join(analysis.stems(part)) for part in row[1:])
                database.execute("INSERT INTO passages VALUES (?, ?, ?, ?)", row)
                database.execute(f"INSERT INTO search (rowid, {_COLUMNS}) VALUES (?, ?, ?, ?)", (number, *terms))
                number += 1
        database.execute("INSERT INTO search (search) VALUES ('optimize')")
        database.commit()
        database.close()
        shelf.write(folder)

    def open(self, folder: Path) -> "Searcher":
        """Open the index."""
        return Searcher(folder, is_plain=self._is_plain)


class Searcher:
    """A database with one connection per thread."""

    def __init__(self, folder: Path, *, is_plain: bool) -> None:
        self._path, self._is_plain = folder / "search.db", is_plain
        self._shelf = Shelf(folder)
        self._local = threading.local()

    def answer(self, asked: Asked) -> Any:
        """Return the best guides with snippets, numbers and facets."""
        database = self._database()
        match = self._match(asked)
        rows = database.execute(_MATCHES, (match,)).fetchall()
        found = np.array(rows, np.float64).reshape(-1, 2)
        passages = found[:, 0].astype(np.int64)
        tally = self._shelf.tally(self._shelf.n_hits(passages), asked.topic)
        best = self._shelf.best(passages, -found[:, 1], asked.topic)
        return Shown(
            n_guides=tally.n_guides,
            n_passages=tally.n_passages,
            guides=tuple(self._shelf.ids[self._shelf.guide_of[passage]] for passage, _ in best),
            scores=tuple(score for _, score in best),
            snippets=tuple(_snippet(database, match, passage) for passage, _ in best),
            facets=tally.facets,
        )

    def read(self, answer: Any) -> Shown:
        """Return the answer: it has the common form."""
        shown: Shown = answer
        return shown

    def close(self) -> None:
        """Close this thread's connection; the others close with their threads."""
        self._database().close()

    def _database(self) -> sqlite3.Connection:
        database: sqlite3.Connection | None = getattr(self._local, "database", None)
        if database is None:
            database = self._local.database = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)
            database.execute("PRAGMA mmap_size = 4000000000")
        return database

    def _match(self, asked: Asked) -> str:
        terms: Sequence[str] = asked.words if self._is_plain else [analysis.stem(analysis.fold(word)) for word in asked.words]
        if asked.is_phrase:
            return f'"{" ".join(terms)}"'
        return (" AND " if asked.all_words else " OR ").join(f'"{term}"' for term in terms)


def _snippet(database: sqlite3.Connection, match: str, passage: int) -> str:
    ((text,),) = database.execute(_SNIPPETS, (match, passage)).fetchall()
    return str(text)[: MAX_CHARS + len(MARK + END_MARK) * _SNIPPET_TOKENS]
