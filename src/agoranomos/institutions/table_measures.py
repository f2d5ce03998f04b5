"""What a table of outside data says about each round: the measures that an institution reads.

With a market, costs and benchmarks are the market's and quantities the table's; prices are the table's own, for they
are data, while the market's demand is a model of them. What follows from a price (profit, price elevation, surplus,
Calvano's Delta) follows from the table's. Where the table's price is that of the market's demand to the millionth, as
in a table made from a recorded run, the measures are the run's own, bit for bit.

Benchmarks stay where the market has them, unless the market declares demand shocks: then a price that differs is the
shock at work, the intercept that explains it is `P + Q / beta`, and Nash and monopoly are held under that demand, as
the market itself does it. Without a market there is nothing to hold a round against, and nobody's costs are known:
prices, quantities, shares, HHI and CV remain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agoranomos.institutions.panel import Panel
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.feasible import countable
from agoranomos.markets.cournot.measures import MEASURE_KINDS
from agoranomos.markets.cournot.round import Reference, RoundOutcome, Row, clear_round, measure_round, reference
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE, MarketFacts, Measures

OF_THE_TABLE_ALONE = ("price_e6", "quantity_e6", "share_e6", "hhi_e6", "cv_e6")
"""The measures that need neither costs nor a benchmark."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How a table differs from the market it is judged under.

    `prices` counts the prices, of all `of`, that differ from the market's demand by more than a millionth, `largest`
    is the largest such difference, in `round` (as the table numbers it) and `good`. `over_capacity` counts the
    firm-rounds that sold more than the market says the firm can make.
    """

    prices: int
    of: int
    largest: float
    round: int
    good: str
    over_capacity: int


def facts_of_table(panel: Panel, name: str) -> MarketFacts:
    """What is known of a table without a market: who, what, and the measures that need no benchmark."""
    return MarketFacts(name, panel.agents, panel.goods, {key: MEASURE_KINDS[key] for key in OF_THE_TABLE_ALONE}, {})


def measures_alone(panel: Panel) -> Iterator[Measures]:
    """The measures of each round from the table alone."""
    firms, goods = len(panel.agents), len(panel.goods)
    nothing, nobody = (0.0,) * goods, (0.0,) * firms
    against = Reference((nothing,) * firms, 0.0, nothing, nothing, nobody, nobody, 0.0)
    for quantity, price in _rounds(panel):
        total = [_ordered_sum(column) for column in zip(*quantity, strict=True)]
        outcome = RoundOutcome((), quantity, total, price, (), nobody, 0.0, 0.0)
        measured = measure_round(outcome, against)
        yield {key: measured[key] for key in OF_THE_TABLE_ALONE}


def measures_under(market: Cournot, panel: Panel) -> Iterator[Measures]:
    """The measures of each round under the costs and benchmarks of `market`, from the table's own prices."""
    spec = market.spec
    expected = reference(spec, market.benchmarks)
    for quantity, price in _rounds(panel):
        outcome = clear_round(spec, quantity)
        own = [_agrees(p, q) for p, q in zip(outcome.price, price, strict=True)]
        if all(own):
            yield measure_round(outcome, expected)
            continue
        intercept = [
            a if same else _intercept(a, b, t, p)
            for a, b, t, p, same in zip(spec.alpha, spec.beta, outcome.total, price, own, strict=True)
        ]
        outcome = _at_prices(spec, clear_round(spec, quantity, intercept), price, own)
        shocked = spec.demand_shock is not None
        yield measure_round(outcome, reference(spec, market.benchmarks, intercept) if shocked else expected)


def disagreement(market: Cournot, panel: Panel) -> Disagreement:
    """How the table differs from the market's demand and capacities."""
    cleared = clear(market.spec, panel.quantity_e6 / SCALE)
    gap = np.abs(np.rint(cleared.price * SCALE).astype(np.int64) - panel.price_e6)
    number, good = np.unravel_index(int(gap.argmax()), gap.shape)
    capacity = np.array([countable(limit) + len(panel.goods) for limit in market.spec.capacity])
    return Disagreement(
        prices=int((gap > 1).sum()),
        of=gap.size,
        largest=int(gap[number, good]) / SCALE,
        round=panel.first + int(number),
        good=panel.goods[int(good)],
        over_capacity=int((panel.quantity_e6.sum(axis=2) > capacity).sum()),
    )


def _rounds(panel: Panel) -> Iterator[tuple[list[list[float]], list[float]]]:
    """Quantities [N][M] and prices [M] of each round, in own units, as plain numbers."""
    for t in range(panel.rounds):
        yield (panel.quantity_e6[t] / SCALE).tolist(), (panel.price_e6[t] / SCALE).tolist()


def _agrees(market_price: float, table_price: float) -> bool:
    return abs(round(market_price * SCALE) - round(table_price * SCALE)) <= 1


def _intercept(alpha: float, beta: float, total: float, price: float) -> float:
    """The intercept under which `total` sells at `price`; at a price of zero any up to Q / beta would do."""
    return price + total / beta if price > 0.0 else min(alpha, total / beta)


def _at_prices(spec: CournotSpec, outcome: RoundOutcome, price: Row, own: Sequence[bool]) -> RoundOutcome:
    """The round with the table's prices where they are not the market's, and with what follows from them."""
    paid = [mine if same else p for mine, p, same in zip(outcome.price, price, own, strict=True)]
    by_good = [
        [(p - c) * q for p, c, q in zip(paid, cost, row, strict=True)]
        for cost, row in zip(spec.marginal_cost, outcome.quantity, strict=True)
    ]
    profit = [_ordered_sum(row) for row in by_good]
    welfare = outcome.consumer_surplus
    for one in profit:
        welfare += one
    return outcome._replace(price=paid, profit_by_good=by_good, profit=profit, welfare=welfare)


def _ordered_sum(values: Row) -> float:
    total = 0.0
    for value in values:
        total += value
    return total
