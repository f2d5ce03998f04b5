"""The equilibria of one round, exactly.

Let M be how many of the other N - 1 contribute. Contributing adds to a member's factor

    a = failure_contributor - failure_other    where M <= t - 2
    b = success_contributor - failure_other    where M = t - 1: the member is pivotal
    c = success_contributor - success_other    where M >= t

*Pure*: m contributors are an equilibrium when none of them gains by leaving (the gain at M = m - 1 is not negative) and
none of the others by joining (the gain at M = m is not positive).

*Symmetric mixed*: everybody contributes with probability q, and is indifferent:

    D(q) = a P[M <= t-2] + b P[M = t-1] + c P[M >= t] = 0,    M ~ Bin(N - 1, q)

D is a polynomial with Bernstein coefficients a.., b, c.., so it has at most as many roots in (0, 1) as these change
sign: two. Its derivative is (N - 1) [(b - a) P[L = t-2] + (c - b) P[L = t-1]], L ~ Bin(N - 2, q), which is zero only
where q / (1 - q) = (b - a)(t - 1) / ((b - c)(N - t)). That turning point splits (0, 1) in two intervals in which D is
monotone, and bisection finds each root to the last bit. In the game of arXiv 2510.04860 c = 0 and the only root is the
point below which best replies drift to nobody, above to everybody.

Sources: Palfrey and Rosenthal (1984), Participation and the provision of discrete public goods, Journal of Public
Economics 24; Offerman, Sonnemans and Schram (1998); for the drift Kandori, Mailath and Rob (1993), Econometrica 61.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from agoranomos.markets.threshold_public_goods.spec import ThresholdPublicGoodsSpec


@dataclass(frozen=True, slots=True)
class Equilibria:
    """`pure`: the numbers of contributors that are equilibria; `mixed`: the probabilities in (0, 1), ascending."""

    pure: tuple[int, ...]
    mixed: tuple[float, ...]


def gain(spec: ThresholdPublicGoodsSpec, others: int) -> float:
    """What contributing adds to a member's factor when `others` of the other members contribute."""
    short, pivotal, spare = spec.gains
    if others == spec.threshold - 1:
        return pivotal
    return spare if others >= spec.threshold else short


def expected_gain(spec: ThresholdPublicGoodsSpec, probability: float) -> float:
    """D(q): the gain from contributing when each of the others does with this probability."""
    others = len(spec.members) - 1
    q, p = probability, 1.0 - probability
    return math.fsum(math.comb(others, m) * q**m * p ** (others - m) * gain(spec, m) for m in range(others + 1))


def equilibria(spec: ThresholdPublicGoodsSpec) -> Equilibria:
    """All pure equilibria, by the number of contributors, and all symmetric mixed ones."""
    count = len(spec.members)
    pure = tuple(
        m for m in range(count + 1) if (m == 0 or gain(spec, m - 1) >= 0.0) and (m == count or gain(spec, m) <= 0.0)
    )
    return Equilibria(pure, _roots(spec))


def _roots(spec: ThresholdPublicGoodsSpec) -> tuple[float, ...]:
    """Where D is zero inside (0, 1)."""
    turning = _turning_point(spec)
    edges = [0.0, turning, 1.0] if turning is not None else [0.0, 1.0]
    found = set()
    for low, high in pairwise(edges):
        left, right = _sign(spec, low, 1), _sign(spec, high, -1)
        if left * right < 0:
            found.add(_bisected(spec, low, high, left))
    if turning is not None and _sign(spec, turning, 1) == 0:
        found.add(turning)
    return tuple(sorted(found))


def _turning_point(spec: ThresholdPublicGoodsSpec) -> float | None:
    """Where D turns, if it does inside (0, 1)."""
    short, pivotal, spare = spec.gains
    count, threshold = len(spec.members), spec.threshold
    up, down = (pivotal - short) * (threshold - 1), (pivotal - spare) * (count - threshold)
    if up * down <= 0.0:
        return None
    return up / (up + down)


def _sign(spec: ThresholdPublicGoodsSpec, probability: float, inward: int) -> int:
    """The sign of D, at 0 and 1 that of D just inside (0, 1): the first coefficient that is not zero decides."""
    if 0.0 < probability < 1.0:
        value = expected_gain(spec, probability)
        return (value > 0.0) - (value < 0.0)
    order = range(len(spec.members))
    for m in order if inward > 0 else reversed(order):
        value = gain(spec, m)
        if value:
            return 1 if value > 0.0 else -1
    return 0


def _bisected(spec: ThresholdPublicGoodsSpec, low: float, high: float, left: int) -> float:
    """The root between two points where D has opposite signs, to the last bit."""
    while True:
        middle = (low + high) / 2.0
        if middle in (low, high):
            return middle
        sign = _sign(spec, middle, 1)
        if sign == 0:
            return middle
        if sign == left:
            low = middle
        else:
            high = middle
