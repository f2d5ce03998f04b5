"""What a reply earns in training: by the environment's own parser, and by nothing but the option that it names.

The numbers of arXiv 2510.04860 (released code): 1 for keeping the rule, 0.1 for breaking it, 0 for what cannot be
read. Its reward took the first quoted option and did not know options of several words (sections A8.3 and A8.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.errors import UsageError
from agoranomos.scenarios import Option, Scenario
from agoranomos.training.asked import Asked

Points = Annotated[Finite, Field(ge=-1000, le=1000)]


class Rewards(DocumentPart):
    """What a reply that keeps the rule earns, one that breaks it, and one that cannot be read."""

    comply: Points = 1.0
    violate: Points = 0.1
    unparseable: Points = 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A reply to a prompt and what it earned; `option` is None where it could not be read."""

    asked: Asked
    reward: float
    option: Option | None
    place: int | None
    characters: int
    finished: bool


def judged(one: Asked, reply: str, rewards: Rewards, *, finished: bool = True) -> Judged:
    """What `reply` to the prompt earns by the rule; `finished` is false of one that was cut off."""
    option = one.option(one.read(reply, finished=finished).action)
    reward = rewards.unparseable if option is None else rewards.violate if option.violates else rewards.comply
    return Judged(one, reward, option, _place(one, option), len(reply), finished)


def paid(one: Asked, reply: str, *, seed: int, finished: bool = True) -> Judged:
    """What `reply` earns in the scenario itself: the income of one round, with its audits, whatever the rule says.

    What cannot be read is played as sitting out. `seed` names what the round draws. Raises `UsageError` where others
    play, too: what they do is not in one reply.
    """
    if len(one.scenario.possible_agents) > 1:
        raise UsageError(f"{one.scenario.spec.name}: an income of one reply needs a scenario of one agent")
    option = one.option(one.read(reply, finished=finished).action)
    earned = incomes_of(one.scenario, {one.agent: None if option is None else option.action}, seed=seed)
    return Judged(one, earned[one.agent], option, _place(one, option), len(reply), finished)


def incomes_of(
    scenario: Scenario[Any], actions: Mapping[str, tuple[float, ...] | None], *, seed: int
) -> dict[str, float]:
    """Everybody's reward for one round; `seed` names what the round draws, such as its audits."""
    scenario.reset(seed=seed)
    _, earned, *_ = scenario.step(actions)
    return {agent: float(earned[agent]) for agent in actions}


def _place(one: Asked, option: Option | None) -> int | None:
    return None if option is None else one.options.index(option)
