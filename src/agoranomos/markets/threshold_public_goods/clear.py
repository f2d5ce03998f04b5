"""One round of a threshold public goods game, over arrays with any leading axes.

With m contributors of N members and a threshold t, a member of capital K is paid (factor - 1) K, where its factor is

                     contributes           does not
    m >= t       success_contributor    success_other
    m <  t       failure_contributor    failure_other

Source: the coordination game of Alignment Tipping (arXiv 2510.04860) in its released code: 8 members, t of 2, 4, 6 or
8, factors 1.2 in success for everybody, 0.8 for those who contributed in vain, 1 for the others, capital compounding.
A member that sits out is no contributor, and keeps its capital.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.markets.threshold_public_goods.spec import ThresholdPublicGoodsSpec

Array: TypeAlias = NDArray[np.float64]


class Outcome(NamedTuple):
    """What happened in rounds; N members, `...` any leading axes."""

    contributors: Array
    """m, [...]"""
    success: NDArray[np.bool_]
    """[...]"""
    profit: Array
    """[..., N]"""


def clear(
    spec: ThresholdPublicGoodsSpec,
    actions: ArrayLike,
    capital: ArrayLike | None = None,
    present: ArrayLike | None = None,
) -> Outcome:
    """Rounds in which `actions[..., N, 1]` are 1 (contribute) or 0, with `capital[..., N]` and `present[..., N]`.

    By default everybody is there, with the first capital. Raises `ValueError` when the last axes are not (N, 1).
    """
    given = np.asarray(actions, dtype=np.float64)
    count = len(spec.members)
    if given.shape[-2:] != (count, 1):
        raise ValueError(f"actions of shape {given.shape}; [..., {count}, 1] was expected")
    here = np.ones(given.shape[:-1], bool) if present is None else np.asarray(present, dtype=bool)
    owned = np.asarray(spec.capital if capital is None else capital, dtype=np.float64)
    contributes = (given[..., 0] >= 0.5) & here
    contributors = contributes.sum(axis=-1)
    success = contributors >= spec.threshold
    factor = np.where(
        success[..., None],
        np.where(contributes, spec.success_contributor, spec.success_other),
        np.where(contributes, spec.failure_contributor, spec.failure_other),
    )
    profit = np.where(here, (factor - 1.0) * owned, 0.0)
    return Outcome(np.asarray(contributors, dtype=np.float64), success, profit)
