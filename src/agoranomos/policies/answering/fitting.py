"""Whether what a roster asks of an answering agent goes with its scenario."""

from __future__ import annotations

from typing import Any

from agoranomos.errors import UsageError
from agoranomos.policies.answering.parameters import AnsweringParameters
from agoranomos.policies.prompted.memories import NoMemory
from agoranomos.policies.prompted.shown import require_shown
from agoranomos.scenarios import Delegated, Scenario


def require_fitting(parameters: AnsweringParameters, scenario: Scenario[Any], agent: str) -> None:
    """Raise `UsageError` for what does not go with the scenario.

    That is a choice without options, options that stand in one order, a memory of what the table of who sees what does
    not show, or one too short for the rounds that are fabricated.
    """
    if parameters.by == "choice" and not scenario.options(agent):
        raise UsageError(
            f"{agent} answers with a number in {scenario.facts.market}: there are no options to choose among",
            advice="Write `by: reply`.",
        )
    if parameters.by == "choice" and isinstance(scenario, Delegated) and scenario.writes:
        raise UsageError(
            f"{agent} says in its own words what it chose in {scenario.facts.market} (`statements: written`), "
            "and a choice by probability has none",
            advice="Write `by: reply`, or `statements: offered` in the scenario, where all that can be said is listed.",
        )
    if parameters.orders == "rotated" and len(scenario.orders()) < 2:
        raise UsageError(
            f"`orders: rotated` changes which option stands under which letter, and those of {scenario.facts.market} "
            "stand in one order",
            advice="Write `options: letters` in the scenario, or leave `orders` out.",
        )
    require_shown(parameters.memory, scenario, with_actions=False)
    made = scenario.spec.fabricated
    if made is not None and made.rounds > parameters.window and not isinstance(parameters.memory, NoMemory):
        raise UsageError(
            f"{scenario.facts.market} begins with {made.rounds} fabricated rounds, and a window of {parameters.window} "
            "shows the youngest of them alone",
            advice=f"Write `window: {made.rounds}` in the roster, or fewer `rounds` under `fabricated`.",
        )


def require_one_order(parameters: AnsweringParameters, scenario: Scenario[Any], reads: tuple[str, ...]) -> None:
    """Raise `UsageError` where replies of others, which name letters, would be told under other letters."""
    if parameters.orders == "rotated" and reads:
        raise UsageError(
            f"`orders: rotated` puts the options of {scenario.facts.market} under other letters too, and what others "
            "wrote of a letter would then be read of another option",
            advice="Leave `orders` out where `others_reasoning` is shown: the order is drawn by each run as it is.",
        )
