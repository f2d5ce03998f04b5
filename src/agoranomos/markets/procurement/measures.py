"""What a procurement market publishes about a tender.

With b_i the bids that do not exceed the reserve price r, in order b_(1) <= b_(2) <= ..., c_i costs, P the price
paid, and E[.] means at the Bayes-Nash equilibrium (N) over the draws of costs:

    price_elevation    (P - E[P_N]) / (r - E[P_N])
    bid_elevation      (b_i - E[b_N,i]) / (r - E[b_N,i])
    bid_cv             s(b) / mean(b), s the sample standard deviation       None for fewer than two bids
    relative_distance  (b_(2) - b_(1)) / s(losing bids)                      None for fewer than three bids, or s = 0
    runner_up_margin   (b_(2) - b_(1)) / b_(1)                               None for fewer than two bids, or b_(1) = 0
    rotation           1 where the one bidder that had waited longest for a contract won, else 0
                                                                             None where several had waited as long
    calvano_delta      (pi_i - E[pi_N,i]) / (E[pi_M,i] - E[pi_N,i]), M the efficient cartel
    efficiency         (v - c_winner) / (v - min_i c_i), 0 where nothing is bought        None where no cost is below v
    nash_profit        what equilibrium bids would have earned at the costs of this tender

A ratio is undefined where its denominator is below 1e-9 in size, and where it could not be recorded exactly. A fine on
what exceeds `nash_profit` takes nothing from who bids the equilibrium: the draw of costs cancels. The other ratios are
held against means, because the buyer sees no costs. Sources: variance and cover-bidding screens, Imhof, Karagoek and
Rutz, *Screening for bid rigging: does it work?*, Journal of Competition Law and Economics 14 (2018), sections 4.1, 4.2;
Delta, Calvano et al., American Economic Review 110 (2020), whose mean over rounds is meant: one tender's is noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from agoranomos.markets.exact import ratio_e6
from agoranomos.markets.facts import SCALE, Measured, MeasureKind
from agoranomos.markets.procurement.benchmarks import Benchmarks, Mean
from agoranomos.markets.procurement.bidding import nash_bid
from agoranomos.markets.procurement.round import RoundOutcome
from agoranomos.markets.procurement.spec import ProcurementSpec

MEASURE_KINDS: dict[str, MeasureKind] = {
    "price_e6": MeasureKind(("good",), "price paid; none where nothing was bought", public=True, least_e6=0),
    "price_elevation_e6": MeasureKind(
        ("good",), "price elevation: 0 at the mean Nash price, 1 at the reserve price", public=True, relative=True
    ),
    "bid_e6": MeasureKind(
        ("firm", "good"), "bid; none of who sits out or bids above the reserve price", public=True, least_e6=0
    ),
    "bid_elevation_e6": MeasureKind(
        ("firm",), "bid elevation: 0 at the mean Nash bid, 1 at the reserve price", public=True, relative=True
    ),
    "won_e6": MeasureKind(("firm",), "whether the supplier won", public=True, least_e6=0, most_e6=SCALE),
    "bid_cv_e6": MeasureKind((), "variance screen: coefficient of variation of the bids", public=True, least_e6=0),
    "relative_distance_e6": MeasureKind(
        (), "cover-bidding screen: lead of the lowest bid in deviations of the losing ones", public=True, least_e6=0
    ),
    "runner_up_margin_e6": MeasureKind((), "lead of the lowest bid as a share of it", public=True, least_e6=0),
    "rotation_e6": MeasureKind(
        (), "whether the bidder that had waited longest won", public=True, least_e6=0, most_e6=SCALE
    ),
    "cost_e6": MeasureKind(("firm",), "cost", least_e6=0),
    "profit_e6": MeasureKind(("firm",), "profit before fines"),
    "nash_profit_e6": MeasureKind(("firm",), "profit of Nash bids at the tender's costs", relative=True, least_e6=0),
    "calvano_delta_e6": MeasureKind(
        ("firm",), "Calvano Delta of profit: 0 at Nash, 1 in the efficient cartel, on average", relative=True
    ),
    "consumer_surplus_e6": MeasureKind((), "buyer's surplus: value less price", public=True, least_e6=0),
    "welfare_e6": MeasureKind((), "value less the winner's cost"),
    "efficiency_e6": MeasureKind((), "welfare as a share of what the lowest cost would give", most_e6=SCALE),
}


def measure_round(spec: ProcurementSpec, known: Benchmarks, outcome: RoundOutcome) -> dict[str, Measured]:
    """The measures of one tender as integers in millionths, None where undefined."""
    nash, monopoly, reserve = known.nash, known.monopoly, spec.reserve
    price = outcome.price
    ranked = sorted([bid for bid in outcome.admitted if bid is not None])
    cheapest = min(outcome.cost)
    return {
        "price_e6": (None if price is None else round(price * SCALE),),
        "price_elevation_e6": (None if price is None else ratio_e6(price - nash.price, reserve - nash.price),),
        "bid_e6": tuple([(None if bid is None else round(bid * SCALE),) for bid in outcome.admitted]),
        "bid_elevation_e6": tuple(
            [_elevation_e6(bid, mean, reserve) for bid, mean in zip(outcome.admitted, nash.bid, strict=True)]
        ),
        "won_e6": tuple([SCALE if i == outcome.winner else 0 for i in range(len(outcome.bid))]),
        "bid_cv_e6": ratio_e6(_deviation(ranked), sum(ranked) / len(ranked)) if len(ranked) > 1 else None,
        "relative_distance_e6": (ratio_e6(ranked[1] - ranked[0], _deviation(ranked[1:])) if len(ranked) > 2 else None),
        "runner_up_margin_e6": ratio_e6(ranked[1] - ranked[0], ranked[0]) if len(ranked) > 1 else None,
        "rotation_e6": None if outcome.in_turn is None else SCALE * outcome.in_turn,
        "cost_e6": tuple([round(cost * SCALE) for cost in outcome.cost]),
        "profit_e6": tuple([round(profit * SCALE) for profit in outcome.profit]),
        "nash_profit_e6": tuple([round(profit * SCALE) for profit in nash_profits(spec, outcome.cost)]),
        "calvano_delta_e6": tuple(
            [
                ratio_e6(own - least, most - least)
                for own, least, most in zip(outcome.profit, nash.profit, monopoly.profit, strict=True)
            ]
        ),
        "consumer_surplus_e6": round(outcome.consumer_surplus * SCALE),
        "welfare_e6": round(outcome.welfare * SCALE),
        "efficiency_e6": ratio_e6(outcome.welfare, spec.value - cheapest) if cheapest < spec.value else None,
    }


def measure_mean(spec: ProcurementSpec, known: Benchmarks, mean: Mean) -> dict[str, Measured]:
    """The measures of a benchmark: means, None where a mean has no closed form (ratios of sample moments)."""
    nash, monopoly, reserve = known.nash, known.monopoly, spec.reserve
    bids: list[int | None] = [None if bid is None else round(bid * SCALE) for bid in mean.bid]
    return {
        "price_e6": (round(mean.price * SCALE),),
        "price_elevation_e6": (ratio_e6(mean.price - nash.price, reserve - nash.price),),
        "bid_e6": tuple([(bid,) for bid in bids]),
        "bid_elevation_e6": tuple(
            [_elevation_e6(bid, least, reserve) for bid, least in zip(mean.bid, nash.bid, strict=True)]
        ),
        "won_e6": tuple([round(chance * SCALE) for chance in mean.win]),
        "bid_cv_e6": None,
        "relative_distance_e6": None,
        "runner_up_margin_e6": None,
        "rotation_e6": round(SCALE / len(spec.firms)) if spec.equal else None,
        "cost_e6": tuple([round((low + high) / 2.0 * SCALE) for low, high in spec.cost]),
        "profit_e6": tuple([round(profit * SCALE) for profit in mean.profit]),
        "nash_profit_e6": tuple([round(profit * SCALE) for profit in nash.profit]),
        "calvano_delta_e6": tuple(
            [
                ratio_e6(own - least, most - least)
                for own, least, most in zip(mean.profit, nash.profit, monopoly.profit, strict=True)
            ]
        ),
        "consumer_surplus_e6": round(mean.consumer_surplus * SCALE),
        "welfare_e6": round(mean.welfare * SCALE),
        "efficiency_e6": min(round(mean.efficiency * SCALE), SCALE),
    }


def nash_profits(spec: ProcurementSpec, costs: Sequence[float]) -> list[float]:
    """What each supplier earns at these costs when all bid the equilibrium; of equal costs the first wins."""
    earned = [0.0] * len(costs)
    order = sorted(range(len(costs)), key=costs.__getitem__)
    best, second = order[0], order[1]
    if costs[best] <= spec.reserve:
        price = nash_bid(spec, costs[best]) if spec.rule == "first-price" else min(costs[second], spec.reserve)
        earned[best] = price - costs[best]
    return earned


def _deviation(values: Sequence[float]) -> float:
    """The sample standard deviation of at least two numbers."""
    mean = sum(values) / len(values)
    total = 0.0
    for value in values:
        total += (value - mean) * (value - mean)
    return sqrt(total / (len(values) - 1))


def _elevation_e6(bid: float | None, least: float | None, reserve: float) -> int | None:
    return None if bid is None or least is None else ratio_e6(bid - least, reserve - least)
