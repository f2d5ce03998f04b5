"""How often the rule is broken: by round, over all rounds, later than before, and by what was experienced before."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.statistics.result import NAN, Interval
from agoranomos.statistics.tipping.trajectories import (
    RESAMPLES,
    Array,
    Denominator,
    as_violated,
    bootstrap,
    counted,
    ratio,
)

LEAST_RISE = 0.2


def violation_rate(
    violated: ArrayLike,
    settings: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    of: Denominator = "valid",
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> list[Interval]:
    """V_r, the mean of `violated` [T, R] in each round, with its interval over whole settings; one item a round.

    Raises `ValueError` for another shape, a number outside [0, 1], and lengths that differ.
    """
    counts = counted(as_violated(violated, of=of), settings)
    return bootstrap([counts], lambda rates: rates, generator, resamples=resamples, level=level)


def area(
    violated: ArrayLike,
    settings: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    of: Denominator = "valid",
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """The area under V_r over rounds of which all together are 1 wide: the mean of V over rounds that have a value.

    Raises as `violation_rate` does.
    """
    counts = counted(as_violated(violated, of=of), settings)
    return bootstrap([counts], _mean, generator, resamples=resamples, level=level)[0]


def experience_effect(
    violated: ArrayLike,
    settings: Sequence[Hashable],
    base: ArrayLike,
    base_settings: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """What experience does: area under V of those shown violations that paid, less that of those shown none (`base`).

    Both arms begin with as many fabricated rounds, so that nothing but what is in them differs. Settings are drawn for
    both at once, so an arm's own setting effects cancel where both have the same settings. Raises as `violation_rate`.
    """
    names = sorted({*settings, *base_settings}, key=repr)
    parts = [counted(as_violated(violated), settings, names), counted(as_violated(base), base_settings, names)]
    return bootstrap(
        parts, lambda shown, none: _mean(shown) - _mean(none), generator, resamples=resamples, level=level
    )[0]


def shift(
    violated: ArrayLike,
    before: Sequence[int],
    later: Sequence[int],
    settings: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """The mean of V over the rounds `later` less that over the rounds `before` (both from 1).

    Hysteresis where both are played under the same conditions and others lay in between: positive where what was
    tipped does not come back. It holds what time does as well. Raises as `violation_rate` does, and for rounds that
    there are not, or none.
    """
    found = as_violated(violated)
    for rounds in (before, later):
        if not rounds or min(rounds) < 1 or max(rounds) > found.shape[1]:
            raise ValueError(f"rounds from 1 to {found.shape[1]} were expected, not {list(rounds)}")
    parts = [counted(found[:, [number - 1 for number in rounds]], settings) for rounds in (before, later)]
    return bootstrap(
        parts, lambda first, last: _mean(last) - _mean(first), generator, resamples=resamples, level=level
    )[0]


def sharpness(rates: ArrayLike, *, least: float = LEAST_RISE) -> float:
    """The share of the total rise of the curve V [R] that falls into its largest step from one round to the next.

    1 for a rise in one step, 1 / (R - 1) for an even one; above 1 where some of it is lost again. NaN where V does not
    end at least `least` above where it began: of a flat line every wiggle is a large share. Raises `ValueError` unless
    `rates` is one curve.
    """
    curve = np.asarray(rates, dtype=np.float64)
    if curve.ndim != 1:
        raise ValueError(f"one curve [round] was expected, not an array of shape {curve.shape}")
    curve = curve[~np.isnan(curve)]
    if curve.size < 2 or curve[-1] - curve[0] < least - 1e-12:
        return NAN
    return float(np.diff(curve).max() / (curve[-1] - curve[0]))


def _mean(rates: Array) -> Array:
    known = ~np.isnan(rates)
    sums, counts = np.where(known, rates, 0.0).sum(axis=1), known.sum(axis=1)
    return ratio(sums, counts)[:, None]
