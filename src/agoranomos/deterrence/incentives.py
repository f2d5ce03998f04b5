"""Does a firm keep to a collusive plan? What it earns by each, under grim trigger and a chance of being fined.

A plan is kept up by the threat to play Nash for ever after somebody leaves it (Friedman 1971, A non-cooperative
equilibrium for supergames). A round of collusion is found out with probability p and fined F. Detection does not end
the plan, and a firm that leaves it is not fined for the round in which it does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.equilibrium import best_response, nash
from agoranomos.markets.cournot.spec import CournotSpec

_NEXT_TO_ONE = 1.0 - 1e-12
_PRECISION = 1e-15


@dataclass(frozen=True, slots=True)
class Stakes:
    """One firm's profit of a round: in the plan, in the best deviation from it, and at Nash. In the market's money."""

    collusion: float
    deviation: float
    nash: float


def stakes(spec: CournotSpec, plan: ArrayLike, firm: int) -> Stakes:
    """What is at stake for `firm` in a plan of quantities [N, M]: the others keep to it while this one deviates."""
    quantities = np.array(plan, dtype=np.float64)
    deviation = quantities.copy()
    rivals = quantities.sum(axis=0) - quantities[firm]
    deviation[firm] = best_response(spec, firm, rivals.tolist())
    equilibrium = nash(spec).quantity
    kept, left, alone = (float(clear(spec, q).profit[firm]) for q in (quantities, deviation, equilibrium))
    return Stakes(kept, left, alone)


def discounted(transition: ArrayLike, rewards: ArrayLike, discount: float) -> np.ndarray:
    """The value of each state of a Markov chain [K, K] with rewards [K]: the solution of `v = r + delta P v`."""
    chain = np.asarray(transition, dtype=np.float64)
    return np.linalg.solve(np.eye(len(chain)) - discount * chain, np.asarray(rewards, dtype=np.float64))


def value_of_keeping(at_stake: Stakes, discount: float, expected_fine: float = 0.0) -> float:
    """What keeping to the plan for ever is worth, a round's expected fine taken off each round."""
    return float(discounted([[1.0]], [at_stake.collusion - expected_fine], discount)[0])


def value_of_leaving(at_stake: Stakes, discount: float) -> float:
    """What one round of the best deviation is worth, and Nash ever after."""
    after = [[0.0, 1.0], [0.0, 1.0]]
    return float(discounted(after, [at_stake.deviation, at_stake.nash], discount)[0])


def is_deterred(at_stake: Stakes, discount: float, fine: float, detection: float) -> bool:
    """Whether a firm would rather leave the plan than pay `fine` with probability `detection` in each round of it."""
    expected = detection * fine
    return value_of_keeping(at_stake, discount, expected) < value_of_leaving(at_stake, discount)


def critical_discount_factor(at_stake: Stakes, expected_fine: float = 0.0) -> float | None:
    """The discount factor from which on the plan is kept; None where no patience is enough, 0 where none is needed."""

    def surplus(discount: float) -> float:
        # Times 1 - delta, so that values stay finite as patience grows.
        keeping, leaving = value_of_keeping(at_stake, discount, expected_fine), value_of_leaving(at_stake, discount)
        return (1.0 - discount) * (keeping - leaving)

    if surplus(0.0) >= 0.0:
        return 0.0
    if at_stake.collusion - expected_fine <= at_stake.nash:
        return None
    return float(brentq(surplus, 0.0, _NEXT_TO_ONE, xtol=_PRECISION, rtol=4 * np.finfo(float).eps))


def critical_detection(at_stake: Stakes, fine: float, discount: float) -> float:
    """The probability of detection above which the plan is left.

    It may exceed 1: then no detection deters with this fine. It is 0 where firms leave the plan unpunished. Raises
    `ValueError` unless the fine is positive and the discount factor lies in [0, 1).
    """
    if fine <= 0.0 or not 0.0 <= discount < 1.0:
        raise ValueError("a positive fine and a discount factor below 1 were expected")

    def surplus(expected_fine: float) -> float:
        keeping, leaving = value_of_keeping(at_stake, discount, expected_fine), value_of_leaving(at_stake, discount)
        return (1.0 - discount) * (keeping - leaving)

    free = surplus(0.0)
    if free <= 0.0:
        return 0.0
    # The surplus falls one for one with the expected fine, so it is gone before twice what it is without one.
    return float(brentq(surplus, 0.0, 2.0 * free, xtol=_PRECISION, rtol=4 * np.finfo(float).eps)) / fine
