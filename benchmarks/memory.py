"""The memory of this process, as the kernel counts it. Linux only; bytes."""

import re
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r"^(\w+): +(\d+) kB$", re.M)


@dataclass(frozen=True, slots=True)
class Memory:
    """What is resident, what part of it is this process's own share, and what no file backs."""

    rss: int
    pss: int
    anonymous: int

    def above(self, base: "Memory") -> "Memory":
        """Return what came on top of `base`."""
        return Memory(self.rss - base.rss, self.pss - base.pss, self.anonymous - base.anonymous)


def now() -> Memory:
    """Return the memory of this moment."""
    return parse(Path("/proc/self/smaps_rollup").read_text("ascii"))


def parse(rollup: str) -> Memory:
    """Return what a `smaps_rollup` says."""
    found = {name: int(kib) * 1024 for name, kib in _LINE.findall(rollup)}
    return Memory(found["Rss"], found["Pss"], found["Anonymous"])


def peak() -> int:
    """Return the most that was resident so far."""
    return int(dict(_LINE.findall(re.sub(r":\t +", ": ", Path("/proc/self/status").read_text("utf-8"))))["VmHWM"]) * 1024
