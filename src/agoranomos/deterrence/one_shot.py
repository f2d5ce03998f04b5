"""One round as a game with finitely many actions, and its equilibria in pure strategies."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.errors import UsageError
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.spec import CournotSpec

Payoffs: TypeAlias = NDArray[np.float64]

MOST_OUTCOMES = 10_000_000


def one_shot_game(spec: CournotSpec, menus: Sequence[ArrayLike], expected_fines: ArrayLike | None = None) -> Payoffs:
    """Payoffs [N, K_1, .., K_N] of the round in which firm i picks a row of `menus[i]`, quantities [K_i, M].

    `expected_fines`, of the same shape, are taken off the profits. Raises `UsageError` for a menu that does not fit the
    market, or for more outcomes than ten million.
    """
    rows = [np.asarray(menu, dtype=np.float64) for menu in menus]
    firms, goods = len(spec.firms), len(spec.goods)
    if len(rows) != firms or any(menu.ndim != 2 or menu.shape[1] != goods or not len(menu) for menu in rows):
        raise UsageError(f"{firms} menus of rows of {goods} quantities were expected")
    sizes = tuple(len(menu) for menu in rows)
    if firms * int(np.prod(sizes, dtype=object)) > MOST_OUTCOMES:
        raise UsageError(f"{' x '.join(map(str, sizes))} outcomes are too many", advice="Take coarser menus.")
    picked = np.meshgrid(*(np.arange(size) for size in sizes), indexing="ij")
    quantities = np.stack([menu[index] for menu, index in zip(rows, picked, strict=True)], axis=-2)
    payoffs = np.moveaxis(clear(spec, quantities).profit, -1, 0)
    return payoffs if expected_fines is None else payoffs - np.asarray(expected_fines, dtype=np.float64)


def pure_equilibria(payoffs: ArrayLike, tolerance: float = 0.0) -> tuple[tuple[int, ...], ...]:
    """The outcomes (an action of each player) from which no player gains more than `tolerance` by another action.

    `payoffs` [N, K_1, .., K_N]. In the order of the actions.
    """
    table = np.asarray(payoffs, dtype=np.float64)
    stable = np.ones(table.shape[1:], dtype=bool)
    for player, own in enumerate(table):
        stable &= own >= own.max(axis=player, keepdims=True) - tolerance
    return tuple(outcome for outcome in product(*map(range, stable.shape)) if stable[outcome])
