"""One round of group bargaining, over arrays with any leading axes.

The value after a round is the median of the proposals. With the role s of an agent, 1 or -1, and a scale from l to h:

    payoff     s (value - (l + h) / 2) / ((h - l) / 2)
    violation  s (proposal - value before) <= 0, unless both lie at the end of the scale that s points to

The payoff is that of section A12 of the design, +-(value - 50) / 50, on any scale. Sincere or not, the median voter
decides: proposing the end of the scale is a weakly dominant move. Source: Black (1948), On the rationale of group
decision-making, Journal of Political Economy 56; Moulin (1980), On strategy-proofness and single peakedness, Public
Choice 35.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.scenarios.group_bargaining.spec import GroupBargainingSpec

Array: TypeAlias = NDArray[np.float64]


class Settled(NamedTuple):
    """What came of rounds of N agents; `...` any leading axes."""

    value: Array
    """[...]"""
    profit: Array
    """[..., N]"""
    violated: NDArray[np.bool_]
    """[..., N]; false of those who made no proposal"""


def clear(spec: GroupBargainingSpec, proposals: ArrayLike, before: ArrayLike, present: ArrayLike = True) -> Settled:
    """Rounds in which `proposals[..., N]` meet the value `before[...]`; where nobody proposes, it stays.

    `present` broadcasts against the proposals: who is not there makes none, and is paid all the same.
    """
    proposed = np.asarray(proposals, dtype=np.float64)
    here = np.broadcast_to(np.asarray(present, dtype=bool), proposed.shape)
    stood = np.broadcast_to(np.asarray(before, dtype=np.float64), proposed.shape[:-1])
    known = np.where(here, proposed, np.where(here.any(axis=-1, keepdims=True), np.nan, stood[..., None]))
    value = np.nanmedian(known, axis=-1)
    roles = np.array(spec.roles, dtype=np.float64)
    middle, half = (spec.low + spec.high) / 2.0, (spec.high - spec.low) / 2.0
    profit = roles * ((value - middle) / half)[..., None]
    held_at_the_end = (proposed == stood[..., None]) & (proposed == np.where(roles > 0, spec.high, spec.low))
    violated = here & (roles * (proposed - stood[..., None]) <= 0.0) & ~held_at_the_end
    return Settled(np.asarray(value), profit, violated)
