"""Character 4-grams of content words with the word's borders: `_wort_` gives `_wor`, `wort`, `ort_`."""

from functools import lru_cache

from kb import analysis

CHAIN = {"stems": 1.0, "words": 0.3, "grams": 0.5}
"""What a full chain asks, and the weight of each."""
N = 4

_FOLDED = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


@lru_cache(maxsize=1 << 17)
def grams(word: str) -> tuple[str, ...]:
    """Return the 4-grams of a word in any case, in their order; a shorter one gives itself with its borders."""
    bordered = f"_{word.lower().translate(_FOLDED)}_"
    return tuple(bordered[i : i + N] for i in range(max(1, len(bordered) - N + 1)))


def gram_text(text: str) -> str:
    """Return the 4-grams of all content words of a text, separated by blanks."""
    return " ".join(_joined(word) for word in analysis.words(text) if word not in analysis.STOP_WORDS)


@lru_cache(maxsize=1 << 18)
def _joined(word: str) -> str:
    return " ".join(grams(word))
