"""Random procurement markets for tests."""

from __future__ import annotations

import numpy as np

from agoranomos.markets.procurement import ProcurementSpec


def random_spec(number: int, *, rule: str = "first-price", equal: bool = True, binding: bool | None = None):
    """Specification `number` of a fixed sequence; with `binding` the reserve price excludes some costs, or none."""
    rng = np.random.default_rng(number)
    firms = int(rng.integers(2, 9))
    rows = 1 if equal else firms
    low = np.round(rng.uniform(0, 80, rows), 2)
    high = np.round(low + rng.uniform(1, 90, rows), 2)
    binds = rng.random() < 0.5 if binding is None else binding
    if binds:
        reserve = low.min() + (high.max() - low.min()) * rng.uniform(0.15, 0.95)
    else:
        reserve = high.max() * rng.uniform(1.0, 1.4)
    reserve = float(np.ceil(reserve * 100) / 100)
    intervals = [[float(a), float(b)] for a, b in zip(low, high, strict=True)]
    return ProcurementSpec(
        name=f"random-{number}",
        firms=tuple(f"s{i}" for i in range(firms)),
        rule=rule,
        cost=intervals[0] if equal else intervals,
        reserve=reserve,
        value=round(reserve * float(rng.uniform(1.0, 1.5)), 2) + 0.01,
        rounds=30,
    )
