"""The Cournot market, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import cournot_v0
>>> market = cournot_v0.parallel_env(rounds=10)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.errors import UsageError
from agoranomos.markets.cournot_env import Cournot
from agoranomos.markets.cournot_spec import CournotSpec, cournot_spec

__all__ = ["Cournot", "CournotSpec", "env", "parallel_env"]


def parallel_env(*, max_cycles: int | None = None, render_mode: str | None = None, **overrides: Any) -> Cournot:
    """The mirror-cost duopoly of the papers, or what the `overrides` (fields of `CournotSpec`) make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    if max_cycles is not None:
        if "rounds" in overrides:
            raise UsageError("`max_cycles` and `rounds` are the same thing; give one of them")
        overrides["rounds"] = max_cycles
    return Cournot(cournot_spec(**overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
