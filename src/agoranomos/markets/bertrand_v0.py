"""The price-competition market, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import bertrand_v0
>>> market = bertrand_v0.parallel_env(rounds=10)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.bertrand.alternating import AlternatingBertrand
from agoranomos.markets.bertrand.env import Bertrand
from agoranomos.markets.bertrand.spec import BertrandSpec
from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType

__all__ = ["MARKET_TYPE", "AlternatingBertrand", "Bertrand", "BertrandSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "bertrand",
    BertrandSpec,
    Bertrand,
    "Firms choose prices, and consumers choose firms: logit, Hotelling, homogeneous.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> Bertrand:
    """The duopoly of Calvano et al. (2020), or what the `overrides` (fields of `BertrandSpec`) make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return Bertrand(spec_of(BertrandSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with one agent moving at a time (PettingZoo's AEC view).

    With `timing: sequential` only the firm whose turn it is acts, and each of its moves is a round; otherwise a round
    clears when all have moved.
    """
    market = parallel_env(**overrides)
    return AlternatingBertrand(market) if market.spec.timing == "sequential" else parallel_to_aec(market)
