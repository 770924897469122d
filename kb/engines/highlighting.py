"""Where the passages that are shown have what was asked for, from stored positions: no text is analysed again.

Only a prefix is looked for in the text, since positions are those of stems.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from kb import snippets
from kb.engines.passage_store import Stored
from kb.engines.scoring import Scorer
from kb.model import Clause, Occur, Query
from kb.snippets import Mark

_Place = tuple[int, int, int]  # word, number of words, clause


class Highlighter:
    """Knows the places of a query's clauses in some passages."""

    def __init__(self, scorer: Scorer, query: Query, passages: Sequence[int]) -> None:
        """Look the places up; `passages` in any order."""
        self._places: Mapping[int, list[_Place]] = defaultdict(list)
        self._prefixes = [
            (number, clause.terms[0])
            for number, clause in enumerate(query.clauses)
            if clause.is_prefix and clause.occur is not Occur.MUST_NOT
        ]
        wanted = np.unique(np.array(passages, np.int32))
        for number, clause in enumerate(query.clauses):
            if clause.occur is not Occur.MUST_NOT and not clause.is_prefix:
                self._look_up(scorer, number, clause, wanted)

    def marks(self, passage: int, stored: Stored) -> Sequence[Mark]:
        """Return the marks in the text of one of the passages, ascending and disjoint."""
        places = self._places.get(passage, [])
        for clause, prefix in self._prefixes:
            places = places + [(word, 1, clause) for word, text in enumerate(stored.words()) if text.startswith(prefix)]
        if not places:
            return ()
        first, n_words, clauses = zip(*places, strict=True)
        last = np.add(first, n_words) - 1
        ends = stored.ends[last].tolist()
        starts = (stored.ends[[*first]] - stored.lengths[[*first]]).tolist()
        return snippets.disjoint(map(Mark, starts, ends, clauses))

    def _look_up(
        self, scorer: Scorer, number: int, clause: Clause, wanted: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    ) -> None:
        for passage, word in scorer.places("text", clause.terms, wanted):
            self._places[passage].append((word, len(clause.terms), number))
