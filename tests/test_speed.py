"""No part may become much slower: CPU time as a ratio to that of a loop of fixed work, in turns, whatever machine and load.

The limits are about half again what was measured (see `benchmarks/RESULTS.md`); who makes something faster lowers them.
"""

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from kb import cleaning, passages, search
from kb.engines import EmbeddedEngine
from kb.extract.pdf import PdfExtractor
from kb.model import Guide, Passage

N_GUIDES, N_PASSAGES = 60, 40
ROUNDS = 9
SYLLABLES = (
    "be",
    "ver",
    "antrag",
    "rat",
    "ung",
    "lich",
    "wohn",
    "miet",
    "kost",
    "plan",
    "hilf",
    "schuld",
    "dar",
    "leh",
    "en",
    "er",
)


@pytest.fixture(scope="module")
def words() -> list[str]:
    source = random.Random(22)
    return sorted({"".join(source.choices(SYLLABLES, k=source.randint(1, 5))) for _ in range(6_000)})


@pytest.fixture(scope="module")
def guides(words: list[str]) -> list[tuple[Guide, list[Passage]]]:
    """Made-up text whose words are as unequally frequent as those of real text."""
    source = random.Random(23)
    weights = [1 / (rank + 3) for rank in range(len(words))]
    shuffled = source.sample(words, k=len(words))

    def text() -> str:
        return ". ".join(" ".join(source.choices(shuffled, weights, k=15)).capitalize() for _ in range(10))

    def passages(id_: str) -> list[Passage]:
        return [Passage(guide_id=id_, number=n, text=text(), page=n, heading=("Ablauf",)) for n in range(1, N_PASSAGES + 1)]

    return [
        (
            Guide(
                id=f"g{i}",
                work_id=f"g{i}",
                places=(f"g{i}.pdf",),
                title=source.choice(words),
                digest="",
                metadata_digest="",
                extractor="",
            ),
            passages(f"g{i}"),
        )
        for i in range(N_GUIDES)
    ]


@pytest.fixture(scope="module")
def queries(words: list[str]) -> list[str]:
    source = random.Random(24)
    return [" ".join(source.choices(words, k=1 + i % 5)) for i in range(30)]


def fixed_work() -> None:
    """What the parts consist of, in about equal shares: words of a text, small arrays, arrays of thousands of numbers."""
    text = "Die Fachkraft klärt, ob eine Zusicherung nötig ist, und hält das Ergebnis fest. " * 200
    numbers = np.arange(20_000, dtype=np.int32)
    for _ in range(4):
        Counter(word.casefold() for word in re.findall(r"\w+", text))
        for start in range(0, 20_000, 50):
            np.cumsum(numbers[start : start + 50])
        for _ in range(20):
            np.bincount(numbers % 1_000)


def cpu_s(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def ratio_to_fixed_work(work: Callable[[], object]) -> float:
    """Return the least time of several rounds of `work` over the least time of as many rounds of fixed work."""
    work()
    pairs = [(cpu_s(work), cpu_s(fixed_work)) for _ in range(ROUNDS)]
    return min(mine for mine, _ in pairs) / min(fixed for _, fixed in pairs)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, guides: list[tuple[Guide, list[Passage]]]) -> Iterator[EmbeddedEngine]:
    folder = tmp_path_factory.mktemp("speed") / "index"
    write(folder, guides)
    with closing(EmbeddedEngine(folder)) as opened:
        yield opened


def write(folder: Path, guides: list[tuple[Guide, list[Passage]]]) -> None:
    with closing(EmbeddedEngine(folder, is_fresh=True)) as engine, engine.write() as batch:
        for guide, passages in guides:
            batch.replace(guide, passages)


def test_answering(engine: EmbeddedEngine, queries: list[str]) -> None:
    def answer_all() -> None:
        for text in queries:
            search.answer(engine, text, as_of=date(2026, 11, 1))

    assert ratio_to_fixed_work(answer_all) < 14.5  # 9.6: all of these words are part of many others


def test_indexing(tmp_path: Path, guides: list[tuple[Guide, list[Passage]]]) -> None:
    numbers = iter(range(1_000))

    assert ratio_to_fixed_work(lambda: write(tmp_path / str(next(numbers)), guides)) < 70.0  # 46


def test_reading_and_cutting() -> None:
    """In this process: what a child costs is not looked at here."""
    paths = sorted((Path(__file__).parents[1] / "docs_source").rglob("*.pdf"))

    def read_all() -> None:
        cleaning.characters.cache_clear()
        for path in paths:
            [*passages.split("g", cleaning.clean(PdfExtractor().extract(path).pages))]

    assert ratio_to_fixed_work(read_all) < 31.0  # 20.5


def test_opening(engine: EmbeddedEngine) -> None:
    folder = engine._folder

    def open_and_answer() -> None:
        for _ in range(5):
            with closing(EmbeddedEngine(folder)) as opened:
                search.answer(opened, "Antrag", as_of=date(2026, 11, 1))

    assert ratio_to_fixed_work(open_and_answer) < 5.0  # 3.3
