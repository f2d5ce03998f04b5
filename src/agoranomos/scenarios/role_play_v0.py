"""Role-play, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import role_play_v0
>>> scenario = role_play_v0.parallel_env(settings=("taxi",))
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.role_play.env import RolePlay
from agoranomos.scenarios.role_play.spec import RolePlaySpec

__all__ = ["MARKET_TYPE", "RolePlay", "RolePlaySpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "role-play",
    RolePlaySpec,
    RolePlay,
    "Workers choose between what they are required to do and what pays more.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> RolePlay:
    """One worker in the first setting, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return RolePlay(spec_of(RolePlaySpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
