"""What the authority does about an agreement, by the stated rule and by what reaches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agoranomos.markets.exact import ordered_sum
from agoranomos.scenarios.leniency_talk.spec import Enforcement


class Rule(Protocol):
    """The keys of a specification that say how the authority proceeds."""

    @property
    def enforcement(self) -> Enforcement:
        """What it does."""
        ...

    @property
    def fine(self) -> float:
        """What a party pays."""
        ...

    @property
    def reward(self) -> float:
        """The part of the others' fines that the first who reports is paid."""
        ...

    @property
    def false_report(self) -> float:
        """What a report costs where there is nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the authority decided: whether it convicted the firms, and what each pays and is paid."""

    convicted: bool
    fines: tuple[float, ...]
    rewards: tuple[float, ...]

    @property
    def collected(self) -> float:
        """What the authority is left with."""
        return ordered_sum(self.fines) - ordered_sum(self.rewards)


def rule(
    by: Rule,
    *,
    traces: bool,
    found: bool,
    reported: Sequence[bool],
    first: int | None,
    ringleader: int | None,
) -> Ruling:
    """The ruling of a round; `reported` by firm, as the authority was given it.

    `traces`: there is an agreement for which nobody has answered; a report brings the proof of it. `found`: the
    authority has found it by itself. `first` is the place of the first who reported, `ringleader` that of the
    ringleader.
    """
    count = len(reported)
    nothing = (0.0,) * count
    if by.enforcement == "none":
        return Ruling(False, nothing, nothing)
    if not traces:
        return Ruling(False, tuple([by.false_report if one else 0.0 for one in reported]), nothing)
    if not found and not any(reported):
        return Ruling(False, nothing, nothing)
    spared = first if by.enforcement != "fine" else None
    if by.enforcement == "ringleader-excluded" and spared == ringleader:
        spared = None
    fines = tuple([0.0 if place == spared else by.fine for place in range(count)])
    rewards = list(nothing)
    if by.enforcement == "reward" and spared is not None:
        rewards[spared] = by.reward * ordered_sum(fines)
    return Ruling(True, fines, tuple(rewards))
