"""Holm's procedure: several confirmatory hypotheses share one level of error."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """The adjusted p of each hypothesis, in the order given; one at or below alpha is rejected at the level alpha.

    The i-th smallest of m is multiplied by m - i + 1, and none is below a smaller one. The chance of any false
    rejection is at most alpha, however the tests depend on each other. NaN, a test that does not exist, stays NaN and
    counts in m: what was planned and could not be tested makes the others no easier. Source: S. Holm, "A simple
    sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979). Raises `ValueError`
    for a p outside 0 to 1.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1:
        raise ValueError(f"a one-dimensional list of p was expected, not one of shape {p.shape}")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("a p lies outside 0 to 1")
    order = np.argsort(p, kind="stable")  # NaN come last
    factors = p.size - np.arange(p.size)
    adjusted = np.full(p.size, np.nan)
    known = ~np.isnan(p[order])
    adjusted[order[known]] = np.minimum(1.0, np.maximum.accumulate((p[order] * factors)[known]))
    return adjusted
