"""The threshold public goods game, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import threshold_public_goods_v0
>>> market = threshold_public_goods_v0.parallel_env(threshold=6)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.markets.threshold_public_goods.env import ThresholdPublicGoods
from agoranomos.markets.threshold_public_goods.spec import ThresholdPublicGoodsSpec

__all__ = ["MARKET_TYPE", "ThresholdPublicGoods", "ThresholdPublicGoodsSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "threshold-public-goods",
    ThresholdPublicGoodsSpec,
    ThresholdPublicGoods,
    "Members contribute or not, and the good is there for all when enough of them do.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> ThresholdPublicGoods:
    """The coordination game of Alignment Tipping, or what the `overrides` make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return ThresholdPublicGoods(spec_of(ThresholdPublicGoodsSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
