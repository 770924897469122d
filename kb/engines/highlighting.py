"""Where the passages that are shown have what was asked for, from stored positions: no text is analysed again.

Only prefixes, words that are alike and norms are looked for in the text, since positions are those of stems.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from kb import norms, snippets
from kb.engines.passage_store import Stored
from kb.engines.scoring import Scorer
from kb.model import Clause, How, Occur, Query
from kb.snippets import Mark

_Place = tuple[int, int, int]  # word, number of words, clause


class Highlighter:
    """Knows the places of a query's clauses in some passages."""

    def __init__(self, scorer: Scorer, query: Query, passages: Sequence[int]) -> None:
        """Look the places up; `passages` in any order."""
        self._places: Mapping[int, list[_Place]] = defaultdict(list)
        self._looks: list[tuple[int, str, frozenset[str]]] = []  # clause, beginning of words or "", words as written
        self._norms: list[tuple[int, str]] = []  # clause, index term
        wanted = np.unique(np.array(passages, np.int32))
        for number, clause in enumerate(query.clauses):
            if clause.occur is not Occur.MUST_NOT:
                self._look_up(scorer, number, clause, wanted)

    def marks(self, passage: int, stored: Stored, title: str) -> Sequence[Mark]:
        """Return the marks in the text of one of the passages, ascending and disjoint; `title` is that of its guide."""
        return snippets.disjoint([*self._mentions(stored.text, title), *self._words(passage, stored)])

    def _mentions(self, text: str, title: str) -> Iterator[Mark]:
        for mention in norms.find(text, norms.default_in(title)) if self._norms else ():
            named = {term for norm in mention.norms for term in norm.terms}
            yield from (Mark(mention.start, mention.end, clause) for clause, term in self._norms if term in named)

    def _words(self, passage: int, stored: Stored) -> Iterator[Mark]:
        places = self._places.get(passage, [])
        if self._looks:
            words = [*stored.words()]
            places = places + [
                (at, 1, clause)
                for clause, begin, alike in self._looks
                for at, word in enumerate(words)
                if word in alike or (begin and word.startswith(begin))
            ]
        if not places:
            return
        first, n_words, clauses = zip(*places, strict=True)
        last = np.add(first, n_words) - 1
        ends = stored.ends[last].tolist()
        starts = (stored.ends[[*first]] - stored.lengths[[*first]]).tolist()
        yield from map(Mark, starts, ends, clauses)

    def _look_up(
        self, scorer: Scorer, number: int, clause: Clause, wanted: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    ) -> None:
        for one in clause.alternatives:
            if one.how is How.STEMS:
                for passage, word in scorer.places("text", one.terms, wanted):
                    self._places[passage].append((word, len(one.terms), number))
            elif one.how is How.PREFIX:
                self._looks.append((number, one.terms[0], frozenset()))
            elif one.how is How.NORM:
                self._norms.append((number, one.terms[0]))
        if alike := scorer.kin(clause):
            self._looks.append((number, "", alike))
