"""Market division: every firm has its territory and leaves the others theirs."""

from __future__ import annotations

import numpy as np

from agoranomos.markets.cournot.clear import Array
from agoranomos.markets.cournot.equilibrium import best_response
from agoranomos.markets.cournot.spec import CournotSpec


def territories(spec: CournotSpec) -> tuple[tuple[int, ...], ...]:
    """For each good, the firms (by index) that it belongs to.

    Of all balanced assignments the one with the least sum of marginal costs, so that a good goes to its efficient
    firm where that is possible. Balanced: with N <= M each good has one firm and firms have M // N goods or one more;
    with N > M each firm has one good and goods have N // M firms or one more. Ties go by the order of the file: the
    first goods to the first firms.
    """
    from scipy.optimize import linear_sum_assignment

    cost = np.asarray(spec.marginal_cost)
    firms, goods = cost.shape
    many, few = (goods, firms) if firms <= goods else (firms, goods)
    of_many = cost.T if firms <= goods else cost
    scale = max(float(np.max(cost)), 1.0)
    order = np.outer(np.arange(many), np.arange(few)) / (many * few) ** 2
    priced = of_many - 1e-9 * scale * order
    # A place beyond many // few is dearer than any difference of costs, so it is taken only where one is left over.
    rounds_of_places = [priced + turn // (many // few) * 4.0 * scale * many for turn in range(-(-many // few))]
    rows, places = linear_sum_assignment(np.concatenate(rounds_of_places, axis=1))
    chosen = [int(place) % few for _, place in sorted(zip(rows, places, strict=True))]
    if firms <= goods:
        return tuple((firm,) for firm in chosen)
    return tuple(tuple(i for i, good in enumerate(chosen) if good == j) for j in range(goods))


def market_division(spec: CournotSpec) -> Array:
    """Quantities [N, M] when each firm is alone in its territory (`territories`) and sells nothing elsewhere.

    A firm that is alone on its goods chooses its monopoly quantities under its capacity. Firms that share a good
    sell equal amounts, those that maximise their joint profit there, or the smallest of their capacities.
    """
    owners = territories(spec)
    quantity = np.zeros((len(spec.firms), len(spec.goods)))
    for i in range(len(spec.firms)):
        own = [j for j, firms in enumerate(owners) if firms == (i,)]
        if own:
            # Rivals who fill the other goods to the brim leave this firm nothing to gain there.
            elsewhere = [0.0 if j in own else a * b for j, (a, b) in enumerate(zip(spec.alpha, spec.beta, strict=True))]
            quantity[i] = best_response(spec, i, elsewhere)
    for j, firms in enumerate(owners):
        if len(firms) > 1:
            mean_cost = sum(spec.marginal_cost[i][j] for i in firms) / len(firms)
            weight = 1.0 + spec.substitutability[j] * (len(firms) - 1)
            each = spec.beta[j] * max(spec.alpha[j] - mean_cost, 0.0) / (2.0 * weight)
            for i in firms:
                quantity[i, j] = min(each, *(spec.capacity[k] for k in firms))
    return quantity
