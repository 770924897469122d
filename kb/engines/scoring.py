"""Which passages match a query, and how well: BM25 over Whoosh's postings.

A clause looks into all text fields; a passage's score is the sum over clauses and fields of weight times BM25. Passages
are numbered as Whoosh numbers them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from kb.engines.works import Bools, Floats, Ints
from kb.model import Clause, Occur, Query

# Robertson & Zaragoza 2009; lower k1 or b lost on the development collections
K1, B = 1.2, 0.75
FIELDS: Mapping[str, float] = {"text": 1.0, "heading": 0.3, "title": 0.25}
"""Text fields and their weights. A title above 0.25 hurts where many passages share it."""
MAX_EXPANSIONS = 1_000  # words that one prefix may stand for

Lengths = Mapping[str, Floats]
"""Per text field, the number of terms of every passage, over the mean."""


@dataclass(frozen=True)
class Scored:
    """One entry per passage number."""

    matched: Bools
    has_all: Bools  # every clause that should match does
    scores: Floats
    is_everything: bool  # nothing was asked that a passage should or must contain


def score(reader: Any, lengths: Lengths, is_there: Bools, query: Query) -> Scored:
    """Match and score all passages that are there, through a Whoosh reader that no other thread uses."""
    n = len(is_there)
    scores = np.zeros(n, np.float32)
    n_matched = np.zeros(n, np.int32)
    allowed = is_there.copy()
    should = [clause for clause in query.clauses if clause.occur is Occur.SHOULD]
    has_must = False
    for clause in query.clauses:
        found, points = _match(reader, lengths, clause)
        if clause.occur is Occur.MUST_NOT:
            allowed &= ~found
            continue
        scores += clause.weight * points
        if clause.occur is Occur.MUST:
            allowed &= found
            has_must = True
        else:
            n_matched += found
    matched = allowed if has_must or not should else allowed & (n_matched > 0)
    return Scored(
        matched=matched,
        has_all=matched & (n_matched == len(should)),
        scores=scores,
        is_everything=not should and not has_must,
    )


def _match(reader: Any, lengths: Lengths, clause: Clause) -> tuple[Bools, Floats]:
    """Return which passages match the clause in any field, and their points."""
    n = reader.doc_count_all()
    found, points = np.zeros(n, np.bool_), np.zeros(n, np.float32)
    if clause.is_prefix:
        for word in list(reader.expand_prefix("words", clause.terms[0]))[:MAX_EXPANSIONS]:
            found[_postings(reader, "words", word)[0]] = True
        points[found] = _idf(n, int(np.count_nonzero(found)))
        return found, points
    for field, weight in FIELDS.items():
        postings = [_postings(reader, field, term) for term in clause.terms]
        ids = reduce(np.intersect1d, (ids for ids, _ in postings))
        if len(clause.terms) > 1 and len(ids):
            ids = _in_a_row(reader, field, clause.terms, ids)
        found[ids] = True
        for term_ids, counts in postings:
            here = np.isin(term_ids, ids, assume_unique=True)
            points[term_ids[here]] += weight * _bm25(counts[here], lengths[field][term_ids[here]], n, len(term_ids))
    return found, points


def _bm25(counts: Floats, lengths: Floats, n: int, n_with_term: int) -> Floats:
    points = _idf(n, n_with_term) * counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths))
    return points.astype(np.float32)


def _idf(n: int, n_with_term: int) -> np.float32:
    return np.float32(np.log(1 + (n - n_with_term + 0.5) / (n_with_term + 0.5)))


def _postings(reader: Any, field: str, term: str | bytes) -> tuple[Ints, Floats]:
    """Return the passages that contain the term, ascending, and how often."""
    ids: list[int] = []
    counts: list[float] = []
    if (field, term) in reader:
        matcher = reader.postings(field, term)
        while matcher.is_active():
            ids.append(matcher.id())
            counts.append(matcher.weight())
            matcher.next()
    return np.array(ids, np.int32), np.array(counts, np.float32)


def _in_a_row(reader: Any, field: str, terms: tuple[str, ...], ids: Ints) -> Ints:
    """Return those of `ids` in which the terms follow each other."""
    starts: dict[int, set[int]] = {}
    for offset, term in enumerate(terms):
        matcher = reader.postings(field, term)
        for i in ids.tolist():
            matcher.skip_to(i)
            here = {position - offset for position in matcher.value_as("positions")}
            starts[i] = here if offset == 0 else starts[i] & here
    return np.array([i for i, positions in starts.items() if positions], np.int32)
