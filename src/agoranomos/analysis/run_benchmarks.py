"""What each run is held against: the benchmarks of its own market, which may have drawn its costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from agoranomos.analysis.arm_data import Benchmark
from agoranomos.analysis.tiers import Array

BENCHMARK_MEASURES = ("price", "profit", "consumer_surplus", "welfare", "hhi", "cv")

NASH_COLUMNS = (*(f"nash_{measure}" for measure in BENCHMARK_MEASURES), "benchmark_measures")
"""The columns of the table `runs` that tell of Nash play."""

ROWS_AT_ONCE = 1_000
"""Rows that are Python values at once; of equal ones, one stays."""


def knows(row: Mapping[str, Any], name: str) -> bool:
    """Whether the run's market has the benchmark."""
    told = any(row[f"{name}_{measure}"] is not None for measure in ("price", "profit", "welfare", "hhi", "cv"))
    return told or any(key.startswith(f"{name}.") for key, _ in row["benchmark_measures"] or ())


def benchmark(row: Mapping[str, Any], name: str) -> Benchmark:
    """One benchmark from the columns of the table `runs`."""

    def numbers(value: Any) -> Array:
        return np.array([np.nan if x is None else x for x in value or ()], dtype=np.float64)

    def number(value: Any) -> float:
        return float("nan") if value is None else float(value)

    return Benchmark(
        price=numbers(row[f"{name}_price"]),
        profit=numbers(row[f"{name}_profit"]),
        consumer_surplus=number(row[f"{name}_consumer_surplus"]),
        welfare=number(row[f"{name}_welfare"]),
        hhi=numbers(row[f"{name}_hhi"]),
        cv=numbers(row[f"{name}_cv"]),
        others={
            key.removeprefix(f"{name}."): number(value)
            for key, value in row["benchmark_measures"] or ()
            if key.startswith(f"{name}.")
        },
    )


class NashOfRuns:
    """Nash play of one run after another; runs of one market share one value, so that they can be told to be alike.

    It is asked with rows that live as long as it does, and equal ones are one object (`interned`).
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, bytes], Benchmark | None] = {}

    def of(self, row: Mapping[str, Any], by_round: Array) -> Benchmark | None:
        """Nash play in the average round of a run; `by_round` (T, N) is what it would have earned in each."""
        found = self._once((id(row), b""), lambda: benchmark(row, "nash") if knows(row, "nash") else None)
        if found is None or found.price.size or not found.profit.size or not by_round.size:
            return found
        if np.isnan(by_round).any():
            return found
        profit = by_round.mean(axis=0)
        return self._once((id(row), profit.tobytes()), lambda: _of_stages(found, profit))

    def _once(self, key: tuple[int, bytes], make: Callable[[], Benchmark | None]) -> Benchmark | None:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]


def interned(runs: Any) -> tuple[Mapping[str, Any], ...]:
    """The columns of Nash play of each row of the table of runs; equal ones are one object."""
    known: dict[str, Mapping[str, Any]] = {}
    found: list[Mapping[str, Any]] = []
    for some in runs.select(NASH_COLUMNS).to_batches(max_chunksize=ROWS_AT_ONCE):
        found += (known.setdefault(repr(told), told) for told in some.to_pylist())
    return tuple(found)


def _of_stages(found: Benchmark, profit: Array) -> Benchmark:
    """The benchmark a round, where that of the market is of the one stage in which Nash play earns something.

    Prices, and what consumers gain from them, are those of the benchmark.
    """
    none_outside = bool(np.isclose(found.welfare, found.total_profit))
    return replace(found, profit=profit, welfare=float(profit.sum()) if none_outside else found.welfare)
