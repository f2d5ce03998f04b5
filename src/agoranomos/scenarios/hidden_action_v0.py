"""Hidden action, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import hidden_action_v0
>>> scenario = hidden_action_v0.parallel_env(contract={"bonus": 5.0})
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.hidden_action.env import HiddenAction
from agoranomos.scenarios.hidden_action.spec import HiddenActionSpec

__all__ = ["MARKET_TYPE", "HiddenAction", "HiddenActionSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "hidden-action",
    HiddenActionSpec,
    HiddenAction,
    "Workers accept a contract and give effort that their principal may not see.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> HiddenAction:
    """One worker under a flat wage with few inspections, or what the `overrides` make of it; `drawn` is for campaigns.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return HiddenAction(spec_of(HiddenActionSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
