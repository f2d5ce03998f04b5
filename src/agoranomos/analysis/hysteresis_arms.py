"""The arms of a campaign whose institutions change, read from its tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from pyarrow import parquet

from agoranomos.analysis.hysteresis import Loop, loop_of, phases_of
from agoranomos.analysis.tiers import Array

COLUMNS: Mapping[str, str] = {
    "price": "price_mean",
    "price_elevation": "price_elevation_mean",
    "consumer_surplus": "consumer_surplus",
    "surplus_ratio": "surplus_ratio",
    "welfare": "welfare",
    "profit": "profit_total",
}
"""The outcomes that every round has, and their columns in the table `rounds`."""

_OF_RUNS = [
    "arm",
    "seed",
    "status",
    "rounds",
    "roster",
    "market",
    "told",
    "institution",
    "switch_rounds",
    "switch_institutions",
]

Row = Mapping[str, Any]


def loops(folder: Path, outcome: str = "") -> tuple[Loop, ...]:
    """The loop of every arm with switches and finished runs, in the order of the table of runs.

    The measure is the campaign's `outcome` where a round has one, else the price, else welfare. Runs of an arm that
    ended early are left out. Empty where tables are older than switches, or no institution changes.
    """
    tables = folder / "tables"
    if "switch_rounds" not in parquet.read_schema(tables / "runs.parquet").names:
        return ()
    runs = parquet.read_table(tables / "runs.parquet", columns=_OF_RUNS)
    if not pc.any(pc.is_valid(runs["switch_rounds"])).as_py():
        return ()
    by_arm: dict[str, list[dict[str, Any]]] = {}
    for row in runs.filter(pc.equal(runs["status"], "closed")).to_pylist():
        by_arm.setdefault(row["arm"], []).append(row)
    switched = [rows for rows in by_arm.values() if rows[0]["switch_rounds"] is not None]
    found = (_loop(tables, rows, _constant(rows[0], by_arm.values()), outcome) for rows in switched)
    return tuple(loop for loop in found if loop is not None)


def _constant(row: Row, arms: Iterable[Sequence[Row]]) -> Sequence[Row]:
    """The runs of the arm that lives under the first institution to the end, all else being the same; may be none."""
    for rows in arms:
        alike = all(rows[0][name] == row[name] for name in ("roster", "market", "told"))
        if rows[0]["switch_rounds"] is None and alike and rows[0]["institution"] == row["switch_institutions"][0]:
            return rows
    return ()


def _loop(tables: Path, rows: Sequence[Row], constant: Sequence[Row], outcome: str) -> Loop | None:
    rounds = max(row["rounds"] for row in rows)
    seeds = [row["seed"] for row in rows if row["rounds"] == rounds]
    table = _rounds_of(tables, rows[0]["arm"])
    phases = phases_of(rows[0]["switch_institutions"], rows[0]["switch_rounds"], rounds)
    for measure in dict.fromkeys((outcome, "price", "welfare")):
        values = _values(table, measure)
        if values is None or not np.isfinite(values).any():
            continue
        path = _laid_out(table, values, seeds, rounds)
        sat_out = _laid_out(table, _flags(table), seeds, rounds) > 0
        still = None
        if constant:
            other = _rounds_of(tables, constant[0]["arm"])
            known = _values(other, measure)
            if known is not None:
                still = _laid_out(other, np.where(_flags(other) > 0, np.nan, known), seeds, rounds)
        return loop_of(rows[0]["arm"], measure, path, phases, sat_out, still)
    return None


def _rounds_of(tables: Path, arm: str) -> Any:
    wanted = ["seed", "round", "suspended", "measures", *COLUMNS.values()]
    return parquet.read_table(tables / "rounds.parquet", columns=wanted, filters=[("arm", "=", arm)])


def _flags(table: Any) -> Array:
    return np.asarray(table["suspended"].to_numpy(zero_copy_only=False), dtype=np.float64)


def _laid_out(table: Any, values: Array, seeds: Sequence[int], rounds: int) -> Array:
    """The values by run and round, (seeds, rounds), NaN where the table has none."""
    rows = {seed: row for row, seed in enumerate(seeds)}
    path = np.full((len(seeds), rounds), np.nan)
    place = np.array([rows.get(seed, -1) for seed in table["seed"].to_pylist()])
    number = table["round"].to_numpy() - 1
    kept = (place >= 0) & (number < rounds)
    path[place[kept], number[kept]] = values[kept]
    return path


def _values(table: Any, measure: str) -> Array | None:
    """The measure in every row, null as NaN; None where rounds have none of that name."""
    if measure in COLUMNS:
        return np.asarray(table[COLUMNS[measure]].to_numpy(), dtype=np.float64)
    rows = [dict(row or ()) for row in table["measures"].to_pylist()]
    if not any(measure in row for row in rows):
        return None
    return np.array([np.nan if row.get(measure) is None else row[measure] for row in rows], dtype=np.float64)


def hysteresis_csv(found: Sequence[Loop]) -> str:
    """One row a phase, a return and a loop, with the bounds of their intervals; empty cells where there are none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("arm", "measure", "what", "institution", "first_round", "last_round", "mean", "low", "high", "n"))
    for loop in found:
        for row in _rows(loop):
            writer.writerow((loop.arm, loop.measure, *("" if isinstance(v, float) and np.isnan(v) else v for v in row)))
    return text.getvalue()


def _rows(loop: Loop) -> Iterator[tuple[Any, ...]]:
    for mean in loop.phases:
        phase = mean.phase
        for what, found in (("phase", mean.whole), ("settled", mean.settled), ("change", mean.change)):
            if found is not None:
                place = (what, phase.label, phase.first, phase.last)
                yield (*place, found.point, found.low, found.high, found.n)
    for one in loop.returns:
        phase = loop.phases[one.later].phase
        place = ("left", phase.label, phase.first, phase.last)
        yield (*place, one.left.point, one.left.low, one.left.high, one.left.n)
        if one.net is not None:
            place = ("net of time", *place[1:])
            yield (*place, one.net.point, one.net.low, one.net.high, one.net.n)
    if loop.area is not None:
        yield ("area", "", "", "", loop.area.point, loop.area.low, loop.area.high, loop.area.n)
