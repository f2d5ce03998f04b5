"""The outcomes that a Cournot market is held against: Nash, joint monopoly, competition, market division."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from typing import Any

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
    active: tuple[bool, ...] | None = None
    """who is in the market, where not everybody is"""

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
    """The benchmarks of one unshocked round; a pure function of the specification, remembered because runs share it.

    Where firms come and go, these are the benchmarks with all of them in the market.
    """
    return _benchmarks(spec, spec, None)


@lru_cache(maxsize=256)
def benchmarks_among(spec: CournotSpec, active: tuple[bool, ...]) -> Benchmarks:
    """The benchmarks of a round in which only the `active` firms [N] are in the market; the others bring nothing."""
    if all(active):
        return benchmarks(spec)
    if not any(active):
        nothing = np.zeros((len(spec.firms), len(spec.goods)))
        empty = _settled(clear(spec, nothing, active=active))
        return Benchmarks(empty, empty, empty, empty, nothing[:, 0], active)
    return _benchmarks(spec, _only(spec, active), active)


def reclear(
    spec: CournotSpec, outcome: Outcome, intercept: ArrayLike, active: tuple[bool, ...] | None = None
) -> Outcome:
    """The same quantities under the demand that was realised, `intercept[..., M]`."""
    return clear(spec, outcome.quantity, intercept, active)


def _benchmarks(spec: CournotSpec, present: CournotSpec, active: tuple[bool, ...] | None) -> Benchmarks:
    """The benchmarks of the market that the firms `present` make by themselves, with rows for everybody."""
    rows = np.arange(len(spec.firms)) if active is None else np.flatnonzero(active)

    def among_all(quantity: Array) -> Outcome:
        full = np.zeros((len(spec.firms), *quantity.shape[1:]))
        full[rows] = quantity
        return _settled(clear(spec, full, active=active))

    equilibrium = nash(present)
    shadow = np.zeros(len(spec.firms))
    shadow[rows] = equilibrium.shadow_price
    return Benchmarks(
        nash=among_all(equilibrium.quantity),
        monopoly=among_all(joint_monopoly(present).quantity),
        competitive=among_all(competitive(present).quantity),
        division=among_all(market_division(present)),
        shadow_price=shadow,
        active=active,
    )


def _only(spec: CournotSpec, active: tuple[bool, ...]) -> CournotSpec:
    """The market of the `active` firms, who stay."""

    def kept(values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(compress(values, active))

    return spec.model_copy(
        update={
            "firms": kept(spec.firms),
            "marginal_cost": kept(spec.marginal_cost),
            "capacity": kept(spec.capacity),
            "fixed_cost": None,
            "entry": None,
            "exit": None,
            "ranges": None,
        }
    )


def _settled(outcome: Outcome) -> Outcome:
    """Read-only arrays: benchmarks are shared by every run of a specification."""
    copies = [None if array is None else np.array(array) for array in outcome]
    for copy in copies:
        if copy is not None:
            copy.setflags(write=False)
    return Outcome(*copies)  # type: ignore[arg-type]
