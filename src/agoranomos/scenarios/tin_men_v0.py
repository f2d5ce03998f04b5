"""Tin men, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import tin_men_v0
>>> scenario = tin_men_v0.parallel_env(domain="safety")
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.tin_men.env import TinMen
from agoranomos.scenarios.tin_men.spec import TinMenSpec

__all__ = ["MARKET_TYPE", "TinMen", "TinMenSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "tin-men",
    TinMenSpec,
    TinMen,
    "Shopping assistants serve a customer or a company, and say why.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> TinMen:
    """One assistant with the menu of seed 0, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return TinMen(spec_of(TinMenSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
