"""Signal statistics over arrays: which form computes which statistic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from agoranomos.errors import UsageError
from agoranomos.institutions.compiled.dispersion import ArrayDispersion
from agoranomos.institutions.compiled.drift import ArrayDrift
from agoranomos.institutions.compiled.mean import ArrayMean
from agoranomos.institutions.compiled.persistent import ArrayPersistent
from agoranomos.institutions.compiled.synchronous import ArraySynchronous
from agoranomos.institutions.compiled.values import Bools, Ints
from agoranomos.institutions.signals.dispersion import BoundDispersion
from agoranomos.institutions.signals.drift import BoundDrift
from agoranomos.institutions.signals.mean import BoundMean
from agoranomos.institutions.signals.persistent import BoundPersistent
from agoranomos.institutions.signals.statistic import BoundSignal
from agoranomos.institutions.signals.synchronous import BoundSynchronous
from agoranomos.markets.facts import MarketFacts


class ArraySignal(Protocol):
    """A signal over arrays of windows."""

    @property
    def window(self) -> int:
        """How many rounds of evidence it reads."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """The measures that it reads."""
        ...

    def passes(self, window: Mapping[str, Ints]) -> Bools:
        """Whether the signal fires: bool[R, N], or [R, 1] where it is the same for all; measures are [R, W, *axes]."""
        ...


def compile_signal(signal: BoundSignal, facts: MarketFacts) -> ArraySignal:
    """The signal over arrays."""
    if isinstance(signal, BoundPersistent):
        return ArrayPersistent(compile_signal(signal.once, facts), signal.persists, signal.within)
    if isinstance(signal, BoundMean):
        return ArrayMean(signal)
    if isinstance(signal, BoundDispersion):
        return ArrayDispersion(signal)
    if isinstance(signal, BoundSynchronous):
        return ArraySynchronous(signal, len(facts.agents))
    if isinstance(signal, BoundDrift):
        return ArrayDrift(signal)
    raise UsageError(f"a signal of type {type(signal).__name__} has no compiled form")
