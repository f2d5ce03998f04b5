"""Credence goods, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import credence_goods_v0
>>> market = credence_goods_v0.parallel_env(liability=True)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.credence_goods.env import CredenceGoods
from agoranomos.markets.credence_goods.spec import CredenceGoodsSpec
from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType

__all__ = ["MARKET_TYPE", "CredenceGoods", "CredenceGoodsSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "credence-goods", CredenceGoodsSpec, CredenceGoods, "Experts treat consumers who never learn what they needed."
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> CredenceGoods:
    """The market of Dulleck et al. (2011), or what the `overrides` (fields of `CredenceGoodsSpec`) make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return CredenceGoods(spec_of(CredenceGoodsSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
