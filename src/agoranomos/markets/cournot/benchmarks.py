"""The outcomes that a Cournot market is held against: Nash, joint monopoly, competition, market division."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.markets.cournot.clear import Array, Outcome, clear
from agoranomos.markets.cournot.division import market_division
from agoranomos.markets.cournot.equilibrium import competitive, joint_monopoly, nash
from agoranomos.markets.cournot.spec import CournotSpec


@dataclass(frozen=True, eq=False)
class Benchmarks:
    """One round at each benchmark, and what a unit of capacity is worth to each firm at the Nash equilibrium, [N].

    As computed from a specification demand is unshocked; `at` gives the same quantities under a realised demand.
    """

    nash: Outcome
    monopoly: Outcome
    competitive: Outcome
    division: Outcome
    shadow_price: Array

    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes by name, in the order in which they are published."""
        return {
            "nash": self.nash,
            "monopoly": self.monopoly,
            "competitive": self.competitive,
            "division": self.division,
        }


@lru_cache(maxsize=256)
def benchmarks(spec: CournotSpec) -> Benchmarks:
    """The benchmarks of one unshocked round; a pure function of the specification, remembered because runs share it."""
    equilibrium = nash(spec)
    return Benchmarks(
        nash=_settled(clear(spec, equilibrium.quantity)),
        monopoly=_settled(clear(spec, joint_monopoly(spec).quantity)),
        competitive=_settled(clear(spec, competitive(spec).quantity)),
        division=_settled(clear(spec, market_division(spec))),
        shadow_price=equilibrium.shadow_price,
    )


def reclear(spec: CournotSpec, outcome: Outcome, intercept: ArrayLike) -> Outcome:
    """The same quantities under the demand that was realised, `intercept[..., M]`."""
    return clear(spec, outcome.quantity, intercept)


def _settled(outcome: Outcome) -> Outcome:
    """Read-only arrays: benchmarks are shared by every run of a specification."""
    copies = [np.array(array) for array in outcome]
    for copy in copies:
        copy.setflags(write=False)
    return Outcome(*copies)
