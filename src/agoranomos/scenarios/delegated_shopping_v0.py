"""Delegated shopping, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import delegated_shopping_v0
>>> scenario = delegated_shopping_v0.parallel_env(order="ideal")
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.delegated_shopping.env import DelegatedShopping
from agoranomos.scenarios.delegated_shopping.spec import DelegatedShoppingSpec

__all__ = ["MARKET_TYPE", "DelegatedShopping", "DelegatedShoppingSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "delegated-shopping",
    DelegatedShoppingSpec,
    DelegatedShopping,
    "Assistants search and buy for customers, and report what they paid.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> DelegatedShopping:
    """Two assistants and six shops, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return DelegatedShopping(spec_of(DelegatedShoppingSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
