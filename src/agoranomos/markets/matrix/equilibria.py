"""Equilibria of a game in normal form: pure ones by looking at every profile, mixed ones by pivoting or by Gambit.

A profile of mixed actions is one probability vector an agent. `table` is [K_1, ..., K_N, N]. Definition: Nash (1951),
Non-cooperative games, Annals of Mathematics 54. Gambit: Savani and Turocy, Gambit: the package for computation in game
theory.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import MachineError
from agoranomos.markets.matrix.pivoting import lemke_howson

Array: TypeAlias = NDArray[np.float64]
Mixed: TypeAlias = tuple[Array, ...]

MOST_ACTIONS = 80
"""So many actions two agents may have together where no equilibrium is pure: seconds of exact arithmetic."""

LARGEST_REGRET = 1e-6
"""What an agent could gain against a profile that is called an equilibrium, as a share of the range of payoffs."""


def pure_equilibria(table: Array) -> tuple[tuple[int, ...], ...]:
    """Every profile of actions from which nobody gains by leaving it alone, in the order of the actions."""
    agents = table.shape[-1]
    stable = np.ones(table.shape[:-1], dtype=bool)
    for i in range(agents):
        own = table[..., i]
        stable &= own == own.max(axis=i, keepdims=True)
    return tuple(tuple(int(k) for k in profile) for profile in np.argwhere(stable))


def expected(table: Array, profile: Sequence[Array]) -> Array:
    """What each agent earns on average, [..., N] for values `table` [K_1, ..., K_N, ...] under a mixed profile."""
    values = table
    for probabilities in profile:
        values = np.tensordot(probabilities, values, axes=(0, 0))
    return np.asarray(values)


def regrets(table: Array, profile: Sequence[Array]) -> Array:
    """What each agent could gain by its best action against the others in a mixed profile, [N]; 0 in equilibrium."""
    gains = []
    for i, own in enumerate(profile):
        values = np.moveaxis(table[..., i], i, -1)
        for probabilities in (*profile[:i], *profile[i + 1 :]):
            values = np.tensordot(probabilities, values, axes=(0, 0))
        gains.append(float(values.max() - values @ own))
    return np.array(gains)


def pure_profile(table: Array, profile: Sequence[int]) -> Mixed:
    """The profile as probabilities of 0 and 1."""
    return tuple(np.eye(size)[k] for size, k in zip(table.shape[:-1], profile, strict=True))


def one_equilibrium(table: Array) -> Mixed:
    """One equilibrium in mixed actions.

    For two agents by complementary pivoting in exact arithmetic (`pivoting.lemke_howson`); for more, the limit of the
    logit quantal response equilibria (McKelvey and Palfrey 1995) from uniform play. Raises `MachineError` for two with
    more than `MOST_ACTIONS`, for more than two where Gambit is not installed, and where nothing is found with a regret
    below `LARGEST_REGRET` of the range of payoffs.
    """
    if table.shape[-1] == 2:
        if sum(table.shape[:2]) > MOST_ACTIONS:
            raise MachineError(
                f"{sum(table.shape[:2])} actions and no equilibrium in pure ones: a mixed one would take too long",
                advice=f"Of two agents with {MOST_ACTIONS} actions together it is found.",
            )
        candidates: tuple[Mixed, ...] = (lemke_howson(table[..., 0], table[..., 1]),)
    else:
        gambit = _gambit()
        game = _game(gambit, table)
        candidates = _profiles(game, gambit.nash.logit_solve(game))
    for profile in candidates:
        if _is_one(table, profile):
            return profile
    raise MachineError("no equilibrium of this game was found to the precision that is needed")


def all_equilibria(table: Array) -> tuple[Mixed, ...]:
    """Every equilibrium, for two agents the extreme points of every component of them, in exact arithmetic.

    For more agents, those that enumerating supports and solving the polynomials of each finds. Exponential in the
    number of actions. Raises `MachineError` where Gambit is not installed.
    """
    gambit = _gambit()
    game = _game(gambit, table)
    solve = gambit.nash.enummixed_solve if table.shape[-1] == 2 else gambit.nash.enumpoly_solve
    return tuple(profile for profile in _profiles(game, solve(game)) if _is_one(table, profile))


def _is_one(table: Array, profile: Mixed) -> bool:
    spread = float(table.max() - table.min())
    return bool(regrets(table, profile).max() <= LARGEST_REGRET * max(spread, 1e-300))


def _game(gambit: Any, table: Array) -> Any:
    exact = np.vectorize(lambda payoff: Fraction(repr(float(payoff))), otypes=[object])(table)
    return gambit.Game.from_arrays(*[exact[..., i] for i in range(table.shape[-1])])


def _profiles(game: Any, found: Any) -> tuple[Mixed, ...]:
    profiles = []
    for equilibrium in found.equilibria:
        shares = [np.array([float(equilibrium[s]) for s in player.strategies]) for player in game.players]
        profiles.append(tuple(np.maximum(share, 0.0) / np.maximum(share, 0.0).sum() for share in shares))
    return tuple(profiles)


def _gambit() -> Any:
    try:
        import pygambit
    except ImportError:
        raise MachineError(
            "mixed equilibria of three agents and more, and all of two, need Gambit, which is not installed",
            advice="pip install 'agoranomos[games]'",
        ) from None
    return pygambit
