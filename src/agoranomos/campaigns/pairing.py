"""Which arms a hypothesis holds against each other: those that differ in nothing but what it compares."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from agoranomos.campaigns.factors import Levels
from agoranomos.campaigns.hypothesis import Hypothesis


class Placed(Protocol):
    """An arm, or the request for one: where it stands in the campaign's matrix."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def regime(self) -> str: ...  # noqa: D102
    @property
    def levels(self) -> Levels: ...  # noqa: D102


PlacedT = TypeVar("PlacedT", bound=Placed)


@dataclass(frozen=True, slots=True)
class PlannedArm:
    """Where an arm of a plan's document stands in its matrix."""

    name: str
    regime: str
    roster_name: str
    market_name: str
    rounds: int
    levels: Levels


def planned_arm(arm: Mapping[str, Any]) -> PlannedArm:
    """The arm as `plan.json` has it; raises `KeyError` or `TypeError` for what is none."""
    return PlannedArm(
        arm["name"],
        arm["regime"],
        arm["roster"]["name"],
        arm["market"]["name"],
        arm["rounds"],
        tuple((arm.get("levels") or {}).items()),
    )


def pairs(hypothesis: Hypothesis, arms: Sequence[PlacedT]) -> list[tuple[PlacedT, PlacedT]]:
    """The pairs of arms, in the order of the first ones.

    Two arms that are named are one pair, whatever they are. Otherwise each arm of the first side is paired with those
    of the second that have its roster, market and rounds, and the same level of every factor that both have.
    """
    named = {arm.name: arm for arm in arms}
    if hypothesis.first in named and hypothesis.second in named:
        return [(named[hypothesis.first], named[hypothesis.second])]
    return [
        (first, second)
        for first in _side(hypothesis.first, arms)
        for second in _side(hypothesis.second, arms)
        if _ground(first) == _ground(second) and _agree(first.levels, second.levels)
    ]


def _side(name: str, arms: Sequence[PlacedT]) -> list[PlacedT]:
    """The arm of that name, or all arms of that regime."""
    return [arm for arm in arms if arm.name == name] or [arm for arm in arms if arm.regime == name]


def _ground(arm: Any) -> Hashable:
    """Roster, market and rounds: as a request names them, or as an arm has them resolved."""
    if hasattr(arm, "roster_name"):
        return arm.roster_name, arm.market_name, arm.rounds
    return arm.roster, arm.market, arm.rounds


def _agree(first: Levels, second: Levels) -> bool:
    one, other = dict(first), dict(second)
    return all(one[factor] == other[factor] for factor in one.keys() & other.keys())
