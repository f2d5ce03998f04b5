"""The best that a group of customers could have been matched with: an assignment, solved exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def best_match(gains: Sequence[Sequence[float]]) -> float:
    """The largest sum of gains [customers, shops] with at most one customer a shop; nobody is made to buy at a loss."""
    from scipy.optimize import linear_sum_assignment

    if not gains:
        return 0.0
    table = np.maximum(np.array(gains, dtype=np.float64), 0.0)
    rows, places = linear_sum_assignment(table, maximize=True)
    return float(table[rows, places].sum())
