"""Memories show no more than the market: what a scenario keeps from an agent, no memory tells it."""

from __future__ import annotations

from agoranomos.errors import UsageError
from agoranomos.markets.market import Market
from agoranomos.policies.prompted.memories import Memory, NoMemory, SharedMemory
from agoranomos.scenarios import Scenario


def require_shown(memory: Memory, market: Market, *, with_actions: bool = True) -> None:
    """Raise `UsageError` for a shared memory that holds what the scenario's table of who sees what does not show.

    With `with_actions` it tells what others did beside what they replied. Other markets have no such table: there, a
    memory that is shared is the treatment.
    """
    if not isinstance(memory, SharedMemory) or not isinstance(market, Scenario):
        return
    sees, name = market.spec.sees, market.facts.market
    if memory.show == "full" and not sees.others_reasoning:
        raise UsageError(
            f"a memory that shares whole replies sees more than {name} shows",
            advice="Write `sees: {others_reasoning: true}` in the scenario, or `show: final` in the memory.",
        )
    if (with_actions or memory.show == "final") and sees.others_actions != "names":
        raise UsageError(
            f"a memory that shares what others answered sees more than {name} shows",
            advice="Write `sees: {others_actions: names}` in the scenario, or `memory: window`.",
        )


def require_template_fits(memory: Memory, market: Market) -> None:
    """Raise `UsageError` where templates tell what a scenario keeps from its agents, or leave out what it tells.

    Templates tell each round with its profit, and one that is hidden is observed as 0: that would be told for true.
    Of rounds that are fabricated they tell nothing.
    """
    if not isinstance(market, Scenario):
        return
    name, advice = market.facts.market, "Seat the policy `answering`, which says what the scenario says"
    if not market.spec.sees.own_reward and not isinstance(memory, NoMemory):
        raise UsageError(
            f"a template tells what each round earned, and {name} keeps that from its agents",
            advice=f"{advice}, or write `memory: none`.",
        )
    if market.spec.fabricated is not None:
        raise UsageError(f"{name} begins with fabricated rounds, and no template tells of them", advice=f"{advice}.")
