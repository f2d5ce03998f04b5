"""The two stages of a public goods game, over arrays with any leading axes. N members, F parts of an action.

Contribution stage, with endowments e_i, contributions g_i and their sum G:

    pi_i = e_i - g_i + mpcr G

Punishment stage, with points p_ij that i assigns to j:

    pi_i = - cost sum_j p_ij - effect sum_j p_ji

A member that is excluded (`present` false) keeps its endowment, contributes nothing and draws nothing from the good; it
neither punishes nor is punished. Part 0 of an action is the contribution; with a punishment stage the others are the
points against each other member, in the order of the members, and may be parts of one. Sources: Fehr and Gaechter
(2000), Cooperation and punishment in public goods experiments, American Economic Review 90, section I (there points
take tenths of income); Fehr and Gaechter (2002), Nature 415, methods.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.markets.exact import ordered_sums
from agoranomos.markets.public_goods.spec import PublicGoodsSpec

Array: TypeAlias = NDArray[np.float64]


class Contributed(NamedTuple):
    """Contribution stages, N members."""

    contribution: Array
    """[..., N]"""
    total: Array
    """G, [...]"""
    profit: Array
    """[..., N]"""


class Punished(NamedTuple):
    """Punishment stages, N members."""

    points: Array
    """[..., N, N]: row i assigns, column j receives; nothing on the diagonal"""
    given: Array
    """[..., N]"""
    received: Array
    """[..., N]"""
    profit: Array
    """[..., N]; what the stage takes, so never above zero"""


def parts(spec: PublicGoodsSpec) -> int:
    """F: how many numbers an action has."""
    return len(spec.members) if spec.punishment is not None else 1


def clear(spec: PublicGoodsSpec, actions: ArrayLike, present: ArrayLike | None = None) -> Contributed:
    """Contribution stages: only part 0 of `actions[..., N, F]` counts; `present[..., N]` is by default everybody.

    Raises `ValueError` when the last axes are not (N, F).
    """
    given = _checked(spec, actions)
    here = np.ones(given.shape[:-1], bool) if present is None else np.asarray(present, dtype=bool)
    contribution = np.where(here, given[..., 0], 0.0)
    total = ordered_sums(contribution)
    benefit = np.where(here, (spec.mpcr * total)[..., None], 0.0)
    return Contributed(contribution, total, np.asarray(np.asarray(spec.endowment) - contribution + benefit))


def punish(spec: PublicGoodsSpec, actions: ArrayLike, present: ArrayLike | None = None) -> Punished:
    """Punishment stages: only the points of `actions[..., N, F]` count.

    Raises `ValueError` when the last axes are not (N, F), or the game has no punishment stage.
    """
    rule = spec.punishment
    if rule is None:
        raise ValueError(f"{spec.name} has no punishment stage")
    given = _checked(spec, actions)
    count = len(spec.members)
    here = np.ones(given.shape[:-1], bool) if present is None else np.asarray(present, dtype=bool)
    points = np.zeros((*given.shape[:-1], count))
    for i in range(count):
        others = [j for j in range(count) if j != i]
        points[..., i, others] = given[..., i, 1:]
    points = np.where(here[..., :, None] & here[..., None, :], points, 0.0)
    assigned, received = ordered_sums(points), ordered_sums(np.swapaxes(points, -1, -2))
    return Punished(points, assigned, received, -(rule.cost * assigned) - rule.effect * received)


def _checked(spec: PublicGoodsSpec, actions: ArrayLike) -> Array:
    given = np.asarray(actions, dtype=np.float64)
    shape = (len(spec.members), parts(spec))
    if given.shape[-2:] != shape:
        raise ValueError(f"actions of shape {given.shape}; [..., {shape[0]}, {shape[1]}] was expected")
    return given
