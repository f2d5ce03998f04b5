"""What a tender brings on average when the lowest cost, if it is below the reserve price, gets the contract.

With F_i the distribution of supplier i's cost, S(x) = prod_i (1 - F_i(x)) and r the reserve price:

    a contract is awarded with probability        1 - S(r)
    mean cost of whoever wins (0 where nobody)    int_0^r S(x) dx - r S(r)
    i wins with probability                       int f_i(x) prod_{j != i} (1 - F_j(x)) dx        up to r
    i earns at Nash, under either rule            int F_i(x) prod_{j != i} (1 - F_j(x)) dx        up to r
    i earns when it wins at r (efficient cartel)  int (r - x) f_i(x) prod_{j != i} (1 - F_j(x)) dx

The fourth line is the envelope theorem: what a supplier of cost c earns is the integral of its chances of winning over
the costs above c, whatever the rule (revenue equivalence; Myerson, *Optimal auction design*, Mathematics of Operations
Research 6, 1981, lemma 2). Every integrand is a polynomial between the ends of the intervals, of degree at most N, so
Gauss-Legendre quadrature with N / 2 + 1 nodes a piece is exact but for rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from agoranomos.markets.procurement.spec import ProcurementSpec

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Expected:
    """Means over the draws of costs; money, or chances."""

    awarded: float
    winner_cost: float
    """0 where nobody wins"""
    win: tuple[float, ...]
    nash_profit: tuple[float, ...]
    cartel_profit: tuple[float, ...]
    tradeable: float
    """the chance that some cost is below the contract's value"""


def expected(spec: ProcurementSpec) -> Expected:
    """The means for one specification; exact but for rounding."""
    reserve = spec.reserve
    everyone = range(len(spec.firms))
    survive, lose = _survivals(spec, None), [_survivals(spec, i) for i in everyone]
    bounds = spec.cost
    unsold = float(survive(np.array([reserve]))[0])
    cheapest = min(low for low, _ in bounds)
    win, nash, cartel = [], [], []
    for i in everyone:
        low, high = bounds[i]
        most = min(high, reserve)
        density = 1.0 / (high - low)
        if most > low:
            win.append(_integral(spec, lose[i], low, most) * density)
            cartel.append(_integral(spec, lambda x, i=i: (reserve - x) * lose[i](x), low, most) * density)  # type: ignore[misc]
        else:
            win.append(0.0)
            cartel.append(0.0)
        nash.append(_integral(spec, lambda x, i=i: _cdf(x, *bounds[i]) * lose[i](x), min(low, reserve), reserve))  # type: ignore[misc]
    return Expected(
        awarded=1.0 - unsold,
        winner_cost=cheapest + _integral(spec, survive, cheapest, reserve) - reserve * unsold,
        win=tuple(win),
        nash_profit=tuple(nash),
        cartel_profit=tuple(cartel),
        tradeable=1.0 - float(survive(np.array([spec.value]))[0]),
    )


def _cdf(x: Array, low: float, high: float) -> Array:
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def _survivals(spec: ProcurementSpec, without: int | None) -> Callable[[Array], Array]:
    """The chance, as a function of x, that the costs of all suppliers (but `without`) lie above x."""
    bounds = [interval for j, interval in enumerate(spec.cost) if j != without]

    def above(x: Array) -> Array:
        product = np.ones_like(x)
        for low, high in bounds:
            product = product * (1.0 - _cdf(x, low, high))
        return product

    return above


def _integral(spec: ProcurementSpec, function: Callable[[Array], Array], start: float, end: float) -> float:
    """The integral of a function that is a polynomial of degree at most N + 1 between the ends of the intervals."""
    if end <= start:
        return 0.0
    corners = sorted({start, end, *(corner for own in spec.cost for corner in own if start < corner < end)})
    nodes, weights = np.polynomial.legendre.leggauss(len(spec.firms) // 2 + 2)
    total = 0.0
    for left, right in pairwise(corners):
        half = (right - left) / 2.0
        total += half * float(np.dot(weights, function(left + half * (nodes + 1.0))))
    return total
