"""Run functions in processes of their own, forked from one that has loaded what they need.

    this process ──wants a child──▶ server ──fork──▶ child: calls one function after the other
          ▲  ▲                       says how the child ended; kills it once nobody wants it     │
          │  └──────── one socket: how it ended ──────┘                                          │
          └──────────────────────────── one socket: calls, and what they return ─────────────────┘

A fork, and pages of memory that are copied or new, take 8 ms: as much as reading five pages. So a child is asked again, up to
some calls, until one goes wrong or leaves it large. A call that breaks a child that has served others is made once more in a
fresh one, unless its time is over: none is blamed for what another has left behind.

The server is a fresh interpreter and not a fork of this process, which may have threads. It belongs to no terminal, prints
nothing, does not import the main module, and ends with this process, as its children do. `multiprocessing` has such a server,
too; with its second helper and all that each imports, starting it takes 0.1 CPU s more. Linux only.
"""

import contextlib
import gc
import os
import pickle
import resource
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NoReturn

_EXIT_CODE = struct.Struct("i")  # as in `subprocess`
_FRAME = struct.Struct("Q?")  # before each call and answer: its bytes; whether it is the child's last
_CALLS = 16  # of one child
_LARGE = 256 << 20  # bytes of memory: a child that has had more is not asked again
_AT_ONCE = 1 << 20  # bytes
# For glibc: a child is short, and what it gives back to the kernel it soon has to ask for again: a quarter of all page faults
_KEEPS_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(64 << 20), "MALLOC_TRIM_THRESHOLD_": str(256 << 20)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended."""

    returned: object  # None unless the exit code is 0
    exit_code: int | None  # below 0: the signal that killed the child; None: the server itself has gone
    is_late: bool  # killed, because the time was over


class ForkServer:
    """Starts with the first call, and anew if it has been killed. May be used by many threads at once."""

    def __init__(self, modules: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._modules = tuple(modules)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._idle: list[_Worker] = []

    def start(self, modules: Iterable[str]) -> None:
        """Start the server, unless it runs; it loads these modules meanwhile and no others, and the calls need not."""
        with self._lock:
            self._modules = tuple(modules)
            self._connected()

    def call(self, function: Callable[..., object], *args: object, timeout_s: float) -> Outcome:
        """Return what became of the call.

        The function is found again by its module and name; arguments and result are pickled.
        """
        request = pickle.dumps((function, args))
        with self._lock:
            worker = self._idle.pop() if self._idle else self._new_worker()
        was_fresh, outcome = worker.is_fresh, worker.call(request, timeout_s)
        if outcome.exit_code != 0 and not was_fresh and not outcome.is_late:
            with self._lock:
                worker = self._new_worker()
            outcome = worker.call(request, timeout_s)
        if not worker.is_spent:
            with self._lock:
                self._idle.append(worker)
        return outcome

    def close(self) -> None:
        """End the server and its children."""
        with self._lock:
            self._end()

    def _new_worker(self) -> "_Worker":
        (calls, its_calls), (end, its_end) = socket.socketpair(), socket.socketpair()
        descriptors = [its_calls.fileno(), its_end.fileno()]
        with its_calls, its_end:
            try:
                socket.send_fds(self._connected(), [b"child"], descriptors)
            except ConnectionError:
                self._end()
                socket.send_fds(self._connected(), [b"child"], descriptors)
        return _Worker(calls, end)

    def _connected(self) -> socket.socket:
        if self._control is None:
            self._control, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)  # a request is a packet
            paths = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
            program = (
                f"import sys; sys.path[:] = {paths}; from {__name__} import _serve; _serve({theirs.fileno()}, {self._modules})"
            )
            with theirs:  # -S: what the site packages do at the start of an interpreter is done in `sys.path` already
                self._process = subprocess.Popen(  # noqa: S603  # ourselves
                    [sys.executable, "-S", "-c", program],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env={**os.environ, **_KEEPS_MEMORY},
                    start_new_session=True,
                )
        return self._control

    def _end(self) -> None:
        for worker in self._idle:
            worker.close()
        self._idle.clear()
        if self._control is not None and self._process is not None:
            self._control.close()
            self._process.wait()
        self._control = self._process = None


class _Worker:
    """A child as its caller sees it: one call at a time."""

    def __init__(self, calls: socket.socket, end: socket.socket) -> None:
        self._calls, self._end = calls, end
        self.is_fresh = True
        self.is_spent = False  # not to be called any more

    def call(self, request: bytes, timeout_s: float) -> Outcome:
        self.is_fresh, is_late = False, False
        try:
            _send(self._calls, request, is_last=False)
            answer, self.is_spent = _received(self._calls, time.monotonic() + timeout_s)
        except TimeoutError:
            answer, is_late = None, True
        except ConnectionError:
            answer = None
        returned = None if answer is None else pickle.loads(answer)  # noqa: S301  # from our own child
        exit_code = 0 if answer is not None else self._killed()
        if exit_code != 0 or self.is_spent:
            self.close()
        return Outcome(returned, exit_code, is_late)

    def _killed(self) -> int | None:
        """Have the child killed if it still runs; return how it ended."""
        with contextlib.suppress(OSError):  # the server itself may have gone
            self._end.shutdown(socket.SHUT_WR)
            code = self._end.recv(_EXIT_CODE.size)
            return int(_EXIT_CODE.unpack(code)[0]) if code else None
        return None

    def close(self) -> None:
        self.is_spent = True
        self._calls.close()
        self._end.close()  # has the child killed if it still runs


def _send(peer: socket.socket, message: bytes, *, is_last: bool) -> None:
    peer.settimeout(None)
    peer.sendall(_FRAME.pack(len(message), is_last) + message)


def _received(peer: socket.socket, deadline: float | None = None) -> tuple[bytearray, bool]:
    """Return a message and whether it is the last.

    Raises:
        ConnectionError: the other side has ended.
        TimeoutError: the deadline, on the monotonic clock, has passed.
    """
    received = bytearray()
    while len(received) < _FRAME.size or len(received) < _FRAME.size + _FRAME.unpack_from(received)[0]:
        peer.settimeout(None if deadline is None else max(deadline - time.monotonic(), 0.001))
        part = peer.recv(_AT_ONCE)
        if not part:
            raise ConnectionError
        received += part
    is_last = bool(_FRAME.unpack_from(received)[1])
    del received[: _FRAME.size]
    return received, is_last


# ---- in the server -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    ended: int  # descriptor, readable once the child has ended
    end: socket.socket  # readable once nobody wants it any more


def _serve(control_fd: int, modules: Iterable[str]) -> NoReturn:
    """Fork a child for each request, until nobody can send one."""
    gc.disable()  # in a child, a collection would copy every page of the libraries' objects that the fork shares
    for module in modules:
        with contextlib.suppress(ImportError):  # the call will say so
            import_module(module)
    control = socket.socket(fileno=control_fd)
    children: set[_Child] = set()
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                child: _Child | None = key.data
                if child is None:
                    request, descriptors, *_ = socket.recv_fds(control, _FRAME.size, 2)
                    if not request:
                        _leave(children)
                    calls, end = (socket.socket(fileno=descriptor) for descriptor in descriptors)
                    child = _forked(calls, end, [control, *(other.end for other in children)])
                    children.add(child)
                    selector.register(child.ended, selectors.EVENT_READ, child)
                    selector.register(child.end, selectors.EVENT_READ, child)
                elif child not in children:
                    continue  # buried a moment ago
                elif key.fileobj is child.end:
                    selector.unregister(child.end)
                    os.kill(child.pid, signal.SIGKILL)  # it is still ours: not waited for
                else:
                    children.remove(child)
                    _bury(child, selector)


def _leave(children: Iterable[_Child]) -> NoReturn:
    for child in children:
        os.kill(child.pid, signal.SIGKILL)
    os._exit(0)


def _bury(child: _Child, selector: selectors.BaseSelector) -> None:
    """Say how the child ended, and forget it."""
    selector.unregister(child.ended)
    os.close(child.ended)
    with contextlib.suppress(KeyError):  # it was killed
        selector.unregister(child.end)
    _, status = os.waitpid(child.pid, 0)
    with child.end, contextlib.suppress(OSError):  # nobody may wait for it any more
        child.end.sendall(_EXIT_CODE.pack(os.waitstatus_to_exitcode(status)))


def _forked(calls: socket.socket, end: socket.socket, others: Iterable[socket.socket]) -> _Child:
    pid = os.fork()
    if not pid:
        try:
            for other in (end, *others):
                other.close()  # what it reads ends when all have closed it
            _work(calls)
            os._exit(0)  # nothing to tidy up, and large documents take their time to be freed
        finally:
            os._exit(1)
    calls.close()
    return _Child(pid, os.pidfd_open(pid), end)


def _work(calls: socket.socket) -> None:
    """Answer calls, until there are no more or enough."""
    for n_left in range(_CALLS - 1, -1, -1):
        try:
            request, _ = _received(calls)
        except ConnectionError:
            return
        function, args = pickle.loads(request)  # noqa: S301  # from the process that started us
        answer = pickle.dumps(function(*args), pickle.HIGHEST_PROTOCOL)
        is_last = not n_left or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10 > _LARGE
        _send(calls, answer, is_last=is_last)
        if is_last:
            return
