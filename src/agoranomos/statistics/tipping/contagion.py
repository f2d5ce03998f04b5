"""Contagion in a network: whether seeing a violation begins one, and how many follow a violator because of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.result import NAN, Interval
from agoranomos.statistics.tipping.reproduction import credited, seen_moves
from agoranomos.statistics.tipping.trajectories import RESAMPLES, Array, bootstrap, counted


@dataclass(frozen=True, slots=True)
class Contagion:
    """Hazards of a first violation among those who saw none (`alone`) and some (`exposed`) in the round before.

    `difference` is `exposed` less `alone`, and 0 where nothing spreads. `reproduction` is how many others a violator
    brings to their first violation beyond those who would have begun all the same.
    """

    alone: Interval
    exposed: Interval
    difference: Interval
    reproduction: Interval


def contagion(
    moves: ArrayLike,
    sees: ArrayLike,
    groups: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    free: ArrayLike | None = None,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Contagion:
    """What spreads in groups with `moves` [T, N, R], 0, 1 or NaN, where j sees what i does as `sees` [j, i] says.

    Both hazards are of agents who have never violated before, from round 2 on, over all groups and rounds, and of those
    alone who are `free` [T, N] to do so (all where it is None): others are seen, and are at no risk. A violator
    is credited, whenever it violated in the round before, with an equal part of each first violation of those who see
    it, and of that only with the part 1 - `alone` / `exposed`: the share of begun violations that exposure explains.
    Source: the attributable fraction among the exposed of O. S. Miettinen, American J. Epidemiology 99 (1974), and the
    credit of J. Wallinga and P. Teunis, ibid. 160 (2004). The reproduction number is below 1 in every group of finite
    size, since each agent begins but once, so 1 is no threshold; and it is too low as long as some are still to come.
    Groups that differ in their hazard for good look like contagion; those of one setting should not. `groups` names
    what is drawn again. Raises `ValueError` for shapes that do not fit.
    """
    done, links, owners = seen_moves(moves, sees, groups)
    names = sorted(set(owners), key=repr)
    begun = _begun(done, links)
    if free is not None:
        begun[np.repeat(~np.asarray(free, dtype=bool).ravel(), done.shape[2] - 1)] = NAN
    hazards = counted(begun, [owner for owner in owners for _ in range(done.shape[2] - 1)], names)
    credit = credited(done, links, "any").reshape(-1, 1)
    followers = counted(credit, owners, names)

    def told(begun: Array, brought: Array) -> Array:
        alone, exposed = begun[:, :1], begun[:, 1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            explained = np.where(exposed > 0.0, np.maximum(1.0 - alone / exposed, 0.0), 0.0 * alone)
        return np.concatenate([begun, exposed - alone, brought * explained], axis=1)

    alone, exposed, difference, net = bootstrap([hazards, followers], told, generator, resamples=resamples, level=level)
    if np.isnan(alone.point):
        why = "nobody was without a violation in sight"
        alone, difference, net = (replace(one, reason=why) for one in (alone, difference, net))
    elif np.isnan(exposed.point):
        why = "nobody who could begin had a violation in sight"
        exposed, difference, net = (replace(one, reason=why) for one in (exposed, difference, net))
    return Contagion(alone, exposed, difference, net)


def _begun(moves: Array, links: NDArray[np.bool_]) -> Array:
    """Whether each agent begins in each round from the second, having seen none and having seen some, [T N (R-1), 2].

    NaN for those who violated before, in the column that does not apply, and where the move is not known.
    """
    violates = moves == 1.0
    before = np.cumsum(violates, axis=2)[:, :, :-1] > 0
    exposed = np.einsum("tji,tir->tjr", links.astype(np.int64), violates[:, :, :-1].astype(np.int64)) > 0
    begins = np.where(before, NAN, moves[:, :, 1:])
    return np.stack([np.where(exposed, NAN, begins).ravel(), np.where(exposed, begins, NAN).ravel()], axis=1)
