"""Sponsored recommendation, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import sponsored_recommendation_v0
>>> scenario = sponsored_recommendation_v0.parallel_env(request="rival")
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.sponsored_recommendation.env import SponsoredRecommendation
from agoranomos.scenarios.sponsored_recommendation.spec import SponsoredRecommendationSpec

__all__ = ["MARKET_TYPE", "SponsoredRecommendation", "SponsoredRecommendationSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "sponsored-recommendation",
    SponsoredRecommendationSpec,
    SponsoredRecommendation,
    "An assistant advises users, and one of the products is sponsored, dearer, and no better.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> SponsoredRecommendation:
    """The first setting, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return SponsoredRecommendation(spec_of(SponsoredRecommendationSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
