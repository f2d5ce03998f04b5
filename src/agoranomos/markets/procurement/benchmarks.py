"""The outcomes that a tender is held against, as exact means over the draws of costs.

nash         Bayes-Nash bids: shaded costs (first price) or the costs themselves (second price)
monopoly     the efficient cartel: the member with the lowest cost wins at the reserve price, the others stay out
competitive  everybody bids its cost
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from agoranomos.markets.procurement.bidding import mean_nash_bid
from agoranomos.markets.procurement.expectations import expected
from agoranomos.markets.procurement.spec import ProcurementSpec


@dataclass(frozen=True, slots=True)
class Mean:
    """One tender at a benchmark, on average. `price` is that of tenders in which something is bought.

    `bid` is each supplier's mean bid where it bids, None where it never does.
    """

    awarded: float
    price: float
    bid: tuple[float | None, ...]
    win: tuple[float, ...]
    profit: tuple[float, ...]
    consumer_surplus: float
    welfare: float
    efficiency: float


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """The three outcomes on average."""

    nash: Mean
    monopoly: Mean
    competitive: Mean

    def outcomes(self) -> dict[str, Mean]:
        """The outcomes by name, in the order in which they are published."""
        return {"nash": self.nash, "monopoly": self.monopoly, "competitive": self.competitive}


@lru_cache(maxsize=256)
def benchmarks(spec: ProcurementSpec) -> Benchmarks:
    """The benchmarks of one tender; a pure function of the specification, remembered because runs share it."""
    means = expected(spec)
    firms = range(len(spec.firms))
    gain = spec.value * means.awarded - means.winner_cost
    silent = [min(spec.reserve, high) <= low for low, high in spec.cost]

    def mean(payment: float, profit: tuple[float, ...], bid: list[float]) -> Mean:
        return Mean(
            awarded=means.awarded,
            price=payment / means.awarded,
            bid=tuple([None if silent[i] else bid[i] for i in firms]),
            win=means.win,
            profit=profit,
            consumer_surplus=spec.value * means.awarded - payment,
            welfare=gain,
            efficiency=means.awarded / means.tradeable,
        )

    nash = mean(
        means.winner_cost + sum(means.nash_profit), means.nash_profit, [mean_nash_bid(spec, i) or 0.0 for i in firms]
    )
    costs = [(low + min(spec.reserve, high)) / 2.0 for low, high in spec.cost]
    own_cost = mean(means.winner_cost, (0.0,) * len(spec.firms), costs)
    return Benchmarks(
        nash=nash,
        monopoly=mean(spec.reserve * means.awarded, means.cartel_profit, [spec.reserve] * len(spec.firms)),
        competitive=own_cost if spec.rule == "first-price" else nash,
    )
