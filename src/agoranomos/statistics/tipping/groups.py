"""Groups: when nearly all have taken a behaviour up, and from which share on it spreads."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression

from agoranomos.statistics.result import NAN, Interval
from agoranomos.statistics.tipping.trajectories import Array, as_violated, bootstrap, counted

RESAMPLES = 1_000
ADOPTED = 0.9


@dataclass(frozen=True, slots=True)
class AdoptionTime:
    """`rounds` [T]: the first round (from 1) in which each group had adopted, NaN where it never did.

    `median` is the round by which half of the groups had, NaN where fewer than half ever did: groups that end earlier
    are censored there, all after the same number of rounds.
    """

    rounds: tuple[float, ...]
    reached: int
    median: float


def adoption_time(shares: ArrayLike, *, level: float = ADOPTED) -> AdoptionTime:
    """When the share of violators of each group, `shares` [T, R], is first at least `level`.

    Raises `ValueError` for another shape or a number outside [0, 1].
    """
    found = as_violated(shares) >= level - 1e-12
    rounds = np.where(found.any(axis=1), found.argmax(axis=1) + 1.0, NAN)
    reached = int(found.any(axis=1).sum())
    ordered = np.sort(rounds)  # NaN last
    half = (len(rounds) + 1) // 2
    median = float(ordered[half - 1]) if len(rounds) and reached >= half else NAN
    return AdoptionTime(tuple(rounds.tolist()), reached, median)


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """q_{r+1} = f(q_r): the mean share `after` [K] each share `before` [K] that occurred, and how often it did.

    `fitted` [K] is the nearest curve that does not fall.
    """

    before: Array
    after: Array
    counts: Array
    fitted: Array


def response_curve(shares: ArrayLike) -> ResponseCurve:
    """The response curve of groups with `shares` [T, R], from all pairs of successive rounds.

    `fitted` is the isotonic regression weighed by counts. Source: R. E. Barlow, D. J. Bartholomew, J. M. Bremner and
    H. D. Brunk, Statistical Inference under Order Restrictions (1972). Raises as `adoption_time` does.
    """
    found = as_violated(shares)
    now, then = found[:, :-1].ravel(), found[:, 1:].ravel()
    kept = ~np.isnan(now) & ~np.isnan(then)
    before, place = np.unique(np.round(now[kept], 9), return_inverse=True)
    counts = np.bincount(place, minlength=len(before)).astype(np.float64)
    after = np.bincount(place, weights=then[kept], minlength=len(before)) / np.maximum(counts, 1.0)
    fitted = isotonic_regression(after, weights=counts).x if len(before) else after
    return ResponseCurve(before, after, counts, np.asarray(fitted))


def unstable_point(
    shares: ArrayLike,
    groups: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """The share above which violating spreads and below which it dies out, with its interval over whole `groups`.

    Where the fitted response curve passes from below the diagonal to above it, on the straight line between the two
    shares that were observed on either side; where it does so more than once, the least. To be held against q*(t, k).
    A curve crosses by chance too, so it is told only where shares below it fall on average, and those above it rise,
    each by more than chance: the interval of that mean, over whole `groups`, is all on its side of 0. `groups` names
    what is drawn again (the setting of each trajectory). NaN, with the reason, where there is no such share. Raises as
    `adoption_time` does.
    """
    found = as_violated(shares)
    names = sorted(set(groups), key=repr)
    method = "isotonic response curve, percentile bootstrap over groups"
    point, reason = _crossing(response_curve(found))
    if reason:
        return Interval(NAN, NAN, NAN, level, len(names), method, reason)
    if len(names) < 2:
        return Interval(point, NAN, NAN, level, len(names), method, "one group has no spread between groups")
    if not _parts_ways(found, groups, point, generator, level):
        reason = "no fall below and rise above it beyond chance"
        return Interval(NAN, NAN, NAN, level, len(names), method, reason)
    members = [np.flatnonzero([group == name for group in groups]) for name in names]
    drawn = []
    for row in generator.integers(0, len(names), size=(resamples, len(names))):
        drawn.append(_crossing(response_curve(found[np.concatenate([members[k] for k in row])]))[0])
    kept = np.array(drawn)[~np.isnan(drawn)]
    lost = resamples - kept.size
    if kept.size < resamples / 2:
        return Interval(point, NAN, NAN, level, len(names), method, "most draws have no such share")
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    warning = f"{lost} of {resamples} draws have no such share" if lost else ""
    return Interval(point, float(low), float(high), level, len(names), method, warning=warning)


def _parts_ways(
    shares: Array, groups: Sequence[Hashable], point: float, generator: np.random.Generator, level: float
) -> bool:
    """Whether shares fall from below `point` and rise from above it, both beyond chance."""
    now, change = shares[:, :-1], np.diff(shares, axis=1)
    owners = [group for group in groups for _ in range(now.shape[1])]
    sides = np.stack([np.where(now < point, change, NAN).ravel(), np.where(now > point, change, NAN).ravel()], axis=1)
    below, above = bootstrap([counted(sides, owners)], lambda rates: rates, generator, level=level)
    # Where all groups are alike there is no interval, and the point is what each of them says.
    highest, lowest = (
        one.point if np.isnan(bound) else bound for one, bound in ((below, below.high), (above, above.low))
    )
    return bool(highest < 0.0 < lowest)


def _crossing(curve: ResponseCurve) -> tuple[float, str]:
    if not len(curve.before):
        return NAN, "no two rounds in a row"
    above = curve.fitted - curve.before
    below = np.flatnonzero(above < -1e-12)
    for k in below:
        later = np.flatnonzero(above[k + 1 :] > 1e-12)
        if later.size:
            up = int(k + 1 + later[0])
            down = int(np.flatnonzero(above[:up] < -1e-12)[-1])
            part = -above[down] / (above[up] - above[down])
            return float(curve.before[down] + part * (curve.before[up] - curve.before[down])), ""
    if not below.size:
        return NAN, "no share was seen from which violating dies out"
    return NAN, "no share was seen from which violating spreads, above one from which it dies out"
