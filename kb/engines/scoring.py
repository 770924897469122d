"""Which passages match a query, and how well: BM25 over flat postings.

An alternative of a clause looks into the text, the heading trail and the title of a passage; its points are the sum over these
fields of weight times BM25. A norm is looked for among those that the passage names. A clause gives the points of its best
alternative, and a passage's score is the sum over clauses, a little more where all of them match. What is found is a list of
passages, ascending, with their points beside it. What a clause finds is kept for the next query, as far as `CACHE_BYTES`
reach.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from kb.engines import proximity
from kb.engines.arrays import Array
from kb.engines.bm25 import K1, Floats, idf, saturation
from kb.engines.cache import Cache
from kb.engines.found import NOTHING, Bools, Found, best_of, distinct, in_both, place_in, together, weighted
from kb.engines.kin import Kin
from kb.engines.postings import Field, Ints, Numbers
from kb.engines.refining import MAX_PASSAGES, Refiner
from kb.engines.segments import Segment
from kb.model import Alternative, Clause, How, Occur, Query

FIELDS: Mapping[str, float] = {"text": 1.0, "heading": 0.3, "title": 0.25}
"""Text fields and their weights. A title above 0.25 hurts where many passages share it."""
# A norm stands for several words, of which `Query.words` holds one: from 1 to 3, nDCG@10 rises from .717 to .792 over the 30
# queries of sgb that name one, given its statute; 2 and 4 are no different
WEIGHTS: Mapping[str, float] = {**FIELDS, "norms": 3.0}
ALL_WORDS = 1.1  # factor for a passage that has all words; to put these first altogether costs nDCG@10 .05 (sgb)
# A passage that lacks words: the share of what the words tell that it has, to this power. nDCG@10 +.0013* (germanquad), +.0006
# (sgb), -.0016 (covid), both n.s.; a higher one brings germanquad more and takes more from real guides
COMPLETE = 0.05
MISTYPED = 0.8  # weight of the words most like one that occurs nowhere
MAX_EXPANSIONS = 1_000  # words that one prefix may stand for
CACHE_BYTES = 64 << 20  # at 100,000 passages, 200 queries leave 54 MB
SMALL_BYTES = 2 << 20  # for what takes long to find and little to keep: words alike, how many passages


@dataclass(frozen=True, slots=True)
class Scored:
    """What a query finds: passages, ascending, and beside it their scores and whether they have all words."""

    passages: Ints
    scores: Floats
    has_all: Bools
    is_everything: bool  # nothing was asked that a passage should or must contain
    is_by_meaning: Bools | None = None  # beside the passages: has none of the words, see `nearest`; None: meaning had no say


class Scorer:
    """Matches and scores the passages of a segment. May be used by many threads at once."""

    def __init__(self, segment: Segment) -> None:
        self._fields = segment.fields
        self._n = len(segment)
        self._saturation = {name: saturation(segment.fields[name].lengths) for name in FIELDS}
        self._saturation |= {name: saturation(segment.fields[name].lengths) for name in ("words", "norms")}
        self._refiner, self._kin = Refiner(segment), Kin(segment.fields["words"].lexicon, segment.grams)
        self._lists = segment.lists
        self._cache, self._small = Cache(CACHE_BYTES), Cache(SMALL_BYTES)

    def score(self, query: Query) -> Scored:
        """Return the passages that match."""
        must_not = [self.find(clause) for clause in query.clauses if clause.occur is Occur.MUST_NOT]
        must = [self.find(clause) for clause in query.clauses if clause.occur is Occur.MUST]
        should = [self.find(clause) for clause in query.clauses if clause.occur is Occur.SHOULD]
        is_everything = not must and not should
        if is_everything:
            passages = np.arange(self._n, dtype=np.int32)
            scores, has_all = np.zeros(self._n, np.float32), np.ones(self._n, np.bool_)
        else:
            passages, scores, has_all = self._combined(must, should)
        if query.words and not is_everything:
            best = best_of(scores, MAX_PASSAGES)
            scores = scores.copy()  # they may be kept for other queries
            scores[best] += self.finer(query, passages[best]).sum(axis=0)
            if should and not has_all[best].all():
                scores[best] *= self.completeness(query, passages[best])
        if len(must) + len(should) > 1:
            scores = np.where(has_all, scores * np.float32(ALL_WORDS), scores)
        if must_not:
            is_allowed = np.ones(self._n, np.bool_)
            for found in must_not:
                is_allowed[found.passages] = False
            kept = is_allowed[passages]
            passages, scores, has_all = passages[kept], scores[kept], has_all[kept]
        return Scored(passages, scores, has_all, is_everything)

    def find(self, clause: Clause) -> Found:
        """Return the passages that have what the clause asks for."""
        first, *others = clause.alternatives
        if not others and first.weight == 1.0 and first.how is not How.ALIKE:
            return self._one(first.how, first.terms)  # which is kept, and need not be twice
        return self._cache.get(clause.alternatives, lambda: self._any_of(clause.alternatives))

    def places(self, name: str, terms: Sequence[str], among: Ints) -> Iterator[tuple[int, int]]:
        """Yield (passage, position of the first term) wherever the terms stand in a row in one field of these passages."""
        field = self._fields[name]
        numbers = [field.lexicon.find(term) for term in terms]
        if min(numbers) >= 0:
            for place in self._in_a_row(field, numbers, among)[1].tolist():
                yield place >> 16, place & 0xFFFF

    def places_of(self, name: str, terms: Sequence[str], among: Ints) -> Iterator[tuple[int, int, int]]:
        """Yield (place of the term, passage, position) wherever each of the terms stands in one field of these passages."""
        field = self._fields[name]
        numbers = [(place, number) for place, term in enumerate(terms) if (number := field.lexicon.find(term)) >= 0]
        if not numbers:
            return
        held = [place_in(self._passages(field, number), among) for _, number in numbers]
        found, counts = field.positions_of([number for _, number in numbers], [at[is_there] for at, is_there in held])
        places = np.repeat([place for place, _ in numbers], [np.count_nonzero(is_there) for _, is_there in held])
        passages = np.concatenate([among[is_there] for _, is_there in held])
        yield from zip(np.repeat(places, counts).tolist(), np.repeat(passages, counts).tolist(), found.tolist(), strict=True)

    def _combined(self, must: Sequence[Found], should: Sequence[Found]) -> tuple[Ints, Floats, Bools]:
        """Return passages, scores, and whether all that should match does."""
        if len(must) + len(should) == 1:
            (found,) = (*must, *should)
            return found.passages, found.points, np.ones(len(found.passages), np.bool_)
        if must:
            passages = reduce(self._common, sorted((found.passages for found in must), key=len))
            scores = np.zeros(len(passages), np.float32)
            has_all = np.ones(len(passages), np.bool_)
            for found in must:
                scores += found.points[np.searchsorted(found.passages, passages)]
            for found in should:
                at, is_there = place_in(found.passages, passages)
                scores[is_there] += found.points[at[is_there]]
                has_all &= is_there
            return passages, scores, has_all
        passages, scores = self._sums(should)
        everywhere = reduce(self._common, sorted((found.passages for found in should), key=len))
        has_all = np.zeros(len(passages), np.bool_)
        has_all[self._places_in(passages, everywhere)] = True
        return passages, scores, has_all

    def _common(self, few: Ints, many: Ints) -> Ints:
        """Return the passages of both, ascending."""
        if len(few) * 32 < len(many):
            return few[place_in(many, few)[1]]
        is_there = np.zeros(self._n, np.bool_)
        is_there[many] = True
        return few[is_there[few]]

    def way(self, clause: Clause, one: Alternative) -> Found:
        """Return the passages that have what the clause asks for in this one of its ways."""
        if one.how is not How.ALIKE:
            return weighted(self._one(one.how, one.terms), one.weight)
        is_known = len(self._as_asked(clause.alternatives).passages) > 0
        return weighted(self._words(self._kin_of(clause.alternatives, None)), one.weight if is_known else MISTYPED)

    def finer(self, query: Query, passages: Ints) -> Floats:
        """Return the further points of passages (columns): rows as of `Refiner.points`, then for words close to each other."""
        return np.vstack([self._refiner.points(query.words, passages, query.names), self._near(query, passages)])

    def _near(self, query: Query, passages: Ints) -> Floats:
        """Return what passages get for words that stand close to each other."""
        field = self._fields["text"]
        words: list[proximity.Word | None] = []
        for clause in query.clauses:
            asked = clause.alternatives[0]
            if clause.occur is Occur.SHOULD:
                number = field.lexicon.find(asked.terms[0]) if asked.how is How.STEMS and len(asked.terms) == 1 else -1
                found = self._passages(field, number) if number >= 0 else None
                words.append(None if found is None else proximity.Word(number, found, float(idf(self._n, len(found)))))
        return proximity.points(field, self._saturation["text"], words, passages)

    def completeness(self, query: Query, passages: Ints) -> Floats:
        """Return by what the points of passages are multiplied for having much or little of what is asked; 1 for all of it."""
        asked = [clause for clause in query.clauses if clause.occur is not Occur.MUST_NOT]
        tells = np.array([self.idf(clause) for clause in asked], np.float32)
        told = tells @ np.array([self.has(clause, passages) for clause in asked], np.float32)
        factors: Floats = (told / tells.sum()) ** np.float32(COMPLETE)
        return factors

    def has(self, clause: Clause, passages: Ints) -> Bools:
        """Return which of the passages have what the clause asks for."""
        return place_in(self.find(clause).passages, passages)[1]

    def idf(self, clause: Clause) -> float:
        """Return how much the clause tells, above 0: the more, the fewer passages have what was typed, or what is like it."""
        typed = clause.alternatives[0]
        n_typed = self._small.get((typed.how, typed.terms), lambda: np.int64(len(self._one(typed.how, typed.terms).passages)))
        return float(idf(self._n, int(n_typed) or len(self.find(clause).passages)))

    def words(self, clauses: Sequence[Clause], passages: Ints) -> Iterator[tuple[int, str, int]]:
        """Yield (passage, word, place of the clause): words as written, folded, that stand for what is asked, stems aside."""
        lexicon = self._fields["words"].lexicon
        wanted = [self._kin_of(clause.alternatives, None) for clause in clauses]
        for place, clause in enumerate(clauses):
            begun = [lexicon.with_prefix(one.terms[0]) for one in clause.alternatives if one.how is How.PREFIX]
            if begun:
                wanted[place] = np.unique(
                    np.concatenate([wanted[place], *(np.arange(each.start, each.stop) for each in begun)])
                )
        if not any(map(len, wanted)):
            return
        n_words, _, held = self._lists.of(passages)
        is_wanted = np.zeros(len(lexicon), np.bool_)
        for numbers in wanted:
            is_wanted[numbers] = True
        hits = np.flatnonzero(is_wanted[held])
        owners, found = np.repeat(passages, n_words)[hits].tolist(), held[hits].astype(np.int64)
        written = [lexicon[word].decode() for word in found.tolist()]
        for place, numbers in enumerate(wanted):
            for i in np.flatnonzero(place_in(numbers, found)[1]).tolist() if len(hits) else ():
                yield owners[i], written[i], place

    def _any_of(self, alternatives: Sequence[Alternative]) -> Found:
        """Return the passages of any alternative, with the points of the best."""
        found = self._as_asked(alternatives)
        alike = [one for one in alternatives if one.how is How.ALIKE]
        if not alike:
            return found
        weight = alike[0].weight if len(found.passages) else MISTYPED
        return together([found, weighted(self._words(self._kin_of(alternatives, found)), weight)], np.maximum)

    def _as_asked(self, alternatives: Sequence[Alternative]) -> Found:
        """Return what the alternatives find besides words that are alike."""
        founds = [weighted(self._one(one.how, one.terms), one.weight) for one in alternatives if one.how is not How.ALIKE]
        return together(founds, np.maximum)

    def _kin_of(self, alternatives: Sequence[Alternative], found: Found | None) -> Numbers:
        """Return the words alike those asked for. A word of which nothing is `found` may be mistyped: then the nearest, too."""

        def make() -> Numbers:
            words = [one.terms[0] for one in alternatives if one.how is How.ALIKE]
            is_known = words and len((found or self._as_asked(alternatives)).passages) > 0
            looks = [self._kin.parts] if is_known else [self._kin.parts, self._kin.nearest]
            return np.unique(np.concatenate([np.empty(0, np.int64), *(look(word) for word in words for look in looks)]))

        return self._small.get(alternatives, make)

    def _one(self, how: How, terms: tuple[str, ...]) -> Found:
        def make() -> Found:
            if how is How.PREFIX:
                return self._prefix(terms[0])
            if how is How.NORM:
                return self._norm(terms[0])
            return self._term(terms[0]) if len(terms) == 1 else self._phrase(terms)

        return self._cache.get((how, terms), make)

    def _words(self, numbers: Numbers) -> Found:
        """Return the passages with any of these words as written, which count as one term."""
        passages, counts = self._fields["words"].of_any(numbers)
        if not len(passages):
            return NOTHING
        times = np.bincount(passages, counts).astype(np.float32)
        found = np.flatnonzero(times).astype(np.int32)
        times = times[found]
        factor = np.float32(K1 + 1) * idf(self._n, len(found))
        return Found(found, factor * times / (times + self._saturation["words"][found]))

    def _term(self, term: str) -> Found:
        return together(
            [
                self._points(name, field, number, self._passages(field, number), field.counts(number))
                for name, field in self._looked_into()
                if (number := field.lexicon.find(term)) >= 0
            ],
            np.add,
        )

    def _phrase(self, terms: tuple[str, ...]) -> Found:
        founds = []
        for name, field in self._looked_into():
            numbers = [field.lexicon.find(term) for term in terms]
            if min(numbers) < 0:
                continue
            passages = self._in_a_row(field, numbers)[0]
            if len(passages):
                parts = []
                for number in numbers:
                    at = self._places_in(self._passages(field, number), passages)
                    parts.append(self._points(name, field, number, passages, field.counts(number)[at]).points)
                founds.append(Found(passages, np.sum(parts, axis=0, dtype=np.float32)))
        return together(founds, np.add)

    def _prefix(self, prefix: str) -> Found:
        words = self._fields["words"]
        passages = np.unique(words.of_any(np.array(words.lexicon.with_prefix(prefix)[:MAX_EXPANSIONS], np.int64))[0])
        return Found(passages, np.full(len(passages), idf(self._n, len(passages)), np.float32))

    def _norm(self, term: str) -> Found:
        field = self._fields["norms"]
        number = field.lexicon.find(term)
        if number < 0:
            return NOTHING
        return self._points("norms", field, number, self._passages(field, number), field.counts(number))

    def _in_a_row(self, field: Field, numbers: Sequence[int], among: Ints | None = None) -> tuple[Ints, Array]:
        """Return where the terms stand one after the other: the passages, ascending, and the places.

        A place is passage * 65,536 + position of the first term. With `among`, in these passages only.
        """
        listed = [self._passages(field, number) for number in numbers]
        passages = reduce(self._common, sorted([*listed, *([] if among is None else [among])], key=len))
        places: Array | None = None
        for offset in sorted(range(len(numbers)), key=lambda i: len(listed[i])):  # rare terms first: they leave little to read
            positions, counts = field.positions(numbers[offset], self._places_in(listed[offset], passages))
            here = ((np.repeat(passages.astype(np.int64), counts) << 16) + positions - offset)[positions >= offset]
            places = here if places is None else in_both(places, here)
            passages = distinct(places >> 16).astype(np.int32)
        return passages, np.empty(0, np.int64) if places is None else places

    def _places_in(self, many: Ints, few: Ints) -> Numbers:
        """Return where passages stand in a list that has all of them."""
        if len(few) * 16 < len(many):
            return np.searchsorted(many, few)
        if len(few) == len(many):
            return np.arange(len(many))
        is_wanted = np.zeros(self._n, np.bool_)
        is_wanted[few] = True
        return np.flatnonzero(is_wanted[many])

    def _passages(self, field: Field, number: int) -> Ints:
        return self._cache.get((field.name, number), lambda: field.passages(number))

    def _looked_into(self) -> list[tuple[str, Field]]:
        return [(name, self._fields[name]) for name in FIELDS]

    def _points(self, name: str, field: Field, number: int, passages: Ints, counts: Array) -> Found:
        times = counts.astype(np.float32)
        factor = np.float32(WEIGHTS[name] * (K1 + 1)) * idf(self._n, field.n_passages(number))
        return Found(passages, factor * times / (times + self._saturation[name][passages]))

    def _sums(self, founds: Sequence[Found]) -> tuple[Ints, Floats]:
        """Return the passages of any of them, ascending, and the sum of their points, by way of arrays over all passages."""
        total = np.zeros(self._n, np.float32)
        for found in founds:
            np.add.at(total, found.passages, found.points)  # a third of the time of total[passages] += points
        passages = np.flatnonzero(total > 0).astype(np.int32)  # an idf is above 0, and so are points
        return passages, total[passages]
