"""Games in normal form, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import matrix_v0
>>> game = matrix_v0.parallel_env(rounds=10)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType
from agoranomos.markets.matrix.env import Matrix
from agoranomos.markets.matrix.spec import MatrixSpec

__all__ = ["MARKET_TYPE", "Matrix", "MatrixSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "matrix", MatrixSpec, Matrix, "Agents choose among named actions, and tables say what each earns."
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> Matrix:
    """The prisoners' dilemma, or what the `overrides` (fields of `MatrixSpec`) make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return Matrix(spec_of(MatrixSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same game with agents moving in turn (PettingZoo's AEC view); a round is played when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
