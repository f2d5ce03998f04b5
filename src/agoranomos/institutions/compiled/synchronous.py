"""Synchronous moves over arrays: `signals.synchronous.BoundSynchronous`, exact in integers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agoranomos.institutions.compiled.values import UNDEFINED, Bools, Ints
from agoranomos.institutions.signals.synchronous import BoundSynchronous
from agoranomos.markets.facts import SCALE


class ArraySynchronous:
    """`BoundSynchronous` over arrays."""

    def __init__(self, signal: BoundSynchronous, firms: int) -> None:
        self._signal = signal
        self._firms = min(signal.firms, firms + 1)
        self.window = signal.window
        self.reads = (signal.measure,)

    def passes(self, window: Mapping[str, Ints]) -> Bools:
        """bool[R, N]: who took part often enough on some good."""
        values = window[self._signal.measure]  # [R, W, N, M]
        quantity = np.where(values == UNDEFINED, 0, values)
        before, step = quantity[:, :-1], np.diff(quantity, axis=1)
        moved = (step != 0) & (np.abs(step) >= self._needed(before))
        up, down = moved & (step > 0), moved & (step < 0)
        joint = (up & (up.sum(axis=2, keepdims=True) >= self._firms)) | (
            down & (down.sum(axis=2, keepdims=True) >= self._firms)
        )
        return np.asarray((joint.sum(axis=1) >= self._signal.persists).any(axis=-1))

    def _needed(self, before: Ints) -> Ints:
        """The smallest step that is a move: `change * before` in millionths, rounded up, in two parts of 64 bits."""
        whole, rest = np.divmod(before, SCALE)
        change = self._signal.change
        return np.asarray(change * whole - (-change * rest) // SCALE)
