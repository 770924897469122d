import numpy as np
from numpy.typing import NDArray

from kb.engines.cache import Cache


def made(n_bytes: int) -> NDArray[np.uint8]:
    return np.zeros(n_bytes, np.uint8)


def is_kept(cache: Cache, key: str) -> bool:
    calls: list[str] = []

    def make() -> NDArray[np.uint8]:
        calls.append(key)
        return made(0)

    cache.get(key, make)
    return not calls


def test_what_was_made_is_made_once() -> None:
    cache = Cache(100)
    first = cache.get("a", lambda: made(10))

    assert cache.get("a", lambda: made(20)) is first


def test_what_was_asked_for_last_stays() -> None:
    cache = Cache(100)
    for key in "abcd":
        cache.get(key, lambda: made(25))
    cache.get("a", lambda: made(25))

    cache.get("e", lambda: made(25))

    assert [is_kept(cache, key) for key in "acde"] == [True] * 4
    assert not is_kept(cache, "b")


def test_what_is_too_large_is_not_kept() -> None:
    cache = Cache(100)
    cache.get("a", lambda: made(26))

    assert not is_kept(cache, "a")
