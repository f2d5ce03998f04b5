"""Trade-report, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import trade_report_v0
>>> scenario = trade_report_v0.parallel_env(hotline="anonymous", reward=2.0)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.trade_report.env import TradeReport
from agoranomos.scenarios.trade_report.spec import TradeReportSpec

__all__ = ["MARKET_TYPE", "TradeReport", "TradeReportSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "trade-report",
    TradeReportSpec,
    TradeReport,
    "A trader has a tip that may not be used, reports on the trade, and is questioned.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> TradeReport:
    """Four episodes of one trader, or what the `overrides` make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return TradeReport(spec_of(TradeReportSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
