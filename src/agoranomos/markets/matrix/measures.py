"""What a matrix game publishes about a round.

With pi_i payoffs, W their sum, and N and E for the benchmarks `nash` and `efficient`:

    action          the index of the action in the file, from 0           None for who sat out; under mixed play
    regret          max_a pi_i(a, others) - pi_i                          0 in a round that was not played
    welfare         W = sum_i pi_i
    efficiency      (W - min W) / (max W - min W)                         None in a game of constant sum
    calvano_delta   (pi_i - pi_N,i) / (pi_E,i - pi_N,i)                   None where both are the same
    nash_profit     pi_N,i                                                expected, where `nash` is mixed

A benchmark in mixed actions publishes expectations. Efficiency is limited to 0 .. 1, which a round that was not played
may leave. Delta: Calvano et al. 2020 (AER 110), with the greatest sum of payoffs in the place of the joint monopoly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from agoranomos.markets.exact import SMALLEST_DENOMINATOR, ratio_e6
from agoranomos.markets.facts import SCALE, Measured, MeasureKind, Measures, to_e6
from agoranomos.markets.matrix.equilibria import Array, Mixed, expected, pure_profile
from agoranomos.markets.matrix.play import best_payoffs

MEASURE_KINDS: dict[str, MeasureKind] = {
    "action_e6": MeasureKind(("firm",), "the index of the action chosen, from 0", public=True, least_e6=0),
    "profit_e6": MeasureKind(("firm",), "payoff before fines"),
    "regret_e6": MeasureKind(("firm",), "what the best reply to the others would have earned more", least_e6=0),
    "calvano_delta_e6": MeasureKind(
        ("firm",), "Calvano Delta of payoff: 0 at Nash, 1 at the greatest sum of payoffs", relative=True
    ),
    "nash_profit_e6": MeasureKind(("firm",), "payoff at the Nash benchmark", relative=True),
    "welfare_e6": MeasureKind((), "sum of payoffs"),
    "efficiency_e6": MeasureKind(
        (), "sum of payoffs: 0 the least, 1 the greatest of the game", least_e6=0, most_e6=SCALE
    ),
}


@dataclass(frozen=True, slots=True)
class Round:
    """A round: the index of each action (None: it has none), what each earned, and its regret."""

    actions: tuple[int | None, ...]
    payoff: tuple[float, ...]
    regret: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a game's measures are held against: payoffs at `nash` and `efficient`, least and greatest sums."""

    nash: tuple[float, ...]
    efficient: tuple[float, ...]
    least: float
    most: float

    @classmethod
    def of(cls, table: Array, profiles: Mapping[str, Mixed]) -> Reference:
        """The reference of the game with payoffs `table` [K_1, ..., K_N, N]."""
        total = table.sum(axis=-1)
        nash, efficient = (tuple(expected(table, profiles[name]).tolist()) for name in ("nash", "efficient"))
        return cls(nash, efficient, float(total.min()), float(total.max()))


def measure_round(played: Round, against: Reference) -> Measures:
    """The measures of a round in millionths."""
    welfare = 0.0
    for payoff in played.payoff:
        welfare += payoff
    spread = against.most - against.least
    share = None if spread < SMALLEST_DENOMINATOR else min(max((welfare - against.least) / spread, 0.0), 1.0)
    deltas = (ratio_e6(p - n, e - n) for p, n, e in zip(played.payoff, against.nash, against.efficient, strict=True))
    return {
        "action_e6": tuple(None if action is None else action * SCALE for action in played.actions),
        "profit_e6": tuple(to_e6(payoff) for payoff in played.payoff),
        "regret_e6": tuple(to_e6(regret) for regret in played.regret),
        "calvano_delta_e6": tuple(deltas),
        "nash_profit_e6": tuple(to_e6(payoff) for payoff in against.nash),
        "welfare_e6": to_e6(welfare),
        "efficiency_e6": None if share is None else to_e6(share),
    }


def measure_profile(table: Array, profile: Mixed, against: Reference) -> dict[str, Measured]:
    """The measures of a round at a benchmark, expected where it is mixed."""
    pure = pure_actions(profile)
    at = profile if pure is None else pure_profile(table, pure)
    payoff = tuple(expected(table, at).tolist())
    regret = tuple(np.maximum(expected(best_payoffs(table) - table, at), 0.0).tolist())
    return dict(measure_round(Round((None,) * len(payoff) if pure is None else pure, payoff, regret), against))


def pure_actions(profile: Mixed) -> tuple[int, ...] | None:
    """The actions of a profile in which nobody mixes; None where somebody does."""
    if all((probabilities == 1.0).any() for probabilities in profile):
        return tuple(int(np.argmax(probabilities)) for probabilities in profile)
    return None
