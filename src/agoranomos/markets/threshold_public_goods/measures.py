"""What a threshold public goods game publishes about a round. K_i is the capital with which a member began it.

contribution       1 where the member contributed, else 0; None where it sat out
share_contributed  contributors over all members
success            1 where the threshold was reached, else 0
capital            after the round; without compounding the first capital and the round's payoff
nash_profit        (factor at `nash` - 1) K_i
calvano_delta      (pi_i - pi_N,i) / (pi_E,i - pi_N,i), E for `efficient`       None where they are equal
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agoranomos.markets.exact import ratio_e6
from agoranomos.markets.facts import SCALE, Measured, MeasureKind, to_e6

MEASURE_KINDS: dict[str, MeasureKind] = {
    "contribution_e6": MeasureKind(("firm",), "contributed: 1, else 0", least_e6=0, most_e6=SCALE),
    "share_contributed_e6": MeasureKind(
        (), "part of the members who contributed", public=True, least_e6=0, most_e6=SCALE
    ),
    "success_e6": MeasureKind((), "good provided: 1, else 0", public=True, least_e6=0, most_e6=SCALE),
    "capital_e6": MeasureKind(("firm",), "capital after the round", least_e6=0),
    "profit_e6": MeasureKind(("firm",), "change of capital before fines"),
    "nash_profit_e6": MeasureKind(("firm",), "change of capital at Nash", relative=True),
    "calvano_delta_e6": MeasureKind(("firm",), "Delta of payoff: 0 at Nash, 1 at the joint optimum", relative=True),
    "welfare_e6": MeasureKind((), "payoffs of all"),
}


class RoundOutcome(NamedTuple):
    """One round of one world in plain numbers; `contributes` is None for a member that sat out."""

    contributes: tuple[bool | None, ...]
    success: bool
    capital: tuple[float, ...]
    """with which the round began"""
    profit: tuple[float, ...]


def measure_round(nash: Sequence[float], efficient: Sequence[float], outcome: RoundOutcome) -> dict[str, Measured]:
    """The measures of one round as integers in millionths; `nash` and `efficient` are the members' factors there."""
    welfare = 0.0
    for earned in outcome.profit:
        welfare = welfare + earned
    at_nash = [(factor - 1.0) * capital for factor, capital in zip(nash, outcome.capital, strict=True)]
    at_best = [(factor - 1.0) * capital for factor, capital in zip(efficient, outcome.capital, strict=True)]
    contributors = sum(1 for contributes in outcome.contributes if contributes)
    return {
        "contribution_e6": tuple([None if c is None else SCALE * c for c in outcome.contributes]),
        "share_contributed_e6": to_e6(contributors / len(outcome.contributes)),
        "success_e6": SCALE if outcome.success else 0,
        "capital_e6": tuple([to_e6(k + p) for k, p in zip(outcome.capital, outcome.profit, strict=True)]),
        "profit_e6": tuple([to_e6(profit) for profit in outcome.profit]),
        "nash_profit_e6": tuple([to_e6(profit) for profit in at_nash]),
        "calvano_delta_e6": tuple(
            [ratio_e6(p - n, e - n) for p, n, e in zip(outcome.profit, at_nash, at_best, strict=True)]
        ),
        "welfare_e6": to_e6(welfare),
    }
