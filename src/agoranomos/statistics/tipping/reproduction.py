"""The reproduction number of violating in a network: how many others one violator brings to it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.result import NAN, Interval
from agoranomos.statistics.tipping.trajectories import RESAMPLES, Array, Counts, bootstrap, counted

Generation = Literal["next", "any"]
"""`next`: those who follow in the round after an agent's first violation; `any`: in the round after any of its."""


def reproduction_number(
    moves: ArrayLike,
    sees: ArrayLike,
    groups: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    generation: Generation = "next",
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """The mean number of agents whom one violator brings to their first violation, with its interval over `groups`.

    `moves` [T, N, R] are 0, 1 or NaN for trajectories, agents and rounds; `sees` [N, N] or [T, N, N] says at [j, i]
    whether j sees what i does. An agent j that first violates in round s + 1 is credited, in equal parts, to those it
    sees who violated in round s; where it saw none it began of itself, and is credited to nobody. With `next`, i gets
    what it is credited in the round after its own first violation, and those who first violate in the last round are
    left out, as nobody can follow them (of a trajectory that ends sooner, in its own last round). With `any`, it gets
    all it is ever credited, and the number is that of followers a violator: too low as long as some are still to come.
    Who would have begun all the same is credited too, so the number is above 0 where nothing spreads; `contagion` says
    how much of it exposure explains. Source: the effective reproduction number of J. Wallinga and P. Teunis, American
    J. Epidemiology 160 (2004), with a generation time of one round; that of followers with equal credit. `groups` names
    what is drawn again. Raises `ValueError` for shapes that do not fit.
    """
    done, links, owners = seen_moves(moves, sees, groups)
    followers = credited(done, links, generation).reshape(-1, 1)
    counts: Counts = counted(followers, owners, sorted(set(groups), key=repr))
    return bootstrap([counts], lambda rates: rates, generator, resamples=resamples, level=level)[0]


def seen_moves(
    moves: ArrayLike, sees: ArrayLike, groups: Sequence[Hashable]
) -> tuple[Array, NDArray[np.bool_], list[Hashable]]:
    """`moves` [T, N, R], who sees whom [T, N, N] but for itself, and the group of each agent [T N].

    Raises `ValueError` for shapes that do not fit, and for moves that are not 0, 1 or NaN.
    """
    done = np.array(moves, dtype=np.float64)
    if done.ndim != 3:
        raise ValueError(f"moves [trajectory, agent, round] were expected, not an array of shape {done.shape}")
    if not np.isin(done[~np.isnan(done)], (0.0, 1.0)).all():
        raise ValueError("moves that are 0 or 1 were expected")
    trajectories, agents, _ = done.shape
    links = np.asarray(sees, dtype=bool)
    if links.shape not in ((agents, agents), (trajectories, agents, agents)):
        raise ValueError(f"who sees whom of shape {(agents, agents)} was expected, not {links.shape}")
    links = np.broadcast_to(links, (trajectories, agents, agents)).copy()
    links[:, np.arange(agents), np.arange(agents)] = False
    if len(groups) != trajectories:
        raise ValueError(f"{trajectories} trajectories but {len(groups)} groups")
    return done, links, [group for group in groups for _ in range(agents)]


def credited(moves: Array, links: NDArray[np.bool_], generation: Generation) -> Array:
    """What each agent is credited, [T, N]; NaN for those who do not count."""
    violates = moves == 1.0
    ever = violates.any(axis=2)
    first = np.where(ever, violates.argmax(axis=2), -1)
    rounds = violates.shape[2]
    # Of a trajectory that ended sooner than others, its own last round.
    known = np.asarray(~np.isnan(moves).all(axis=1))
    last = np.where(known.any(axis=1), rounds - 1 - known[:, ::-1].argmax(axis=1), -1)
    credit = np.zeros(first.shape)
    for start in range(1, rounds):
        beginners = first == start  # [T, N]
        exposing = links & violates[:, None, :, start - 1]  # [T, j, i]
        seen = exposing.sum(axis=2, keepdims=True)
        shares = np.divide(exposing, seen, out=np.zeros(exposing.shape), where=seen > 0)
        brought = (shares * beginners[:, :, None]).sum(axis=1)
        credit += brought if generation == "any" else np.where(first == start - 1, brought, 0.0)
    counts = ever & (first < last[:, None]) if generation == "next" else ever
    return np.where(counts, credit, NAN)
