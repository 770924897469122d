"""What was typed -> Query. Pure; any input is a valid query.

Any word may match and counts. Strict are: "words in quotes" (in a row), begin* of a word, and what is -excluded: words,
phrases or begins. Words that carry no meaning of their own ("darf ich der …") are left out unless nothing else was typed.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from kb import analysis
from kb.model import Addition, Alternative, Clause, How, Occur, Query, Selection
from kb.vocabulary import Vocabulary

MAX_CLAUSES = 64  # a pasted e-mail has a few hundred words; the first carry its topic, and each costs a look-up
MAX_WORDS = 128
MIN_PREFIX = 2
MAX_ADDITIONS = 24  # each costs a look-up, and a reader has to take in what was searched for
OTHER_CASE = 0.8  # weight of "ARGE" where "arge" was typed
MIN_ALIKE = 5  # letters; shorter words are part of too many others
ALIKE = 0.3  # against 1 for the word itself; best of .1 to .5 on the development collections

_QUOTES = str.maketrans(dict.fromkeys("„“”‟«»", '"') | dict.fromkeys("−‐‑–—", "-"))
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


def parse(
    text: str,
    *,
    vocabulary: Vocabulary | None = None,
    without: frozenset[str] = frozenset(),
    selection: Selection | None = None,
    as_of: date,
) -> Query:
    """Return the query that `text` asks, narrowed by `selection`, with validity as of the given day.

    What is a name in the vocabulary is looked for by the other names, too, but for the additions whose ids are in `without`.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    strict, runs = _parts(plain)
    names = _names(vocabulary, runs)
    has_must = any(clause.occur is Occur.MUST for clause in strict)
    clauses: dict[tuple[object, ...], Clause] = {}
    for clause in (*strict, *_words(runs, names, without=without, or_any=not has_must)):
        clauses.setdefault((clause.alternatives[0], clause.occur), clause)
    words = [word for part in _PART.finditer(plain) if not part["minus"] for word in analysis.words(part[0])]
    added = {addition.id: addition for listed in names.values() for addition in listed}
    named = [word for id_, one in added.items() if id_ not in without for word in analysis.words(one.name)]
    return Query(
        text=text,
        clauses=tuple(clauses.values())[:MAX_CLAUSES],
        words=tuple(words[:MAX_WORDS]),
        names=tuple(word for word in dict.fromkeys(named) if word not in words),
        added=tuple(added.values()),
        without=without,
        selection=dict(selection or {}),
        as_of=as_of,
    )


def loose(text: str) -> Iterator[tuple[int, int]]:
    """Yield where in `text`, as (start, end), stands what may match but need not: neither quoted, excluded nor a begin*."""
    for part in _PART.finditer(text.translate(_QUOTES)):
        if not part["minus"] and part["word"] and not part["word"].endswith("*"):
            yield part.span()


def spoken(text: str) -> str:
    """Return what was typed as one would say it, without what is excluded, quotes and stars: for a model of language."""
    parts = [part for part in _PART.finditer(unicodedata.normalize("NFKC", text).translate(_QUOTES)) if not part["minus"]]
    return " ".join((part["phrase"] or part["word"] or "").rstrip("*") for part in parts).strip()


def _parts(text: str) -> tuple[list[Clause], list[list[str]]]:
    """Return the clauses of what is strict, and the words between, as written: those in a row make a run."""
    strict: list[Clause] = []
    runs: list[list[str]] = [[]]
    for part in _PART.finditer(text):
        written = part["word"] or ""
        words = analysis.apart(part["phrase"] or written)[0]
        if not words:
            continue
        stems = Alternative(tuple(analysis.stem(analysis.fold(word)) for word in words))
        begin = analysis.fold(words[-1])
        is_prefix = written.endswith("*") and len(begin) >= MIN_PREFIX
        prefix = Alternative((begin,), How.PREFIX)
        if part["minus"]:
            asked = prefix if is_prefix and len(words) == 1 else stems
            strict.append(Clause(alternatives=(asked,), occur=Occur.MUST_NOT, typed=" ".join(words)))
        elif part["phrase"]:
            strict.append(Clause(alternatives=(stems,), occur=Occur.MUST, typed=" ".join(words)))
        elif is_prefix:
            strict.append(Clause(alternatives=(prefix,), occur=Occur.MUST, typed=words[-1]))
            runs[-1] += words[:-1]
        else:
            runs[-1] += words
            continue
        runs.append([])
    return strict, runs


_Places = Mapping[tuple[int, int], Sequence[Addition]]
"""What the vocabulary adds to words, by run and place there."""


def _names(vocabulary: Vocabulary | None, runs: Sequence[Sequence[str]]) -> _Places:
    """Return what is added; each word of a name of several words bears all that is added to the name."""
    found: dict[tuple[int, int], Sequence[Addition]] = {}
    n_added = 0
    for number, run in enumerate(runs):
        for match in vocabulary.matches(run) if vocabulary else ():
            additions = match.additions[: MAX_ADDITIONS - n_added]
            n_added += len(additions)
            found |= {(number, at): additions for at in range(match.first, match.last)}
    return found


def _words(runs: Sequence[Sequence[str]], names: _Places, *, without: frozenset[str], or_any: bool) -> Iterator[Clause]:
    """Yield a clause for every word with a meaning of its own; `or_any`: where none has, for every word."""
    listed = [(word, names.get((number, at), ())) for number, run in enumerate(runs) for at, word in enumerate(run)]
    content = [one for one in listed if analysis.fold(one[0]) not in analysis.STOP_WORDS]
    for written, additions in content or (listed if or_any else ()):
        word = analysis.fold(written)
        alternatives = [Alternative((analysis.stem(word),))]
        alternatives += [Alternative((other,), weight=OTHER_CASE) for other in analysis.in_other_case(word)]
        alternatives += [Alternative(one.stems, weight=one.weight) for one in additions if one.id not in without]
        if len(word) >= MIN_ALIKE and word.isalpha() and word not in analysis.STOP_WORDS:
            alternatives.append(Alternative((word,), How.ALIKE, ALIKE))
        yield Clause(alternatives=tuple(dict.fromkeys(alternatives)), typed=written)
