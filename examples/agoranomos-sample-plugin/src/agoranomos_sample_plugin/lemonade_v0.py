"""The lemonade market, version 0: `parallel_env()` and `env()` as PettingZoo's users know them."""

from __future__ import annotations

from typing import Any

from agoranomos.markets import MarketType
from agoranomos.markets.market_spec import spec_of
from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos_sample_plugin.lemonade import Lemonade, LemonadeSpec

__all__ = ["MARKET_TYPE", "Lemonade", "LemonadeSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "lemonade", LemonadeSpec, Lemonade, "Lemonade stands ask whole cents, and all customers go where it is cheapest."
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> Lemonade:
    """Two stands, or what the `overrides` (fields of `LemonadeSpec`) make of them."""
    return Lemonade(spec_of(LemonadeSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with stands moving in turn (PettingZoo's AEC view)."""
    return parallel_to_aec(parallel_env(**overrides))
