"""What group bargaining publishes about a round, besides what every scenario does.

value        after the round, on the scale of the file
proposal     what the agent proposed; None where it made none
movement     proposal less the value before, with the sign of the agent's role: above 0 is in its direction
nash_profit  payoff where everybody proposes the end of the scale that its role points to

Nobody audits here, so nobody is watched. Payoffs are those of the agents; of principals and third parties nothing is
assumed, so both are 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agoranomos.markets.facts import Measured, MeasureKind, to_e6
from agoranomos.scenarios.measures import COMMON_KINDS, common_measures

MEASURE_KINDS: dict[str, MeasureKind] = {
    **COMMON_KINDS,
    "value_e6": MeasureKind((), "value after the round", public=True),
    "proposal_e6": MeasureKind(("firm",), "what was proposed"),
    "movement_e6": MeasureKind(("firm",), "proposal less the value before, in the direction of the role"),
    "nash_profit_e6": MeasureKind(("firm",), "payoff where all propose their end of the scale", relative=True),
}


class Round(NamedTuple):
    """One round in plain numbers; a proposal is None of an agent that sat out or gave no answer."""

    proposals: tuple[float | None, ...]
    violated: tuple[bool | None, ...]
    before: float
    value: float
    profit: tuple[float, ...]
    actions: tuple[float | None, ...]
    """the proposals again, or the places of moves where the file has these"""


def measure_round(roles: Sequence[int], nash: Sequence[float], outcome: Round) -> dict[str, Measured]:
    """The measures of one round as integers in millionths."""
    moved = [
        None if proposed is None else role * (proposed - outcome.before)
        for role, proposed in zip(roles, outcome.proposals, strict=True)
    ]
    return {
        **common_measures(outcome.violated, (False,) * len(roles), outcome.profit, 0.0, 0.0),
        "value_e6": to_e6(outcome.value),
        "proposal_e6": tuple([None if one is None else to_e6(one) for one in outcome.proposals]),
        "movement_e6": tuple([None if one is None else to_e6(one) for one in moved]),
        "nash_profit_e6": tuple([to_e6(paid) for paid in nash]),
    }
