import numpy as np
import pytest

from kb.engines import gaps


def coded(*lists: list[int]) -> tuple[list[int], list[int]]:
    counts = np.array([*map(len, lists)], np.int64)
    found, n_bytes = gaps.encode(np.array([n for one in lists for n in one], np.int32), counts)
    return found.tolist(), n_bytes.tolist()


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        pytest.param([0], [1], id="the first number counts from -1"),
        pytest.param([0, 1, 5], [1, 1, 4], id="gaps"),
        pytest.param([126], [127], id="largest of one byte"),
        pytest.param([127], [128, 1], id="smallest of two"),
        pytest.param([127, 128], [128, 1, 1], id="two bytes, then one"),
        pytest.param([16_383], [128, 128, 1], id="three bytes"),
        pytest.param([2**31 - 2], [255, 255, 255, 255, 7], id="the largest number"),
    ],
)
def test_small_gaps_take_one_byte(numbers: list[int], expected: list[int]) -> None:
    assert coded(numbers) == (expected, [len(expected)])
    assert gaps.decode(np.array(expected, np.uint8), ()).tolist() == numbers


def test_lists_begin_anew() -> None:
    assert coded([3, 4], [0], [300]) == ([4, 1, 1, 173, 2], [2, 1, 2])


def test_nothing_is_coded_as_nothing() -> None:
    assert coded() == ([], [])
    assert gaps.decode(np.empty(0, np.uint8), ()).tolist() == []


def test_any_lists_come_back() -> None:
    source = np.random.default_rng(22)
    for _ in range(200):
        lists = [
            np.sort(source.choice(10 ** int(source.integers(3, 9)), int(source.integers(1, 200)), replace=False))
            for _ in range(int(source.integers(1, 12)))
        ]
        counts = np.array([*map(len, lists)], np.int64)
        numbers = np.concatenate(lists).astype(np.int32)

        found, n_bytes = gaps.encode(numbers, counts)

        assert gaps.decode(found, counts).tolist() == numbers.tolist()
        ends = np.cumsum(n_bytes)
        for one, start, end in zip(lists, ends - n_bytes, ends, strict=True):
            assert gaps.decode(found[start:end], ()).tolist() == one.tolist()
