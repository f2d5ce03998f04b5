"""What a matrix game is held against: an equilibrium, the best that all could do, and playing safe."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from agoranomos.markets.matrix.equilibria import Mixed, one_equilibrium, pure_equilibria, pure_profile


def benchmarks(table: NDArray[np.float64]) -> Mapping[str, Mixed]:
    """The profiles called `nash`, `efficient` and `maximin`; `table` is [K_1, ..., K_N, N].

    `nash`: of the equilibria in pure actions the one with the greatest sum of payoffs (the payoff-dominant one where
    there is such a one), the first of equals; where there is none, an equilibrium in mixed actions. `efficient`: the
    greatest sum of payoffs, the first of equals. `maximin`: each agent's pure action with the best worst case, the
    first of equals. Raises `MachineError` where a mixed equilibrium is needed and Gambit is not installed.
    """
    total = table.sum(axis=-1)
    stable = pure_equilibria(table)
    best = max(stable, key=lambda profile: float(total[profile])) if stable else None
    return {
        "nash": one_equilibrium(table) if best is None else pure_profile(table, best),
        "efficient": pure_profile(table, [int(k) for k in np.unravel_index(int(np.argmax(total)), total.shape)]),
        "maximin": pure_profile(table, [security_action(table, i) for i in range(table.shape[-1])]),
    }


def security_action(table: NDArray[np.float64], index: int) -> int:
    """The first pure action of agent `index` whose least payoff is greatest (von Neumann and Morgenstern 1944)."""
    own = np.moveaxis(table[..., index], index, 0)
    return int(np.argmax(own.reshape(len(own), -1).min(axis=1)))
