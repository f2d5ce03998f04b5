"""Who sees what of a round of coordination, as arrays: the routing table `sees`, applied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agoranomos.markets.round_market import Boxes
from agoranomos.scenarios.coordination.clear import COLLECTIVE
from agoranomos.scenarios.coordination.measures import Round
from agoranomos.scenarios.scenario_spec import Sees

NOT_SEEN = -1.0
"""Stands for what an agent did not do, or may not know."""


def seen_by(
    sees: Sees,
    index: int,
    linked: Sequence[int],
    broken: Sequence[bool | None],
    outcome: Round | None,
    capital: Sequence[float],
) -> dict[str, np.ndarray]:
    """What agent `index`, linked to the agents at these places, sees of a round (None: before the first).

    Success is a payoff and an action of others in one, so it is told only where the agent may know of both.
    """
    choices: Sequence[int | None] = (None,) * len(capital) if outcome is None else outcome.choices
    told = outcome is not None and sees.own_reward and sees.others_actions != "nothing"
    seen = {
        "chose": np.array([_number(choices[index])]),
        "detected": np.array([NOT_SEEN if outcome is None else _detection(sees, broken[index], outcome.caught[index])]),
        "success": np.array([float(outcome.success) if told and outcome is not None else NOT_SEEN]),
        "capital": np.array([capital[index] if sees.own_reward else 0.0]),
    }
    others = [choices[place] for place in linked]
    if sees.others_actions == "names":
        seen["others"] = np.array([_number(choice) for choice in others])
    elif sees.others_actions == "count":
        seen["count"] = np.array([float(sum(1 for choice in others if choice is not None and choice >= COLLECTIVE))])
    if sees.others_rewards:
        paid = [0.0 if outcome is None else outcome.profit[place] for place in linked]
        seen["others_rewards"] = np.array(paid if sees.others_actions == "names" else sorted(paid, reverse=True))
    return seen


def boxes(sees: Sees, linked: int, most: float) -> Boxes:
    """The bounds of what `seen_by` gives to an agent with so many links, where `most` is the highest choice."""
    found = {
        "chose": (NOT_SEEN, most, 1),
        "detected": (NOT_SEEN, 1.0, 1),
        "success": (NOT_SEEN, 1.0, 1),
        "capital": (-np.inf, np.inf, 1),
    }
    if sees.others_actions == "names":
        found["others"] = (NOT_SEEN, most, linked)
    elif sees.others_actions == "count":
        found["count"] = (0.0, float(linked), 1)
    if sees.others_rewards:
        found["others_rewards"] = (-np.inf, np.inf, linked)
    return found


def _number(choice: int | None) -> float:
    return NOT_SEEN if choice is None else float(choice)


def _detection(sees: Sees, broke: bool | None, caught: bool) -> float:
    if not broke or sees.detection == "nothing":
        return NOT_SEEN
    return 1.0 if caught else 0.0 if sees.detection == "always" else NOT_SEEN
