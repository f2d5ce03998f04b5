"""The measures of many rounds at once, as the integers that an institution judges."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.errors import UsageError
from agoranomos.markets.cournot.benchmarks import Benchmarks, benchmarks_among
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.measures import measure
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE

Integers: TypeAlias = NDArray[np.int64]

UNDEFINED: Final = np.iinfo(np.int64).min
"""Stands for None in arrays of measures."""


def measure_arrays_e6(
    spec: CournotSpec,
    benchmark: Benchmarks,
    actions_e6: ArrayLike,
    intercept: ArrayLike | None = None,
    active: tuple[bool, ...] | None = None,
) -> dict[str, Integers]:
    """The measures of rounds in which firms bring `actions_e6[..., N, M]` millionths, keyed as in `MEASURE_KINDS`.

    Equal, value for value, to what `measure_round` gives for each round alone; `UNDEFINED` where it gives None. Each
    array has the leading axes of the actions, then those of its measure. `intercept[..., M]` is alpha as realised.
    Where firms come and go, `active[N]` says who is in the market in all these rounds (their benchmarks take the place
    of `benchmark`); raises `UsageError` without it.
    """
    if active is not None:
        benchmark = benchmarks_among(spec, tuple(active))
    elif spec.comes_and_goes:
        raise UsageError(
            f"firms enter and leave {spec.name}: its rounds are measured together only where the same firms are in it",
            advice="Say who is in the market (active), one group of rounds at a time.",
        )
    quantity = np.asarray(actions_e6, dtype=np.int64) / SCALE
    found = measure(spec, benchmark, clear(spec, quantity, intercept, benchmark.active))
    return {f"{name}_e6": _integers(values) for name, values in found.items()}


def _integers(values: NDArray[np.float64]) -> Integers:
    scaled = np.rint(values * SCALE)
    undefined = np.isnan(scaled)
    whole = np.where(undefined, 0.0, scaled).astype(np.int64)
    whole[undefined] = UNDEFINED
    return whole
