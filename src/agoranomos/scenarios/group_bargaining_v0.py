"""Group bargaining, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import group_bargaining_v0
>>> scenario = group_bargaining_v0.parallel_env(hikers=5, moves=(-10, 0, 10))
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.group_bargaining.env import GroupBargaining
from agoranomos.scenarios.group_bargaining.spec import GroupBargainingSpec

__all__ = ["MARKET_TYPE", "GroupBargaining", "GroupBargainingSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "group-bargaining",
    GroupBargainingSpec,
    GroupBargaining,
    "Some must raise a number and others lower it; the median of their proposals holds.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> GroupBargaining:
    """Four hikers and four pressers in the first setting, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return GroupBargaining(spec_of(GroupBargainingSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
