"""What was typed -> Query. Pure; any input is a valid query.

Any word may match and counts. Strict are: "words in quotes" (in a row), begin* of a word, and what is -excluded: words,
phrases or begins. Words that carry no meaning of their own ("darf ich der …") are left out unless nothing else was typed.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from kb import analysis
from kb.model import Alternative, Clause, How, Occur, Query, Selection

MAX_CLAUSES = 64  # a pasted e-mail has a few hundred words; the first carry its topic, and each costs a look-up
MAX_WORDS = 128
MIN_PREFIX = 2
MIN_ALIKE = 5  # letters; shorter words are part of too many others
ALIKE = 0.3  # against 1 for the word itself; best of .1 to .5 on the development collections

_QUOTES = str.maketrans(dict.fromkeys("„“”‟«»", '"') | dict.fromkeys("−‐‑–—", "-"))
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


def parse(text: str, *, selection: Selection | None = None, as_of: date) -> Query:
    """Return the query that `text` asks, narrowed by `selection`, with validity as of the given day."""
    clauses: dict[tuple[object, ...], Clause] = {}
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    for clause in _clauses(plain):
        clauses.setdefault((clause.alternatives[0], clause.occur), clause)
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
    found: list[str] = []  # words as written
    strict = []
    for part in _PART.finditer(text):
        written = part["word"] or ""
        words = analysis.apart(part["phrase"] or written)[0]
        if not words:
            continue
        stems = Alternative(tuple(analysis.stem(analysis.fold(word)) for word in words))
        begin = analysis.fold(words[-1])
        is_prefix = written.endswith("*") and len(begin) >= MIN_PREFIX
        asked = Alternative((begin,), How.PREFIX) if is_prefix else stems
        if part["minus"]:
            asked = asked if len(words) == 1 else stems
            strict.append(Clause(alternatives=(asked,), occur=Occur.MUST_NOT, typed=" ".join(words)))
        elif part["phrase"] or is_prefix:
            strict.append(
                Clause(alternatives=(asked,), occur=Occur.MUST, typed=" ".join(words if part["phrase"] else words[-1:]))
            )
            found += words[:-1] if is_prefix else []
        else:
            found += words
    content = [word for word in found if analysis.fold(word) not in analysis.STOP_WORDS]
    if not content and not any(clause.occur is Occur.MUST for clause in strict):
        content = found
    yield from strict
    yield from map(_word, content)


def _word(written: str) -> Clause:
    """Return the clause of a word that stands for itself."""
    word = analysis.fold(written)
    alternatives = [Alternative((analysis.stem(word),))]
    if len(word) >= MIN_ALIKE and word.isalpha() and word not in analysis.STOP_WORDS:
        alternatives.append(Alternative((word,), How.ALIKE, ALIKE))
    return Clause(alternatives=tuple(alternatives), typed=written)
