"""Mutual audit, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import mutual_audit_v0
>>> scenario = mutual_audit_v0.parallel_env(task="ledger")
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.mutual_audit.env import MutualAudit
from agoranomos.scenarios.mutual_audit.spec import MutualAuditSpec

__all__ = ["MARKET_TYPE", "MutualAudit", "MutualAuditSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "mutual-audit",
    MutualAuditSpec,
    MutualAudit,
    "Agents do their own tasks and give verdicts on each other's work.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> MutualAudit:
    """One pair in the first task, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return MutualAudit(spec_of(MutualAuditSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
