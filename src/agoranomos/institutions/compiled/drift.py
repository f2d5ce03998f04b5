"""Drift over arrays: `signals.drift.BoundDrift`, exact in integers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agoranomos.institutions.compiled.values import UNDEFINED, Bools, Ints
from agoranomos.institutions.signals.drift import UNIT, BoundDrift
from agoranomos.markets.facts import SCALE


class ArrayDrift:
    """`BoundDrift` over arrays."""

    def __init__(self, signal: BoundDrift) -> None:
        self._signal = signal
        self.window = signal.window
        self.reads = (signal.measure,)

    def passes(self, window: Mapping[str, Ints]) -> Bools:
        """bool[R, N] where each agent is judged by its own values, else bool[R, 1]; on some good."""
        signal = self._signal
        values = window[signal.measure]  # [R, W], then agents, then goods, as the measure has them
        excess = np.where(values == UNDEFINED, 0, np.clip(values, 0, SCALE) - signal.chart.reference * UNIT)
        if not signal.by_firm:
            excess = excess[:, :, None] * signal.weight
        elif signal.pooled:
            excess = excess.sum(axis=2, keepdims=True)
        statistic = np.zeros_like(excess[:, 0])
        for place in range(signal.window):
            statistic = np.maximum(statistic + excess[:, place], 0)
        fired = statistic >= signal.limit
        return np.asarray(fired.any(axis=-1) if signal.goods else fired)
