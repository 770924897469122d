"""The page under load: sessions that speak Streamlit's own protocol to the real server, every answer checked.

    python -m benchmarks page --corpus ../gesetze --index ../index-gesetze

Each row is a server of its own. A session searches about every five seconds, or at once again (the row "closed loop").
Latency is counted from the submit to the block of results, at the client, so it includes the client's own work. CPU is
that of the server's process, from /proc. `overhead` is that less the CPU of what no page could leave out, `search.answer`
for the same queries, measured in this process, alone: contention between threads counts as overhead.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from benchmarks import page_server
from benchmarks.page_server import ROOT, Servers
from benchmarks.streamlit_client import Run, Session, session
from kb import query, search, topics, vocabulary
from kb.engines import EmbeddedEngine
from kb.ui import render

EVERY_S = 5.0
N_QUERIES = 150
N_WARM = 6  # sessions and searches that come before every measurement


@dataclass(frozen=True, slots=True)
class Question:
    """A query and the list of results that its page must hold, byte for byte."""

    text: str
    expected: tuple[str, str]  # heading and results

    def is_answered(self, html: str) -> bool:
        """Say whether the page shows what is expected."""
        return all(part in html for part in self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one load measured. Times in milliseconds, memory in MiB."""

    load: str
    n_processes: int
    n_searches: int
    searches_per_s: float
    p50_ms: float
    p95_ms: float
    finished_p95_ms: float  # to the end of the script
    cpu_ms: float  # of the server, per search
    answer_cpu_ms: float  # of search.answer alone
    overhead_cpu_ms: float
    memory_per_session_mib: float
    messages: float  # per search
    kib: float  # per search
    scripts: float  # runs of the script per search
    n_wrong: int  # answers that were not those of their query


@dataclass(slots=True)
class Measured:
    """The runs of one load, and what the server spent on them."""

    runs: list[Run] = field(default_factory=list)
    n_wrong: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    memory_mib: float = 0.0  # more than after the warm-up


# ---- the questions -----------------------------------------------------------------------------------------------------


def questions(index: Path, n: int, *, seed: int = 1) -> list[str]:
    """Return queries of one to three words, each from one of the passages of a random guide."""
    random_ = random.Random(seed)  # the same for every run
    engine = EmbeddedEngine(index)
    titles = sorted(guide.title for guide in engine.catalog().values())
    texts: list[str] = []
    for _ in range(100 * n):
        if len(texts) < n and (text := _words(engine, random_.choice(titles), random_)):
            texts.append(text)
    engine.close()
    return texts


def expected(index: Path, texts: Sequence[str]) -> tuple[list[Question], float]:
    """Return the queries with their results, and the CPU ms that an answer takes."""
    engine = EmbeddedEngine(index)
    taxonomy, names = topics.load(), vocabulary.load()
    for text in texts:
        search.answer(engine, text, vocabulary=names)  # whatever is kept for a second time is kept for the page too
    started = time.thread_time()
    answers = [search.answer(engine, text, vocabulary=names) for text in texts]
    cpu_ms = 1000 * (time.thread_time() - started) / len(texts)
    engine.close()
    shown = [(render.heading(answer), render.results(answer, taxonomy)) for answer in answers]
    return [Question(text, results) for text, results in zip(texts, shown, strict=True)], cpu_ms


def _words(engine: EmbeddedEngine, title: str, random_: random.Random) -> str:
    matches = engine.search(query.parse(title, selection=None, as_of=date.today()), limit=3)
    passages = [hit.passage.text for result in matches.results for hit in result.hits]
    words = [word for word in " ".join(passages).split() if len(word) > 4 and word.isalpha()]
    return " ".join(random_.sample(words, random_.choice((1, 2, 2, 3)))) if len(words) > 3 else ""


# ---- the load ----------------------------------------------------------------------------------------------------------


async def load(servers: Servers, n_sessions: int, asked: Sequence[Question], *, seconds: float, every_s: float) -> Measured:
    """Let the sessions search for so many seconds, `every_s` on average or, if that is 0, without a pause."""
    measured = Measured()
    async with AsyncExitStack() as stack:
        for _ in range(N_WARM):
            warm = await stack.enter_async_context(_session(servers, "warm"))
            await warm.open()
            for question in asked[:N_WARM]:
                await warm.search(question.text)
        memory_mib = servers.memory_mib()
        readers: list[Session] = []
        for n in range(n_sessions):
            readers.append(await stack.enter_async_context(_session(servers, str(n))))
            await readers[-1].open()
            await readers[-1].search(asked[n % len(asked)].text)
        measured.memory_mib = servers.memory_mib() - memory_mib
        started, cpu_s = time.perf_counter(), servers.cpu_s()
        async with asyncio.TaskGroup() as tasks:
            for n, reader in enumerate(readers):
                random_ = random.Random(n)
                until = started + seconds
                tasks.create_task(_read(reader, asked, measured, random_=random_, until=until, every_s=every_s))
        measured.seconds, measured.cpu_s = time.perf_counter() - started, servers.cpu_s() - cpu_s
    return measured


def _session(servers: Servers, reader: str) -> AbstractAsyncContextManager[Session]:
    return session(servers.address, {"Cookie": f"reader={reader}"}, host=servers.host)


async def _read(
    reader: Session, asked: Sequence[Question], measured: Measured, *, random_: random.Random, until: float, every_s: float
) -> None:
    """Search for one thing after another."""
    await asyncio.sleep(random_.uniform(0, every_s))
    while (began := time.perf_counter()) < until:
        question = random_.choice(asked)
        run = await reader.search(question.text)
        measured.runs.append(run)
        measured.n_wrong += not question.is_answered(run.html)
        pause = began + every_s * random_.uniform(0.7, 1.3) - time.perf_counter()
        await asyncio.sleep(min(max(pause, 0), max(until - time.perf_counter(), 0)))


def row(load_name: str, n_processes: int, n_sessions: int, answer_cpu_ms: float, measured: Measured) -> Row:
    """Return the figures of one load."""
    runs, n = measured.runs, len(measured.runs)
    results = [1000 * run.results_s for run in runs]
    cpu_ms = 1000 * measured.cpu_s / n
    return Row(
        load=load_name,
        n_processes=n_processes,
        n_searches=n,
        searches_per_s=n / measured.seconds,
        p50_ms=statistics.median(results),
        p95_ms=_p95(results),
        finished_p95_ms=_p95([1000 * run.finished_s for run in runs]),
        cpu_ms=cpu_ms,
        answer_cpu_ms=answer_cpu_ms,
        overhead_cpu_ms=cpu_ms - answer_cpu_ms,
        memory_per_session_mib=measured.memory_mib / n_sessions,
        messages=statistics.mean(run.n_messages for run in runs),
        kib=statistics.mean(run.n_bytes for run in runs) / 1024,
        scripts=statistics.mean(run.n_scripts for run in runs),
        n_wrong=measured.n_wrong,
    )


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


# ---- the table and the command line ------------------------------------------------------------------------------------

HEADINGS = (
    "| sessions | processes | searches | /s | p50 ms | p95 ms | script p95 ms | CPU ms | answer | overhead | MiB/session "
    "| messages | KiB | runs | wrong |"
)


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [HEADINGS, "|" + " --- |" * (HEADINGS.count("|") - 1)]
    for r in rows:
        cells = [r.load, r.n_processes, r.n_searches, f"{r.searches_per_s:.1f}", f"{r.p50_ms:.0f}", f"{r.p95_ms:.0f}"]
        cells += [f"{r.finished_p95_ms:.0f}", f"{r.cpu_ms:.1f}", f"{r.answer_cpu_ms:.1f}", f"{r.overhead_cpu_ms:.1f}"]
        cells += [f"{r.memory_per_session_mib:.2f}", f"{r.messages:.0f}", f"{r.kib:.1f}", f"{r.scripts:.2f}", r.n_wrong]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the loads that were asked for and print the table."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        index = options.index or folder / "index"
        if not index.exists():
            _fill(index, options.corpus, options.passages)
        asked, answer_cpu_ms = expected(index, questions(index, options.queries))
        rows: list[Row] = []
        loads = [(str(n), n, EVERY_S) for n in options.sessions]
        loads += [(f"{n} closed loop", n, 0.0) for n in options.closed]
        for name, n_sessions, every_s in loads:
            with page_server.servers(index, folder, options.processes, options.app.resolve()) as running:
                measured = asyncio.run(load(running, n_sessions, asked, seconds=options.seconds, every_s=every_s))
            rows.append(row(name, options.processes, n_sessions, answer_cpu_ms, measured))
            print(table(rows[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(r) for r in rows], indent=1), "utf-8")
    return 1 if any(r.n_wrong for r in rows) else 0


def _fill(index: Path, corpus: Path | None, n_passages: int) -> None:
    if corpus:
        page_server.build(index, corpus, n_passages)
        return
    ingest = [sys.executable, str(ROOT / "ingest.py")]
    subprocess.run(ingest, cwd=ROOT, env=os.environ | {"KB_INDEX": str(index)}, check=True, stdout=sys.stderr)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    def numbers(text: str) -> list[int]:
        return [int(part) for part in text.split(",") if part]

    parser = argparse.ArgumentParser(prog="python -m benchmarks page", description="The page under load.")
    parser.add_argument("--corpus", type=Path, help="folder of Markdown files to search; default: the sample guides")
    parser.add_argument("--passages", type=int, default=20_000, help="of the corpus (%(default)s)")
    parser.add_argument("--index", type=Path, help="where the index is, or is to be kept")
    parser.add_argument("--sessions", type=numbers, default="10,25,50,100", help="that search every 5 s (%(default)s)")
    parser.add_argument("--closed", type=numbers, default="8", help="sessions that search without a pause (%(default)s)")
    parser.add_argument("--seconds", type=float, default=30, help="of each load (%(default)s)")
    parser.add_argument("--queries", type=int, default=N_QUERIES, help="that are asked (%(default)s)")
    parser.add_argument("--processes", type=int, default=1, help="of the page; more than one stand behind nginx")
    parser.add_argument("--app", type=Path, default=ROOT / "app.py", help="of another checkout, to compare")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
