"""What is asked: words and phrases drawn from the corpus by a seed, so that each has a place where it stands.

Of 200: 50 single words (frequent, mid, rare in turn), 105 of two to five words that stand in one passage, 45 phrases of two
to four words in a row; 48 are narrowed to the topic of the guide that they come from. Words are letters only and no stop
words, so that every contender sees the same words; phrases keep their stop words.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from benchmarks.corpus import Item
from kb import analysis

SAMPLE = 2_000  # passages that queries are drawn from: those that every size of corpus has
_WORD = re.compile(r"(?<!\w)[A-Za-zÄÖÜäöüß]{3,}(?!\w)")
_IN_A_ROW = re.compile(r"(?<![\w-])[A-Za-zÄÖÜäöüß]+(?: [A-Za-zÄÖÜäöüß]+)+(?![\w-])")
_SHARES = {"single": 50, "several": 105, "phrase": 45}
_NARROWED = 48


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in the form from which each contender makes its own."""

    words: tuple[str, ...]  # as written
    is_phrase: bool = False
    topic: str = ""  # only guides with this topic; "" for all
    all_words: bool = False  # a passage must have every word; else any will do


def draw(items: Iterable[Item], *, n: int = 200, seed: int = 42) -> list[Asked]:
    """Return `n` queries for any word; 'all words' is `with_all_words` of them.

    Raises:
        ValueError: the text has too few words.
    """
    source = random.Random(seed)
    sample = list(islice(((guide.topics[0], p.text) for guide, passages in items for p in passages), SAMPLE))
    n_single, n_phrase = (max(1, round(n * _SHARES[kind] / 200)) for kind in ("single", "phrase"))
    queries = [Asked((word,)) for word in _singles(sample, n_single, source)]
    queries += _drawn(sample, _phrase, n_phrase, source)
    queries += _drawn(sample, _several, n - len(queries), source)
    source.shuffle(queries)
    narrowed = {i for i, asked in enumerate(queries) if asked.topic}
    narrowed = set(source.sample(sorted(narrowed), min(len(narrowed), round(n * _NARROWED / 200))))
    return [asked if i in narrowed else replace(asked, topic="") for i, asked in enumerate(queries)]


def with_all_words(queries: Iterable[Asked]) -> list[Asked]:
    """Return the queries that demand every word."""
    return [replace(asked, all_words=True) for asked in queries]


def _singles(sample: Sequence[tuple[str, str]], n: int, source: random.Random) -> list[str]:
    """Return words of which a third stand in more than 5 % of the passages, a third in 0.5 to 5 %, a third in fewer."""
    n_with = Counter(word for _, text in sample for word in set(_WORD.findall(text)) if _is_content(word))
    shares = {word: count / len(sample) for word, count in sorted(n_with.items())}
    bands = [
        [word for word, share in shares.items() if share > 0.05],
        [word for word, share in shares.items() if 0.005 < share <= 0.05],
        [word for word, share in shares.items() if share <= 0.005],
    ]
    bands = [band for band in bands if band]
    return [source.choice(bands[i % len(bands)]) for i in range(n)]


def _drawn(
    sample: Sequence[tuple[str, str]], draw_one: Callable[[str, random.Random], Asked | None], n: int, source: random.Random
) -> list[Asked]:
    """Return `n` different queries from passages drawn at random."""
    found: dict[Asked, None] = {}
    for _ in range(100 * n):
        topic, text = source.choice(sample)
        if asked := draw_one(text, source):
            found[replace(asked, topic=topic)] = None
        if len(found) == n:
            return list(found)
    raise ValueError(f"only {len(found)} of {n} queries found in {len(sample)} passages")


def _several(text: str, source: random.Random) -> Asked | None:
    """Return two to five words of the passage; None if it has too few."""
    words = sorted({word for word in _WORD.findall(text) if _is_content(word)})
    return Asked(tuple(source.sample(words, source.randint(2, 5)))) if len(words) > 5 else None


def _phrase(text: str, source: random.Random) -> Asked | None:
    """Return some words in a row that begin and end with one of content; None if the passage has none."""
    runs = [run.split() for run in _IN_A_ROW.findall(text)]
    windows = [tuple(run[i : i + n]) for run in runs for n in (2, 3, 4) for i in range(len(run) - n + 1)]
    windows = [window for window in windows if _is_content(window[0]) and _is_content(window[-1])]
    return Asked(source.choice(windows), is_phrase=True) if windows else None


def _is_content(word: str) -> bool:
    return len(word) > 2 and word.casefold() not in analysis.STOP_WORDS
