"""The corpus as one file, so that every contender reads the same guides and none pays for making them.

One JSON line per guide, as [id, title, [[heading, text], …]]. Smaller corpora are beginnings of larger ones.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks import corpus, generated
from benchmarks.corpus import Item

VERSION = 1


def write(path: Path, items: Iterable[Item], n_passages: int) -> None:
    """Write guides until there are that many passages; the last guide is cut off there."""
    left = n_passages
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        for guide, passages in items:
            pieces = [["".join(passage.heading), passage.text] for passage in passages[:left]]
            file.write(json.dumps([guide.id, guide.title, pieces], ensure_ascii=False) + "\n")
            left -= len(pieces)
            if left <= 0:
                break
    beside.replace(path)


def read(path: Path, n_passages: int) -> Iterator[Item]:
    """Yield guides until there are that many passages; the last guide is cut off there."""
    left = n_passages
    with path.open(encoding="utf-8") as file:
        for line in file:
            id_, title, pieces = json.loads(line)
            yield corpus.make(id_, title, [(heading, text) for heading, text in pieces[:left]])
            left -= len(pieces)
            if left <= 0:
                return


def ensure(folder: Path, work: Path, *, n_passages: int, seed: int) -> Path:
    """Return the prepared file of the folder's text with at least that many passages; it is kept in `work`.

    Raises:
        ValueError: the folder has no text.
    """
    origin = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]
    name = f"corpus-{VERSION}-{origin}-{seed}"
    for path in sorted(work.glob(f"{name}-*.jsonl")):
        if int(path.stem.rpartition("-")[2]) >= n_passages:
            return path
    work.mkdir(parents=True, exist_ok=True)
    path = work / f"{name}-{n_passages}.jsonl"
    write(path, generated.endless(lambda: corpus.read(folder, seed=seed), seed=seed), n_passages)
    return path
