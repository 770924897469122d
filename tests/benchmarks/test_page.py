"""The client that measures the page: against the real server it gets what a reader would get."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from benchmarks import page, page_server
from benchmarks.page import Question
from benchmarks.page_server import Servers
from benchmarks.streamlit_client import Run, session

LAW = """---
Title: {title}
---

# {title}

## § 1 Zweck

Dieses Gesetz regelt {word} und {other}.

## § 2 Verfahren

Über {word} entscheidet die Behörde auf Antrag, über Bienen niemand.
"""
WORDS = ("Fischerei", "Weinbau", "Seilbahnen", "Imkerei", "Binnenschiffe", "Bergwerke")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = tmp_path_factory.mktemp("corpus")
    for word, other in zip(WORDS, WORDS[1:] + WORDS[:1], strict=True):
        (corpus / f"{word}.md").write_text(LAW.format(title=f"Gesetz über {word}", word=word, other=other), "utf-8")
    folder = tmp_path_factory.mktemp("built") / "index"
    page_server.build(folder, corpus, 100)
    return folder


@pytest.fixture(scope="module")
def running(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with page_server.servers(index, tmp_path_factory.mktemp("server")) as servers:
        yield servers


@pytest.fixture(scope="module")
def asked(index: Path) -> list[Question]:
    return page.expected(index, [*WORDS, "Bienen", "Antrag Weinbau", "gibtesnicht Imkerei"])[0]


def test_concurrent_sessions_each_get_the_results_of_their_own_query(running: Servers, asked: list[Question]) -> None:
    async def read(number: int) -> list[tuple[Question, Run]]:
        async with session(running.address) as reader:
            await reader.open()
            mine = asked[number:] + asked[:number]
            return [(question, await reader.search(question.text)) for question in mine]

    async def all_at_once() -> list[list[tuple[Question, Run]]]:
        return await asyncio.gather(*(read(n) for n in range(len(asked))))

    runs = [pair for reader in asyncio.run(all_at_once()) for pair in reader]

    assert len(runs) == len(asked) ** 2
    assert [question.text for question, run in runs if not question.is_answered(run.html)] == []
    assert len({question.expected for question in asked}) == len(asked)


def test_a_search_is_one_run_of_the_script_and_moves_the_address(running: Servers) -> None:
    async def search() -> tuple[Run, str]:
        async with session(running.address) as reader:
            await reader.open()
            return await reader.search("Weinbau"), reader.query_string

    run, query_string = asyncio.run(search())

    assert query_string == "q=Weinbau"
    assert run.n_scripts == 1
    assert 0 < run.results_s <= run.finished_s
    assert "<mark>Weinbau</mark>" in run.html


def test_a_deep_link_shows_results_at_once(running: Servers, asked: list[Question]) -> None:
    async def opened() -> Run:
        async with session(running.address) as reader:
            return await reader.open("q=" + asked[0].text)

    assert asked[0].is_answered(asyncio.run(opened()).html)


def test_a_load_counts_every_search_and_no_mix_up(running: Servers, asked: list[Question]) -> None:
    measured = asyncio.run(page.load(running, 3, asked, seconds=0.5, every_s=0))
    row = page.row("3", 1, 3, 1.0, measured)

    assert row.n_searches == len(measured.runs) >= 3
    assert row.n_wrong == 0
    assert row.scripts == 1
    assert row.cpu_ms >= 0
    assert page.table([row]).splitlines()[-1].startswith("| 3 | 1 |")


def test_two_processes_stand_behind_nginx(index: Path, asked: list[Question], tmp_path: Path) -> None:
    async def read(servers: Servers) -> list[bool]:
        async with AsyncExitStack() as stack:
            right = []
            for n, question in enumerate(asked):
                headers = {"Cookie": f"reader={n}"}
                reader = await stack.enter_async_context(session(servers.address, headers, host=servers.host))
                await reader.open()
                right.append(question.is_answered((await reader.search(question.text)).html))
            return right

    with page_server.servers(index, tmp_path, 2) as servers:
        assert asyncio.run(read(servers)) == [True] * len(asked)
        assert len(servers.pids) == 2
