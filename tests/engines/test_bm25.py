import math

import numpy as np
import pytest

from kb.engines import bm25


def test_rare_terms_weigh_more() -> None:
    assert bm25.idf(100, 1) == pytest.approx(math.log(1 + 99.5 / 1.5))
    assert bm25.idf(100, np.array([1, 50, 100])).tolist() == sorted(
        bm25.idf(100, np.array([1, 50, 100])).tolist(), reverse=True
    )


def test_a_passage_of_mean_length_saturates_at_k1() -> None:
    found = bm25.saturation(np.array([10, 20, 30], np.uint8))

    assert found.tolist() == pytest.approx([bm25.K1 * (0.25 + 0.75 * share) for share in (0.5, 1, 1.5)])


def test_lengths_may_be_missing() -> None:
    assert bm25.saturation(np.zeros(2, np.uint8)).tolist() == pytest.approx([bm25.K1 * (1 - bm25.B)] * 2)
    assert bm25.saturation(np.zeros(0, np.uint8)).tolist() == []
