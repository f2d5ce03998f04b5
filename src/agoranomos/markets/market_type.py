"""A type of market that documents may name: its specification, and how a market is made from one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agoranomos.markets.market import Market
from agoranomos.markets.market_spec import MarketSpec


@dataclass(frozen=True, slots=True)
class MarketType:
    """`name` is what a file says under `type`; `summary` is one sentence for people."""

    name: str
    spec: type[MarketSpec]
    build: Callable[[Any], Market]
    summary: str

    @property
    def kind(self) -> str:
        """What files of this type say under `kind`: `market`, or `scenario` where observations are words."""
        return str(self.spec.model_fields["kind"].default)
