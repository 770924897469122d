"""Xapian through its own Python binding, which Debian builds for its Python (package python3-xapian).

German stems with positions (STEM_ALL_Z), compacted after writing. The fastest of what was measured: the best fifty passages
scored; beside it the matching passages per guide by a match spy under a weighting that computes nothing, from which numpy
counts. Slower at 20,000 passages, p95 for any word: both in one pass 6.2 ms against 3.1 + 0.5, the whole match set in Python
16.7 ms. Collapsing by guide is as fast as taking fifty, but does not count guides exactly. Its snippets know stems by their
prefix Z, and phrases only as written: so where a phrase is asked, they are cut for its single stems.
"""

import importlib.util
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contenders.contract import END_MARK, MARK, MAX_CHARS, N_SHOWN, WEIGHTS, Shown
from benchmarks.contenders.shelf import Ints, Shelf, ShelfWriter
from benchmarks.corpus import Item
from benchmarks.queries import Asked

_DEBIAN = Path("/usr/lib/python3/dist-packages/xapian")
_PREFIXES = {"text": "", "heading": "XH", "title": "S"}  # a stem's term is Z, the prefix, the stem
_TOPIC = "XT"
_GUIDE = 0  # the slot that holds a passage's guide


def _module() -> Any:
    """Return the binding: of this environment, else Debian's, alone of all that lies beside it.

    Raises:
        ImportError: it is in neither place, or was built for another Python.
    """
    if importlib.util.find_spec("xapian"):
        return importlib.import_module("xapian")
    file = _DEBIAN / "__init__.py"
    spec = importlib.util.spec_from_file_location("xapian", file, submodule_search_locations=[str(_DEBIAN)])
    if not file.exists() or spec is None or spec.loader is None:
        raise ImportError("xapian: install Debian's python3-xapian")
    module = sys.modules["xapian"] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError:
        del sys.modules["xapian"]
        raise
    return module


xapian = _module()


class Contender:
    """Xapian. There are no variants."""

    index = "xapian"
    is_safe_in_threads = True

    def __init__(self, variant: str) -> None:
        if variant:
            raise ValueError(f"xapian has no variant {variant!r}")

    def version(self) -> str:
        """Return Xapian's version."""
        return str(xapian.version_string())

    def build(self, folder: Path, items: Iterable[Item]) -> None:
        """Index, then write a compact copy and drop the first one."""
        loose = folder / "loose"
        database = xapian.WritableDatabase(str(loose), xapian.DB_CREATE)
        generator = xapian.TermGenerator()
        generator.set_stemmer(xapian.Stem("german"))
        generator.set_stemming_strategy(generator.STEM_ALL_Z)
        shelf = ShelfWriter()
        for number, (guide, passages) in enumerate(shelf.noting(items)):
            for passage in passages:
                document = xapian.Document()
                generator.set_document(document)
                generator.set_termpos(0)
                for field, text in (("text", passage.text), ("heading", " ".join(passage.heading)), ("title", guide.title)):
                    generator.index_text(text, 1, _PREFIXES[field])
                document.add_boolean_term(_TOPIC + guide.topics[0])
                document.add_value(_GUIDE, str(number))
                document.set_data(passage.text)
                database.add_document(document)  # ids are 1, 2, …: the passage's number and one
        database.commit()
        database.compact(str(folder / "search"))
        database.close()
        for path in loose.iterdir():
            path.unlink()
        loose.rmdir()
        shelf.write(folder)

    def open(self, folder: Path) -> "Searcher":
        """Open the index."""
        return Searcher(folder)


class Searcher:
    """A database, opened once per thread: Xapian's objects belong to one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "search"
        self._shelf = Shelf(folder)
        self._local = threading.local()

    def answer(self, asked: Asked) -> Any:
        """Return the best guides with snippets, numbers and facets."""
        database, stem = self._opened()
        query = _query(asked, stem)
        tally = self._shelf.tally(self._hits_per_guide(database, query), asked.topic)
        narrowed = xapian.Query(xapian.Query.OP_FILTER, query, xapian.Query(_TOPIC + asked.topic)) if asked.topic else query
        mset, best = self._best(database, narrowed)
        if asked.is_phrase:
            enquire = xapian.Enquire(database)
            enquire.set_query(xapian.Query(xapian.Query.OP_OR, [f"Z{term}" for term in _terms(asked, stem)]))
            mset = enquire.get_mset(0, 0)
        texts = (database.get_document(passage + 1).get_data().decode() for passage, _ in best)
        flags = mset.SNIPPET_EXHAUSTIVE  # all of the passage, as the others do; the background model takes three times as long
        return Shown(
            n_guides=tally.n_guides,
            n_passages=tally.n_passages,
            guides=tuple(self._shelf.ids[self._shelf.guide_of[passage]] for passage, _ in best),
            scores=tuple(score for _, score in best),
            snippets=tuple(mset.snippet(text, MAX_CHARS, stem, flags, MARK, END_MARK, "…").decode() for text in texts),
            facets=tally.facets,
        )

    def read(self, answer: Any) -> Shown:
        """Return the answer: it has the common form."""
        shown: Shown = answer
        return shown

    def close(self) -> None:
        """Close this thread's database; the others close with their threads."""
        self._opened()[0].close()

    def _opened(self) -> Any:
        if not hasattr(self._local, "opened"):
            self._local.opened = xapian.Database(str(self._folder)), xapian.Stem("german")
        return self._local.opened

    def _hits_per_guide(self, database: Any, query: Any) -> Ints:
        enquire = xapian.Enquire(database)
        enquire.set_query(query)
        enquire.set_weighting_scheme(xapian.BoolWeight())
        spy = xapian.ValueCountMatchSpy(_GUIDE)
        enquire.add_matchspy(spy)
        enquire.get_mset(0, 0, database.get_doccount())
        n_hits = np.zeros(len(self._shelf.ids), np.int64)
        for value in spy.values():
            n_hits[int(value.term)] = value.termfreq
        return n_hits

    def _best(self, database: Any, query: Any, limit: int = 5 * N_SHOWN) -> tuple[Any, list[tuple[int, float]]]:
        enquire = xapian.Enquire(database)
        enquire.set_query(query)
        while True:
            mset = enquire.get_mset(0, limit)
            best = self._shelf.one_per_guide((match.docid - 1, match.weight) for match in mset)
            if len(best) == N_SHOWN or len(mset) < limit:
                return mset, best
            limit *= 8


def _query(asked: Asked, stem: Any) -> Any:
    query = xapian.Query
    terms = _terms(asked, stem)

    def in_any_field(make: Any) -> Any:
        return query(query.OP_OR, [query(query.OP_SCALE_WEIGHT, make(_PREFIXES[field]), w) for field, w in WEIGHTS.items()])

    if asked.is_phrase:
        return in_any_field(lambda prefix: query(query.OP_PHRASE, [f"Z{prefix}{term}" for term in terms], len(terms)))
    parts = [in_any_field(lambda prefix, term=term: query(f"Z{prefix}{term}")) for term in terms]
    return query(query.OP_AND if asked.all_words else query.OP_OR, parts)


def _terms(asked: Asked, stem: Any) -> list[str]:
    return [stem(word.lower().encode()).decode() for word in asked.words]
