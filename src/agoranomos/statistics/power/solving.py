"""From a chance back to what gives it: the fewest runs, or the smallest effect."""

from __future__ import annotations

from collections.abc import Callable

from agoranomos.statistics.result import NAN

MOST_RUNS = 1_000_000
_LARGEST = 64.0
_STEPS = 40


def fewest_runs(chance: Callable[[int], float], target: float, *, least: int, step: int = 1) -> int | None:
    """The fewest runs, `least` plus a multiple of `step`, with a chance of `target` or more; None beyond a million.

    The chance grows with the runs, as far as simulation lets it.
    """
    if chance(least) >= target:
        return least
    below, above = 0, 1
    while chance(least + above * step) < target:
        below, above = above, above * 2
        if least + above * step > MOST_RUNS:
            return None
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if chance(least + middle * step) >= target else (middle, above)
    return least + above * step


def smallest_effect(chance: Callable[[float], float], target: float) -> float:
    """The smallest effect above zero that is found with a chance of `target`; NaN where none up to 64 is."""
    above = 1.0
    while chance(above) < target:
        above *= 2
        if above > _LARGEST:
            return NAN
    below = 0.0
    for _ in range(_STEPS):
        middle = (below + above) / 2
        below, above = (below, middle) if chance(middle) >= target else (middle, above)
    return above
