"""What a public goods game publishes about a stage. g_i contributions, e_i endowments, p_ij points.

    contribution        g_i                                                          contribution stage only
    free_riding         1 - g_i / e_i                                                contribution stage only
    share_contributed   sum g_i / sum e_i, over the members that were not excluded   contribution stage only
    punishment          sum_j p_ij, points that i assigned                           punishment stage only
    punished            sum_j p_ji, points that i received                           punishment stage only
    antisocial          points that i assigned to members who contributed no less    punishment stage only
    nash_profit         e_i where nobody contributes at Nash; 0 in the punishment stage
    calvano_delta       (pi_i - pi_N,i) / (pi_E,i - pi_N,i), E for `efficient`       contribution stage only

In the other stage a measure is undefined, and a signal's mean leaves it out. An excluded member has no contribution.
Antisocial punishment: Herrmann, Thoeni and Gaechter (2008), Antisocial punishment across societies, Science 319.
"""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.markets.exact import ordered_sum, ratio_e6
from agoranomos.markets.facts import SCALE, Measured, MeasureKind, to_e6
from agoranomos.markets.public_goods.spec import PublicGoodsSpec
from agoranomos.markets.public_goods.stage import StageOutcome

MEASURE_KINDS: dict[str, MeasureKind] = {
    "contribution_e6": MeasureKind(("firm",), "contribution", least_e6=0),
    "free_riding_e6": MeasureKind(("firm",), "part of the endowment that was kept", least_e6=0, most_e6=SCALE),
    "share_contributed_e6": MeasureKind(
        (), "part of all endowments contributed", public=True, least_e6=0, most_e6=SCALE
    ),
    "punishment_e6": MeasureKind(("firm",), "points assigned", least_e6=0),
    "punished_e6": MeasureKind(("firm",), "points received", least_e6=0),
    "antisocial_e6": MeasureKind(("firm",), "points assigned to those who gave no less", least_e6=0),
    "profit_e6": MeasureKind(("firm",), "payoff of the stage before fines"),
    "nash_profit_e6": MeasureKind(("firm",), "payoff of the stage at Nash", relative=True),
    "calvano_delta_e6": MeasureKind(("firm",), "Delta of payoff: 0 at Nash, 1 at the joint optimum", relative=True),
    "welfare_e6": MeasureKind((), "payoffs of all"),
}


def measure_stage(
    spec: PublicGoodsSpec, nash: Sequence[float], efficient: Sequence[float], outcome: StageOutcome
) -> dict[str, Measured]:
    """The measures of one stage, integers in millionths; `nash` and `efficient` are payoffs of contribution stages."""
    count = len(spec.members)
    blank: Measured = (None,) * count
    welfare = 0.0
    for earned in outcome.profit:
        welfare = welfare + earned
    found: dict[str, Measured] = {
        "profit_e6": tuple([to_e6(profit) for profit in outcome.profit]),
        "welfare_e6": to_e6(welfare),
    }
    if outcome.punishing:
        given = [(ordered_sum(row), _antisocial(i, row, outcome.contribution)) for i, row in enumerate(outcome.points)]
        return {
            "contribution_e6": blank,
            "free_riding_e6": blank,
            "share_contributed_e6": None,
            "punishment_e6": tuple([to_e6(points) for points, _ in given]),
            "punished_e6": tuple([to_e6(points) for points in outcome.received]),
            "antisocial_e6": tuple([to_e6(points) for _, points in given]),
            **found,
            "nash_profit_e6": (0,) * count,
            "calvano_delta_e6": blank,
        }
    here = list(zip(outcome.present, outcome.contribution, spec.endowment, strict=True))
    endowed = ordered_sum(endowment for present, _, endowment in here if present)
    given_in_all = ordered_sum(contribution for present, contribution, _ in here if present)
    return {
        "contribution_e6": tuple([to_e6(given) if present else None for present, given, _ in here]),
        "free_riding_e6": tuple([to_e6(1.0 - given / most) if present else None for present, given, most in here]),
        "share_contributed_e6": to_e6(given_in_all / endowed) if endowed > 0.0 else None,
        "punishment_e6": blank,
        "punished_e6": blank,
        "antisocial_e6": blank,
        **found,
        "nash_profit_e6": tuple([to_e6(profit) for profit in nash]),
        "calvano_delta_e6": tuple(
            [ratio_e6(p - n, e - n) for p, n, e in zip(outcome.profit, nash, efficient, strict=True)]
        ),
    }


def _antisocial(index: int, points: Sequence[float], contribution: Sequence[float]) -> float:
    return ordered_sum(given for given, other in zip(points, contribution, strict=True) if other >= contribution[index])
