"""What a price market publishes about a round, over arrays with any leading axes.

With p_i prices, q_i quantities, pi_i profits, c_i costs, and N and M for the Nash equilibrium and the joint monopoly:

    share             q_i / sum_j q_j                                      None where nothing is sold
    markup            (p_i - c_i) / p_i, Lerner's index                    None at a price of 0
    price_elevation   (p_i - p_N,i) / (p_M,i - p_N,i), good by good; own_elevation is the same, firm by firm
    calvano_delta     (pi_i - pi_N,i) / (pi_M,i - pi_N,i)
    nash_profit       pi_N,i, what Nash prices would have earned under the demand of the round
    surplus_ratio     CS / CS_N
    hhi               sum_i share_i^2                                      None where nothing is sold
    price_dispersion  population std of the prices asked over their mean   None at a mean of 0, and with one price
    undercut          1 where p_i is below the lowest price that a rival asked in the round before, 0 otherwise; None in
                      a first round, and where no rival was in the market

Everything about a firm that sits out, but its sales and profit of 0, is None. A ratio is None where its denominator
is below 1e-9 in size and where it could not be recorded exactly; price elevation also where the joint monopoly is not
dearer than Nash. Demand shocks change no benchmark price; profits and surplus are held against those of the round's
demand. Lerner (1934), Review of Economic Studies 1; price elevation: design choice of this library; Delta: Calvano et
al. (2020), section II.B, there for the mean over firms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.markets.bertrand.benchmarks import Benchmarks
from agoranomos.markets.bertrand.clear import Outcome
from agoranomos.markets.bertrand.demand import Array, ordered_sum
from agoranomos.markets.bertrand.spec import BertrandSpec
from agoranomos.markets.exact import ratio
from agoranomos.markets.facts import SCALE, MeasureKind

MEASURE_KINDS: dict[str, MeasureKind] = {
    "price_e6": MeasureKind(("good",), "price", public=True, least_e6=0),
    "quantity_e6": MeasureKind(("firm",), "quantity", least_e6=0),
    "share_e6": MeasureKind(("firm",), "market share", least_e6=0, most_e6=SCALE),
    "profit_e6": MeasureKind(("firm",), "profit before fines"),
    "markup_e6": MeasureKind(("firm",), "markup over cost, as a part of the price", most_e6=SCALE),
    "price_elevation_e6": MeasureKind(
        ("good",), "price elevation: 0 at Nash, 1 at joint monopoly", public=True, relative=True
    ),
    "own_elevation_e6": MeasureKind(
        ("firm",), "elevation of the firm's own price: 0 at Nash, 1 at joint monopoly", public=True, relative=True
    ),
    "calvano_delta_e6": MeasureKind(
        ("firm",), "Calvano Delta of profit: 0 at Nash, 1 at joint monopoly", relative=True
    ),
    "nash_profit_e6": MeasureKind(("firm",), "profit at Nash prices under the round's demand", relative=True),
    "consumer_surplus_e6": MeasureKind((), "consumer surplus", public=True, least_e6=0),
    "welfare_e6": MeasureKind((), "consumer surplus plus profits"),
    "surplus_ratio_e6": MeasureKind((), "consumer surplus against Nash", public=True, relative=True, least_e6=0),
    "hhi_e6": MeasureKind((), "Herfindahl-Hirschman index of concentration", least_e6=0, most_e6=SCALE),
    "price_dispersion_e6": MeasureKind((), "dispersion of prices over firms", public=True, least_e6=0),
    "undercut_e6": MeasureKind(
        ("firm",),
        "1 where the price is below every rival's of the round before",
        public=True,
        least_e6=0,
        most_e6=SCALE,
    ),
}


def measure(
    spec: BertrandSpec,
    benchmark: Benchmarks,
    outcome: Outcome,
    demanded: ArrayLike = 1.0,
    last_price: ArrayLike | None = None,
) -> dict[str, Array]:
    """The measures of cleared rounds, keyed without the unit (`hhi`), in own units, NaN where undefined.

    `demanded[...]` is `1 + sigma z` of the rounds, `last_price[..., N]` the prices of the round before (infinite for
    who sat out; None in a first round). Shapes are the leading axes followed by one of N where `MEASURE_KINDS` has an
    axis.
    """
    price, quantity, profit = outcome.price, outcome.quantity, outcome.profit
    here = np.isfinite(price)
    asked = np.where(here, price, np.nan)
    scale = np.asarray(demanded, dtype=np.float64)
    nash_profit = np.broadcast_to(scale[..., None] * benchmark.nash.profit, profit.shape)
    monopoly_profit = scale[..., None] * benchmark.monopoly.profit
    total = ordered_sum(quantity)
    share = np.where(total[..., None] > 0.0, quantity / np.where(total > 0.0, total, np.nan)[..., None], np.nan)
    gap = benchmark.monopoly.price - benchmark.nash.price
    elevation = np.where(gap > 0.0, ratio(asked - benchmark.nash.price, gap), np.nan)
    return {
        "price": asked,
        "quantity": quantity,
        "share": share,
        "profit": profit,
        "markup": ratio(asked - np.asarray(spec.cost), asked),
        "price_elevation": elevation,
        "own_elevation": elevation,
        "calvano_delta": np.where(here, ratio(profit - nash_profit, monopoly_profit - nash_profit), np.nan),
        "nash_profit": nash_profit,
        "consumer_surplus": outcome.consumer_surplus,
        "welfare": outcome.welfare,
        "surplus_ratio": ratio(outcome.consumer_surplus, scale * benchmark.nash.consumer_surplus),
        "hhi": ordered_sum(share * share),
        "price_dispersion": _dispersion(price, here),
        "undercut": _undercut(price, here, last_price),
    }


def _dispersion(price: Array, here: Array) -> Array:
    count = here.sum(axis=-1)
    several = np.where(count > 1, count, np.nan)
    mean = ordered_sum(np.where(here, price, 0.0)) / several
    away = np.where(here, np.where(here, price, 0.0) - mean[..., None], 0.0)
    return ratio(np.sqrt(ordered_sum(away * away) / several), mean)


def _undercut(price: Array, here: Array, last_price: ArrayLike | None) -> Array:
    if last_price is None:
        return np.full(price.shape, np.nan)
    last = np.broadcast_to(np.asarray(last_price, dtype=np.float64), price.shape)
    firms = price.shape[-1]
    lowest = np.full(price.shape, np.inf)
    for i in range(firms):
        for j in range(firms):
            if j != i:
                lowest[..., i] = np.minimum(lowest[..., i], last[..., j])
    return np.where(here & np.isfinite(lowest), (price < lowest).astype(np.float64), np.nan)
