"""Non-cooperative play in a Cournot market: best responses and the Nash equilibrium, exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agoranomos.markets.cournot.capacity_program import Solution, maximise
from agoranomos.markets.cournot.clear import Array
from agoranomos.markets.cournot.spec import CournotSpec


def best_response(spec: CournotSpec, firm: int, rivals_total: Sequence[float]) -> tuple[float, ...]:
    """The quantities [M] that maximise the profit of `firm` when its rivals bring `rivals_total[M]` together.

    Without capacity `q_j = beta_j (alpha_j - c_j - R_j / beta_j) / 2` where positive. Where capacity binds, its
    shadow price is added to every cost; it solves a piecewise linear equation and is found exactly from the goods
    in order of their margins. The price floor changes nothing: no cost is negative, so nobody sells at a zero price.
    """
    cost, capacity = spec.marginal_cost[firm], spec.capacity[firm]
    margin = [a - r / b - c for a, b, c, r in zip(spec.alpha, spec.beta, cost, rivals_total, strict=True)]
    wanted = [b * m / 2.0 if m > 0.0 else 0.0 for b, m in zip(spec.beta, margin, strict=True)]
    if sum(wanted) <= capacity:
        return tuple(wanted)
    shadow, weight, weighted = 0.0, 0.0, 0.0
    for j in sorted(range(len(margin)), key=lambda j: -margin[j]):
        if margin[j] <= shadow:
            break
        weight += spec.beta[j]
        weighted += spec.beta[j] * margin[j]
        shadow = (weighted - 2.0 * capacity) / weight
    return tuple(max(0.0, b * (m - shadow) / 2.0) for b, m in zip(spec.beta, margin, strict=True))


def nash(spec: CournotSpec) -> Solution:
    """The unique Nash equilibrium of one round: quantities [N, M] and shadow prices of capacity [N].

    Linear demand makes the game a potential game (Slade 1994; Monderer and Shapley 1996): profits' own derivatives
    `alpha_j - c_ij - (Q_j + q_ij) / beta_j` are those of one strictly concave quadratic, so its maximiser under the
    capacities is the equilibrium, and there is no other.
    """
    firms = len(spec.firms)
    return maximise(_margins(spec), _per_good(spec, np.ones((firms, firms)) + np.eye(firms)), np.asarray(spec.capacity))


def joint_monopoly(spec: CournotSpec) -> Solution:
    """The plan that maximises the sum of profits.

    Where costs leave the split open, the plan with the least sum of squared quantities: firms with equal costs sell
    equal amounts, as far as their capacities allow.
    """
    firms = len(spec.firms)
    return maximise(_margins(spec), _per_good(spec, np.full((firms, firms), 2.0)), np.asarray(spec.capacity))


def competitive(spec: CournotSpec) -> Solution:
    """The plan that maximises welfare: price equals marginal cost plus the shadow price of capacity.

    Where costs leave the split open, the plan with the least sum of squared quantities.
    """
    firms = len(spec.firms)
    return maximise(_margins(spec), _per_good(spec, np.ones((firms, firms))), np.asarray(spec.capacity))


def _margins(spec: CournotSpec) -> Array:
    return np.asarray(np.asarray(spec.alpha) - np.asarray(spec.marginal_cost))


def _per_good(spec: CournotSpec, between_firms: Array) -> Array:
    """The Hessian [N*M, N*M] in which good j couples firms by `between_firms / beta_j` and goods are not coupled."""
    return np.asarray(np.kron(between_firms, np.diag(1.0 / np.asarray(spec.beta))), dtype=np.float64)
