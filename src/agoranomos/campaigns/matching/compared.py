"""Which arms a campaign will hold against each other, and why."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from agoranomos.campaigns.arm import Arm
from agoranomos.campaigns.document import Campaign
from agoranomos.campaigns.pairing import pairs


@dataclass(frozen=True, slots=True)
class Compared:
    """Two arms, and what compares them: `hypothesis h1`, or `two regimes`."""

    first: Arm
    second: Arm
    why: str


def compared_arms(campaign: Campaign, arms: Sequence[Arm]) -> list[Compared]:
    """The pairs of every hypothesis, then two by two the regimes, each pair of arms once.

    Two regimes are held against each other where an arm of each has the same roster, market and rounds, and the same
    level of every factor that both have. Arms that have no like in the other regime are held against those of it that
    have none either, in a market of the same type: a report compares them, or its reader will. With hypotheses
    written, only those of the same roster and market are, since a report compares them whatever was planned.
    """
    found: dict[frozenset[str], Compared] = {}
    for name, hypothesis in campaign.hypotheses.items():
        for first, second in pairs(hypothesis, arms):
            found.setdefault(frozenset((first.name, second.name)), Compared(first, second, f"hypothesis {name}"))
    regimes: dict[str, list[Arm]] = {}
    for arm in arms:
        regimes.setdefault(arm.regime, []).append(arm)
    names = list(regimes)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            for first, second in _alike(regimes[one], regimes[other], bool(campaign.hypotheses)):
                found.setdefault(frozenset((first.name, second.name)), Compared(first, second, "two regimes"))
    return list(found.values())


def _alike(firsts: Sequence[Arm], seconds: Sequence[Arm], planned: bool) -> Iterator[tuple[Arm, Arm]]:
    on_ground: dict[Hashable, list[Arm]] = {}
    for arm in seconds:
        on_ground.setdefault(_ground(arm), []).append(arm)
    matched: set[str] = set()
    for one in firsts:
        for other in on_ground.get(_ground(one), ()):
            if _levels_agree(one, other):
                matched |= {one.name, other.name}
                yield one, other
    left = [[arm for arm in side if arm.name not in matched] for side in (firsts, seconds)]
    for one, other in product(*left):
        if _levels_agree(one, other) and (_same_report_group(one, other) or (not planned and _same_type(one, other))):
            yield one, other


def _levels_agree(first: Arm, second: Arm) -> bool:
    one, other = dict(first.levels), dict(second.levels)
    return all(one[factor] == other[factor] for factor in one.keys() & other.keys())


def _ground(arm: Arm) -> Hashable:
    return arm.roster_name, arm.market_name, arm.rounds


def _same_report_group(first: Arm, second: Arm) -> bool:
    return (first.roster_name, first.market_name) == (second.roster_name, second.market_name)


def _same_type(first: Arm, second: Arm) -> bool:
    return first.market.type == second.market.type
