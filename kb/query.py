"""What was typed -> Query. Pure; any input is a valid query.

Any word may match and counts. Strict are: "words in quotes" (in a row), begin* of a word, and what is -excluded: words,
phrases or begins. Words that carry no meaning of their own ("darf ich der …") are left out unless nothing else was typed.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from kb import analysis
from kb.model import Clause, Occur, Query, Selection

MAX_CLAUSES = 64  # a pasted e-mail has a few hundred words; the first carry its topic, and each costs a look-up
MAX_WORDS = 128
MIN_PREFIX = 2

_QUOTES = str.maketrans(dict.fromkeys("„“”‟«»", '"') | dict.fromkeys("−‐‑–—", "-"))
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


def parse(text: str, *, selection: Selection | None = None, as_of: date) -> Query:
    """Return the query that `text` asks, narrowed by `selection`, with validity as of the given day."""
    clauses: dict[tuple[object, ...], Clause] = {}
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    for clause in _clauses(plain):
        clauses.setdefault((clause.terms, clause.occur, clause.is_prefix), clause)
    words = [word for part in _PART.finditer(plain) if not part["minus"] for word in analysis.words(part[0])]
    return Query(
        text=text,
        clauses=tuple(clauses.values())[:MAX_CLAUSES],
        words=tuple(words[:MAX_WORDS]),
        selection=dict(selection or {}),
        as_of=as_of,
    )


def loose(text: str) -> Iterator[tuple[int, int]]:
    """Yield where in `text`, as (start, end), stands what may match but need not: neither quoted, excluded nor a begin*."""
    for part in _PART.finditer(text.translate(_QUOTES)):
        if not part["minus"] and part["word"] and not part["word"].endswith("*"):
            yield part.span()


def _clauses(text: str) -> Iterator[Clause]:
    found, strict = [], []
    for part in _PART.finditer(text):
        word = part["word"] or ""
        terms = tuple(analysis.stems(part["phrase"] or word))
        if not terms:
            continue
        begin = analysis.words(word)[-1] if word.endswith("*") else ""
        is_prefix = len(begin) >= MIN_PREFIX
        if part["minus"]:
            is_prefix = is_prefix and len(terms) == 1
            strict.append(Clause(terms=(begin,) if is_prefix else terms, occur=Occur.MUST_NOT, is_prefix=is_prefix))
        elif part["phrase"]:
            strict.append(Clause(terms=terms, occur=Occur.MUST))
        elif is_prefix:
            strict.append(Clause(terms=(begin,), occur=Occur.MUST, is_prefix=True))
            found += analysis.words(word)[:-1]
        else:
            found += analysis.words(word)
    content = [word for word in found if word not in analysis.STOP_WORDS]
    if not content and not any(clause.occur is Occur.MUST for clause in strict):
        content = found
    yield from strict
    yield from (Clause(terms=(analysis.stem(word),)) for word in content)
