"""Solvers that follow a rule: which route they take, how often they are right, and the game that a round is to them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from agoranomos.errors import unknown_name
from agoranomos.markets.stage_game import StageGame
from agoranomos.randomness import named_chance
from agoranomos.scenarios.tool_use import payoffs
from agoranomos.scenarios.tool_use.items import LARGEST_ANSWER, Item
from agoranomos.scenarios.tool_use.payoffs import DIRECT, TOOL
from agoranomos.scenarios.tool_use.spec import ToolUseSpec

PLAYS = ("comply", "violate", "nash", "tool")
"""Rules by name: the tool on hard items alone, on none, where it is expected to pay, on all."""


def route_of(spec: ToolUseSpec, play: str, *, hard: bool) -> int:
    """The route that a rule takes; raises `UsageError` with the nearest name for one that is unknown."""
    if play not in PLAYS:
        raise unknown_name("benchmark", play, PLAYS)
    if play == "nash":
        return payoffs.best_route(spec, hard=hard)
    return TOOL if play == "tool" or (play == "comply" and hard) else DIRECT


@dataclass(frozen=True, slots=True)
class ScriptedSolver:
    """Right with the stated accuracies: one number is drawn for a round and agent, whatever the route."""

    spec: ToolUseSpec
    seed: int

    def succeeds(self, agent: str, number: int, route: int) -> bool:
        """Whether the answer to the item of round `number` is right."""
        accuracy = payoffs.accuracy(self.spec, hard=self.spec.item(number).hard, route=route)
        return named_chance(accuracy, self.seed, "tool-use-solver", number, agent)

    def answer(self, agent: str, number: int, route: int) -> Fraction:
        """The answer to the item of round `number`: the right one, or one that is off by 1."""
        item = self.spec.item(number)
        return item.answer if self.succeeds(agent, number, route) else _wrong(item)

    def program(self, agent: str, number: int) -> str:
        """The program that prints the answer that the tool brings."""
        item = self.spec.item(number)
        return item.program if self.succeeds(agent, number, TOOL) else f"print('{_wrong(item)}')"


def stage_game(spec: ToolUseSpec) -> StageGame:
    """A round in which the route is chosen, its reward expected over items and answers."""
    pays = [
        spec.easy * payoffs.expected(spec, hard=False, route=route)
        + (1.0 - spec.easy) * payoffs.expected(spec, hard=True, route=route)
        for route in (DIRECT, TOOL)
    ]
    menus = (np.array([[0.0], [1.0]]),) * len(spec.solvers)
    return StageGame(spec.solvers, menus, lambda actions: np.where(actions[..., 0] >= 0.5, pays[TOOL], pays[DIRECT]))


def _wrong(item: Item) -> Fraction:
    return item.answer + 1 if item.answer < LARGEST_ANSWER else item.answer - 1
