"""How a whole run of a commons went, in the terms of GovSim (arXiv 2404.16698, section 3.2).

With takes h_i(t), T rounds, stocks X(t) found and the sustainable yield f:

    survival time   rounds until the stock has collapsed, the collapsing one counted; T where it has not
    gain            R_i = sum_t h_i(t)
    efficiency      1 - max(0, T f(X(0)) - sum_i R_i) / (T f(X(0)))
    equality        1 - Gini(R)
    over-use        the part of all takes, while the stock lived, that exceed f(X(t)) / N

f is a real number here; GovSim's code rounds f(X(t)) / N down to whole units.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.markets.commons.benchmarks import sustainable_yield
from agoranomos.markets.commons.measures import equality
from agoranomos.markets.commons.spec import CommonsSpec

TOLERANCE = 1e-6
"""Takes this much above the fair share are not counted as over-use: amounts are counted in millionths."""


class RunMetrics(NamedTuple):
    """The metrics of one run; `equality` and `efficiency` are None where they divide by nothing."""

    survival_time: int
    gain: tuple[float, ...]
    efficiency: float | None
    equality: float | None
    over_use: float


def run_metrics(spec: CommonsSpec, takes: ArrayLike, stocks: ArrayLike, rounds: int | None = None) -> RunMetrics:
    """The metrics of a run with `takes[T, N]`, where `stocks[T]` is what each round left for the next.

    `rounds` is the planned length where the run was shorter, because it ended with its stock. Raises `ValueError` for
    arrays of other shapes.
    """
    taken, left = np.asarray(takes, dtype=np.float64), np.asarray(stocks, dtype=np.float64)
    if taken.ndim != 2 or taken.shape[1] != len(spec.users) or left.shape != taken.shape[:1] or not len(left):
        raise ValueError(f"takes of shape {taken.shape} and stocks of shape {left.shape}; [T, N] and [T] were expected")
    length = rounds or len(left)
    gone = np.flatnonzero(left <= 0.0)
    survived = int(gone[0]) + 1 if len(gone) else length
    found = np.concatenate([[spec.initial_stock], left[:-1]])[:survived]
    fair = np.array([sustainable_yield(spec, stock) / len(spec.users) for stock in found.tolist()])
    gain = tuple(taken.sum(axis=0).tolist())
    best = length * sustainable_yield(spec, spec.initial_stock)
    return RunMetrics(
        survived,
        gain,
        1.0 - max(0.0, best - sum(gain)) / best if best > 0.0 else None,
        equality(gain) if sum(gain) > 0.0 else None,
        float((taken[:survived] > fair[:, None] + TOLERANCE).mean()),
    )
