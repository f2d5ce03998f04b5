"""What an observation lets a bargainer be told, as values: the arrays of `seen` and the comments heard, read back."""

from __future__ import annotations

from typing import Any

from agoranomos.markets.market import Observation
from agoranomos.scenarios.group_bargaining.moving import actions_of
from agoranomos.scenarios.group_bargaining.sentiment import mean_sentiment
from agoranomos.scenarios.group_bargaining.spec import GroupBargainingSpec
from agoranomos.scenarios.group_bargaining.words import Told


def told_of(spec: GroupBargainingSpec, names: tuple[str, ...], observation: Observation) -> Told:
    """What may be told of the round observed; `names` are those whom the agent is linked to, and hears."""
    others, rewards = observation.get("others"), observation.get("others_rewards")
    heard: Any = observation.get("messages", {})
    least, _ = actions_of(spec)

    def known(shown: float) -> float | None:
        return None if shown < least else shown

    return Told(
        chose=known(float(observation["chose"][0])),
        value=float(observation["value"][0]),
        score=float(observation["round_profit"][0]) if spec.sees.own_reward else None,
        sentiment=mean_sentiment([heard.get(name, "") for name in names]),
        names=names,
        choices=None if others is None else tuple([known(float(one)) for one in others]),
        raised=int(observation["count"][0]) if "count" in observation else None,
        rewards=None if rewards is None else tuple([float(paid) for paid in rewards]),
    )
