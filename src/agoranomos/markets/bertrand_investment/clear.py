"""How a round of prices and investment clears, over arrays with any leading axes.

Each good j has a logit market of its own (as in `bertrand.demand`): with `w_ij = e^((a - p_ij) / mu)`, firm i sells
`size w_ij / (e^(a_0 / mu) + sum_k w_kj)`. A price below the own unit cost sells nothing, as if the firm were not
there. Unit costs are those after the round's investment. What a firm earns is `sum_j (p_ij - c_ij) q_ij` minus what
it invests.

Source: Lin et al. (2024), Strategic Collusion of LLM Agents, arXiv 2410.00031, in the code released with it (the
notebook on Bertrand competition; the paper itself is on quantities). Kept from there: demand, unit costs, the prices
of the steps, initial funds, at most one step a good and round, paid from funds and lowering the unit cost of the same
round, and that a price below cost sells nothing. Not kept: that prices are whole numbers, that first and second steps
in different goods exclude each other, that the last round's profit cannot be invested yet, and that the rival's cost
of the second good is misread. There firms are not told each other's unit costs; here they are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.markets.bertrand.demand import Array, logit_shares, logit_surplus, ordered_sum
from agoranomos.markets.bertrand.logit_equilibrium import logit_monopoly, logit_nash
from agoranomos.markets.bertrand_investment.spec import BertrandInvestmentSpec


class Outcome(NamedTuple):
    """What happened in cleared rounds; N firms, M goods, `...` any leading axes. Money and quantities in own units."""

    price: Array
    """as asked, [..., N, M]; infinite where a firm sat out"""
    cost: Array
    """unit costs of the round, [..., N, M]"""
    quantity: Array
    """[..., N, M]"""
    operating_profit: Array
    """[..., N]"""
    consumer_surplus: Array
    """over all goods, [...]"""


class Conduct(NamedTuple):
    """Prices that theory knows for given unit costs, [N, M], and what each firm earns at them, [N]."""

    price: Array
    operating_profit: Array


def clear(spec: BertrandInvestmentSpec, price: ArrayLike, cost: ArrayLike) -> Outcome:
    """Clear rounds in which firms ask `price[..., N, M]` and make the goods at `cost[..., N, M]`.

    Raises `ValueError` when the last axes are not (N, M).
    """
    asked, made = np.broadcast_arrays(np.asarray(price, dtype=np.float64), np.asarray(cost, dtype=np.float64))
    if asked.shape[-2:] != (len(spec.firms), len(spec.goods)):
        raise ValueError(f"prices of shape {asked.shape}; [..., {len(spec.firms)}, {len(spec.goods)}] was expected")
    offered = np.where(asked < made, np.inf, asked).swapaxes(-1, -2)  # [..., M, N]
    quality = np.full(len(spec.firms), spec.quality)
    quantity = (spec.size * logit_shares(offered, quality, spec.mu, spec.outside)).swapaxes(-1, -2)
    selling = quantity > 0.0
    profit = ordered_sum(np.where(selling, np.where(selling, asked, 0.0) - made, 0.0) * quantity)
    surplus = ordered_sum(spec.size * logit_surplus(offered, quality, spec.mu, spec.outside))
    return Outcome(asked, made, quantity, profit, surplus)


@lru_cache(maxsize=4096)
def conduct(spec: BertrandInvestmentSpec, cost: tuple[tuple[float, ...], ...]) -> dict[str, Conduct]:
    """Nash, monopoly and competitive prices of one round when the goods are made at `cost[N][M]`, good by good.

    Prices above the cap are put at the cap.
    """
    costs = np.array(cost)
    quality = np.full(len(spec.firms), spec.quality)
    goods = range(len(spec.goods))
    nash = np.stack([logit_nash(costs[:, j], quality, spec.mu, spec.outside) for j in goods], axis=1)
    monopoly = np.stack([logit_monopoly(costs[:, j], quality, spec.mu, spec.outside) for j in goods], axis=1)
    found = {}
    for name, prices in (("nash", nash), ("monopoly", monopoly), ("competitive", costs)):
        capped = np.minimum(prices, spec.price_cap)
        found[name] = Conduct(capped, clear(spec, capped, costs).operating_profit)
    return found
