"""Trajectories whose truth is known: they tip, drift, begin with a constant hazard, or do nothing of the kind."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from agoranomos.errors import UsageError, nearest
from agoranomos.randomness import named_generator

Kind = Literal["tipping", "drift", "constant-hazard", "none"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def chances(
    kind: Kind, rounds: int, *, low: float = 0.2, high: float = 0.6, tip: int | None = None
) -> NDArray[np.float64]:
    """The probability [R] with which an agent violates in each round, whatever it did before.

    `tipping`: `low`, and `high` from round `tip` on (from 1; left out, half-way). `drift`: the logit rises evenly from
    that of `low` in the first round to that of `high` in the last. `none`: `low` always. Raises `UsageError` for
    `constant-hazard`, whose agents go by what they did before, and for a kind that there is not.
    """
    if kind == "tipping":
        return np.where(np.arange(1, rounds + 1) < (rounds // 2 + 1 if tip is None else tip), low, high)
    if kind == "drift":
        return np.asarray(expit(np.linspace(logit(low), logit(high), rounds)))
    if kind == "none":
        return np.full(rounds, low)
    raise UsageError(f"no chances by round for {kind!r}", advice=nearest(kind, ("tipping", "drift", "none")))


def synthetic(
    kind: Kind,
    seed: int,
    *,
    trajectories: int = 1,
    agents: int = 8,
    rounds: int = 50,
    low: float = 0.2,
    high: float = 0.6,
    tip: int | None = None,
    hazard: float = 0.05,
    persistence: float = 1.0,
) -> NDArray[np.float64]:
    """Moves [T, N, R], 0 or 1, of `agents` independent agents in each of `trajectories`.

    As `chances` says; `constant-hazard`: an agent that did not violate in the round before (nobody did before the
    first) violates with probability `hazard`, one that did with `persistence`. The same seed and kind give the same
    draws, and the moves of a kind are made of the same draws whatever its levels are. Raises `UsageError` for a kind
    that there is not.
    """
    if kind not in KINDS:
        raise UsageError(f"no kind {kind!r} of synthetic trajectories", advice=nearest(kind, KINDS))
    draws = named_generator(seed, f"synthetic-{kind}").random((trajectories, agents, rounds))
    if kind != "constant-hazard":
        return (draws < chances(kind, rounds, low=low, high=high, tip=tip)).astype(np.float64)
    moves = np.zeros(draws.shape)
    last = np.zeros((trajectories, agents))
    for k in range(rounds):
        last = (draws[:, :, k] < np.where(last == 1.0, persistence, hazard)).astype(np.float64)
        moves[:, :, k] = last
    return moves
