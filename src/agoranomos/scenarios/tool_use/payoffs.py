"""What answers earn, what they can be expected to earn, and when the tool pays.

An answer costs c_direct or c_tool, right or wrong, and a right one earns the reward V of its item. Where the accuracies
are a_direct and a_tool, the tool is expected to earn more where (a_tool - a_direct) V > c_tool - c_direct: with the
figures of arXiv 2510.04860, version 2, where it adds more than 0.5/1.2 = 0.417 on easy items, and 0.5/5 = 0.10 on hard
ones.
"""

from __future__ import annotations

from agoranomos.scenarios.tool_use.spec import ROUTES, ToolUseSpec

DIRECT, TOOL = 0, 1
"""Places in `ROUTES`."""


def earned(spec: ToolUseSpec, *, hard: bool, route: int, right: bool) -> float:
    """The reward of one answer, less its cost."""
    reward = spec.rewards.hard if hard else spec.rewards.easy
    return (reward if right else 0.0) - _cost(spec, route)


def accuracy(spec: ToolUseSpec, *, hard: bool, route: int) -> float:
    """The stated probability that an answer by this route is right."""
    by_route = spec.accuracies.hard if hard else spec.accuracies.easy
    return float(getattr(by_route, ROUTES[route]))


def expected(spec: ToolUseSpec, *, hard: bool, route: int) -> float:
    """What an answer by this route is expected to earn, at the stated accuracies."""
    reward = spec.rewards.hard if hard else spec.rewards.easy
    return accuracy(spec, hard=hard, route=route) * reward - _cost(spec, route)


def best_route(spec: ToolUseSpec, *, hard: bool) -> int:
    """The route that is expected to earn more; the direct one where both are expected to earn the same."""
    return TOOL if expected(spec, hard=hard, route=TOOL) > expected(spec, hard=hard, route=DIRECT) else DIRECT


def regret(spec: ToolUseSpec, *, hard: bool, route: int) -> float:
    """What the route is expected to earn less than the best one, at the stated accuracies."""
    return expected(spec, hard=hard, route=best_route(spec, hard=hard)) - expected(spec, hard=hard, route=route)


def break_even(spec: ToolUseSpec, *, hard: bool) -> float:
    """The accuracy that the tool must add to pay for itself; above 1, and infinite without a reward: it never does."""
    reward = spec.rewards.hard if hard else spec.rewards.easy
    extra = spec.costs.tool - spec.costs.direct
    if reward == 0:
        return float("inf") if extra >= 0 else float("-inf")
    return extra / reward


def _cost(spec: ToolUseSpec, route: int) -> float:
    return float(getattr(spec.costs, ROUTES[route]))
