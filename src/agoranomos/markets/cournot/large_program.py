"""The benchmarks' quadratic program for many firms: its work grows with N M^2 a step, not with (N M)^3.

    maximise  sum_ij m_ij q_ij - sum_j (a_j Q_j^2 + sum_i b_j q_ij^2) / 2   with q >= 0, sum_j q_ij <= capacity_i

Firms meet only in the totals Q_j. Given the pressure y_j = a_j Q_j of the totals, each firm solves its own small
problem, q_ij = max(0, (m_ij - y_j - lambda_i) / b_j), and what is left are M equations sum_i q_ij(y) = y_j / a_j. They
are the stationarity of a convex piecewise quadratic in y (the dual), which a semismooth Newton method with line search
solves in a finite number of steps (Qi and Sun 1993, A nonsmooth version of Newton's method, Mathematical Programming
58). Where versions are identical and a planner decides, b is zero: then Newton runs inside the proximal point method
(Rockafellar 1976, SIAM Journal on Control and Optimization 14), and of the plans that are equally good the one with
the least sum of squares is found in the same way, from the M equations of its own dual.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import MachineError
from agoranomos.markets.cournot.capacity_program import TOLERANCE, Solution
from agoranomos.markets.cournot.clear import Array

MIXED_TOLERANCE = 1e-7
"""How well the KKT conditions must hold where only some goods have `of_own`: their plans are not refined exactly."""

MOST_STEPS = 400
"""Newton steps before the search is given up; some ten are the rule."""

PROXIMAL_WEIGHTS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-5, 1e-5)
"""Curvature that each step of the proximal method adds, relative to that of the totals."""

_TIES = (1e-9, 1e-8, 1e-7, 1e-6, 1e-5)
"""How close two ways to earn must be to count as equal, relative to the largest margin: the first that fits is taken.
"""


@dataclass(frozen=True)
class Linked:
    """The program of the module's first lines: `margin[N, M]`, `of_total[M]` (a), `of_own[M]` (b), `capacity[N]`."""

    margin: Array
    of_total: Array
    of_own: Array
    capacity: Array


@dataclass(frozen=True)
class _Answer:
    """What the firms bring, [N, M], their shadow prices, [N], and which entries are positive."""

    quantity: Array
    shadow: Array
    free: NDArray[np.bool_]


def maximise_linked(program: Linked) -> Solution:
    """The maximiser; with `of_own` of zero the one with the least sum of squared quantities.

    Raises `MachineError` when no plan passes the KKT check (numbers many orders of magnitude apart).
    """
    if np.all(program.of_own > 0.0):
        pressure = _settle(program, np.zeros(len(program.of_total)))
        candidates: Iterable[_Answer] = [_answers(program.margin - pressure, program.of_own, program.capacity)]
    else:
        optimal, pressure = _proximal(program)
        candidates = (_least_squares(program, optimal, pressure, close) for close in _TIES)
    mixed = np.unique(program.of_own > 0.0).size > 1
    for found in candidates:
        if _satisfies_kkt(program, found.quantity, found.shadow, MIXED_TOLERANCE if mixed else TOLERANCE):
            return Solution(found.quantity, np.maximum(found.shadow, 0.0))
    raise MachineError(
        "the benchmarks of this market could not be computed to nine digits",
        advice="Parameters many orders of magnitude apart are the likely cause; choose other units.",
    )


def _answers(value: Array, slope: Array, capacity: Array, filled: NDArray[np.bool_] | None = None) -> _Answer:
    """Each firm's best quantities when a unit is worth `value[N, M]` less `slope[M]` for each one it brings.

    With the shadow price l the firm brings max(0, (value_j - l) / slope_j), and l is the root of a falling piecewise
    linear function, found exactly from the goods in order of their values. `filled` marks firms that fill their
    capacity whatever that costs. A value of -inf is a good that the firm does not make.
    """
    wanted = np.maximum(value, 0.0) / slope
    tight = wanted.sum(axis=1) > capacity
    if filled is not None:
        tight = tight | filled
    shadow = np.zeros(len(value))
    if tight.any():
        order = np.argsort(-value[tight], axis=1, kind="stable")
        ranked = np.take_along_axis(value[tight], order, axis=1)
        weight = (1.0 / slope)[order]
        weights = np.cumsum(weight, axis=1)
        with np.errstate(invalid="ignore"):
            candidate = (np.cumsum(ranked * weight, axis=1) - capacity[tight, None]) / weights
        # The root is the candidate of the last good that is still worth more than it: the largest of them all.
        shadow[tight] = np.max(np.where(np.isfinite(ranked), candidate, -np.inf), axis=1)
    gain = value - shadow[:, None]
    free = gain > 0.0
    return _Answer(np.where(free, gain, 0.0) / slope, shadow, free)


def _settle(program: Linked, start: Array) -> Array:
    """The pressure y [M] at which what firms bring is what causes it; goods without `of_total` have none."""
    coupled = program.of_total > 0.0
    stiffness = np.where(coupled, 1.0 / np.where(coupled, program.of_total, 1.0), 0.0)
    y = np.where(coupled, start, 0.0)
    if not coupled.any():
        return y
    return _newton(program.margin, program.of_own, program.capacity, y, coupled, stiffness, np.zeros(len(y)), None)


def _newton(
    margin: Array,
    slope: Array,
    capacity: Array,
    y: Array,
    coupled: NDArray[np.bool_],
    stiffness: Array,
    target: Array,
    filled: NDArray[np.bool_] | None,
) -> Array:
    """The root of  sum_i q_ij(margin - y) = stiffness_j y_j + target_j,  the minimiser of a convex function of y."""

    def at(point: Array) -> tuple[_Answer, Array, float]:
        answer = _answers(margin - point, slope, capacity, filled)
        q = answer.quantity
        missing = np.where(coupled, stiffness * point + target - q.sum(axis=0), 0.0)
        worth = (np.where(q > 0.0, margin - point, 0.0) * q).sum() - 0.5 * float((slope * q * q).sum())
        return answer, missing, float(worth + 0.5 * (stiffness * point * point).sum() + target @ point)

    answer, missing, height = at(y)
    for _ in range(MOST_STEPS):
        scale = np.maximum(np.abs(answer.quantity).sum(axis=0), np.abs(stiffness * y) + np.abs(target))
        if np.all(np.abs(missing) <= 1e-14 * scale):
            break
        step = _step(answer, slope, stiffness, coupled, filled, missing)
        slack, share = 1e-13 * abs(height), 1.0
        there = at(y + step)
        while there[2] > height + 1e-4 * share * float(missing @ step) + slack and share > 1e-9:
            share /= 2.0
            there = at(y + share * step)
        # Near the root heights differ by rounding alone; then only a smaller residual is progress.
        if there[2] >= height - slack and np.abs(there[1]).max() > 0.5 * np.abs(missing).max():
            break
        y = y + share * step
        answer, missing, height = there
    return y


def _step(
    answer: _Answer,
    slope: Array,
    stiffness: Array,
    coupled: NDArray[np.bool_],
    filled: NDArray[np.bool_] | None,
    missing: Array,
) -> Array:
    """The Newton step: how the totals answer to y, summed over firms, turned round."""
    weight = np.where(answer.free, 1.0 / slope, 0.0)
    curvature = np.diag(weight.sum(axis=0) + stiffness)
    tight = answer.shadow > 0.0 if filled is None else (answer.shadow > 0.0) | filled
    of_tight = weight[tight]
    if len(of_tight):
        sums = of_tight.sum(axis=1)
        curvature = curvature - of_tight.T @ (of_tight / np.where(sums > 0.0, sums, 1.0)[:, None])
    step = np.zeros(len(missing))
    inner = curvature[np.ix_(coupled, coupled)]
    inner = inner + 1e-9 * max(float(np.trace(inner)), 1.0) * np.eye(len(inner))
    step[coupled] = -np.linalg.solve(inner, missing[coupled])
    return step


def _proximal(program: Linked) -> tuple[_Answer, Array]:
    """An optimal plan where some `of_own` is zero, and its pressure [M], to some digits."""
    weak = program.of_own <= 0.0
    quantity, pressure = np.zeros_like(program.margin), np.zeros(len(program.of_total))
    for relative in PROXIMAL_WEIGHTS:
        added = np.where(weak, relative * program.of_total, 0.0)
        nearby = Linked(program.margin + added * quantity, program.of_total, program.of_own + added, program.capacity)
        pressure = _settle(nearby, pressure)
        answer = _answers(nearby.margin - pressure, nearby.of_own, program.capacity)
        quantity = answer.quantity
    return answer, pressure


def _least_squares(program: Linked, optimal: _Answer, pressure: Array, tie: float) -> _Answer:
    """Of the plans that are as good as the `optimal` one, that with the least sum of squared quantities.

    What is made of goods with `of_own` is the same in all of them. Of the others a firm makes what earns it most, at
    capacity where that is worth something, and the totals are those of the optimal plan.
    """
    weak = np.flatnonzero(program.of_own <= 0.0)
    close = tie * float(np.max(np.abs(program.margin)))
    margin, of_total = program.margin[:, weak], program.of_total[weak]
    pressure = pressure[weak]
    filled = optimal.shadow > close
    shadow = np.where(filled, optimal.shadow, 0.0)
    made = margin - pressure >= shadow[:, None] - close
    left = np.maximum(program.capacity - optimal.quantity.sum(axis=1) + optimal.quantity[:, weak].sum(axis=1), 0.0)
    fills = filled & made.any(axis=1)
    if len(weak) == len(program.of_own):
        pressure = _exact(margin, of_total, left, made, fills)
        shadow = np.where(filled, (margin - pressure).max(axis=1), 0.0)
    totals = pressure / of_total
    value, ones = np.where(made, 0.0, -np.inf), np.ones(len(weak))
    start = -totals / np.maximum(made.sum(axis=0), 1)
    every = np.ones(len(weak), dtype=bool)
    y = _newton(value, ones, left, start, every, np.zeros(len(weak)), totals, fills)
    quantity = optimal.quantity.copy()
    quantity[:, weak] = _answers(value - y, ones, left, fills).quantity
    return _Answer(quantity, shadow, quantity > 0.0)


def _exact(margin: Array, of_total: Array, capacity: Array, made: NDArray[np.bool_], fills: NDArray[np.bool_]) -> Array:
    """The pressure [M] in which what is `made` earns a firm the same wherever it makes it, to the last digits.

    Goods that one firm makes at capacity hang together. Where another firm makes one of them with capacity to spare it
    earns nothing at the margin; otherwise the totals are those of all the capacities.
    """
    goods = len(of_total)
    pressure = np.zeros(goods)
    reached: NDArray[np.bool_] = np.logical_not(made.any(axis=0))
    for root in range(goods):
        if reached[root]:
            continue
        group, waiting = [root], [root]
        reached[root] = True
        while waiting:
            j = waiting.pop()
            for k in np.flatnonzero(made[fills & made[:, j]].any(axis=0) & ~reached):
                i = int(np.argmax(fills & made[:, j] & made[:, k]))
                pressure[k] = pressure[j] + margin[i, k] - margin[i, j]
                reached[k] = True
                group.append(int(k))
                waiting.append(int(k))
        spare = made[:, group] & ~fills[:, None]
        if spare.any():
            first = divmod(int(np.argmax(spare)), len(group))
            shift = margin[first[0], group[first[1]]] - pressure[group[first[1]]]
        else:
            brought = capacity[fills & made[:, group].any(axis=1)].sum()
            shift = (brought - (pressure[group] / of_total[group]).sum()) / (1.0 / of_total[group]).sum()
        pressure[group] += shift
    return pressure


def _satisfies_kkt(program: Linked, quantity: Array, shadow: Array, tolerance: float) -> bool:
    money = tolerance * float(np.max(np.abs(program.margin)))
    amount = tolerance * max(float(np.max(np.abs(quantity))), 1e-300)
    used = quantity.sum(axis=1)
    gain = program.margin - program.of_total * quantity.sum(axis=0) - program.of_own * quantity - shadow[:, None]
    return bool(
        np.all(used <= program.capacity + amount)
        and np.all(gain <= money)
        and np.all(np.abs(gain[quantity > amount]) <= money)
        and np.all((shadow <= money) | (used >= program.capacity - amount))
    )
