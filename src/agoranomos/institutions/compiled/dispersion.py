"""Variance collapse over arrays: `signals.dispersion.BoundDispersion`.

`N sum q^2 - S^2 < (bar S)^2`, in units of 10^12, is decided in floating point where both sides lie well apart, and with
Python's integers where they are near.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agoranomos.institutions.compiled.values import UNDEFINED, Bools, Ints
from agoranomos.institutions.signals.dispersion import BoundDispersion
from agoranomos.markets.facts import SCALE

_NEAR = 1e-9
_BEYOND = 1 << 80
"""No coefficient of variation of integers below 2**55 reaches so many millionths."""


class ArrayDispersion:
    """`BoundDispersion` over arrays."""

    def __init__(self, signal: BoundDispersion) -> None:
        self._signal = signal
        self.window = signal.window
        self.reads = (signal.measure,)

    def passes(self, window: Mapping[str, Ints]) -> Bools:
        """bool[R, N]: on some watched good all were alike in every round, and the agent sold it in the last."""
        values = window[self._signal.measure]  # [R, W, N, M]
        quantity = np.where(values == UNDEFINED, 0, values)
        fired = np.zeros((len(values), values.shape[2]), bool)
        for good in self._signal.watched:
            column = quantity[..., good]
            fired |= np.asarray(alike(column, self._signal.below).all(axis=1))[:, None] & (column[:, -1] > 0)
        return fired


def alike(quantity: Ints, bar_e6: int) -> Bools:
    """Whether the dispersion of quantities along the last axis is below the bar, and their sum above zero."""
    firms = quantity.shape[-1]
    total = quantity.sum(axis=-1)
    # Around a middle that is an integer nothing cancels: what is left over sums up to less than N.
    apart = quantity - (total // firms)[..., None]
    left = apart.sum(axis=-1).astype(np.float64)
    spread = (apart.astype(np.float64) ** 2).sum(axis=-1) * firms - left * left
    variance = spread * float(SCALE * SCALE)
    bar = min(abs(bar_e6), _BEYOND)
    square = (float(bar) * total.astype(np.float64)) ** 2
    below = variance < square
    near = (np.abs(variance - square) <= _NEAR * square) & (total > 0)
    for place in map(tuple, np.argwhere(near)) if bar else ():
        own = quantity[place].tolist()
        exact = firms * sum(q * q for q in own) - sum(own) ** 2
        below[place] = exact * SCALE * SCALE < bar * bar * sum(own) ** 2
    return np.asarray(below & (total > 0))
