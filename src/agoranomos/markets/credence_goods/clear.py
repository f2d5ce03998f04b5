"""How a market for credence goods clears, over arrays with any leading axes.

An expert's action is `(minor price, major price, treats minor, treats major, charges minor, charges major)`: a pair of
prices, and which treatment (0 minor, 1 major) it gives and charges to those who need a minor and a major one.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.markets.credence_goods.spec import CredenceGoodsSpec
from agoranomos.markets.credence_goods.theory import CLOSE, expected_terms, menus

Array: TypeAlias = NDArray[np.float64]

PARTS = 6


class Outcome(NamedTuple):
    """Cleared rounds of N experts and C consumers, in own units; `...` are any leading axes."""

    visits: Array
    """1 where a consumer visits an expert, [..., C, N]"""
    profit: Array
    """[..., N]"""
    utility: Array
    """of each consumer, [..., C]"""
    welfare: Array
    """utilities plus profits, [...]"""


def clear(
    spec: CredenceGoodsSpec, actions: ArrayLike, expected: ArrayLike, needs: ArrayLike, draws: ArrayLike
) -> Outcome:
    """Clear rounds of feasible `actions[..., N, 6]` of experts of whom consumers expect `expected[..., N]`.

    `needs[..., C]` is 1 for a major need, `draws[..., C]` (0 to 1) break ties; of an expert that sits out minus
    infinity is expected. Raises `ValueError` for another number of parts.
    """
    acted, hoped = np.asarray(actions, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if acted.shape[-1] != PARTS:
        raise ValueError(f"actions of shape {acted.shape}; [..., {len(spec.experts)}, {PARTS}] was expected")
    need = np.asarray(needs, dtype=np.intp)[..., None]
    best = hoped.max(axis=-1, keepdims=True)
    equals = (hoped >= best - CLOSE) & (best >= spec.outside - CLOSE)
    count = equals.sum(axis=-1)[..., None]
    rank = np.cumsum(equals, axis=-1) - 1
    chosen = np.minimum((np.asarray(draws) * count).astype(np.intp), np.maximum(count - 1, 0))
    visits = (equals[..., None, :] & (rank[..., None, :] == chosen[..., None])).astype(np.float64)
    treatment, charge = _of_need(acted[..., 2:4], need), _of_need(acted[..., 4:6], need)
    price = np.where(charge > 0.5, acted[..., None, :, 1], acted[..., None, :, 0])
    cost = np.where(treatment > 0.5, spec.major_cost, spec.minor_cost)
    profit = (visits * (price - cost)).sum(axis=-2)
    gained = (visits * (spec.value * (treatment >= need) - price)).sum(axis=-1)
    utility = np.where(visits.sum(axis=-1) > 0.0, gained, spec.outside)
    return Outcome(visits, profit, utility, utility.sum(axis=-1) + profit.sum(axis=-1))


def _of_need(pair: Array, need: NDArray[np.intp]) -> Array:
    """What the pairs [..., N, 2] say for each consumer's need [..., C, 1]: [..., C, N]."""
    return np.where(need > 0, pair[..., None, :, 1], pair[..., None, :, 0])


def expected_profit(spec: CredenceGoodsSpec, actions: ArrayLike) -> Array:
    """What experts with feasible `actions[..., N, 6]` earn on average where consumers believe the theory: [..., N]."""
    acted = np.asarray(actions, dtype=np.float64)
    places = np.rint((acted[..., :2] - spec.least_price) / spec.price_step).astype(np.intp)
    hoped = believed_utilities(spec)[places[..., 0], places[..., 1]]
    best = hoped.max(axis=-1, keepdims=True)
    equals = (hoped >= best - CLOSE) & (best >= spec.outside - CLOSE)
    custom = spec.consumers * equals / np.maximum(equals.sum(axis=-1, keepdims=True), 1)
    margin = np.zeros(acted.shape[:-1])
    for need, weight in ((0, 1.0 - spec.major_probability), (1, spec.major_probability)):
        price = np.where(acted[..., 4 + need] > 0.5, acted[..., 1], acted[..., 0])
        margin = margin + weight * (price - np.where(acted[..., 2 + need] > 0.5, spec.major_cost, spec.minor_cost))
    return np.asarray(custom * margin)


def believed_utilities(spec: CredenceGoodsSpec) -> Array:
    """What consumers expect by the theory of a menu with these places of prices, [K, K]; minus infinity below."""
    table = np.full((spec.prices, spec.prices), -np.inf)
    for (low, high), at in zip(menus(spec), expected_terms(spec), strict=True):
        table[low, high] = at.utility
    return table
