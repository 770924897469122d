"""Why a passage has its score, and its guide its place: the parts that `scoring` and `works` add up, one by one."""

from collections.abc import Iterator

import numpy as np

from kb.engines import works
from kb.engines.found import Found, place_in
from kb.engines.postings import Ints
from kb.engines.scoring import ALL_WORDS, Scorer
from kb.model import Clause, Guide, How, Occur, Query, Reason, Share, Validity

_ROUNDING = 1e-4
_FINER = (Reason.WRITTEN, Reason.PARTS, Reason.LEAD, Reason.NEAR)


def of_passage(scorer: Scorer, query: Query, passage: int) -> list[Share]:
    """Return what makes the score of a passage that matches."""
    one = np.array([passage], np.int32)
    asked = [clause for clause in query.clauses if clause.occur is not Occur.MUST_NOT]
    shares = [
        max(_ways(scorer, query, clause, one), key=lambda share: share.points) for clause in asked if scorer.has(clause, one)[0]
    ]
    if query.words:
        finer = scorer.finer(query, one)[:, 0].tolist()
        shares += [Share(reason, points) for reason, points in zip(_FINER, finer, strict=True) if points]
        lacking = 1 - float(scorer.completeness(query, one)[0])
        shares += [Share(Reason.LACKING, -lacking * sum(share.points for share in shares))] if lacking > _ROUNDING else []
    if len(asked) > 1 and all(scorer.has(clause, one)[0] for clause in asked):
        shares.append(Share(Reason.ALL_WORDS, sum(share.points for share in shares) * (ALL_WORDS - 1)))
    return shares


def of_guide(guide: Guide, query: Query, points: float, score: float) -> Iterator[Share]:
    """Yield what makes the score of a guide out of the points of its best passage."""
    prior = works.prior(guide, query.as_of)
    if (more := score / prior - points) > _ROUNDING * score:
        yield Share(Reason.SEVERAL, more)
    if guide.is_binding:
        yield Share(Reason.BINDING, score / prior * (works.BINDING - 1))
    if guide.validity(query.as_of) is not Validity.IN_FORCE:
        yield Share(Reason.NOT_IN_FORCE, score - score / works.NOT_IN_FORCE)


def _ways(scorer: Scorer, query: Query, clause: Clause, one: Ints) -> Iterator[Share]:
    """Yield what the passage gets for each way of having what the clause asks for."""
    names = {addition.stems: addition.name for addition in query.added}
    for number, way in enumerate(clause.alternatives):
        points = _points(scorer.way(clause, way), one)
        if way.how is How.ALIKE:
            yield Share(Reason.ALIKE, points, clause.typed, tuple(sorted(word for _, word, _ in scorer.words([clause], one))))
        elif way.terms in names and (number or way.weight < 1):  # the first is what was typed, or what was meant by it
            yield Share(Reason.ADDED, points, clause.typed, (names[way.terms],))
        else:
            yield Share(Reason.WORD, points, clause.typed)


def _points(found: Found, one: Ints) -> float:
    at, is_there = place_in(found.passages, one)
    return float(found.points[at[0]]) if is_there[0] else 0.0
