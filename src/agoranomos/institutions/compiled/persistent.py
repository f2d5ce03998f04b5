"""Persistence over arrays: `signals.persistent.BoundPersistent`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from agoranomos.institutions.compiled.values import Bools, Ints

if TYPE_CHECKING:
    from agoranomos.institutions.compiled.statistics import ArraySignal


class ArrayPersistent:
    """`once`, read at the end of each of the last `within` rounds, passed in `persists` of them."""

    def __init__(self, once: ArraySignal, persists: int, within: int) -> None:
        self._once = once
        self._persists = persists
        self._within = within
        self.window = once.window + within - 1
        self.reads = once.reads

    def passes(self, window: Mapping[str, Ints]) -> Bools:
        """bool[R, N] or [R, 1]."""
        length = self._once.window
        passed = sum(
            self._once.passes({name: values[:, start : start + length] for name, values in window.items()}).astype(
                np.int64
            )
            for start in range(self._within)
        )
        return np.asarray(passed >= self._persists)
