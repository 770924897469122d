"""Run functions in processes of their own, forked from one that has loaded what they need: some milliseconds each.

    this process ──requests──▶ server ──fork──▶ child: calls the function, sends back what it returns
          ▲                    says how the child ended; kills it once nobody waits for it
          └──────────────── one socket per call ──────────┘

The server is a fresh interpreter and not a fork of this process, which may have threads. It belongs to no terminal, prints
nothing, does not import the main module, and ends with this process, as its children do. `multiprocessing` has such a server,
too; with its second helper and all that each imports, starting it takes 0.1 CPU s more. Linux only.
"""

import contextlib
import gc
import os
import pickle
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

_STATUS = struct.Struct("8si")  # what the server sends last: this mark, and an exit code as in `subprocess`
_MARK = b"\0ended:\0"
_MAX_REQUEST = 1 << 16  # bytes; a path has at most 4,096
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
        ours, theirs = socket.socketpair()
        with ours:
            with theirs, self._lock:
                self._send(request, theirs)
            return _outcome(ours, timeout_s)

    def close(self) -> None:
        """End the server and its children."""
        with self._lock:
            self._end()

    def _send(self, request: bytes, answer: socket.socket) -> None:
        try:
            socket.send_fds(self._connected(), [request], [answer.fileno()])
        except ConnectionError:
            self._end()
            socket.send_fds(self._connected(), [request], [answer.fileno()])

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
        if self._control is not None and self._process is not None:
            self._control.close()
            self._process.wait()
        self._control = self._process = None


def _outcome(answer: socket.socket, timeout_s: float) -> Outcome:
    """Return what child and server send, up to the end of both; has the child killed when the time is over."""
    received, deadline, is_late = bytearray(), time.monotonic() + timeout_s, False
    while True:
        answer.settimeout(None if is_late else max(deadline - time.monotonic(), 0.001))
        try:
            part = answer.recv(_AT_ONCE)
        except TimeoutError:
            is_late = True
            answer.shutdown(socket.SHUT_WR)
            continue
        if not part:
            break
        received += part
    mark, exit_code = _STATUS.unpack(received[-_STATUS.size :]) if len(received) >= _STATUS.size else (b"", 0)
    if mark != _MARK:
        return Outcome(None, None, is_late)
    return Outcome(pickle.loads(received) if exit_code == 0 else None, exit_code, is_late)  # noqa: S301  # from our own child


# ---- in the server -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    ended: int  # descriptor, readable once the child has ended
    answer: socket.socket  # readable once nobody waits for it any more


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
                    request, descriptors, *_ = socket.recv_fds(control, _MAX_REQUEST, 1)
                    if not request:
                        _leave(children)
                    child = _forked(request, socket.socket(fileno=descriptors[0]), children)
                    children.add(child)
                    selector.register(child.ended, selectors.EVENT_READ, child)
                    selector.register(child.answer, selectors.EVENT_READ, child)
                elif key.fileobj is child.answer:
                    selector.unregister(child.answer)
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
        selector.unregister(child.answer)
    _, status = os.waitpid(child.pid, 0)
    with child.answer, contextlib.suppress(OSError):  # nobody may wait for it any more
        child.answer.sendall(_STATUS.pack(_MARK, os.waitstatus_to_exitcode(status)))


def _forked(request: bytes, answer: socket.socket, others: Iterable[_Child]) -> _Child:
    pid = os.fork()
    if not pid:
        try:
            for other in others:
                other.answer.close()  # it ends for its reader when all have closed it
            function, args = pickle.loads(request)  # noqa: S301  # from the process that started us
            answer.sendall(pickle.dumps(function(*args), pickle.HIGHEST_PROTOCOL))
            os._exit(0)  # nothing to tidy up, and large documents take their time to be freed
        finally:
            os._exit(1)
    return _Child(pid, os.pidfd_open(pid), answer)
