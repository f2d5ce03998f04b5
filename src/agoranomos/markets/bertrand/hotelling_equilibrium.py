"""Prices where consumers are spread over a line (two firms) or a circle (more): closed forms.

Line (Hotelling 1929, firms at the ends, linear transport cost t, costs c_i), everybody served and both firms selling:

    Nash            p_i = t + (2 c_i + c_j) / 3
    joint monopoly  p_1 = v - t x, p_2 = v - t (1 - x), x = 1/2 + (c_2 - c_1) / (4 t) within 0 .. 1

Circle (Salop 1979), one cost: Nash `c + t / N`, joint monopoly `v - t / (2 N)`. Both need a reservation value v at
which everybody buys at the Nash prices; below it firms are local monopolies, or meet at a kink with a continuum of
equilibria.
"""

from __future__ import annotations

import numpy as np

from agoranomos.markets.bertrand.demand import Array


def hotelling_nash(cost: Array, transport_cost: float) -> Array:
    """The Nash prices [N] for `cost[N]`."""
    if len(cost) == 2:
        return np.asarray(transport_cost + (2.0 * cost + cost[::-1]) / 3.0)
    return np.asarray(cost + transport_cost / len(cost))


def hotelling_monopoly(cost: Array, transport_cost: float, reservation: float) -> Array:
    """The prices [N] that maximise the sum of profits: whoever lives farthest from a firm pays the last he would."""
    if len(cost) == 2:
        first = float(np.clip(0.5 + (cost[1] - cost[0]) / (4.0 * transport_cost), 0.0, 1.0))
        return np.asarray(reservation - transport_cost * np.array([first, 1.0 - first]))
    return np.full(len(cost), reservation - transport_cost / (2.0 * len(cost)))


def why_not_hotelling(cost: Array, transport_cost: float, reservation: float) -> str:
    """Why the closed forms do not hold, in words; empty where they do."""
    firms, t = len(cost), transport_cost
    if firms < 2:
        return "one firm alone has no rival along the line; two or more were expected"
    if firms == 2 and abs(float(cost[0] - cost[1])) >= 3.0 * t:
        return (
            f"costs that differ by {abs(float(cost[0] - cost[1])):g}, 3 t = {3 * t:g} or more: one firm sells nothing"
        )
    if firms > 2 and float(np.ptp(cost)) > 0.0:
        return "unequal costs on a circle: undercutting can leave no equilibrium in pure prices; one cost was expected"
    least = float(cost.mean()) + 1.5 * t * (1.0 if firms == 2 else 1.0 / firms)
    if reservation < least:
        return (
            f"a reservation value of {reservation:g}: at Nash prices not everybody buys; {least:g} or more was expected"
        )
    return ""
