"""BM25 (Robertson & Zaragoza 2009).

A term gives a passage the points idf * count * (k1 + 1) / (count + saturation), where the saturation grows with its length.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.engines.arrays import Array

K1, B = 1.2, 0.75  # lower k1 or b lost on the development collections

Floats = NDArray[np.float32]


def idf(n: int, n_with_term: Any) -> Any:
    """Return the weight of a term, or of each of several, that so many of `n` passages have."""
    return np.log(1 + (n - n_with_term + 0.5) / (n_with_term + 0.5)).astype(np.float32)


def saturation(lengths: Array) -> Floats:
    """Return what is added to a term's count in the denominator, per passage, given the lengths of a field."""
    mean = max(float(lengths.mean(dtype=np.float64)), 1.0) if len(lengths) else 1.0
    return lengths.astype(np.float32) * np.float32(K1 * B / mean) + np.float32(K1 * (1 - B))
