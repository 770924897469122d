import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from math import gcd
from pathlib import Path

import pytest

from kb.extract import fork_server
from kb.extract.fork_server import ForkServer, Outcome

SOON_S = 10.0


@pytest.fixture
def server() -> Iterator[ForkServer]:
    with closing(ForkServer()) as server:
        yield server


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def parent_and_open_files() -> tuple[int, int]:
    return os.getppid(), descriptors()


def is_loaded(module: str) -> bool:
    return module in sys.modules


def fail() -> None:
    raise ValueError


def poison() -> None:
    os.getpid = os.abort


def number() -> int:
    return os.getpid()


def grow() -> int:
    len(bytes(300 << 20).replace(b"\0", b"x"))
    return os.getpid()


def abort_after_writing(path: Path) -> None:
    with path.open("a") as file:
        file.write("x")
    os.abort()


def die_slowly() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    os.abort()


def test_a_call_returns_what_the_function_returns_elsewhere(server: ForkServer) -> None:
    outcome = server.call(gcd, 12, 18, timeout_s=SOON_S)

    assert outcome == Outcome(6, 0, False)
    assert server.call(os.getpid, timeout_s=SOON_S).returned not in (os.getpid(), None)


def test_large_results_are_whole(server: ForkServer) -> None:
    assert server.call(bytes, 5_000_000, timeout_s=SOON_S).returned == bytes(5_000_000)


def test_how_a_child_ends_is_told(server: ForkServer) -> None:
    assert server.call(os._exit, 3, timeout_s=SOON_S) == Outcome(None, 3, False)
    assert server.call(os.abort, timeout_s=SOON_S) == Outcome(None, -signal.SIGABRT, False)
    assert server.call(fail, timeout_s=SOON_S) == Outcome(None, 1, False)


def test_a_late_child_is_killed(server: ForkServer) -> None:
    assert server.call(time.sleep, 60, timeout_s=0.2) == Outcome(None, -signal.SIGKILL, True)


def test_a_child_serves_some_calls(server: ForkServer) -> None:
    pids = [server.call(os.getpid, timeout_s=SOON_S).returned for _ in range(2 * fork_server._CALLS)]

    assert pids == [pids[0]] * fork_server._CALLS + [pids[-1]] * fork_server._CALLS
    assert pids[0] != pids[-1]


def test_a_child_that_has_grown_serves_no_more(server: ForkServer) -> None:
    assert server.call(grow, timeout_s=SOON_S).returned != server.call(os.getpid, timeout_s=SOON_S).returned


def test_no_call_is_blamed_for_what_another_left_behind(server: ForkServer) -> None:
    first = server.call(number, timeout_s=SOON_S).returned
    assert server.call(poison, timeout_s=SOON_S).exit_code == 0

    outcome = server.call(number, timeout_s=SOON_S)

    assert outcome.exit_code == 0
    assert outcome.returned != first


def test_what_breaks_a_child_is_tried_once_more_in_a_fresh_one(server: ForkServer, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(server.call, time.sleep, 0.1, timeout_s=SOON_S) for _ in range(3)]
        assert all(call.result().exit_code == 0 for call in calls)  # several children are idle now

    outcome = server.call(abort_after_writing, tmp_path / "tries", timeout_s=SOON_S)

    assert outcome == Outcome(None, -signal.SIGABRT, False)
    assert (tmp_path / "tries").read_text() == "xx"


def test_a_child_that_has_gone_meanwhile_is_replaced(server: ForkServer) -> None:
    pid = server.call(os.getpid, timeout_s=SOON_S).returned
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)

    assert server.call(gcd, 12, 18, timeout_s=SOON_S) == Outcome(6, 0, False)


def test_the_modules_are_loaded_once(server: ForkServer) -> None:
    server.start(["wave"])

    assert server.call(is_loaded, "wave", timeout_s=SOON_S).returned
    assert not server.call(is_loaded, "sunau", timeout_s=SOON_S).returned


def test_a_module_that_cannot_be_loaded_stops_no_other_call(server: ForkServer) -> None:
    server.start(["kb.fehlt", "wave"])

    assert server.call(is_loaded, "wave", timeout_s=SOON_S).returned


def test_a_killed_server_is_replaced(server: ForkServer) -> None:
    assert server.call(die_slowly, timeout_s=SOON_S).exit_code is None
    assert server.call(gcd, 12, 18, timeout_s=SOON_S).returned == 6


def test_nothing_is_left_open_here_or_in_children(server: ForkServer) -> None:
    first = server.call(parent_and_open_files, timeout_s=SOON_S).returned
    before = descriptors()
    outcomes = [server.call(time.sleep, 60, timeout_s=0.01) for _ in range(3)]

    assert all(outcome.is_late for outcome in outcomes)
    assert server.call(parent_and_open_files, timeout_s=SOON_S).returned == first
    assert descriptors() == before


def test_a_closed_server_starts_anew(server: ForkServer) -> None:
    first = server.call(os.getppid, timeout_s=SOON_S).returned
    server.close()

    assert server.call(os.getppid, timeout_s=SOON_S).returned not in (first, None)
