"""The Cournot market, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import cournot_v0
>>> market = cournot_v0.parallel_env(rounds=10)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType

__all__ = ["MARKET_TYPE", "Cournot", "CournotSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "cournot", CournotSpec, Cournot, "Firms choose quantities of goods, and prices follow from the totals."
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> Cournot:
    """The mirror-cost duopoly of the papers, or what the `overrides` (fields of `CournotSpec`) make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return Cournot(spec_of(CournotSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
