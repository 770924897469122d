"""One measurement in a process of its own: `python -m benchmarks.worker TASK JSON` prints one line of JSON.

A process of its own, because memory, imports and caches of one measurement must not be another's.
"""

import gc
import json
import random
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import contenders, memory, prepared, queries, threads
from benchmarks.contenders.contract import Searcher
from benchmarks.corpus import Item
from benchmarks.queries import Asked

Json = dict[str, Any]


class _Clocked:
    """Items, and the CPU time that it took to make them: it is not the contender's."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = items
        self.cpu_s = 0.0
        self.n_passages = self.n_bytes = 0

    def __iter__(self) -> Iterator[Item]:
        items = iter(self._items)
        while True:
            start = time.thread_time()
            item = next(items, None)
            self.cpu_s += time.thread_time() - start
            if item is None:
                return
            self.n_passages += len(item[1])
            self.n_bytes += sum(len(passage.text.encode()) for passage in item[1])
            yield item


def build(*, name: str, folder: str, corpus: str, n_passages: int) -> Json:
    """Build an index; CPU seconds of all threads, without those of reading the corpus."""
    contender = contenders.load(name)
    items = _Clocked(prepared.read(Path(corpus), n_passages))
    start, clock = time.process_time(), time.perf_counter()
    contender.build(Path(folder), items)
    cpu_s = time.process_time() - start - items.cpu_s
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {
        "n_passages": items.n_passages,
        "cpu_s": cpu_s,
        "wall_s": time.perf_counter() - clock,
        "bytes": sum(path.stat().st_size for path in files),
        "text_bytes": items.n_bytes,
        "peak_rss": memory.peak(),
    }


def analyse(*, corpus: str, n_passages: int) -> Json:
    """Do nothing but what our index needs of the analysis: what is left of `build` is writing."""
    from kb import analysis  # noqa: PLC0415 - its import is not part of other tasks

    items = _Clocked(prepared.read(Path(corpus), n_passages))
    start = time.process_time()
    for guide, passages in items:
        analysis.words(guide.title)
        for passage in passages:
            for text in (*passage.heading, passage.text):
                for word in analysis.words(text):
                    analysis.stem(word)
    return {"cpu_s": time.process_time() - start - items.cpu_s}


def latency(*, indexes: dict[str, str], asked: list[Json], n_rounds: int, seed: int) -> Json:
    """Ask all contenders query by query, in random order; milliseconds of CPU per contender, round and query.

    A name may say which of a contender's indexes it is, see `contenders.SIZE`. `process` is the share of CPU time that other
    threads of the process took meanwhile: above zero, a contender works in the background and its times are too low.
    """
    asks = [_asked(one) for one in asked]
    searchers = {
        name: contenders.load(name.partition(contenders.SIZE)[0]).open(Path(folder)) for name, folder in indexes.items()
    }
    source = random.Random(seed)
    for searcher in searchers.values():
        for one in asks:
            searcher.answer(one)
    gc.collect()
    gc.freeze()
    cpu: dict[str, list[list[float]]] = {name: [] for name in searchers}
    wall: dict[str, list[list[float]]] = {name: [] for name in searchers}
    in_all = dict.fromkeys(searchers, 0.0)
    for _ in range(n_rounds):
        for name in searchers:
            cpu[name].append([0.0] * len(asks))
            wall[name].append([0.0] * len(asks))
        for i in source.sample(range(len(asks)), len(asks)):
            for name in source.sample(list(searchers), len(searchers)):
                process, clock, start = time.process_time(), time.perf_counter(), time.thread_time()
                searchers[name].answer(asks[i])
                cpu[name][-1][i] = 1000 * (time.thread_time() - start)
                wall[name][-1][i] = 1000 * (time.perf_counter() - clock)
                in_all[name] += 1000 * (time.process_time() - process)
    elsewhere = {name: in_all[name] / sum(map(sum, cpu[name])) - 1 for name in searchers}
    return {"cpu_ms": cpu, "wall_ms": wall, "process": elsewhere}


def first(*, name: str, folder: str, asked: list[Json]) -> Json:
    """Open, answer once, then all queries: milliseconds and the memory above that of the imports."""
    asks = [_asked(one) for one in asked]
    contender = contenders.load(name)
    gc.collect()
    base = memory.now()
    start, clock = time.process_time(), time.perf_counter()
    searcher = contender.open(Path(folder))
    opened, opened_clock = time.process_time(), time.perf_counter()
    searcher.answer(asks[0])
    answered, answered_clock = time.process_time(), time.perf_counter()
    after_first = memory.now()
    for one in asks:
        searcher.answer(one)
    return {
        "open_cpu_ms": 1000 * (opened - start),
        "open_wall_ms": 1000 * (opened_clock - clock),
        "answer_cpu_ms": 1000 * (answered - opened),
        "answer_wall_ms": 1000 * (answered_clock - opened_clock),
        "imports": asdict(base),
        "after_first": asdict(after_first.above(base)),
        "after_all": asdict(memory.now().above(base)),
    }


def load(*, name: str, folder: str, asked: list[Json], n_threads: int, seconds: float) -> Json:
    """Ask from many threads: queries per second; then again, comparing each answer with the one of a single thread."""
    asks = [_asked(one) for one in asked]
    searcher = contenders.load(name).open(Path(folder))
    return threads.run(searcher, asks, n_threads=n_threads, seconds=seconds)


def answers(*, indexes: dict[str, str], asked: list[Json]) -> Json:
    """Return what each contender answers."""
    searchers = {name: contenders.load(name).open(Path(folder)) for name, folder in indexes.items()}
    asks = [_asked(one) for one in asked]
    return {name: [_plain(searcher, one) for one in asks] for name, searcher in searchers.items()}


def _plain(searcher: Searcher, asked: Asked) -> Json:
    shown = searcher.read(searcher.answer(asked))
    return {"guides": shown.guides, "n_guides": shown.n_guides, "n_passages": shown.n_passages}


def _asked(one: Json) -> Asked:
    return queries.Asked(**(one | {"words": tuple(one["words"])}))


TASKS = {task.__name__: task for task in (build, analyse, latency, first, load, answers)}


def main() -> None:
    """Run the task that the command line names."""
    task, given = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a contender that crashes leaves no core file
    print(json.dumps(TASKS[task](**json.loads(given))))


if __name__ == "__main__":
    main()
