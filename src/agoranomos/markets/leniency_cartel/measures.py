"""What a leniency cartel publishes about a round.

With p_i prices, pi_i profits, and N and M for the benchmarks `nash` and `monopoly`:

    communicated      1 for every firm that takes part in an agreement on this round's price, else 0
    cartel            1 for every firm that took part in one of which traces can still be found, else 0
    undercut          1 for a party to an agreement that asked less than was agreed    None without an agreement
    price             the mean of the prices asked                                     None where nobody asks one
    price_elevation   (price - p_N) / (p_M - p_N)                                      None where p_M is not above p_N
    calvano_delta     (pi_i - pi_N) / (pi_M - pi_N)                                    None where both are the same

Delta: Calvano et al. 2020 (AER 110). Whether a firm has answered for an agreement is no matter of the market: an
institution remembers that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agoranomos.markets.exact import ordered_sum, ratio_e6
from agoranomos.markets.facts import SCALE, Measured, MeasureKind, to_e6
from agoranomos.markets.leniency_cartel.clear import Sales, clear_round
from agoranomos.markets.leniency_cartel.spec import LeniencyCartelSpec

MEASURE_KINDS: dict[str, MeasureKind] = {
    "price_e6": MeasureKind(("good",), "mean price asked", public=True, least_e6=0),
    "asked_e6": MeasureKind(("firm",), "price asked", public=True, least_e6=0),
    "quantity_e6": MeasureKind(("firm",), "quantity sold", least_e6=0),
    "profit_e6": MeasureKind(("firm",), "profit before fines"),
    "communicated_e6": MeasureKind(("firm",), "party to an agreement on this price", least_e6=0, most_e6=SCALE),
    "cartel_e6": MeasureKind(
        ("firm",), "party to an agreement of which traces can be found", least_e6=0, most_e6=SCALE
    ),
    "undercut_e6": MeasureKind(("firm",), "asked less than was agreed", least_e6=0, most_e6=SCALE),
    "price_elevation_e6": MeasureKind(
        ("good",), "price elevation: 0 at Nash, 1 at joint monopoly", public=True, relative=True
    ),
    "calvano_delta_e6": MeasureKind(
        ("firm",), "Calvano Delta of profit: 0 at Nash, 1 at joint monopoly", relative=True
    ),
    "nash_profit_e6": MeasureKind(("firm",), "profit at Nash prices", relative=True),
    "consumer_surplus_e6": MeasureKind((), "consumer surplus", public=True, least_e6=0),
    "welfare_e6": MeasureKind((), "consumer surplus plus profits"),
}


@dataclass(frozen=True, slots=True)
class Round:
    """A round: price asked (place in the grid, None who sat out), what was agreed on it, what each proposes next.

    `traces`: an agreement of this round or an earlier one can be found out about.
    """

    asked: tuple[int | None, ...]
    agreed: int | None
    proposals: tuple[int | None, ...]
    sales: Sales
    traces: bool

    @property
    def agreement(self) -> int | None:
        """The price agreed on for the next round: the lowest proposed where everybody proposes one."""
        proposed = [price for price in self.proposals if price is not None]
        return min(proposed) if len(proposed) == len(self.proposals) else None


@dataclass(frozen=True, slots=True)
class Reference:
    """Price and profit of a firm at `nash` and `monopoly`."""

    nash_price: float
    nash_profit: float
    monopoly_price: float
    monopoly_profit: float

    @classmethod
    def of(cls, spec: LeniencyCartelSpec, known: Mapping[str, int]) -> Reference:
        """What the market of `spec` is held against, from the places of its benchmarks in the grid."""
        prices = [spec.price(known[name]) for name in ("nash", "monopoly")]
        profits = [clear_round(spec, [price] * len(spec.firms)).profit[0] for price in prices]
        return cls(prices[0], profits[0], prices[1], profits[1])


def measure_round(spec: LeniencyCartelSpec, played: Round, against: Reference) -> dict[str, Measured]:
    """The measures of a round in millionths."""
    asked = [None if place is None else spec.price(place) for place in played.asked]
    present = [price for price in asked if price is not None]
    price = ordered_sum(present) / len(present) if present else None
    elevation = None
    if price is not None and against.monopoly_price > against.nash_price:
        elevation = ratio_e6(price - against.nash_price, against.monopoly_price - against.nash_price)
    gap = against.monopoly_profit - against.nash_profit
    agreed = played.agreed
    return {
        "price_e6": (None if price is None else to_e6(price),),
        "asked_e6": tuple(None if own is None else to_e6(own) for own in asked),
        "quantity_e6": tuple(to_e6(q) for q in played.sales.quantity),
        "profit_e6": tuple(to_e6(profit) for profit in played.sales.profit),
        "communicated_e6": (0 if agreed is None else SCALE,) * len(asked),
        "cartel_e6": (SCALE if played.traces else 0,) * len(asked),
        "undercut_e6": tuple(
            None if agreed is None or place is None else SCALE * (place < agreed) for place in played.asked
        ),
        "price_elevation_e6": (elevation,),
        "calvano_delta_e6": tuple(ratio_e6(profit - against.nash_profit, gap) for profit in played.sales.profit),
        "nash_profit_e6": (to_e6(against.nash_profit),) * len(asked),
        "consumer_surplus_e6": max(to_e6(played.sales.consumer_surplus), 0),
        "welfare_e6": to_e6(played.sales.welfare),
    }
