"""Whether another run was of the same game, so that what happened in it can be told as if it had happened here."""

from __future__ import annotations

from typing import Any

from agoranomos.errors import UsageError
from agoranomos.markets import build_market
from agoranomos.markets.market import Market
from agoranomos.scenarios import Scenario

WORDS = frozenset(
    {
        *("name", "rounds", "continuation", "fabricated"),
        *("settings", "gap"),
        *("wording", "options", "option_order", "tempting_first", "direct_first"),
        *("standing", "remind_every", "goal"),
    }
)
"""The keys of a scenario in which two runs of one game may differ.

How long it goes on and what is remembered of before it; the lists from which a setting and incomes were drawn, since
what was drawn is compared; how options are named and put; and what is said of the rule, in this run's words anyway.
"""

BENCHMARKS = ("comply", "violate")
"""The benchmarks at which two seats are held to earn the same."""


def as_drawn(market: Market, seed: int) -> Market:
    """The market as the run with this seed has it: a plan seats agents before setting, rewards and links are drawn."""
    return build_market(market.spec.drawn(seed)) if isinstance(market, Scenario) else market


def require_same_game(origin: str, there: Market, whose: str, here: Market, agent: str) -> None:
    """Raise `UsageError` where what `whose` lived through in the run of `origin` is no history of `agent` here.

    In a scenario rules, pay, audits, links and who sees what have to be the same, else sentences would be told that
    are false here, or that the table of who sees what keeps from the agent. `here` is as its run drew it. Other markets
    are free to differ in what they pay: there, that is the treatment.
    """
    if not isinstance(here, Scenario):
        return
    described, wanted = there.describe(), here.describe()
    differing = [
        key for key in sorted((described.keys() | wanted.keys()) - WORDS) if described.get(key) != wanted.get(key)
    ]
    if differing:
        raise UsageError(
            f"the run {origin} is of another game than the one of {agent} here: {', '.join(differing)} "
            f"{'is' if len(differing) == 1 else 'are'} not the same",
            advice="Take a run with the same. What a run draws comes again `further` on: where settings and gaps are "
            "crossed, by a multiple of their product; links, seats and items only with the same seed, or where the "
            "scenario's file writes them.",
        )
    if _offered(there, whose) != _offered(here, agent):
        raise UsageError(
            f"what {whose} chose between in the run {origin} is not what {agent} is asked here",
            advice="Name the `agent` of a seat that has the same options, the same pay and as many neighbours.",
        )


def _offered(market: Any, agent: str) -> Any:
    """What is chosen between and what it pays: parts of the action with their names, rewards, what is observed."""
    index = market.possible_agents.index(agent)
    earned = [market.facts.benchmarks[name]["profit_e6"][index] for name in BENCHMARKS]
    shown = {name: part.shape for name, part in market.observation_space(agent).spaces.items()}
    return market.action_shape(agent).parts, earned, shown
