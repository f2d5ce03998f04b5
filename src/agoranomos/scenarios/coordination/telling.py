"""What an observation lets an agent be told, as values: the arrays of `seen` read back."""

from __future__ import annotations

from agoranomos.markets.market import Observation
from agoranomos.scenarios.coordination.seen import NOT_SEEN
from agoranomos.scenarios.coordination.words import Told


def told_of(observation: Observation, names: tuple[str, ...], earned: float | None) -> Told:
    """What may be told of the round observed; `names` are those the agent is linked to, `earned` None where hidden."""
    detected, success = _known(observation, "detected"), _known(observation, "success")
    others, rewards = observation.get("others"), observation.get("others_rewards")
    return Told(
        chose=_known(observation, "chose"),
        earned=earned,
        detected=None if detected is None else bool(detected),
        success=None if success is None else bool(success),
        names=names,
        choices=None if others is None else tuple([None if did == NOT_SEEN else int(did) for did in others]),
        count=int(observation["count"][0]) if "count" in observation else None,
        rewards=None if rewards is None else tuple([float(paid) for paid in rewards]),
    )


def _known(observation: Observation, key: str) -> int | None:
    value = float(observation[key][0])
    return None if value == NOT_SEEN else int(value)
