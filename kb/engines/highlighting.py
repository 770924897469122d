"""Where the passages that are shown have what was asked for: stems from stored positions, so that no text is analysed again.

Words that are alike or begin so are looked for in the texts that have them by the lists of words, norms in all.
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
        self._looks: Mapping[int, list[tuple[str, int]]] = defaultdict(list)  # per passage: word, clause
        self._norms: list[tuple[int, str]] = []  # clause, index term
        wanted = np.unique(np.array(passages, np.int32))
        asked = [(number, clause) for number, clause in enumerate(query.clauses) if clause.occur is not Occur.MUST_NOT]
        for number, clause in asked:
            self._look_up(scorer, number, clause, wanted)
        for passage, word, place in scorer.words([clause for _, clause in asked], wanted):
            self._looks[passage].append((word, asked[place][0]))

    def marks(self, passage: int, stored: Stored, title: str) -> Sequence[Mark]:
        """Return the marks in the text of one of the passages, ascending and disjoint; `title` is that of its guide."""
        return snippets.disjoint([*self._mentions(stored.text, title), *self._words(passage, stored)])

    def _mentions(self, text: str, title: str) -> Iterator[Mark]:
        for mention in norms.find(text, norms.default_in(title)) if self._norms else ():
            named = {term for norm in mention.norms for term in norm.terms}
            yield from (Mark(mention.start, mention.end, clause) for clause, term in self._norms if term in named)

    def _words(self, passage: int, stored: Stored) -> Iterator[Mark]:
        if looks := self._looks.get(passage):
            small = stored.text.replace("İ", "I").lower()  # the one letter that takes two in small
            for word, clause in looks:
                yield from (Mark(start, end, clause) for start, end in _occurrences(small, word))
        places = self._places.get(passage)
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
            elif one.how is How.NORM:
                self._norms.append((number, one.terms[0]))


def _occurrences(small: str, word: str) -> Iterator[tuple[int, int]]:
    """Yield where a folded word stands, as a whole word, in a text in small letters."""
    for spelled in {word, word.replace("ss", "ß"), word.replace("ss", "ß", 1)} if "ss" in word else (word,):
        at = small.find(spelled)
        while at >= 0:
            end = at + len(spelled)
            if not (small[at - 1 : at].isalnum() or small[end : end + 1].isalnum()):
                yield at, end
            at = small.find(spelled, end)
