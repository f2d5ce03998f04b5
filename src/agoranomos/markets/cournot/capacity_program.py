"""The concave quadratic program behind every benchmark of a Cournot market.

    maximise  g'q - q'Hq/2   subject to  q >= 0,  sum_j q_ij <= capacity_i

with the quantities q_ij in one vector, firm by firm. A primal active-set method (Nocedal and Wright, *Numerical
Optimization*, 2nd ed., algorithm 16.3) finds which constraints bind; one linear solve on them then gives the answer to
rounding, and the KKT conditions are checked before it is returned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import MachineError
from agoranomos.markets.cournot.clear import Array

TOLERANCE = 1e-9
"""Relative to the largest margin: how well the KKT conditions must hold. Costs that differ by less count as equal."""

PATIENCE = 20
"""Steps per unknown before the search goes by smallest index, which cannot cycle."""

_REGULARISATIONS = (1e-7, 1e-9, 1e-11)


@dataclass(frozen=True)
class Solution:
    """The quantities [N, M] and the firms' shadow prices of capacity [N]."""

    quantity: Array
    shadow_price: Array


@dataclass(frozen=True)
class _Program:
    gradient: Array
    hessian: Array
    capacity: Array
    firm: NDArray[np.intp]
    """which firm each entry of the vector belongs to"""


@dataclass(frozen=True)
class _Binding:
    """The entries that are free to be positive, and the firms at capacity."""

    free: NDArray[np.bool_]
    tight: NDArray[np.bool_]


def maximise(gradient: Array, hessian: Array, capacity: Array) -> Solution:
    """The maximiser over `gradient[N, M]`, `hessian[N*M, N*M]` (positive semidefinite), `capacity[N]` (positive).

    Where several plans are equally good, the one with the least sum of squared quantities, which is unique: equal
    costs give equal splits. Raises `MachineError` when no plan passes the KKT check (ill-conditioned numbers).
    """
    firms, goods = gradient.shape
    program = _Program(gradient.ravel(), hessian, capacity, np.repeat(np.arange(firms), goods))
    curvature = float(np.max(np.diag(hessian)))
    strict = float(np.linalg.eigvalsh(hessian)[0]) > 1e-9 * curvature
    # A small term e*q^2 makes the maximiser unique, and for small e it binds the constraints of the least-squares plan.
    for weight in (0.0,) if strict else _REGULARISATIONS:
        regularised = hessian + weight * curvature * np.eye(len(hessian))
        binding = _active_set(_Program(program.gradient, regularised, capacity, program.firm))
        quantity, shadow = _solve_exactly(program, binding)
        if _satisfies_kkt(program, quantity, shadow):
            return Solution(np.maximum(quantity, 0.0).reshape(firms, goods), np.maximum(shadow, 0.0))
    raise MachineError(
        "the benchmarks of this market could not be computed to nine digits",
        advice="Parameters many orders of magnitude apart are the likely cause; choose other units.",
    )


def _active_set(program: _Program) -> _Binding:
    size, firms = len(program.gradient), len(program.capacity)
    quantity = np.zeros(size)
    free, tight = np.zeros(size, dtype=bool), np.zeros(firms, dtype=bool)
    margin = 1e-12 * max(float(np.max(np.abs(program.gradient))), 1e-300)
    patience = PATIENCE * (size + firms)
    for step in range(patience + 200 * (size + firms)):
        target, shadow = _stationary_point(program, _Binding(free, tight))
        share, blocking = _longest_step(program, quantity, target, free, tight)
        quantity = quantity + share * (target - quantity)
        if blocking is not None:
            if blocking < size:
                free[blocking], quantity[blocking] = False, 0.0
            else:
                tight[blocking - size] = True
            continue
        gain = program.gradient - program.hessian @ quantity - shadow[program.firm]
        gain[free] = 0.0
        wrong = np.concatenate([gain, np.where(tight, -shadow, 0.0)])
        if float(np.max(wrong)) <= margin:
            break
        # Bland's smallest index once the largest gain has had its time: no cycling at degenerate corners.
        released = int(np.argmax(wrong)) if step < patience else int(np.argmax(wrong > margin))
        if released < size:
            free[released] = True
        else:
            tight[released - size] = False
    return _Binding(free, tight)


def _stationary_point(program: _Program, binding: _Binding) -> tuple[Array, Array]:
    """The maximiser with only the binding constraints, as equalities, and the shadow prices of capacity."""
    free, tight = np.flatnonzero(binding.free), np.flatnonzero(binding.tight)
    target, shadow = np.zeros(len(program.gradient)), np.zeros(len(program.capacity))
    if len(free) == 0:
        return target, shadow
    belongs = (program.firm[free][:, None] == tight[None, :]).astype(np.float64)
    matrix = np.block(
        [
            [program.hessian[np.ix_(free, free)], belongs],
            [belongs.T, np.zeros((len(tight), len(tight)))],
        ]
    )
    solved = np.linalg.solve(matrix, np.concatenate([program.gradient[free], program.capacity[tight]]))
    target[free], shadow[tight] = solved[: len(free)], solved[len(free) :]
    return target, shadow


def _longest_step(
    program: _Program, quantity: Array, target: Array, free: NDArray[np.bool_], tight: NDArray[np.bool_]
) -> tuple[float, int | None]:
    """How far towards `target` one may go, at most 1, and the constraint that stops it (capacities after entries)."""
    used = np.bincount(program.firm, quantity, len(program.capacity))
    wanted = np.bincount(program.firm, target, len(program.capacity))
    shares = np.full(len(quantity) + len(used), np.inf)
    falling = free & (target < 0.0)
    shares[: len(quantity)][falling] = quantity[falling] / (quantity[falling] - target[falling])
    rising = ~tight & (wanted > program.capacity)
    room = np.maximum(program.capacity[rising] - used[rising], 0.0)
    shares[len(quantity) :][rising] = room / (wanted[rising] - used[rising])
    blocking = int(np.argmin(shares))
    return (float(shares[blocking]), blocking) if shares[blocking] < 1.0 else (1.0, None)


def _solve_exactly(program: _Program, binding: _Binding) -> tuple[Array, Array]:
    """The maximiser on the binding constraints with the least sum of squares, without any regularisation."""
    free, tight = np.flatnonzero(binding.free), np.flatnonzero(binding.tight)
    quantity, shadow = np.zeros(len(program.gradient)), np.zeros(len(program.capacity))
    if len(free) == 0:
        return quantity, shadow
    gradient, hessian = program.gradient[free], program.hessian[np.ix_(free, free)]
    belongs = (program.firm[free][:, None] == tight[None, :]).astype(np.float64)
    at_capacity = np.linalg.pinv(belongs.T) @ program.capacity[tight]
    # Each tight firm's entries lie in disjoint blocks, so the directions that keep every capacity filled are these.
    _, weights, rotation = np.linalg.svd(belongs.T, full_matrices=True)
    directions = rotation[int(np.sum(weights > 0.5)) :].T
    curvature = directions.T @ hessian @ directions
    slope = directions.T @ (gradient - hessian @ at_capacity)
    quantity[free] = at_capacity + directions @ (np.linalg.pinv(curvature, rcond=1e-11, hermitian=True) @ slope)
    left_over = gradient - hessian @ quantity[free]
    shadow[tight] = np.linalg.pinv(belongs) @ left_over
    return quantity, shadow


def _satisfies_kkt(program: _Program, quantity: Array, shadow: Array) -> bool:
    money = TOLERANCE * float(np.max(np.abs(program.gradient)))
    amount = TOLERANCE * max(float(np.max(np.abs(quantity))), 1e-300)
    used = np.bincount(program.firm, quantity, len(program.capacity))
    gain = program.gradient - program.hessian @ quantity - shadow[program.firm]
    produced = quantity > amount
    return bool(
        np.all(quantity >= -amount)
        and np.all(used <= program.capacity + amount)
        and np.all(shadow >= -money)
        and np.all(gain <= money)
        and np.all(np.abs(gain[produced]) <= money)
        and np.all((shadow <= money) | (used >= program.capacity - amount))
    )
