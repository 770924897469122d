"""`python -m benchmarks suggest`: suggestions while typing and corrections, in one process.

Measured is what a keystroke costs: real entries typed letter by letter, and strings that nobody would type. Corrections are
asked for words with a slip; how many lead back to their word is counted.
"""

import argparse
import json
import random
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from benchmarks import corpus, machine
from benchmarks.corpus import Item
from benchmarks.statistics import spread
from benchmarks.tables import table
from kb import analysis
from kb.spelling import Speller
from kb.suggestions import Source, Suggester

CORPUS = Path("../gesetze")
SEED = 42
N_FUZZED, N_TYPED, N_SLIPS = 10_000, 2_000, 500
MAX_FUZZED_CHARS = 5_000
ALPHABETS = (
    "aeinrst ",
    "abcdefghijklmnopqrstuvwxyzäöüß ABCÄÖÜ-",
    '"„“-*()§.,:;/\\ ab1',
    "".join(map(chr, range(0x180))),
    "\u00ad\u0308\u0300\u200d\ufeff\u202e\0\x1b a",
    "🙂👩‍🚀漢字한글עברית ab",
    "\ud800\udfff\U0010ffff x",
    "e ",
)

T = TypeVar("T")


def gather(items: Iterable[Item], *, n_entries: int, n_passages: int) -> tuple[list[tuple[str, Source]], Counter[str], int]:
    """Return so many entries and the words of so many passages, as far as there are; and how many passages it took."""
    entries: dict[str, Source] = {}
    counts: Counter[str] = Counter()
    n_read = 0
    for guide, passages in items:
        if n_read >= n_passages and len(entries) >= n_entries:
            break
        entries.setdefault(guide.title, Source.TITLE)
        for passage in passages:
            for heading in passage.heading:
                entries.setdefault(heading, Source.HEADING)
            if n_read < n_passages:
                counts.update(set(analysis.words(" ".join((guide.title, *passage.heading, passage.text)))))
                n_read += 1
    return [*entries.items()][:n_entries], counts, n_read


def fuzzed(n: int, seed: int) -> list[str]:
    """Return strings of all sorts of characters, up to 5,000 of them."""
    source = random.Random(seed)
    lengths = (1, 2, 3, 8, 20, 60, 150, MAX_FUZZED_CHARS)
    return ["".join(source.choices(source.choice(ALPHABETS), k=source.randint(1, source.choice(lengths)))) for _ in range(n)]


def typed(entries: Sequence[tuple[str, Source]], n: int, seed: int) -> list[str]:
    """Return beginnings of entries of two letters and more, as they arise while somebody types."""
    source = random.Random(seed)
    found: list[str] = []
    while len(found) < n:
        text, _ = source.choice(entries)
        words = text.split()
        rest = " ".join(words[source.randrange(len(words)) :])
        found += [rest[:end] for end in range(2, min(len(rest), 12) + 1)]
    return found[:n]


def slips(counts: Mapping[str, int], n: int, seed: int) -> list[tuple[str, str]]:
    """Return words with one slip, none of which is a word itself, each with the one that was meant."""
    source = random.Random(seed)
    words = [word for word, n_passages in sorted(counts.items()) if word.isalpha() and len(word) > 4 and n_passages > 4]
    found: list[tuple[str, str]] = []
    while len(found) < n:
        word = source.choice(words)
        i = source.randrange(1, len(word))
        slip = source.choice(
            (
                word[:i] + word[i + 1 :],
                word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :],
                word[:i] + word[i - 1] + word[i:],
                word[:i] + source.choice("abcdefghijklmnopqrstuvwxyz") + word[i + 1 :],
            )
        )
        if slip not in counts:
            found.append((slip, word))
    return found


def run(folder: Path, *, n_entries: int, n_passages: int) -> dict[str, Any]:
    """Measure everything; returns the figures as JSON types."""
    entries, counts, n_read = gather(corpus.read(folder, seed=SEED), n_entries=n_entries, n_passages=n_passages)
    suggester, suggester_built = _built(lambda: Suggester(entries))
    speller, speller_built = _built(lambda: Speller(counts))
    asked = slips(counts, N_SLIPS, SEED)
    corrected = [(speller.corrections(slip)[:1], word) for slip, word in asked]
    return {
        "n_entries": len(suggester),
        "n_passages": n_read,
        "n_words": len(counts),
        "built": {"suggester": suggester_built, "speller": speller_built},
        "ms": {
            "typed": _times(suggester.suggest, typed(entries, N_TYPED, SEED)),
            "fuzzed": _times(suggester.suggest, fuzzed(N_FUZZED, SEED)),
            "corrected": _times(speller.corrections, [slip for slip, _ in asked]),
        },
        "right": sum(found == (word,) for found, word in corrected) / len(corrected),
    }


def _built(build: Callable[[], T]) -> tuple[T, dict[str, float]]:
    """Return what was built, with the seconds it took (the best of three) and the bytes it holds."""
    seconds = []
    for _ in range(3):
        start = time.thread_time()
        build()
        seconds.append(time.thread_time() - start)
    tracemalloc.start()
    made = build()
    n_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return made, {"seconds": min(seconds), "bytes": n_bytes}


def _times(ask: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    times = []
    for text in texts:
        start = time.thread_time()
        ask(text)
        times.append(1000 * (time.thread_time() - start))
    return times


def markdown(result: Mapping[str, Any]) -> str:
    """Return the figures as Markdown tables."""
    rows = []
    for name, times in result["ms"].items():
        one = spread(times)
        rows.append([name, str(len(times)), f"{one.p50:.2f}", f"{one.p95:.2f}", f"{one.p99:.2f}", f"{max(times):.2f}"])
    built = [[name, f"{one['seconds']:.2f} s", f"{one['bytes'] / 1e6:.1f} MB"] for name, one in result["built"].items()]
    lines = [
        f"{result['n_entries']:,} entries; {result['n_words']:,} words of {result['n_passages']:,} passages",
        "",
        *table(["ms", "asked", "p50", "p95", "p99", "worst"], rows),
        "",
        *table(["", "built in", "memory"], built),
        "",
        f"Words with one slip that lead back: {100 * result['right']:.1f} %",
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks suggest", description="Suggestions and corrections.")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder of .md or .txt files (%(default)s)")
    parser.add_argument("--passages", type=int, default=20_000, help="whose words are corrected to (%(default)s)")
    parser.add_argument("--entries", type=int, default=30_000, help="titles and headings to suggest (%(default)s)")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args(arguments)
    if not options.corpus.is_dir():
        print(f"{options.corpus}: no text there; see benchmarks/README.md", file=sys.stderr)
        return 2
    described = machine.describe()
    result = run(options.corpus, n_entries=options.entries, n_passages=options.passages)
    if options.json:
        options.json.write_text(json.dumps(result | {"machine": described}), "utf-8")
    print(markdown(result), end="")
    return 0
