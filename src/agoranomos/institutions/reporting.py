"""Coming forward: how an agent of a governed environment reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gymnasium import spaces

from agoranomos.errors import UsageError, unknown_name

ACTION, REPORT = "action", "report"


def with_report(inner: spaces.Space[Any]) -> spaces.Dict:
    """The action space of an agent that may report: `{"action": inner, "report": 0 or 1}`."""
    return spaces.Dict({ACTION: inner, REPORT: spaces.Discrete(2)})


def split_reports(actions: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The moves, and the agents that report; raises `UsageError` for an action without one of the two parts."""
    for agent, action in actions.items():
        if not isinstance(action, Mapping) or not {ACTION, REPORT} <= action.keys():
            raise UsageError(f"the action of {agent} is no mapping with {ACTION!r} and {REPORT!r}: {action!r}")
    moves = {agent: action[ACTION] for agent, action in actions.items()}
    return moves, tuple(agent for agent, action in actions.items() if action[REPORT])


def in_order(reports: Collection[str], agents: tuple[str, ...]) -> tuple[str, ...]:
    """The agents that report, in the market's order; raises `UsageError` for one that the market does not have."""
    for name in reports:
        if name not in agents:
            raise unknown_name("agent", name, agents)
    return tuple(agent for agent in agents if agent in reports)
