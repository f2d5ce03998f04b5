"""Who sees what of a round of group bargaining, as arrays: the routing table `sees`, applied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agoranomos.markets.round_market import Boxes
from agoranomos.scenarios.group_bargaining.measures import Round
from agoranomos.scenarios.group_bargaining.moving import actions_of
from agoranomos.scenarios.group_bargaining.spec import GroupBargainingSpec


def seen_by(
    spec: GroupBargainingSpec, index: int, linked: Sequence[int], outcome: Round | None, value: float
) -> dict[str, np.ndarray]:
    """What agent `index`, linked to the agents at these places, sees of a round (None: before the first).

    `value` is the one that stands now.
    """
    sees = spec.sees
    actions: Sequence[float | None] = (None,) * len(spec.bargainers) if outcome is None else outcome.actions
    seen = {
        "value": np.array([value]),
        "role": np.array([float(spec.roles[index])]),
        "chose": np.array([_shown(spec, actions[index])]),
    }
    if sees.others_actions == "names":
        seen["others"] = np.array([_shown(spec, actions[place]) for place in linked])
    elif sees.others_actions == "count":
        seen["count"] = np.array([float(0 if outcome is None else _raised(outcome, linked))])
    if sees.others_rewards:
        paid = [0.0 if outcome is None else outcome.profit[place] for place in linked]
        seen["others_rewards"] = np.array(paid if sees.others_actions == "names" else sorted(paid, reverse=True))
    return seen


def boxes(spec: GroupBargainingSpec, linked: int) -> Boxes:
    """The bounds of what `seen_by` gives to an agent with so many links."""
    least, most = actions_of(spec)
    found = {
        "value": (float(spec.low), float(spec.high), 1),
        "role": (-1.0, 1.0, 1),
        "chose": (least - 1.0, most, 1),
    }
    if spec.sees.others_actions == "names":
        found["others"] = (least - 1.0, most, linked)
    elif spec.sees.others_actions == "count":
        found["count"] = (0.0, float(linked), 1)
    if spec.sees.others_rewards:
        found["others_rewards"] = (-1.0, 1.0, linked)
    return found


def _shown(spec: GroupBargainingSpec, action: float | None) -> float:
    """The action, or one below the lowest where there was none."""
    return actions_of(spec)[0] - 1.0 if action is None else action


def _raised(outcome: Round, linked: Sequence[int]) -> int:
    proposals = [outcome.proposals[place] for place in linked]
    return sum(1 for one in proposals if one is not None and one > outcome.before)
