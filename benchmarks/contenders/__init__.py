"""Who is measured. A contender's library is imported when it is chosen, not before."""

import importlib

from benchmarks.contenders.contract import Contender

NAMES = {
    "kb": "the knowledge base: stems, one passage per guide, as the others do",
    "tantivy": "tantivy, the same work",
    "fts5": "SQLite FTS5 over our stems",
    "fts5-plain": "SQLite FTS5, words as written: no stemmer, an easier question",
    "xapian": "Xapian",
    "whoosh": "stock Whoosh",
    "tantivy-page": "tantivy, ten passages instead of guides (the earlier measurement's page)",
    "kb-chain": "the knowledge base with stems, words and 4-grams",
    "kb-page": "the knowledge base as the page asks it: the same, with up to three passages per guide",
    "tantivy-chain": "tantivy with stems, words and 4-grams",
}
"""Contenders by name, and what they are."""

SIZE = "@"
"""Stands between a contender's name and the size of its index, where it has several."""

_MODULES = {"kb": "own", "tantivy": "tantivy_py", "fts5": "sqlite_fts5", "xapian": "xapian_debian", "whoosh": "stock_whoosh"}


def load(name: str) -> Contender:
    """Return the contender.

    Raises:
        ImportError: its library is not installed.
        ValueError: nobody is called that.
    """
    library, _, variant = name.partition("-")
    if library not in _MODULES:
        raise ValueError(f"unknown contender {name!r}; there are {', '.join(NAMES)}")
    module = importlib.import_module(f"benchmarks.contenders.{_MODULES[library]}")
    contender: Contender = module.Contender(variant)
    return contender
