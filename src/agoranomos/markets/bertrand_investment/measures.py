"""What the game of prices and investment publishes about a round.

With p_ij the prices asked, c_ij the unit costs of the round, q_ij quantities, and N and M for Nash and joint monopoly
prices *at these unit costs*:

    price            sum_i p_ij q_ij / sum_i q_ij: what is paid on average
    price_elevation  sum_i (p_ij - p_N,ij) / sum_i (p_M,ij - p_N,ij), good by good
    own_elevation    the same over a firm's goods
    calvano_delta    (pi_i - pi_N,i) / (pi_M,i - pi_N,i), of operating profits
    nash_profit      pi_N,i, what Nash prices would have earned
    profit           operating profit minus what was invested; `funds` is what is left of all of it
    hhi, cv          as of a Cournot market: concentration of a good, specialisation of a firm (Lin et al.)

A price that is not asked, or below cost, is left out of elevations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agoranomos.markets.bertrand.demand import Array
from agoranomos.markets.bertrand_investment.clear import Conduct, Outcome
from agoranomos.markets.exact import ratio
from agoranomos.markets.facts import SCALE, Measured, MeasureKind

MEASURE_KINDS: dict[str, MeasureKind] = {
    "price_e6": MeasureKind(("good",), "price paid on average", public=True, least_e6=0),
    "asked_e6": MeasureKind(("firm", "good"), "price asked", public=True, least_e6=0),
    "unit_cost_e6": MeasureKind(("firm", "good"), "unit cost", least_e6=0),
    "quantity_e6": MeasureKind(("firm", "good"), "quantity", least_e6=0),
    "share_e6": MeasureKind(("firm", "good"), "market share", least_e6=0, most_e6=SCALE),
    "investment_e6": MeasureKind(("firm",), "invested in the round", least_e6=0),
    "funds_e6": MeasureKind(("firm",), "funds before fines"),
    "profit_e6": MeasureKind(("firm",), "profit before fines"),
    "nash_profit_e6": MeasureKind(("firm",), "profit at Nash prices and the round's unit costs", relative=True),
    "price_elevation_e6": MeasureKind(
        ("good",), "price elevation: 0 at Nash, 1 at joint monopoly", public=True, relative=True
    ),
    "own_elevation_e6": MeasureKind(
        ("firm",), "elevation of the firm's own prices: 0 at Nash, 1 at joint monopoly", public=True, relative=True
    ),
    "calvano_delta_e6": MeasureKind(
        ("firm",), "Calvano Delta of operating profit: 0 at Nash, 1 at joint monopoly", relative=True
    ),
    "hhi_e6": MeasureKind(("good",), "Herfindahl-Hirschman index of concentration", least_e6=0, most_e6=SCALE),
    "cv_e6": MeasureKind(
        ("firm",), "specialisation: coefficient of variation of a firm's quantities over goods", least_e6=0
    ),
    "consumer_surplus_e6": MeasureKind((), "consumer surplus", public=True, least_e6=0),
    "welfare_e6": MeasureKind((), "consumer surplus plus profits"),
}


class Account(NamedTuple):
    """What each firm invested in the round, its profit after it, and its funds then."""

    invested: Sequence[float]
    profit: Sequence[float]
    funds: Sequence[float]


def measure_round(outcome: Outcome, account: Account, known: dict[str, Conduct]) -> dict[str, Measured]:
    """The measures of one round [N, M] as integers in millionths, None where undefined."""
    price, cost, quantity = outcome.price, outcome.cost, outcome.quantity
    here = np.isfinite(price)
    offered = here & (price >= cost)
    asked = np.where(here, price, 0.0)
    total = quantity.sum(axis=0)
    sold = np.where(total > 0.0, total, np.nan)
    share = quantity / sold
    nash, monopoly = known["nash"], known["monopoly"]
    above = np.where(offered, asked - nash.price, 0.0)
    gap = np.where(offered, monopoly.price - nash.price, 0.0)
    mean = quantity.mean(axis=1)
    spread = quantity.std(axis=1) if quantity.shape[1] > 1 else np.full(len(mean), np.nan)
    delta = ratio(outcome.operating_profit - nash.operating_profit, monopoly.operating_profit - nash.operating_profit)
    surplus = float(outcome.consumer_surplus)
    return {
        "price_e6": _row(np.where(total > 0.0, (asked * quantity).sum(axis=0), np.nan) / sold),
        "asked_e6": _rows(np.where(here, price, np.nan)),
        "unit_cost_e6": _rows(cost),
        "quantity_e6": _rows(quantity),
        "share_e6": _rows(share),
        "investment_e6": _row(np.array(account.invested)),
        "funds_e6": _row(np.array(account.funds)),
        "profit_e6": tuple(round(own * SCALE) for own in account.profit),
        "nash_profit_e6": _row(nash.operating_profit),
        "price_elevation_e6": _row(_elevation(above.sum(axis=0), gap.sum(axis=0))),
        "own_elevation_e6": _row(_elevation(above.sum(axis=1), gap.sum(axis=1))),
        "calvano_delta_e6": _row(np.where(here.all(axis=1), delta, np.nan)),
        "hhi_e6": _row((share * share).sum(axis=0)),
        "cv_e6": _row(ratio(spread, mean)),
        "consumer_surplus_e6": round(surplus * SCALE),
        "welfare_e6": round((surplus + sum(account.profit)) * SCALE),
    }


def _elevation(above: Array, gap: Array) -> Array:
    return np.where(gap > 0.0, ratio(above, gap), np.nan)


def _row(values: Array) -> tuple[int | None, ...]:
    return tuple(None if math.isnan(value) else round(value * SCALE) for value in values.tolist())


def _rows(values: Array) -> tuple[tuple[int | None, ...], ...]:
    return tuple(_row(row) for row in values)
