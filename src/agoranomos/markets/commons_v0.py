"""The commons, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import commons_v0
>>> market = commons_v0.parallel_env(users=3)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.commons.env import Commons
from agoranomos.markets.commons.spec import CommonsSpec
from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType

__all__ = ["MARKET_TYPE", "Commons", "CommonsSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "commons", CommonsSpec, Commons, "Users take from one stock, and what is left of it grows back."
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> Commons:
    """The fishery of GovSim, or what the `overrides` (fields of `CommonsSpec`) make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return Commons(spec_of(CommonsSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
