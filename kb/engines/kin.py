"""Words that look alike: those that contain a word, those that are part of it, and those nearest to one that occurs nowhere.

German puts words together, so "Beratung" should find "Schuldnerberatung", and the other way round. Words are compared by their
parts of four letters, which `word_lists.Grams` leads to: one that has all parts of another contains it, but for odd exceptions.
"""

import numpy as np
from numpy.typing import NDArray

from kb import analysis
from kb.engines.lexicon import Lexicon
from kb.engines.postings import Numbers
from kb.engines.word_lists import Grams

MIN_LETTERS = 5  # of a part
MIN_BEGIN = 4  # of a stem with which another word begins: "Miete" leads to "Mietschulden"
MAX_WORDS = 500  # that one word may lead to; the shortest are nearest to it
NEAREST = 0.7  # of the likeness of the word that is most alike
LEAST_ALIKE = 0.2  # Dice coefficient of the sets of parts
# As unlike as one error would make it, a long word as two: else "Wohngeld" leads to "Kindergeld" where it is missing
LONG = 10  # letters
_CHANGED = analysis.GRAM + 1  # parts that become others where two letters are swapped


class Kin:
    """Finds words of a lexicon by others. May be used by many threads at once."""

    def __init__(self, words: Lexicon, grams: Grams) -> None:
        self._words, self._grams = words, grams

    def parts(self, word: str) -> Numbers:
        """Return the numbers of words that contain a folded word or its stem, or are contained in it with MIN_LETTERS or more.

        The stem of what is contained is enough, too; one of MIN_BEGIN letters is looked for where words begin. Letters are
        compared as `analysis.plain` gives them. The word itself and other forms of it may be among them.
        """
        plain = analysis.plain(word)
        if len(plain) < MIN_LETTERS:
            return np.empty(0, np.int64)
        stem = analysis.plain(analysis.stem(word))
        begin = plain[: max(MIN_LETTERS, len(stem))]  # the stemmer takes off ends
        contain = self._with_all(analysis.grams([begin])[0][1:-1])  # without those at its borders
        if len(stem) == MIN_BEGIN:
            contain = np.union1d(contain, self._with_all(analysis.grams([stem])[0][:-1]))
        numbers, n_shared = self._sharing(np.unique(analysis.grams([word])[0]), MIN_LETTERS - analysis.GRAM + 1)
        # n letters have n - 3 parts within them; a letter takes a byte, umlauts two
        n_bytes = self._words.lengths(numbers)
        may_be_part = (n_shared >= n_bytes - analysis.GRAM - 1) & (n_bytes >= MIN_LETTERS)
        is_part = [self._is_part(number, plain) for number in numbers[may_be_part].tolist()]
        found: Numbers = np.union1d(contain, numbers[may_be_part][np.array(is_part, np.bool_)])
        if len(found) > MAX_WORDS:
            found = np.sort(found[np.argsort(self._words.lengths(found), kind="stable")[:MAX_WORDS]])
        return found

    def nearest(self, word: str) -> Numbers:
        """Return the numbers of the words that share most parts of four letters with a word, for one that occurs nowhere.

        They are as much alike as typing errors would leave them.
        """
        own = np.unique(analysis.grams([word])[0])
        numbers, n_shared = self._sharing(own)
        if not len(numbers):
            return numbers
        shares_much = n_shared >= n_shared.max() / 2
        numbers, n_shared = numbers[shares_much], n_shared[shares_much]
        n_parts = analysis.grams([self._words[number].decode() for number in numbers.tolist()])[1]
        likeness = 2 * n_shared / (len(own) + n_parts)
        n_errors = 2 if len(word) >= LONG else 1
        least = max(LEAST_ALIKE, 1 - n_errors * _CHANGED / len(own), NEAREST * float(likeness.max()))
        nearest: Numbers = numbers[likeness >= least]
        return nearest[:MAX_WORDS]

    def _is_part(self, number: int, plain: str) -> bool:
        word = self._words[number].decode()
        return any(len(part) >= MIN_LETTERS and part in plain for part in map(analysis.plain, (word, analysis.stem(word))))

    def _with_all(self, grams: NDArray[np.uint64]) -> Numbers:
        """Return the numbers of the words that have all of these parts."""
        wanted = np.unique(grams)
        lists = sorted(self._grams.each(wanted), key=len)
        if not lists or len(lists) < len(wanted):
            return np.empty(0, np.int64)
        having = lists[0]  # the rarest
        for words in lists[1:]:
            having = having[words.take(np.searchsorted(words, having), mode="clip") == having]
        return having.astype(np.int64)

    def _sharing(self, grams: NDArray[np.uint64], least: int = 1) -> tuple[Numbers, Numbers]:
        """Return the numbers of the words that have at least so many of these parts, ascending, and how many each has."""
        n_shared = np.zeros(len(self._words), np.uint16)
        for words in self._grams.each(grams):
            n_shared[words] += 1
        numbers: Numbers = np.flatnonzero(n_shared >= least)
        return numbers, n_shared[numbers].astype(np.int64)
