"""Trial and error over ways to behave: each is kept up for a while, and what it brought net of fines is remembered.

Source: an epsilon-greedy bandit; Sutton and Barto (2018), Reinforcement Learning, 2nd ed., sections 2.2 and 2.5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.policies.on_menu import drawn, happens
from agoranomos.randomness import Randomness


class TrialParameters(DocumentPart):
    """`block`: rounds that a way is kept up; `learning_rate`: weight of the newest block; `exploration`: of any way."""

    block: Annotated[int, Field(ge=1, le=10_000)] = 10
    learning_rate: Annotated[Finite, Field(gt=0, le=1)] = 0.3
    exploration: Annotated[Finite, Field(ge=0, le=1)] = 0.1


@dataclass(frozen=True, slots=True)
class Trials:
    """What each way has brought a round (None: not tried), which is being tried, for how many rounds, and since when.

    `since` is the cumulative profit when the block began, `fined` what fines have taken in it.
    """

    values: tuple[float | None, ...]
    way: int = -1
    played: int = 0
    since: float = 0.0
    fined: float = 0.0


def next_trial(
    trials: Trials, earned: float, fine: float, parameters: TrialParameters, randomness: Randomness
) -> Trials:
    """The way of the round to come; `earned` is the cumulative profit so far, `fine` what the last round's took.

    Ways that were not tried come first, in random order; then the best so far, or, at the chance of `exploration` a
    block, any.
    """
    fined = trials.fined + fine
    if trials.way >= 0 and trials.played < parameters.block:
        return replace(trials, played=trials.played + 1, fined=fined)
    values = list(trials.values)
    if trials.way >= 0:
        brought, old = (earned - trials.since - fined) / parameters.block, values[trials.way]
        values[trials.way] = brought if old is None else old + parameters.learning_rate * (brought - old)
    return Trials(tuple(values), _chosen(values, parameters, randomness), 1, earned)


def sat_out(trials: Trials, fine: float) -> Trials:
    """The trials after a round that was missed, in which `fine` was taken."""
    return replace(trials, fined=trials.fined + fine)


def _chosen(values: list[float | None], parameters: TrialParameters, randomness: Randomness) -> int:
    untried = [1.0 if value is None else 0.0 for value in values]
    if any(untried):
        return drawn(randomness, "trial", untried)
    if happens(randomness, "explore", parameters.exploration):
        return drawn(randomness, "trial", [1.0] * len(values))
    return max(range(len(values)), key=lambda way: values[way] or 0.0)
