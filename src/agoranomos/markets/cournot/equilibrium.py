"""Non-cooperative play in a Cournot market: best responses and the Nash equilibrium, exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agoranomos.markets.cournot.capacity_program import Solution, maximise
from agoranomos.markets.cournot.clear import Array
from agoranomos.markets.cournot.large_program import Linked, maximise_linked
from agoranomos.markets.cournot.spec import CournotSpec

MOST_DENSE_FIRMS = 64
"""Markets of more firms are solved by the method whose work grows with the number of firms, not with its cube."""


def best_response(spec: CournotSpec, firm: int, rivals_total: Sequence[float]) -> tuple[float, ...]:
    """The quantities [M] that maximise the profit of `firm` when its rivals bring `rivals_total[M]` together.

    Without capacity `q_j = beta_j (alpha_j - c_j - R_j / beta_j) / 2` where positive. Where capacity binds, its
    shadow price is added to every cost; it solves a piecewise linear equation and is found exactly from the goods
    in order of their margins. The price floor changes nothing: no cost is negative, so nobody sells at a zero price.
    Where versions differ a rival's unit weighs gamma_j: `R_j` is `gamma_j` times what the rivals bring, as long as no
    rival's price is zero.
    """
    cost, capacity = spec.marginal_cost[firm], spec.capacity[firm]
    if spec.differentiated:
        rivals_total = [g * r for g, r in zip(spec.substitutability, rivals_total, strict=True)]
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
    With versions that differ they are `alpha_j - c_ij - (gamma_j Q_j + (2 - gamma_j) q_ij) / beta_j`.
    """
    return _solved(spec, 1.0, 1.0)


def joint_monopoly(spec: CournotSpec) -> Solution:
    """The plan that maximises the sum of profits.

    Where costs leave the split open, the plan with the least sum of squared quantities: firms with equal costs sell
    equal amounts, as far as their capacities allow.
    """
    return _solved(spec, 2.0, 0.0)


def competitive(spec: CournotSpec) -> Solution:
    """The plan that maximises welfare: price equals marginal cost plus the shadow price of capacity.

    Where costs leave the split open, the plan with the least sum of squared quantities.
    """
    return _solved(spec, 1.0, 0.0)


def _solved(spec: CournotSpec, weight: float, own: float) -> Solution:
    """The maximiser of  sum_ij (alpha_j - c_ij) q_ij - sum_j (weight q_j' G_j q_j + own q_j'q_j) / (2 beta_j).

    G_j has 1 on the diagonal and gamma_j elsewhere.
    """
    firms, goods = len(spec.firms), len(spec.goods)
    capacity = np.asarray(spec.capacity)
    if firms > MOST_DENSE_FIRMS:
        gammas, betas = np.asarray(spec.substitutability), np.asarray(spec.beta)
        between, within = weight * gammas / betas, (weight * (1.0 - gammas) + own) / betas
        return maximise_linked(Linked(_margins(spec), between, within, capacity))
    if not spec.differentiated:
        return maximise(
            _margins(spec), _per_good(spec, np.full((firms, firms), weight) + own * np.eye(firms)), capacity
        )
    hessian = np.zeros((firms, goods, firms, goods))
    for j, (gamma, beta) in enumerate(zip(spec.substitutability, spec.beta, strict=True)):
        weights = weight * (gamma + (1.0 - gamma) * np.eye(firms)) + own * np.eye(firms)
        hessian[:, j, :, j] = weights / beta
    return maximise(_margins(spec), hessian.reshape(firms * goods, firms * goods), capacity)


def _margins(spec: CournotSpec) -> Array:
    return np.asarray(np.asarray(spec.alpha) - np.asarray(spec.marginal_cost))


def _per_good(spec: CournotSpec, between_firms: Array) -> Array:
    """The Hessian [N*M, N*M] in which good j couples firms by `between_firms / beta_j` and goods are not coupled."""
    return np.asarray(np.kron(between_firms, np.diag(1.0 / np.asarray(spec.beta))), dtype=np.float64)
