"""Leniency with talk, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import leniency_talk_v0
>>> scenario = leniency_talk_v0.parallel_env(enforcement="immunity")
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.leniency_talk.env import LeniencyTalk
from agoranomos.scenarios.leniency_talk.spec import LeniencyTalkSpec

__all__ = ["MARKET_TYPE", "LeniencyTalk", "LeniencyTalkSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "leniency-talk",
    LeniencyTalkSpec,
    LeniencyTalk,
    "Firms agree on prices or do not, undercut, and report each other to an authority.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> LeniencyTalk:
    """Two firms of the first industry, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return LeniencyTalk(spec_of(LeniencyTalkSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
