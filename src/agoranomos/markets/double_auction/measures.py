"""What a double auction publishes about a round.

With p* the competitive price (the middle of its range), P the mean price of the round's trades, and for the day that
ends with the round p_1 .. p_n the prices of all its trades and W what they gained:

    price_gap    (P - p*) / p*                                None without a trade, or where p* = 0
    alpha        sqrt(mean_k (p_k - p*)^2) / p*               None before the day's end, without trade, or where p* = 0
    efficiency   W / W*, W* the most that trade can gain      None before the day's end
    spread       best ask less best bid when the round ends   None where one is missing

Alpha is Smith's coefficient of convergence (1962, section II; he gives it in per cent), efficiency that of Plott and
Smith (1978) as Gode and Sunder (1993, section III) use it. `competitive_profit` is a day's profit at p*, a step's part.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from agoranomos.markets.double_auction.equilibrium import Equilibrium, competitive_profits
from agoranomos.markets.double_auction.round import RoundOutcome
from agoranomos.markets.double_auction.spec import DoubleAuctionSpec
from agoranomos.markets.exact import ordered_sum, ratio_e6
from agoranomos.markets.facts import SCALE, Measured, MeasureKind

MEASURE_KINDS: dict[str, MeasureKind] = {
    "price_e6": MeasureKind(("good",), "mean price of the round's trades", public=True, least_e6=0),
    "price_gap_e6": MeasureKind(
        ("good",), "mean price over the competitive price, as a share of it", public=True, relative=True
    ),
    "quantity_e6": MeasureKind(("firm", "good"), "units traded", least_e6=0),
    "volume_e6": MeasureKind((), "units that changed hands", public=True, least_e6=0),
    "spread_e6": MeasureKind((), "best ask less best bid when the round ends", public=True),
    "profit_e6": MeasureKind(("firm",), "gain from trade before fines"),
    "competitive_profit_e6": MeasureKind(
        ("firm",), "a step's part of the gain at the competitive price", relative=True, least_e6=0
    ),
    "alpha_e6": MeasureKind(
        (), "Smith's alpha of the day: how far prices lay from the competitive one", relative=True, least_e6=0
    ),
    "efficiency_e6": MeasureKind(
        (), "allocative efficiency of the day: gain as a share of the greatest", relative=True, most_e6=SCALE
    ),
    "welfare_e6": MeasureKind((), "sum of profits"),
}


def measure_round(spec: DoubleAuctionSpec, found: Equilibrium, outcome: RoundOutcome) -> dict[str, Measured]:
    """The measures of one round as integers in millionths, None where undefined."""
    price = ordered_sum(outcome.prices) / len(outcome.prices) if outcome.prices else None
    bid, ask, day = outcome.best_bid, outcome.best_ask, outcome.day
    return {
        "price_e6": (None if price is None else round(price * SCALE),),
        "price_gap_e6": (None if price is None else ratio_e6(price - found.price, found.price),),
        "quantity_e6": tuple([(units * SCALE,) for units in outcome.units]),
        "volume_e6": len(outcome.prices) * SCALE,
        "spread_e6": None if bid is None or ask is None else round((ask - bid) * SCALE),
        "profit_e6": tuple([round(profit * SCALE) for profit in outcome.profit]),
        "competitive_profit_e6": _competitive_profit_e6(spec, found),
        "alpha_e6": ratio_e6(_deviation(day.prices, found.price), found.price) if day.over and day.prices else None,
        "efficiency_e6": min(round(day.surplus / found.surplus * SCALE), SCALE) if day.over else None,
        "welfare_e6": round(ordered_sum(outcome.profit) * SCALE),
    }


def measure_competitive(spec: DoubleAuctionSpec, found: Equilibrium) -> dict[str, Measured]:
    """The measures of the competitive equilibrium: a day's, spread evenly over its steps."""
    price = found.price
    return {
        "price_e6": (round(price * SCALE),),
        "price_gap_e6": (ratio_e6(0.0, price),),
        "quantity_e6": tuple([(round(units / spec.steps * SCALE),) for units in _quantities(spec, price)]),
        "volume_e6": round(found.quantity / spec.steps * SCALE),
        "spread_e6": None,
        "profit_e6": _competitive_profit_e6(spec, found),
        "competitive_profit_e6": _competitive_profit_e6(spec, found),
        "alpha_e6": ratio_e6(0.0, price),
        "efficiency_e6": SCALE,
        "welfare_e6": round(found.surplus / spec.steps * SCALE),
    }


def _quantities(spec: DoubleAuctionSpec, price: float) -> list[int]:
    """Units that each trader trades at `price`, those that gain nothing included."""
    buyers = [sum(value >= price for value in row) for row in spec.values]
    return [*buyers, *(sum(cost <= price for cost in row) for row in spec.costs)]


def _competitive_profit_e6(spec: DoubleAuctionSpec, found: Equilibrium) -> tuple[int, ...]:
    return tuple([round(profit / spec.steps * SCALE) for profit in competitive_profits(spec, found)])


def _deviation(prices: Sequence[float], price: float) -> float:
    return sqrt(ordered_sum([(own - price) * (own - price) for own in prices]) / len(prices))
