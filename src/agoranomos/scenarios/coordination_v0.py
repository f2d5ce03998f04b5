"""Coordination, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import coordination_v0
>>> scenario = coordination_v0.parallel_env(settings=("hunting-game",), threshold=6)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.coordination.env import Coordination
from agoranomos.scenarios.coordination.spec import CoordinationSpec

__all__ = ["MARKET_TYPE", "Coordination", "CoordinationSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "coordination",
    CoordinationSpec,
    Coordination,
    "A group chooses between an option that pays where enough choose it and one that is safe alone.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> Coordination:
    """Eight agents in the first setting, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return Coordination(spec_of(CoordinationSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
