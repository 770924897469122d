"""One typing error per query, made by a seed: two letters swapped, one dropped, one doubled, or a neighbouring key. Pure."""

import random
import re

_WORD = re.compile(r"[^\W\d_]+")
MIN_LETTERS = 4  # in a shorter word an error mostly makes another word of it

_ROWS = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")  # German keyboard; ß is left to a dropped or doubled letter
NEIGHBOURS = {key: row[max(0, i - 1) : i] + row[i + 1 : i + 2] for row in _ROWS for i, key in enumerate(row)}
"""The keys to the left and right of each."""


def mistyped(query: str, seed: object) -> str:
    """Return the query with one error in its longest word, the first of those; as it is if it has no word of four letters.

    The same query and seed give the same error.
    """
    words = list(_WORD.finditer(query))
    if not words or len((longest := max(words, key=lambda word: len(word[0])))[0]) < MIN_LETTERS:
        return query
    source = random.Random(f"{seed} {query}")
    changed = source.choice(source.choice(errors(longest[0])))
    return query[: longest.start()] + changed + query[longest.end() :]


def errors(word: str) -> list[list[str]]:
    """Return what can become of the word, by kind of error; every one differs from the word."""
    places = range(len(word))
    swapped = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places[:-1]]
    dropped = [word[:i] + word[i + 1 :] for i in places]
    doubled = [word[: i + 1] + word[i:] for i in places]
    beside = [word[:i] + key + word[i + 1 :] for i in places for key in NEIGHBOURS.get(word[i].lower(), "")]
    kinds = ([one for one in kind if one != word] for kind in (swapped, dropped, doubled, beside))
    return [kind for kind in kinds if kind]
