"""Where the passages that are shown have what was asked for: stems from stored positions, so that no text is analysed again.

Words that are alike or begin so are looked for in the texts that have them by the lists of words, norms in all.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb import norms
from kb.engines.passage_store import Stored
from kb.engines.scoring import Scorer
from kb.model import Clause, How, Occur, Query
from kb.passages import statute_meant
from kb.snippets import Mark


class _Claim(NamedTuple):
    """What finding something says: which clause has it, and how much that tells."""

    clause: int
    weight: float


def _section(term: str) -> str:
    return term.partition(":")[2]


class Highlighter:
    """Knows the places of a query's clauses in some passages."""

    def __init__(self, scorer: Scorer, query: Query, passages: Sequence[int]) -> None:
        """Look the places up; `passages` in any order."""
        self._places: Mapping[int, list[tuple[int, int, _Claim]]] = defaultdict(list)  # per passage: word, number of words
        self._looks: Mapping[int, list[tuple[str, _Claim]]] = defaultdict(list)  # per passage: word as written
        self._norms: list[tuple[str, _Claim]] = []  # index term
        wanted = np.unique(np.array(passages, np.int32))
        asked = [(number, clause) for number, clause in enumerate(query.clauses) if clause.occur is not Occur.MUST_NOT]
        stems: list[tuple[str, _Claim]] = []
        claims = [self._look_up(scorer, number, clause, wanted, stems) for number, clause in asked]
        for place, passage, at in scorer.places_of("text", [stem for stem, _ in stems], wanted):
            self._places[passage].append((at, 1, stems[place][1]))
        for passage, word, place in scorer.words([clause for _, clause in asked], wanted):
            self._looks[passage].append((word, claims[place]))

    def marks(self, passage: int, stored: Stored, title: str) -> Sequence[Mark]:
        """Return the marks in the text of one of the passages, in no particular order; `title` is that of its guide."""
        return [*self._mentions(stored, title), *self._alike(passage, stored), *self._stems(passage, stored)]

    def _mentions(self, stored: Stored, title: str) -> Iterator[Mark]:
        for mention in norms.find(stored.text, statute_meant(title, stored.heading)) if self._norms else ():
            named = {term for norm in mention.norms for term in norm.terms}
            lost = {_section(term) for term in named if norms.is_lost(term)}  # see `passages.split`
            for term, claim in self._norms:
                if term in named or _section(term) in lost:
                    yield Mark(mention.start, mention.end, *claim)

    def _alike(self, passage: int, stored: Stored) -> Iterator[Mark]:
        looks = self._looks.get(passage)
        small = stored.text.replace("İ", "I").lower() if looks else ""  # the one letter that takes two in small
        for word, claim in looks or ():
            for start, end in _occurrences(small, word):
                yield Mark(start, end, claim.clause, claim.weight)

    def _stems(self, passage: int, stored: Stored) -> Iterator[Mark]:
        ends, lengths = stored.ends.data, stored.lengths.data
        for first, n_words, claim in self._places.get(passage, ()):
            yield Mark(ends[first] - lengths[first], ends[first + n_words - 1], claim.clause, claim.weight)

    def _look_up(
        self, scorer: Scorer, number: int, clause: Clause, wanted: NDArray[np.int32], stems: list[tuple[str, _Claim]]
    ) -> _Claim:
        """Look up phrases and norms; single stems are added to `stems`. Returns what a word as written says."""
        tells = scorer.idf(clause)
        of_word = 0.0
        for one in clause.alternatives:
            claim = _Claim(number, tells * one.weight)
            if one.how is How.STEMS and len(one.terms) == 1:
                stems.append((one.terms[0], claim))
            elif one.how is How.STEMS:
                for passage, word in scorer.places("text", one.terms, wanted):
                    self._places[passage].append((word, len(one.terms), claim))
            elif one.how is How.NORM:
                self._norms.append((one.terms[0], claim))
            else:
                of_word = max(of_word, claim.weight)
        return _Claim(number, of_word)


def _occurrences(small: str, word: str) -> list[tuple[int, int]]:
    """Return where a folded word stands, as a whole word, in a text in small letters."""
    found = []
    for spelled in {word, word.replace("ss", "ß"), word.replace("ss", "ß", 1)} if "ss" in word else (word,):
        at = small.find(spelled)
        while at >= 0:
            end = at + len(spelled)
            if not (small[at - 1 : at].isalnum() or small[end : end + 1].isalnum()):
                found.append((at, end))
            at = small.find(spelled, end)
    return found
