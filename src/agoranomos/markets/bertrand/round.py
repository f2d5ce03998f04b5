"""One world's round, in plain Python numbers: how it clears and what the market publishes about it.

The same formulas as `clear` and `measures` in the same order of operations (held by property tests); a single duopoly
takes a few microseconds here and some hundred through arrays. Infinite prices are firms that sit out.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, log, sqrt
from typing import NamedTuple

from agoranomos.markets.bertrand.benchmarks import Benchmarks
from agoranomos.markets.bertrand.demand_forms import HotellingDemand, LogitDemand
from agoranomos.markets.bertrand.spec import BertrandSpec
from agoranomos.markets.exact import ordered_sum, ratio_e6
from agoranomos.markets.facts import SCALE, Measured

Row = Sequence[float]


class RoundOutcome(NamedTuple):
    """What happened in one cleared round: `Outcome` without leading axes, the demand drawn, and the prices before."""

    price: Row
    quantity: Row
    profit: Row
    consumer_surplus: float
    welfare: float
    demanded: float
    last_price: Row | None


class Reference(NamedTuple):
    """What a round's measures are held against, per unit of demand drawn: Nash and joint monopoly."""

    cost: Row
    nash_price: Row
    price_gap: Row
    nash_profit: Row
    profit_gap: Row
    nash_surplus: float


def clear_round(spec: BertrandSpec, price: Row, demanded: float = 1.0, last_price: Row | None = None) -> RoundOutcome:
    """Clear one round of prices [N]; `demanded` is `1 + sigma z` where demand was shocked."""
    demand = spec.demand
    scale = demanded * demand.size
    if isinstance(demand, LogitDemand):
        shares, surplus = _logit(price, demand.quality, demand.mu, demand.outside)
    elif isinstance(demand, HotellingDemand):
        shares, surplus = _hotelling(price, demand.transport_cost, demand.reservation)
    else:
        shares, surplus = _homogeneous(price, demand.intercept, demand.slope)
    quantity = [scale * s for s in shares]
    profit = [(p - c) * q if q > 0.0 else 0.0 for p, c, q in zip(price, spec.cost, quantity, strict=True)]
    surplus *= scale
    return RoundOutcome(price, quantity, profit, surplus, surplus + ordered_sum(profit), demanded, last_price)


def reference(spec: BertrandSpec, benchmark: Benchmarks) -> Reference:
    """The benchmarks as plain numbers."""
    nash, monopoly = benchmark.nash, benchmark.monopoly
    return Reference(
        spec.cost,
        nash.price.tolist(),
        (monopoly.price - nash.price).tolist(),
        nash.profit.tolist(),
        (monopoly.profit - nash.profit).tolist(),
        float(nash.consumer_surplus),
    )


def measure_round(outcome: RoundOutcome, against: Reference) -> dict[str, Measured]:
    """The measures of one round as integers in millionths, None where undefined; formulas in `measures`."""
    price, quantity, profit, scale = outcome.price, outcome.quantity, outcome.profit, outcome.demanded
    total = ordered_sum(quantity)
    shares = [q / total for q in quantity] if total > 0.0 else None
    elevation = tuple(
        [
            ratio_e6(p - n, gap) if gap > 0.0 and p < inf else None
            for p, n, gap in zip(price, against.nash_price, against.price_gap, strict=True)
        ]
    )
    return {
        "price_e6": tuple([round(p * SCALE) if p < inf else None for p in price]),
        "quantity_e6": tuple([round(q * SCALE) for q in quantity]),
        "share_e6": tuple([round(s * SCALE) for s in shares]) if shares else (None,) * len(price),
        "profit_e6": tuple([round(own * SCALE) for own in profit]),
        "markup_e6": tuple([ratio_e6(p - c, p) if p < inf else None for p, c in zip(price, against.cost, strict=True)]),
        "price_elevation_e6": elevation,
        "own_elevation_e6": elevation,
        "calvano_delta_e6": tuple(
            [
                ratio_e6(own - scale * n, scale * gap) if p < inf else None
                for p, own, n, gap in zip(price, profit, against.nash_profit, against.profit_gap, strict=True)
            ]
        ),
        "nash_profit_e6": tuple([round(scale * n * SCALE) for n in against.nash_profit]),
        "consumer_surplus_e6": round(outcome.consumer_surplus * SCALE),
        "welfare_e6": round(outcome.welfare * SCALE),
        "surplus_ratio_e6": ratio_e6(outcome.consumer_surplus, scale * against.nash_surplus),
        "hhi_e6": round(ordered_sum([s * s for s in shares]) * SCALE) if shares else None,
        "price_dispersion_e6": _dispersion_e6([p for p in price if p < inf]),
        "undercut_e6": _undercut_e6(price, outcome.last_price),
    }


def _logit(price: Row, quality: Row, mu: float, outside: float) -> tuple[list[float], float]:
    nothing = outside / mu
    worth = [(a - p) / mu for a, p in zip(quality, price, strict=True)]
    top = max(*worth, nothing)
    weight = [exp(w - top) for w in worth]
    everything = ordered_sum(weight) + exp(nothing - top)
    over = [(a - p - outside) / mu for a, p in zip(quality, price, strict=True)]
    highest = max(*over, 0.0)
    surplus = mu * (highest + log(exp(-highest) + ordered_sum([exp(w - highest) for w in over])))
    return [w / everything for w in weight], surplus


def _hotelling(price: Row, t: float, reservation: float) -> tuple[list[float], float]:
    firms = len(price)
    far = 1.0 if firms == 2 else 0.5
    own = [p if p < inf else 1e300 for p in price]
    shares, surplus = [], 0.0
    for i in range(firms):
        limit = min(max((reservation - own[i]) / t, 0.0), far)
        reach = [limit, limit]
        for j in range(firms):
            if j == i:
                continue
            gap = own[j] - own[i]
            apart = 1.0 if firms == 2 else min((j - i) % firms, (i - j) % firms) / firms
            for side, steps in enumerate(((i - j) % firms, (j - i) % firms)):
                distance = 1.0 if firms == 2 else steps / firms
                meets = far if gap > t * apart else min(max(distance / 2.0 + gap / (2.0 * t), 0.0), far)
                reach[side] = 0.0 if gap + t * apart < 0.0 else min(reach[side], meets)
        if firms == 2:
            reach[i] = 0.0
        served = reach[0] + reach[1]
        shares.append(served)
        left = reservation - price[i] if served > 0.0 else 0.0
        surplus += left * served - t * (reach[0] * reach[0] + reach[1] * reach[1]) / 2.0
    return shares, surplus


def _homogeneous(price: Row, intercept: float, slope: float) -> tuple[list[float], float]:
    lowest = min(price)
    wanted = max(intercept - slope * lowest, 0.0) if lowest < inf else 0.0
    cheapest = [p == lowest for p in price]
    return [wanted / sum(cheapest) if own else 0.0 for own in cheapest], wanted * wanted / (2.0 * slope)


def _dispersion_e6(asked: Row) -> int | None:
    if len(asked) < 2:
        return None
    mean = ordered_sum(asked) / len(asked)
    return ratio_e6(sqrt(ordered_sum([(p - mean) * (p - mean) for p in asked]) / len(asked)), mean)


def _undercut_e6(price: Row, last: Row | None) -> tuple[int | None, ...]:
    if last is None:
        return (None,) * len(price)
    found: list[int | None] = []
    for i, own in enumerate(price):
        lowest = min((p for j, p in enumerate(last) if j != i), default=inf)
        found.append(None if inf in (own, lowest) else SCALE if own < lowest else 0)
    return tuple(found)
