"""How often an institution was wrong, held against prices: who was accused without harm, and what harm went unseen.

What an institution measures cannot say whether it was right. Prices can: harm is a price that is raised, for a while.
A market does harm in a round when its price elevation, averaged over the last `WINDOW` rounds that nobody sat out, is
at least `HARM`: half of the way from Nash to joint monopoly. This says of a market, and not of one firm in it, that
somebody raised prices; who did is not seen in a price.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import parquet

from agoranomos.statistics import Interval, rate_interval

HARM = 0.5
"""The price elevation from which on a market does harm: 0 is Nash, 1 is joint monopoly."""

WINDOW = 5
"""Rounds over which prices are averaged; those in which an agent sat suspended are skipped."""


@dataclass(frozen=True, slots=True)
class RunErrors:
    """One run: whether it did harm in any round, in how many, cases opened, and cases when there was no harm."""

    harmful_rounds: int
    cases: int
    unfounded: int

    @property
    def harmful(self) -> bool:
        """Whether prices were raised for long enough at all."""
        return self.harmful_rounds > 0


@dataclass(frozen=True, slots=True)
class ArmErrors:
    """The errors of an arm over its runs, shares with exact intervals; empty where it has no run, or no harm.

    `innocents_accused`: of runs without harm, those with a case. `guilty_missed`: of runs with harm, those without one.
    `unfounded`: of all cases, those opened when there was no harm; an interval that takes cases as independent.
    """

    arm: str
    runs: int
    harmful: int
    innocents_accused: Interval
    guilty_missed: Interval
    unfounded: Interval
    by_run: Mapping[int, RunErrors]


def errors_of(folder: Path, arms: Collection[str]) -> dict[str, ArmErrors]:
    """The errors of these arms by name, from the tables in `folder`; arms whose market has no prices are left out."""
    tables = folder / "tables"
    chosen = pc.field("arm").isin(list(arms))
    rounds = parquet.read_table(
        tables / "rounds.parquet",
        columns=["arm", "seed", "round", "price_elevation_mean", "suspended"],
        filters=chosen,
    )
    acts = parquet.read_table(
        tables / "enforcement.parquet", columns=["arm", "seed", "round"], filters=chosen & (pc.field("kind") == "case")
    )
    cases = dict(_by_run(acts, "round"))
    found: dict[str, dict[int, RunErrors]] = {}
    for key, (numbers, elevation, suspended) in _by_run(rounds, "round", "price_elevation_mean", "suspended"):
        if not np.isnan(elevation).all():
            opened = cases.get(key, (np.zeros(0),))[0]
            found.setdefault(key[0], {})[key[1]] = run_errors(elevation, suspended > 0, _places(numbers, opened))
    return {arm: _arm(arm, runs) for arm, runs in found.items()}


def run_errors(elevation: NDArray[np.float64], suspended: NDArray[np.bool_], cases: NDArray[np.int64]) -> RunErrors:
    """The errors in one run: price elevation (T,), whether anybody sat out (T,), and the places of rounds with cases.

    A case is founded where the last full window by its round shows harm; before there is one, what there is of it.
    """
    free = np.flatnonzero(~suspended & ~np.isnan(elevation))
    sums = np.concatenate(([0.0], np.cumsum(elevation[free])))
    ends = np.arange(1, free.size + 1)
    starts = np.maximum(ends - WINDOW, 0)
    harm = (sums[ends] - sums[starts]) / (ends - starts) >= HARM - 1e-12
    latest = np.searchsorted(free, cases, side="right") - 1
    founded = sum(bool(harm[place]) for place in latest if place >= 0)
    return RunErrors(int(harm[WINDOW - 1 :].sum()), int(cases.size), int(cases.size) - founded)


def _arm(name: str, runs: Mapping[int, RunErrors]) -> ArmErrors:
    innocent = [run for run in runs.values() if not run.harmful]
    guilty = [run for run in runs.values() if run.harmful]
    cases = sum(run.cases for run in runs.values())
    return ArmErrors(
        name,
        len(runs),
        len(guilty),
        rate_interval(sum(run.cases > 0 for run in innocent), len(innocent)),
        rate_interval(sum(run.cases == 0 for run in guilty), len(guilty)),
        rate_interval(sum(run.unfounded for run in runs.values()), cases),
        runs,
    )


def _places(numbers: NDArray[np.float64], rounds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where rounds stand among the run's rounds, whose numbers grow."""
    return np.searchsorted(numbers, rounds).astype(np.int64)


def _by_run(table: Any, *columns: str) -> Iterator[tuple[tuple[str, int], tuple[NDArray[np.float64], ...]]]:
    """The columns of each run, whose rows lie together, null as NaN."""
    if not table.num_rows:
        return
    arms = pc.dictionary_encode(table["arm"]).combine_chunks()
    arms = arms.combine_chunks() if isinstance(arms, pa.ChunkedArray) else arms
    names, codes, seeds = arms.dictionary.to_pylist(), arms.indices.to_numpy(), table["seed"].to_numpy()
    changes = np.flatnonzero((codes[1:] != codes[:-1]) | (seeds[1:] != seeds[:-1])) + 1
    values = [_numbers(table[name]) for name in columns]
    for start, stop in zip([0, *changes.tolist()], [*changes.tolist(), len(codes)], strict=True):
        yield (names[codes[start]], int(seeds[start])), tuple(column[start:stop] for column in values)


def _numbers(column: Any) -> NDArray[np.float64]:
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
