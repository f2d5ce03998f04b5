"""Reads a campaign's Parquet tables: `open_arms` a block of runs at a time, `read_tables` as a whole.

The columns are those of `agoranomos.campaigns.tables`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from agoranomos.analysis.arm_data import UNKNOWN, ArmData, Benchmark, RunData, mean_benchmark
from agoranomos.analysis.run_benchmarks import benchmark, interned, knows
from agoranomos.analysis.run_blocks import BLOCK_ROUNDS, COLUMNS, BlocksOfArm, Stretch
from agoranomos.analysis.table_rows import REBUILT, FileRows, HeldRows, Rows, RunKey, Spans, spans, unreadable_table
from agoranomos.campaigns.tables import ADDED, BENCHMARKS, READABLE_VERSIONS, TABLES, TABLES_VERSION
from agoranomos.errors import MachineError, UsageError


class _ClosedRuns(NamedTuple):
    """The finished runs of an arm: their seeds, their roots, and what the table of runs says of Nash play."""

    seeds: Sequence[int]
    roots: Sequence[str | None]
    told: Sequence[Mapping[str, Any]]


def open_arms(folder: Path) -> tuple[ArmData, ...]:
    """The arms of the campaign in `folder`, in the order of the table of runs; their runs are read when asked for.

    What an older version of the tables does not have is empty or null. Raises `UsageError` when the folder holds no
    tables, `MachineError` when one is unreadable, lacks what its version promises, or is not in order.
    """
    missing = _missing(folder)
    runs = _read_one(_place(folder, "runs"), "runs", missing.get("runs", ()))
    return _arms(runs, {name: _open_one(folder, name, missing.get(name)) for name in COLUMNS})


def read_tables(folder: Path) -> dict[str, Any]:
    """The Parquet tables of a campaign's folder, as Arrow tables by name, columns checked. They take memory as a whole.

    What an older version does not have is empty or null. Raises as `open_arms` does.
    """
    return {name: read_table(folder, name) for name in TABLES}


def read_table(folder: Path, name: str) -> Any:
    """One of the tables, as `read_tables` reads it; raises as that does."""
    missing = _missing(folder).get(name)
    if missing == ():
        return TABLES[name].schema.empty_table()
    return _read_one(_place(folder, name), name, missing or ())


def arms_from(tables: Mapping[str, Any]) -> tuple[ArmData, ...]:
    """The arms in the order in which the table of runs names them, of tables that are in memory."""
    return _arms(tables["runs"], {name: HeldRows(tables[name]) for name in COLUMNS})


def _place(folder: Path, name: str) -> Path:
    return folder / "tables" / f"{name}.parquet"


def _missing(folder: Path) -> dict[str, tuple[str, ...]]:
    """What the version of the tables in `folder` does not have: tables (with no names), and columns of others."""
    if not (folder / "tables").is_dir():
        raise UsageError(
            f"no tables in {folder}",
            advice="Give the folder of a campaign (logs/<campaign>-<digest>), and run the campaign first: agora run.",
        )
    version = _version(_place(folder, "runs"))[0]
    return {name: columns for since, new in ADDED.items() if since > version for name, columns in new.items()}


def _version(path: Path) -> tuple[int, Any]:
    """The version of a table's file, and its schema; raises `MachineError` unless it is one that is read."""
    try:
        schema = parquet.read_schema(path)
    except (OSError, pa.ArrowException) as error:
        raise unreadable_table(path, error) from error
    version = (schema.metadata or {}).get(b"agora_version", b"none").decode()
    if version not in map(str, READABLE_VERSIONS):
        raise MachineError(
            f"{path} is of table version {version}; this program reads versions {READABLE_VERSIONS[0]} to "
            f"{TABLES_VERSION}",
            advice=REBUILT,
        )
    return int(version), schema


def _check_columns(path: Path, name: str, new: Sequence[str]) -> None:
    """Raises `MachineError` unless the file has all columns of its table but the `new` ones."""
    _, schema = _version(path)
    for column in TABLES[name].columns:
        if column.name not in schema.names and column.name not in new:
            raise MachineError(f"{path} lacks the column {column.name!r}", advice=REBUILT)


def _read_one(path: Path, name: str, new: Sequence[str] = ()) -> Any:
    """One table; the columns `new` are null where it was written before there were such."""
    _check_columns(path, name, new)
    try:
        table = parquet.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise unreadable_table(path, error) from error
    for column in TABLES[name].columns:
        if column.name not in table.column_names:
            table = table.append_column(column.name, pa.nulls(table.num_rows, column.type))
    return table


def _open_one(folder: Path, name: str, missing: Sequence[str] | None) -> Rows:
    if missing == ():
        return HeldRows(TABLES[name].schema.empty_table())
    path = _place(folder, name)
    _check_columns(path, name, missing or ())
    return FileRows(path, TABLES[name].schema, COLUMNS[name])


def _arms(runs: Any, tables: Mapping[str, Rows]) -> tuple[ArmData, ...]:
    order: dict[RunKey, int] = {}
    for arm, seed in zip(runs["arm"].to_pylist(), runs["seed"].to_pylist(), strict=True):
        order[arm, seed] = len(order)
    found = {name: spans(rows, order) for name, rows in tables.items()}
    return tuple(_arm(rows, tables, found, order) for rows in _by_arm(runs))


def _by_arm(runs: Any) -> Iterator[Any]:
    """The rows of the table of runs, arm after arm."""
    for name in pc.unique(runs["arm"]).to_pylist():
        yield runs.filter(pc.equal(runs["arm"], name))


def _arm(planned: Any, tables: Mapping[str, Rows], found: Mapping[str, Spans], order: Mapping[RunKey, int]) -> ArmData:
    finished = planned.filter(pc.equal(planned["status"], "closed")).sort_by("seed")
    (shown,) = (finished if finished.num_rows else planned).slice(0, 1).to_pylist()
    name = shown["arm"]
    rows = planned.select(["seed", "status", "failure"]).to_pylist()
    closed = _ClosedRuns(finished["seed"].to_pylist(), finished["root"].to_pylist(), interned(finished))
    goods, agents = tuple(shown["goods"] or ()), tuple(shown["agents"] or ())
    texts = {
        key: tuple(value or "" for value in shown[key] or ()) for key in ("policies", "policy_descriptions", "models")
    }
    return ArmData(
        name=name,
        regime=shown["regime"],
        told=shown["told"] or "",
        institution=shown["institution"] or "",
        placebo=shown.get("placebo") or "",
        switches=tuple(shown.get("switch_rounds") or ()),
        roster=shown["roster"],
        market=shown["market"],
        goods=goods,
        agents=agents,
        policies=texts["policies"],
        descriptions=texts["policy_descriptions"],
        models=texts["models"],
        benchmarks={key: benchmark(shown, key) for key in BENCHMARKS if knows(shown, key)},
        runs=BlocksOfArm(tables, found, _stretches(name, closed, found, order, len(agents)), (len(agents), len(goods))),
        roots={seed: root or "" for seed, root in zip(closed.seeds, closed.roots, strict=True)},
        failed={row["seed"]: row["failure"] for row in rows if row["status"] == "failed"},
        unfinished=tuple(row["seed"] for row in rows if row["status"] not in ("closed", "failed")),
    )


def _stretches(
    arm: str, closed: _ClosedRuns, found: Mapping[str, Spans], order: Mapping[RunKey, int], agents: int
) -> list[Stretch]:
    """The runs in blocks: as many rounds each, and no more of them together than a block has."""
    rounds, seats = found["rounds"].length, found["agents"].length
    runs = []
    for seed, root, told in zip(closed.seeds, closed.roots, closed.told, strict=True):
        place = order[arm, seed]
        played = int(rounds[place])
        if seats[place] != played * agents:
            raise MachineError(
                f"run {arm}/{seed}: {seats[place]} rows of agents for {played} rounds of {agents} agents",
                advice=REBUILT,
            )
        runs.append((played, seed, root or "", told, place))
    stretches = []
    for played, alike in groupby(runs, key=lambda run: run[0]):
        some = list(alike)
        size = max(BLOCK_ROUNDS // max(played, 1), 1)
        for first in range(0, len(some), size):
            _, seeds, roots, benchmarks, places = zip(*some[first : first + size], strict=True)
            stretches.append(Stretch(seeds, roots, benchmarks, places, played))
    return stretches


__all__ = [
    "UNKNOWN",
    "ArmData",
    "Benchmark",
    "RunData",
    "arms_from",
    "mean_benchmark",
    "open_arms",
    "read_tables",
]
