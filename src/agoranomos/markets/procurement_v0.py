"""The procurement market, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import procurement_v0
>>> market = procurement_v0.parallel_env(rule="second-price", rounds=10)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.markets.procurement.env import Procurement
from agoranomos.markets.procurement.spec import ProcurementSpec

__all__ = ["MARKET_TYPE", "Procurement", "ProcurementSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "procurement", ProcurementSpec, Procurement, "Suppliers with private costs send sealed bids for a contract a round."
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> Procurement:
    """A first-price tender among four suppliers, or what the `overrides` (fields of `ProcurementSpec`) make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return Procurement(spec_of(ProcurementSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
