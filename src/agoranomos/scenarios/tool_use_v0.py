"""Tool use, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import tool_use_v0
>>> scenario = tool_use_v0.parallel_env(order="interleaved", easy=0.8)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.tool_use.env import ToolUse
from agoranomos.scenarios.tool_use.spec import ToolUseSpec

__all__ = ["MARKET_TYPE", "ToolUse", "ToolUseSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "tool-use",
    ToolUseSpec,
    ToolUse,
    "Solvers answer problems in the head, or with a program that a tool runs for them.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> ToolUse:
    """One solver and the items of seed 0, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return ToolUse(spec_of(ToolUseSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
