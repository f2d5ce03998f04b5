"""One world's round, in plain Python numbers: how it clears and what the market publishes about it.

The same formulas as `clear` and `measures` in the same order of operations, so that both give the same
bits (held by property tests); a single 2x2 round takes a few microseconds here and some two hundred through arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from agoranomos.markets.cournot.benchmarks import Benchmarks
from agoranomos.markets.cournot.clear import taken
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.exact import ordered_sum, ratio_e6
from agoranomos.markets.facts import SCALE, Measured

Row = Sequence[float]


class RoundOutcome(NamedTuple):
    """What happened in one cleared round: `Outcome` without leading axes, as tuples of floats."""

    intercept: Row
    quantity: Sequence[Row]
    total: Row
    price: Row
    profit_by_good: Sequence[Row]
    profit: Row
    consumer_surplus: float
    welfare: float
    firm_price: Sequence[Row] | None = None


class Reference(NamedTuple):
    """What a round's measures are held against: Nash and joint monopoly under the demand of that round."""

    nash_quantity: Sequence[Row]
    restraint_scale: float
    nash_price: Row
    price_gap: Row
    nash_profit: Row
    profit_gap: Row
    nash_surplus: float
    firms: int | None = None
    """how many firms were in the market, where not all were"""


def clear_round(
    spec: CournotSpec, quantity: Sequence[Row], intercept: Row | None = None, active: Sequence[bool] | None = None
) -> RoundOutcome:
    """Clear one round of quantities [N][M]; `intercept` is alpha as realised where demand was shocked.

    `active` says who is in the market, everybody by default.
    """
    if spec.differentiation is not None and spec.differentiated:
        return _clear_differentiated(spec, quantity, intercept, active)
    alpha = spec.alpha if intercept is None else intercept
    total = [ordered_sum(column) for column in zip(*quantity, strict=True)]
    price, surplus = [], 0.0
    for a, b, q in zip(alpha, spec.beta, total, strict=True):
        p = a - q / b
        price.append(p if p > 0.0 else 0.0)
        most = a * b
        served = q if q < most else most
        surplus += served * served / (2.0 * b)
    profit_by_good = [
        [(p - c) * q for p, c, q in zip(price, cost, row, strict=True)]
        for cost, row in zip(spec.marginal_cost, quantity, strict=True)
    ]
    profit = [ordered_sum(row) for row in profit_by_good]
    if spec.fixed_cost is not None:
        profit = _less_fixed_cost(spec.fixed_cost, profit, active)
    welfare = surplus
    for own in profit:
        welfare += own
    return RoundOutcome(alpha, quantity, total, price, profit_by_good, profit, surplus, welfare)


def _clear_differentiated(
    spec: CournotSpec, quantity: Sequence[Row], intercept: Row | None, active: Sequence[bool] | None
) -> RoundOutcome:
    alpha = spec.alpha if intercept is None else intercept
    columns = list(zip(*quantity, strict=True))
    total = [ordered_sum(column) for column in columns]
    by_good, price, surplus = [], [], 0.0
    for a, b, g, q, column in zip(alpha, spec.beta, spec.substitutability, total, columns, strict=True):
        own = 1.0 - g
        limit = max(column)
        if own * limit + g * q > a * b:
            limit = taken(column, a * b, g)
        took = [brought if brought < limit else limit for brought in column]
        consumed, squares = ordered_sum(took), ordered_sum([x * x for x in took])
        paid = []
        for brought in column:
            p = a - (own * brought + g * consumed) / b
            paid.append(p if p > 0.0 else 0.0)
        by_good.append(paid)
        price.append(ordered_sum([p * brought for p, brought in zip(paid, column, strict=True)]) / q if q > 0.0 else a)
        surplus += (own * squares + g * (consumed * consumed)) / (2.0 * b)
    firm_price = list(zip(*by_good, strict=True))
    profit_by_good = [
        [(p - c) * q for p, c, q in zip(paid_to, cost, row, strict=True)]
        for paid_to, cost, row in zip(firm_price, spec.marginal_cost, quantity, strict=True)
    ]
    profit = [ordered_sum(row) for row in profit_by_good]
    if spec.fixed_cost is not None:
        profit = _less_fixed_cost(spec.fixed_cost, profit, active)
    welfare = surplus
    for earned in profit:
        welfare += earned
    return RoundOutcome(alpha, quantity, total, price, profit_by_good, profit, surplus, welfare, firm_price)


def _less_fixed_cost(fixed_cost: Row, profit: Row, active: Sequence[bool] | None) -> list[float]:
    present = active or (True,) * len(fixed_cost)
    return [own - (fixed if there else 0.0) for own, fixed, there in zip(profit, fixed_cost, present, strict=True)]


def reference(spec: CournotSpec, benchmark: Benchmarks, intercept: Row | None = None) -> Reference:
    """Nash and joint monopoly *quantities* under the realised demand, so that what firms do not control cancels."""
    active = benchmark.active
    nash = clear_round(spec, benchmark.nash.quantity.tolist(), intercept, active)
    monopoly = clear_round(spec, benchmark.monopoly.quantity.tolist(), intercept, active)
    return Reference(
        nash.quantity,
        ordered_sum([n - m for n, m in zip(nash.total, monopoly.total, strict=True)]),
        nash.price,
        [m - n for m, n in zip(monopoly.price, nash.price, strict=True)],
        nash.profit,
        [m - n for m, n in zip(monopoly.profit, nash.profit, strict=True)],
        nash.consumer_surplus,
        None if active is None else sum(active),
    )


def measure_round(outcome: RoundOutcome, held_against: Reference) -> dict[str, Measured]:
    """The measures of one round as integers in millionths, None where undefined; formulas in `measures`."""
    quantity, total, price, profit = outcome.quantity, outcome.total, outcome.price, outcome.profit
    against = held_against
    firms, goods = len(quantity) if against.firms is None else against.firms, len(total)
    shares = [[q / t if t > 0.0 else None for q, t in zip(row, total, strict=True)] for row in quantity]
    hhi: list[int | None] = []
    for column in zip(*shares, strict=True):
        concentration = 0.0
        for s in column:
            if s is None:
                hhi.append(None)
                break
            concentration += s * s
        else:
            hhi.append(round(concentration * SCALE))
    cv: list[int | None] = []
    for row in quantity:
        mean = ordered_sum(row) / goods
        if goods == 1 or not mean > 0.0:
            cv.append(None)
            continue
        variance = 0.0
        for q in row:
            variance += (q - mean) * (q - mean)
        cv.append(round(sqrt(variance / goods) / mean * SCALE))
    restraint = []
    for nash_row, row in zip(against.nash_quantity, quantity, strict=True):
        held_back = 0.0
        for n, q in zip(nash_row, row, strict=True):
            held_back += n - q
        restraint.append(_elevation_e6(firms * held_back, against.restraint_scale))
    measured: dict[str, Measured] = {
        "price_e6": tuple([round(p * SCALE) for p in price]),
        "quantity_e6": tuple([tuple([round(q * SCALE) for q in row]) for row in quantity]),
        "share_e6": tuple([tuple([None if s is None else round(s * SCALE) for s in row]) for row in shares]),
        "profit_e6": tuple([round(own * SCALE) for own in profit]),
        "hhi_e6": tuple(hhi),
        "cv_e6": tuple(cv),
        "price_elevation_e6": tuple(
            [_elevation_e6(p - n, gap) for p, n, gap in zip(price, against.nash_price, against.price_gap, strict=True)]
        ),
        "restraint_e6": tuple(restraint),
        "calvano_delta_e6": tuple(
            [
                ratio_e6(own - n, gap)
                for own, n, gap in zip(profit, against.nash_profit, against.profit_gap, strict=True)
            ]
        ),
        "nash_profit_e6": tuple([round(n * SCALE) for n in against.nash_profit]),
        "consumer_surplus_e6": round(outcome.consumer_surplus * SCALE),
        "welfare_e6": round(outcome.welfare * SCALE),
        "surplus_ratio_e6": ratio_e6(outcome.consumer_surplus, against.nash_surplus),
    }
    if outcome.firm_price is not None:
        measured["firm_price_e6"] = tuple([tuple([round(p * SCALE) for p in row]) for row in outcome.firm_price])
    return measured


def _elevation_e6(numerator: float, gap: float) -> int | None:
    return ratio_e6(numerator, gap) if gap > 0.0 else None
