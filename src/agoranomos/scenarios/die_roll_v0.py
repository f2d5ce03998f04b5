"""Die-roll, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.scenarios import die_roll_v0
>>> scenario = die_roll_v0.parallel_env(interface="goal")
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.scenarios.die_roll.env import DieRoll
from agoranomos.scenarios.die_roll.spec import DieRollSpec

__all__ = ["MARKET_TYPE", "DieRoll", "DieRollSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "die-roll",
    DieRollSpec,
    DieRoll,
    "An agent reports die rolls for somebody who is paid by the number reported.",
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> DieRoll:
    """Ten rolls with an instruction to make the most of them, or what the `overrides` make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return DieRoll(spec_of(DieRollSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same scenario with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
