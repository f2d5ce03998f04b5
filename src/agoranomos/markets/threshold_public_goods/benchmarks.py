"""The benchmarks of a threshold public goods game, as who contributes.

    nash        the pure equilibrium with the fewest contributors: where cooperation needs company, nobody
    efficient   the number of contributors with the greatest sum of payoffs; of several the greatest

Where only some contribute, they are the first in the order of the members. `equilibria` has all, mixed ones too.
"""

from __future__ import annotations

from agoranomos.markets.threshold_public_goods.equilibria import equilibria
from agoranomos.markets.threshold_public_goods.spec import ThresholdPublicGoodsSpec

SLACK = 1e-12


def contributors(spec: ThresholdPublicGoodsSpec) -> dict[str, int]:
    """How many contribute at each benchmark."""
    count = len(spec.members)
    sums = [joint_factor(spec, m) for m in range(count + 1)]
    best = max(sums)
    return {
        "nash": min(equilibria(spec).pure),
        "efficient": max(m for m in range(count + 1) if sums[m] >= best - SLACK * max(abs(best), 1.0)),
    }


def joint_factor(spec: ThresholdPublicGoodsSpec, number: int) -> float:
    """The sum of all members' factors when `number` of them contribute."""
    others = len(spec.members) - number
    if number >= spec.threshold:
        return number * spec.success_contributor + others * spec.success_other
    return number * spec.failure_contributor + others * spec.failure_other
