"""What a command costs with all its descendants: wall, CPU, memory. Linux only.

This process adopts whatever the command leaves behind (PR_SET_CHILD_SUBREAPER) and waits until nothing is left, so that the
CPU of helpers is counted, too, whoever started them. CPU is user and system time as the kernel reports it at the end of a
process; a descendant that its parent waited for is in the parent's figure.
"""

import ctypes
import os
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_SAMPLE_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run took."""

    wall_s: float  # until the last process ended
    cpu_s: float
    status: int  # exit status of the command itself
    peak_mib: float = 0.0  # proportional set size of all processes together; 0: not sampled


def measure(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    samples_memory: bool = False,
) -> Cost:
    """Run the command, without output, until it and all its descendants have ended.

    Sampling memory costs CPU: time a run of its own.

    Raises:
        RuntimeError: this process has other children, which would be waited for, too.
    """
    if _has_children():
        raise RuntimeError("there are other child processes")
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.perf_counter()
    process = subprocess.Popen(  # commands of the benchmarks only
        [str(part) for part in command], env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    done = threading.Event()
    peak = [0.0]
    sampler = threading.Thread(target=_sample, args=(done, peak), daemon=True)
    if samples_memory:
        sampler.start()
    cpu_s, status = 0.0, 0
    for pid, ended, spent in _ended():
        cpu_s += spent
        if pid == process.pid:
            status = process.returncode = os.waitstatus_to_exitcode(ended)
    wall_s = time.perf_counter() - started
    done.set()
    if samples_memory:
        sampler.join()
    return Cost(wall_s=wall_s, cpu_s=cpu_s, status=status, peak_mib=peak[0])


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _ended() -> Iterator[tuple[int, int, float]]:
    """Yield (pid, wait status, CPU s) of each child as it ends, until there is none."""
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return
        yield pid, status, usage.ru_utime + usage.ru_stime


def _sample(done: threading.Event, peak: list[float]) -> None:
    while not done.wait(_SAMPLE_S):
        peak[0] = max(peak[0], sum(map(_pss_mib, _descendants())))


def _descendants() -> list[int]:
    children = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            children[int(path.read_text("ascii", "replace").rpartition(")")[2].split()[1])].append(int(path.parent.name))
        except OSError:  # it has ended
            continue
    found = children[os.getpid()]
    for pid in found:  # grows while it is walked
        found += children[pid]
    return found


def _pss_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
