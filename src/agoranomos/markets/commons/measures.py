"""What a commons publishes about a round. X is the stock found, X' the one left for the next round, h_i the takes.

    stock            X'
    alive            1 while X' > 0, else 0
    sustainability   min(1, X' / X)                          None where X = 0
    fair_share       what each takes under the `sustainable` rule at X
    over_use         h_i / fair_share - 1                    None where the fair share is below a millionth of capacity
    rationed         1 - sum h_i / sum of what was asked     0 where nothing was asked
    equality         1 - Gini(h) = 1 - sum_ij |h_i - h_j| / (2 N sum_i h_i)        None where nothing was taken
    nash_profit      pi_N, of a round where `nash` play settles
    calvano_delta    (pi_i - pi_N) / (pi_E - pi_N), with pi_E of a round where `efficient` play settles

Sustainability, equality and over-use: GovSim, arXiv 2404.16698, section 3, there for whole runs (`run_metrics`); Delta:
Calvano et al. (2020), with the joint optimum in the place of the joint monopoly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agoranomos.markets.commons.benchmarks import Rule
from agoranomos.markets.commons.clear import RoundOutcome
from agoranomos.markets.commons.spec import CommonsSpec
from agoranomos.markets.exact import ordered_sum, ratio_e6
from agoranomos.markets.facts import SCALE, Measured, MeasureKind, to_e6

MEASURE_KINDS: dict[str, MeasureKind] = {
    "stock_e6": MeasureKind((), "stock after the round", public=True, least_e6=0),
    "alive_e6": MeasureKind((), "stock not collapsed: 1, else 0", public=True, least_e6=0, most_e6=SCALE),
    "sustainability_e6": MeasureKind((), "part of the stock that comes back", public=True, least_e6=0, most_e6=SCALE),
    "fair_share_e6": MeasureKind((), "sustainable take of each", relative=True, least_e6=0),
    "take_e6": MeasureKind(("firm",), "take", least_e6=0),
    "total_take_e6": MeasureKind((), "take of all", public=True, least_e6=0),
    "over_use_e6": MeasureKind(
        ("firm",), "take beyond the sustainable share, as a part of it", relative=True, least_e6=-SCALE
    ),
    "rationed_e6": MeasureKind((), "part of what was asked that was not there", least_e6=0, most_e6=SCALE),
    "equality_e6": MeasureKind((), "equality of takes: 1 - Gini", least_e6=0, most_e6=SCALE),
    "profit_e6": MeasureKind(("firm",), "profit before fines"),
    "nash_profit_e6": MeasureKind(("firm",), "profit of a round where Nash play settles", relative=True),
    "calvano_delta_e6": MeasureKind(
        ("firm",), "Delta of profit: 0 where Nash play settles, 1 at the joint optimum", relative=True
    ),
    "welfare_e6": MeasureKind((), "profits of all"),
}


class Reference:
    """What rounds are held against: the profit of each user where `nash` and where `efficient` play settles."""

    def __init__(self, nash_profit: float, efficient_profit: float) -> None:
        self.nash_profit = nash_profit
        self.gap = efficient_profit - nash_profit


def measure_round(
    spec: CommonsSpec, known: Mapping[str, Rule], against: Reference, outcome: RoundOutcome
) -> dict[str, Measured]:
    """The measures of one round as integers in millionths."""
    users = len(spec.users)
    fair = known["sustainable"].request(outcome.stock)
    asked = ordered_sum(outcome.request)
    defined = fair * SCALE >= spec.capacity
    return {
        "stock_e6": to_e6(outcome.next_stock),
        "alive_e6": SCALE if outcome.next_stock > 0.0 else 0,
        "sustainability_e6": (
            min(SCALE, to_e6(min(outcome.next_stock / outcome.stock, 1.0))) if outcome.stock > 0.0 else None
        ),
        "fair_share_e6": to_e6(fair),
        "take_e6": tuple([to_e6(take) for take in outcome.take]),
        "total_take_e6": to_e6(outcome.total),
        "over_use_e6": tuple([to_e6(take / fair - 1.0) if defined else None for take in outcome.take]),
        "rationed_e6": to_e6(max(1.0 - outcome.total / asked, 0.0)) if asked > 0.0 else 0,
        "equality_e6": to_e6(max(equality(outcome.take), 0.0)) if outcome.total > 0.0 else None,
        "profit_e6": tuple([to_e6(profit) for profit in outcome.profit]),
        "nash_profit_e6": (to_e6(against.nash_profit),) * users,
        "calvano_delta_e6": tuple([ratio_e6(profit - against.nash_profit, against.gap) for profit in outcome.profit]),
        "welfare_e6": to_e6(outcome.welfare),
    }


def equality(amounts: Sequence[float]) -> float:
    """1 - Gini of amounts that are not negative and not all zero; Gini by the sorted form, the mean difference's."""
    count, total = len(amounts), ordered_sum(amounts)
    weighted = sum((2 * (i + 1) - count - 1) * amount for i, amount in enumerate(sorted(amounts)))
    return 1.0 - weighted / (count * total)
