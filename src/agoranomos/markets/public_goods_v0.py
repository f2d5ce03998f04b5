"""The public goods game, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import public_goods_v0
>>> market = public_goods_v0.parallel_env(punishment={"cost": 1, "effect": 3})
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.markets.public_goods.env import PublicGoods
from agoranomos.markets.public_goods.spec import PublicGoodsSpec

__all__ = ["MARKET_TYPE", "PublicGoods", "PublicGoodsSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "public-goods", PublicGoodsSpec, PublicGoods, "Members contribute to a good for all, and may punish who does not."
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> PublicGoods:
    """The groups of Fehr and Gaechter, or what the `overrides` (fields of `PublicGoodsSpec`) make of them.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return PublicGoods(spec_of(PublicGoodsSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
