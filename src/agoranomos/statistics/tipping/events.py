"""From one round to the next: the first violation, whether it is repeated, and what success changes.

Where the probability of each move was recorded, it stands for the move in the numerators (`chances`), which takes the
coin flips out of the estimate; what was conditioned on is what was done.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.statistics.result import NAN, Interval
from agoranomos.statistics.tipping.trajectories import (
    RESAMPLES,
    Array,
    Counts,
    as_moves,
    as_violated,
    bootstrap,
    counted,
    ratio,
)


def hazard(
    moves: ArrayLike,
    settings: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    chances: ArrayLike | None = None,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> list[Interval]:
    """The hazard of the first violation by round: who breaks the rule among those who never have before.

    `moves` [T, R] are 0, 1 or NaN, `chances` the probabilities of a 1. A round whose move is unknown counts as none.
    Source: J. D. Singer and J. B. Willett, "It's About Time", Journal of Educational Statistics 18 (1993), for
    discrete time. Raises `ValueError` for other moves and for shapes and lengths that differ.
    """
    at_risk = _at_risk(moves, chances)
    return bootstrap([counted(at_risk, settings)], lambda rates: rates, generator, resamples=resamples, level=level)


def later_hazard(
    moves: ArrayLike,
    settings: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    chances: ArrayLike | None = None,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """The hazard of the first violation after the first round: violations over the rounds at risk of one.

    Rounds are pooled, so that one in which a single trajectory is still at risk weighs as much as that one does.
    Raises as `hazard` does.
    """
    return _of_all(_at_risk(moves, chances)[:, 1:], settings, generator, resamples, level)


def persistence(
    moves: ArrayLike,
    settings: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    chances: ArrayLike | None = None,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """P(v_{r+1} | v_r): how often a violation follows a violation, over all pairs of rounds.

    Raises as `hazard` does.
    """
    done = as_moves(moves)
    after = np.where(done[:, :-1] == 1.0, _numerator(done, chances)[:, 1:], NAN)
    return _of_all(after, settings, generator, resamples, level)


def success_effect(
    moves: ArrayLike,
    succeeded: ArrayLike,
    runs: Sequence[Hashable],
    settings: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    chances: ArrayLike | None = None,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """By how much P(v_{r+1}) is higher after a round in which the group reached its threshold, within a group.

    `succeeded` [T, R] says of each agent's group, named by `runs`, whether it did. Groups in which violating is likely
    succeed more often and go on, though nobody learns, so levels of groups are taken out: by forward deviations, each
    round less the mean of those that follow it, with the success itself as the instrument. (Deviations from the mean of
    all rounds would be biased downwards where rounds are few: what made the group succeed is missing in those that
    follow.) Source: M. Arellano and O. Bover, J. Econometrics 68 (1995). What rounds have in common is not taken out:
    where all groups break the rule more often as time goes on, the effect is above 0 though nobody learns. It takes
    three rounds. Raises as `hazard` does.
    """
    done, won = as_moves(moves), as_moves(succeeded)
    if won.shape != done.shape:
        raise ValueError(f"successes of shape {done.shape} were expected, not {won.shape}")
    if not len(runs) == len(settings) == len(done):
        raise ValueError(f"{len(done)} trajectories but {len(runs)} runs and {len(settings)} settings")
    after, names = _numerator(done, chances), sorted(set(settings), key=repr)
    sums, weights = np.zeros((len(names), 1)), np.zeros((len(names), 1))
    usual = float(np.nanmean(won[:, :-1])) if won.shape[1] > 1 and not np.isnan(won[:, :-1]).all() else NAN
    for run in dict.fromkeys(runs):
        rows = [k for k, name in enumerate(runs) if name == run]
        owner = names.index(settings[rows[0]])
        for top, bottom in _forward(after[rows], won[rows[0]], usual):
            sums[owner] += top
            weights[owner] += bottom
    return bootstrap([Counts(sums, weights)], lambda rates: rates, generator, resamples=resamples, level=level)[0]


def _forward(after: Array, won: Array, usual: float) -> Iterator[tuple[float, float]]:
    """What each round of a group with moves `after` [N, R] and successes `won` [R] adds above and below the line."""
    known = ~np.isnan(after)
    agents = known.sum(axis=0)
    share = ratio(np.where(known, after, 0.0).sum(axis=0), agents)[1:]
    success = won[:-1]
    for k in range(len(success) - 1):
        later = np.flatnonzero(~np.isnan(share[k + 1 :]) & ~np.isnan(success[k + 1 :])) + k + 1
        if np.isnan(success[k]) or np.isnan(share[k]) or not later.size:
            continue
        weight = (success[k] - usual) * agents[k + 1] * later.size / (later.size + 1.0)
        yield weight * (share[k] - share[later].mean()), weight * (success[k] - success[later].mean())


def _at_risk(moves: ArrayLike, chances: ArrayLike | None) -> Array:
    """Violations, or their chances, of those who have never broken the rule before; NaN for all others, [T, R]."""
    done = as_moves(moves)
    before = np.cumsum(np.nan_to_num(done), axis=1) - np.nan_to_num(done) > 0
    return np.where(before, NAN, _numerator(done, chances))


def _numerator(done: Array, chances: ArrayLike | None) -> Array:
    if chances is None:
        return done
    found = as_violated(chances)
    if found.shape != done.shape:
        raise ValueError(f"chances of shape {done.shape} were expected, not {found.shape}")
    return np.where(np.isnan(found), done, found)


def _of_all(
    values: Array, settings: Sequence[Hashable], generator: np.random.Generator, resamples: int, level: float
) -> Interval:
    pooled, owners = _pooled(values, settings)
    return bootstrap([counted(pooled, owners)], lambda rates: rates, generator, resamples=resamples, level=level)[0]


def _pooled(values: Array, settings: Sequence[Hashable]) -> tuple[Array, list[Hashable]]:
    """All values below each other, [T * K, 1], and the setting of each."""
    if len(settings) != len(values):
        raise ValueError(f"{len(values)} trajectories but {len(settings)} settings")
    return values.reshape(-1, 1), [name for name in settings for _ in range(values.shape[1])]
