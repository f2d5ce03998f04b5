"""The leniency cartel, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import leniency_cartel_v0
>>> market = leniency_cartel_v0.parallel_env(rounds=10)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.leniency_cartel.env import LeniencyCartel
from agoranomos.markets.leniency_cartel.spec import LeniencyCartelSpec
from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType

__all__ = ["MARKET_TYPE", "LeniencyCartel", "LeniencyCartelSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "leniency-cartel", LeniencyCartelSpec, LeniencyCartel, "Firms may agree on prices, ask them, and report each other."
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> LeniencyCartel:
    """The duopoly of Bigoni et al. (2012), or what the `overrides` (fields of `LeniencyCartelSpec`) make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return LeniencyCartel(spec_of(LeniencyCartelSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
