"""What was made last and may be wanted again, as far as a number of bytes reaches."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


Kept = TypeVar("Kept", bound=_Sized)


class Cache:
    """What was made last, up to a number of bytes. May be used by many threads at once."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes, self._n_bytes = max_bytes, 0
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return what was made for the key, or make it; what takes more than a quarter of all is not kept."""
        with self._lock:
            kept: Kept | None = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        made = make()
        with self._lock:
            if key not in self._kept and made.nbytes <= self._max_bytes // 4:
                self._kept[key] = made
                self._n_bytes += made.nbytes
                while self._n_bytes > self._max_bytes:
                    self._n_bytes -= self._kept.popitem(last=False)[1].nbytes
        return made
