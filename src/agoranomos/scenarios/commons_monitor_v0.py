"""A commons with a monitor, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import commons_monitor_v0
>>> scenario = commons_monitor_v0.parallel_env(monitor="rotating")
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.commons_monitor.env import CommonsMonitor
from agoranomos.scenarios.commons_monitor.spec import CommonsMonitorSpec

__all__ = ["MARKET_TYPE", "CommonsMonitor", "CommonsMonitorSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "commons-monitor",
    CommonsMonitorSpec,
    CommonsMonitor,
    "Fishers take from one lake and report what they took, and one of them keeps the watch.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> CommonsMonitor:
    """Five fishers and an elected monitor, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return CommonsMonitor(spec_of(CommonsMonitorSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
