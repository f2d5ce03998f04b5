"""Credence goods with agents, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import credence_agents_v0
>>> scenario = credence_agents_v0.parallel_env(institution="liability")
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.credence_agents.env import CredenceAgents
from agoranomos.scenarios.credence_agents.spec import CredenceAgentsSpec

__all__ = ["MARKET_TYPE", "CredenceAgents", "CredenceAgentsSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "credence-agents",
    CredenceAgentsSpec,
    CredenceAgents,
    "Experts serve customers who never learn what they needed, or assistants choose the expert for them.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> CredenceAgents:
    """Four experts and four customers, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return CredenceAgents(spec_of(CredenceAgentsSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
