"""The windowed mean over arrays: `signals.mean.BoundMean`, exact in integers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agoranomos.institutions.compiled.values import UNDEFINED, Bools, Ints
from agoranomos.institutions.signals.mean import BoundMean

_BEYOND = 1 << 55
"""Beyond any measure, in size: measures are below 2**53, and errors of reading add less than that."""

_SUMMANDS = 1 << 6
"""So many differences of measures from a threshold sum up within 64 bits for sure."""

_PART = 24


def reaches(values: Ints, threshold: int, axes: tuple[int, ...], sign: int = 1) -> tuple[Bools, Bools]:
    """`(passes, defined)`: whether the mean of the defined values along `axes` is at least the threshold.

    With `sign` -1, at most. Sums of differences are compared with zero; long ones are taken in two parts.
    """
    bar = min(max(threshold, -_BEYOND), _BEYOND)
    there = values != UNDEFINED
    beyond = np.where(there, values - bar if sign > 0 else bar - values, 0)
    defined = np.asarray(there.any(axis=axes))
    if np.prod([values.shape[axis] for axis in axes]) <= _SUMMANDS:
        return np.asarray(beyond.sum(axis=axes) >= 0) & defined, defined
    low = (beyond & ((1 << _PART) - 1)).sum(axis=axes)
    high = (beyond >> _PART).sum(axis=axes)
    return np.asarray(high + (low >> _PART) >= 0) & defined, defined


class ArrayMean:
    """`BoundMean` over arrays."""

    def __init__(self, signal: BoundMean) -> None:
        own = signal.attribution
        self._signal = signal
        self._by_firm = signal.axes[:1] == ("firm",)
        self._by_good = signal.axes[-1:] == ("good",)
        self._own = own
        self.window = signal.window
        self.reads: tuple[str, ...] = (signal.measure,) if own is None else (signal.measure, own.measure)

    def passes(self, window: Mapping[str, Ints]) -> Bools:
        """bool[R, N], or [R, 1] where no agent is told apart."""
        signal = self._signal
        values = window[signal.measure]  # [R, W, (N,) (M)]
        axes = (1, values.ndim - 1) if self._by_good and signal.over == "mean" else (1,)
        passed, defined = reaches(values, signal.threshold, axes, signal.sign)
        if not self._by_firm:
            passed, defined = passed[:, None], defined[:, None]
        own = self._accused(window)
        if not self._by_good or signal.over == "mean":
            return passed if own is None else passed & own
        if own is not None:
            passed = passed & (own if self._own is not None and self._own.by_good else own[..., None])
        some = np.asarray(passed.any(axis=-1))
        if signal.over == "any":
            return some
        return np.asarray(some & np.all(passed | ~defined, axis=-1))

    def _accused(self, window: Mapping[str, Ints]) -> Bools | None:
        """bool[R, N], good by good with a third axis: whose own mean reaches the bar; None accuses everybody."""
        if self._own is None:
            return None
        return reaches(window[self._own.measure], self._own.threshold, (1,))[0]
