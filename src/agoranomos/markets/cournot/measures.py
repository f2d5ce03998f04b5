"""What a Cournot market publishes about a round, over arrays with any leading axes.

With q_ij quantities, Q_j totals, P_j prices, pi_i profits, and N and M for the Nash equilibrium and the joint monopoly:

    share              s_ij = q_ij / Q_j                            None where Q_j = 0
    hhi                sum_i s_ij^2                                 None where Q_j = 0
    cv                 std_j(q_ij) / mean_j(q_ij), population std   None for no output, and with one good
    price_elevation    (P_j - P_N,j) / (P_M,j - P_N,j)
    restraint          N sum_j (q_N,ij - q_ij) / sum_j (Q_N,j - Q_M,j)
    calvano_delta      (pi_i - pi_N,i) / (pi_M,i - pi_N,i)
    surplus_ratio      CS / CS_N

    nash_profit        pi_N,i, what Nash quantities would have earned under the demand of the round

A ratio is undefined where its denominator is below 1e-9 in size, and where it could not be recorded exactly; price
elevation and restraint also where it is negative. Capacities and unequal costs can make the joint monopoly sell a good
more cheaply than Nash does: a price above Nash's is then no sign of collusion, and a ratio of the wrong sign would
accuse those who sell more. Under demand shocks every benchmark is its *unshocked quantities* sold under the demand of
that round. HHI, CV: arXiv 2410.00031; price elevation: design choice of this library; Delta: Calvano et al. 2020 (AER
110), there for the mean over firms; restraint is 0 at Nash, 1 for each firm of a symmetric cartel, and counts output
only, whatever the split.
"""

from __future__ import annotations

import numpy as np

from agoranomos.markets.cournot.benchmarks import Benchmarks, reclear
from agoranomos.markets.cournot.clear import Array, Outcome
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.exact import ratio
from agoranomos.markets.facts import SCALE, MeasureKind

MEASURE_KINDS: dict[str, MeasureKind] = {
    "price_e6": MeasureKind(("good",), "price", public=True, least_e6=0),
    "quantity_e6": MeasureKind(("firm", "good"), "quantity", least_e6=0),
    "share_e6": MeasureKind(("firm", "good"), "market share", least_e6=0, most_e6=SCALE),
    "profit_e6": MeasureKind(("firm",), "profit before fines"),
    "hhi_e6": MeasureKind(("good",), "Herfindahl-Hirschman index of concentration", least_e6=0, most_e6=SCALE),
    "cv_e6": MeasureKind(
        ("firm",), "specialisation: coefficient of variation of a firm's quantities over goods", least_e6=0
    ),
    "price_elevation_e6": MeasureKind(
        ("good",), "price elevation: 0 at Nash, 1 at joint monopoly", public=True, relative=True
    ),
    "restraint_e6": MeasureKind(
        ("firm",), "output held back: 0 at Nash, 1 for each firm of a symmetric cartel", relative=True
    ),
    "calvano_delta_e6": MeasureKind(
        ("firm",), "Calvano Delta of profit: 0 at Nash, 1 at joint monopoly", relative=True
    ),
    "nash_profit_e6": MeasureKind(("firm",), "profit of Nash quantities under the round's demand", relative=True),
    "consumer_surplus_e6": MeasureKind((), "consumer surplus", public=True, least_e6=0),
    "welfare_e6": MeasureKind((), "consumer surplus plus profits"),
    "surplus_ratio_e6": MeasureKind((), "consumer surplus against Nash", public=True, relative=True, least_e6=0),
}

FIRM_PRICE = {"firm_price_e6": MeasureKind(("firm", "good"), "price of the firm's version", public=True, least_e6=0)}
"""Published where versions differ; `price_e6` is then their mean, weighted by quantity."""


def measure(spec: CournotSpec, benchmark: Benchmarks, outcome: Outcome) -> dict[str, Array]:
    """The measures of cleared rounds, keyed without the unit (`hhi`), in own units, NaN where undefined.

    Shapes are the outcome's leading axes followed by the axes in `MEASURE_KINDS`. Times 1e6 and rounded half to even
    these are the integers that `measure_round` gives for a single world.
    """
    quantity, total = outcome.quantity, outcome.total
    firms, goods = len(spec.firms), len(spec.goods)
    demand = _once(outcome.intercept)
    nash = reclear(spec, benchmark.nash, demand, benchmark.active)
    monopoly = reclear(spec, benchmark.monopoly, demand, benchmark.active)

    share = _divide(quantity, np.where(total > 0.0, total, np.nan)[..., None, :])
    hhi = _ordered_sum(share * share, axis=-2)
    mean = _ordered_sum(quantity, axis=-1) / goods
    variance = _ordered_sum((quantity - mean[..., None]) ** 2, axis=-1) / goods
    cv = _divide(np.sqrt(variance), np.where((mean > 0.0) & (goods > 1), mean, np.nan))
    held_back = _ordered_sum(nash.quantity - quantity, axis=-1)
    if benchmark.active is not None:
        firms = sum(benchmark.active)
    found = {
        "price": outcome.price,
        "quantity": quantity,
        "share": share,
        "profit": outcome.profit,
        "hhi": hhi,
        "cv": cv,
        "price_elevation": _elevation(outcome.price - nash.price, monopoly.price - nash.price),
        "restraint": _elevation(firms * held_back, _ordered_sum(nash.total - monopoly.total, axis=-1)[..., None]),
        "calvano_delta": ratio(outcome.profit - nash.profit, monopoly.profit - nash.profit),
        "nash_profit": np.broadcast_to(nash.profit, outcome.profit.shape),
        "consumer_surplus": outcome.consumer_surplus,
        "welfare": outcome.welfare,
        "surplus_ratio": ratio(outcome.consumer_surplus, nash.consumer_surplus),
    }
    if outcome.firm_price is not None:
        found["firm_price"] = outcome.firm_price
    return found


def measure_kinds(spec: CournotSpec) -> dict[str, MeasureKind]:
    """The measures that this market publishes: `MEASURE_KINDS`, and the prices of versions where they differ."""
    return {**MEASURE_KINDS, **FIRM_PRICE} if spec.differentiated else MEASURE_KINDS


def _once(intercept: Array) -> Array:
    """The intercepts [..., M]; [M] where they are the same numbers for all rounds, repeated without being copied."""
    repeated = intercept.ndim > 1 and not any(intercept.strides[:-1]) and intercept.size
    return intercept[(0,) * (intercept.ndim - 1)] if repeated else intercept


def _ordered_sum(values: Array, axis: int) -> Array:
    """The sum along `axis` from first to last; NumPy's own order depends on the memory layout."""
    parts = np.moveaxis(values, axis, 0)
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return np.asarray(total)


def _divide(numerator: Array, denominator: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.asarray(numerator / denominator)


def _elevation(numerator: Array, gap: Array) -> Array:
    return np.where(gap > 0.0, ratio(numerator, gap), np.nan)
