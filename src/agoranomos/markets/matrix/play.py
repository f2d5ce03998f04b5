"""How a round of a matrix game is played: tables looked up, over arrays with any leading axes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def play_out(values: Array, actions: ArrayLike) -> Array:
    """`values` [K_1, ..., K_N, ...] where the agents choose `actions` [..., N] (indices, any leading axes).

    Indices are rounded to the nearest whole number. Raises `ValueError` for another number of agents.
    """
    chosen = np.rint(np.asarray(actions, dtype=np.float64)).astype(np.intp)
    agents = values.ndim - 1
    if chosen.shape[-1] != agents:
        raise ValueError(f"actions of shape {chosen.shape}; [..., {agents}] was expected")
    return np.asarray(values[tuple(chosen[..., i] for i in range(agents))])


def best_payoffs(table: Array) -> Array:
    """What each agent's best action would have earned against the others in each profile, shaped as `table`."""
    own = [np.broadcast_to(table[..., i].max(axis=i, keepdims=True), table.shape[:-1]) for i in range(table.shape[-1])]
    return np.stack(own, axis=-1)
