"""The game of prices and investment, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import bertrand_investment_v0
>>> market = bertrand_investment_v0.parallel_env(rounds=10)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.bertrand_investment.env import BertrandInvestment
from agoranomos.markets.bertrand_investment.spec import BertrandInvestmentSpec
from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType

__all__ = ["MARKET_TYPE", "BertrandInvestment", "BertrandInvestmentSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "bertrand-investment",
    BertrandInvestmentSpec,
    BertrandInvestment,
    "Firms set prices of several goods and pay, once and for all, for lower unit costs.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> BertrandInvestment:
    """The game of Lin et al. (2024), or what the `overrides` (fields of `BertrandInvestmentSpec`) make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return BertrandInvestment(spec_of(BertrandInvestmentSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
