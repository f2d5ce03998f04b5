"""Reads a campaign's Parquet tables into arrays: one `ArmData` an arm, one `RunData` a run.

The columns are those of `agoranomos.campaigns.tables`. Shapes: T rounds, N agents, M goods; undefined measures are NaN.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from agoranomos.analysis.choices import ChoiceDecision, decisions_in
from agoranomos.analysis.tiers import Array
from agoranomos.campaigns.tables import ADDED, BENCHMARKS, READABLE_VERSIONS, TABLES, TABLES_VERSION
from agoranomos.errors import MachineError, UsageError

Flags: TypeAlias = NDArray[np.bool_]
Counts: TypeAlias = NDArray[np.int64]
RunKey: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark outcome of an arm's market, per round: price (M,), profit (N,), HHI (M,), CV (N,).

    Arrays are empty and numbers NaN where the market has no such measure. `others` are its other measures by name,
    each as a mean over agents and goods.
    """

    price: Array
    profit: Array
    consumer_surplus: float
    welfare: float
    hhi: Array
    cv: Array
    others: Mapping[str, float] = field(default_factory=dict)

    @property
    def mean_price(self) -> float:
        """The mean price over goods; NaN where there are none."""
        return float(self.price.mean()) if self.price.size else float("nan")

    @property
    def total_profit(self) -> float:
        """The profits of all agents; NaN where they are unknown."""
        return float(self.profit.sum()) if self.profit.size else float("nan")


UNKNOWN = Benchmark(np.array([]), np.array([]), float("nan"), float("nan"), np.array([]), np.array([]))
"""Stands for a benchmark that a market does not have."""


@dataclass(frozen=True, slots=True)
class RunData:
    """One finished run. Money is before fines unless it says so; `suspended` is per agent."""

    seed: int
    root: str
    price: Array  # (T, M)
    hhi: Array  # (T, M)
    price_elevation: Array  # (T, M)
    consumer_surplus: Array  # (T,)
    welfare: Array  # (T,)
    profit: Array  # (T, N)
    fine: Array  # (T, N)
    cv: Array  # (T, N)
    suspended: Flags  # (T, N)
    projected: Flags  # (T, N)
    repaired: Flags  # (T, N)
    acts: Mapping[str, int]
    """Acts of the institution by kind (`case`, `warning`, `fine`, ...)."""
    calls: int
    prompt_tokens: int
    reply_tokens: int
    call_seconds: float
    failures: Mapping[str, int]
    """Failed model calls by kind."""
    others: Mapping[str, Array] = field(default_factory=dict)
    """The market's other measures by name, (T,), each as its mean over agents and goods."""
    nash: Benchmark | None = None
    """Nash play in this run's own market, which may have drawn its costs, a round; None where that is unknown."""
    choices: tuple[ChoiceDecision, ...] = ()
    """The decisions whose distributions are known."""
    choices_hidden: int = 0
    """Distributions that the model gave and the log withholds."""

    @property
    def rounds(self) -> int:
        """The number of rounds, T."""
        return int(self.welfare.shape[0])


@dataclass(frozen=True, slots=True)
class ArmData:
    """One arm: what it is, its finished runs in the order of their seeds, and the seeds that are not finished."""

    name: str
    regime: str
    told: str
    institution: str
    roster: str
    market: str
    goods: tuple[str, ...]
    agents: tuple[str, ...]
    policies: tuple[str, ...]
    descriptions: tuple[str, ...]
    models: tuple[str, ...]
    benchmarks: Mapping[str, Benchmark]
    runs: tuple[RunData, ...]
    failed: Mapping[int, str]
    """Why each failed seed failed."""
    unfinished: tuple[int, ...]
    """Seeds that are planned and neither finished nor failed."""

    @property
    def planned(self) -> int:
        """How many runs the plan has for this arm."""
        return len(self.runs) + len(self.failed) + len(self.unfinished)

    @property
    def ungoverned(self) -> bool:
        """Whether the arm is the baseline: nothing told, no institution."""
        return not self.told and not self.institution

    @property
    def reads(self) -> bool:
        """Whether any of its agents has a language model, and so can perceive what it is told."""
        return any(self.models)


def read_tables(folder: Path) -> dict[str, Any]:
    """The Parquet tables of a campaign's folder, as Arrow tables by name, columns checked.

    What an older version does not have is empty or null. Raises `UsageError` when the folder holds no tables,
    `MachineError` when one is unreadable or lacks what its version promises.
    """
    tables_folder = folder / "tables"
    if not tables_folder.is_dir():
        raise UsageError(
            f"no tables in {folder}",
            advice="Give the folder of a campaign (logs/<campaign>-<digest>), and run the campaign first: agora run.",
        )
    runs = _read_one(tables_folder / "runs.parquet", "runs")
    missing = _added_after(_version(runs))
    tables = {"runs": runs}
    for name in TABLES:
        if name not in tables:
            new = missing.get(name)
            tables[name] = (
                TABLES[name].schema.empty_table()
                if new == ()
                else _read_one(tables_folder / f"{name}.parquet", name, new or ())
            )
    return tables


def _version(table: Any) -> int:
    return int((table.schema.metadata or {})[b"agora_version"])


def _added_after(version: int) -> dict[str, tuple[str, ...]]:
    """The tables, and columns of others, that came after a version."""
    return {name: columns for since, new in ADDED.items() if since > version for name, columns in new.items()}


def _read_one(path: Path, name: str, new: Sequence[str] = ()) -> Any:
    """One table; the columns `new` are null where it was written before there were such."""
    try:
        table = parquet.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise MachineError(
            f"cannot read {path}: {str(error).splitlines()[0]}",
            advice="Tables are derived from the logs: the same `agora run` command writes them again.",
        ) from error
    version = (table.schema.metadata or {}).get(b"agora_version", b"none").decode()
    if version not in map(str, READABLE_VERSIONS):
        raise MachineError(
            f"{path} is of table version {version}; this program reads versions {READABLE_VERSIONS[0]} to "
            f"{TABLES_VERSION}",
            advice="Tables are derived from the logs: the same `agora run` command writes them again.",
        )
    for column in TABLES[name].columns:
        if column.name not in table.column_names:
            if column.name not in new:
                raise MachineError(f"{path} lacks the column {column.name!r}")
            table = table.append_column(column.name, pa.nulls(table.num_rows, column.type))
    return table


def arms_from(tables: Mapping[str, Any]) -> tuple[ArmData, ...]:
    """The arms in the order in which the table of runs names them."""
    rows = tables["runs"].to_pylist()
    spans = {name: _spans(tables[name]) for name in ("rounds", "agents", "enforcement", "calls", "choices")}
    by_arm: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_arm.setdefault(row["arm"], []).append(row)
    return tuple(_arm(name, arm_rows, tables, spans) for name, arm_rows in by_arm.items())


def _arm(
    name: str,
    rows: list[dict[str, Any]],
    tables: Mapping[str, Any],
    spans: Mapping[str, dict[RunKey, tuple[int, int]]],
) -> ArmData:
    closed = [row for row in rows if row["status"] == "closed"]
    shown = (closed or rows)[0]
    goods, agents = tuple(shown["goods"] or ()), tuple(shown["agents"] or ())
    texts = {
        key: tuple(value or "" for value in shown[key] or ()) for key in ("policies", "policy_descriptions", "models")
    }

    def cut(table: str, seed: int) -> Any:
        start, length = spans[table].get((name, seed), (0, 0))
        return tables[table].slice(start, length)

    runs = tuple(
        _run(row, {table: cut(table, row["seed"]) for table in spans}, len(agents), len(goods)) for row in closed
    )
    return ArmData(
        name=name,
        regime=shown["regime"],
        told=shown["told"] or "",
        institution=shown["institution"] or "",
        roster=shown["roster"],
        market=shown["market"],
        goods=goods,
        agents=agents,
        policies=texts["policies"],
        descriptions=texts["policy_descriptions"],
        models=texts["models"],
        benchmarks={key: _benchmark(shown, key) for key in BENCHMARKS if _knows(shown, key)},
        runs=tuple(sorted(runs, key=lambda run: run.seed)),
        failed={row["seed"]: row["failure"] for row in rows if row["status"] == "failed"},
        unfinished=tuple(row["seed"] for row in rows if row["status"] not in ("closed", "failed")),
    )


def _knows(row: Mapping[str, Any], name: str) -> bool:
    """Whether the run's market has the benchmark."""
    told = any(row[f"{name}_{measure}"] is not None for measure in ("price", "profit", "welfare", "hhi", "cv"))
    return told or any(key.startswith(f"{name}.") for key, _ in row["benchmark_measures"] or ())


def _benchmark(row: Mapping[str, Any], name: str) -> Benchmark:
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


def _run(row: Mapping[str, Any], cuts: Mapping[str, Any], agents: int, goods: int) -> RunData:
    rounds, seats, acts, calls = cuts["rounds"], cuts["agents"], cuts["enforcement"], cuts["calls"]
    played = rounds.num_rows
    if seats.num_rows != played * agents:
        raise MachineError(
            f"run {row['arm']}/{row['seed']}: {seats.num_rows} rows of agents for {played} rounds of {agents} agents",
            advice="Tables are derived from the logs: the same `agora run` command writes them again.",
        )

    def of_agents(name: str) -> Array:
        return _numbers(seats, name).reshape(played, agents)

    failed = calls["failure"].to_pylist()
    failures = Counter(kind for kind in failed if kind)
    choices = decisions_in(cuts["choices"])
    scored = sum(bool(kind) and not failure for kind, failure in zip(calls["scored"].to_pylist(), failed, strict=True))
    return RunData(
        seed=row["seed"],
        root=row["root"] or "",
        price=_lists(rounds, "price", goods),
        hhi=_lists(rounds, "hhi", goods),
        price_elevation=_lists(rounds, "price_elevation", goods),
        consumer_surplus=_numbers(rounds, "consumer_surplus"),
        welfare=_numbers(rounds, "welfare"),
        profit=of_agents("profit"),
        fine=np.nan_to_num(of_agents("fine")),
        cv=of_agents("cv"),
        suspended=of_agents("suspended") > 0,
        projected=of_agents("projected") > 0,
        repaired=of_agents("repaired") > 0,
        acts=dict(Counter(acts["kind"].to_pylist())),
        calls=calls.num_rows,
        prompt_tokens=int(_numbers(calls, "prompt_tokens").sum()),
        reply_tokens=int(_numbers(calls, "reply_tokens").sum()),
        call_seconds=float(np.nansum(_numbers(calls, "seconds"))),
        failures=dict(failures),
        others=_named(rounds, "measures"),
        nash=_at_nash(row, of_agents("nash_profit")),
        choices=choices,
        choices_hidden=scored - len(choices),
    )


def _at_nash(row: Mapping[str, Any], by_round: Array) -> Benchmark | None:
    """Nash play in the average round of this run; `by_round` (T, N) is what it would have earned in each.

    A round may be a stage of a longer game, in which Nash play earns nothing, while the benchmark is that of the stage
    in which it does. Prices, and what consumers gain from them, are those of the benchmark.
    """
    if not _knows(row, "nash"):
        return None
    found = _benchmark(row, "nash")
    if found.price.size or not found.profit.size or not by_round.size or np.isnan(by_round).any():
        return found
    profit = by_round.mean(axis=0)
    none_outside = bool(np.isclose(found.welfare, found.total_profit))
    return replace(found, profit=profit, welfare=float(profit.sum()) if none_outside else found.welfare)


def mean_benchmark(found: Sequence[Benchmark]) -> Benchmark:
    """The mean of what runs have, each in a market of its own; the first where all are alike, `UNKNOWN` of none."""

    def numbers(name: str) -> Array:
        rows = [getattr(one, name) for one in found]
        alike = all(np.array_equal(row, rows[0], equal_nan=True) for row in rows)
        return np.asarray(rows[0] if alike else np.mean(rows, axis=0))

    if not found:
        return UNKNOWN
    return Benchmark(
        price=numbers("price"),
        profit=numbers("profit"),
        consumer_surplus=float(numbers("consumer_surplus")),
        welfare=float(numbers("welfare")),
        hhi=numbers("hhi"),
        cv=numbers("cv"),
        others=found[0].others,
    )


def _spans(table: Any) -> dict[RunKey, tuple[int, int]]:
    """Where each run's rows lie: (first row, number of rows); rows are ordered by arm and seed.

    Raises `MachineError` when the rows of a run lie apart.
    """
    arms, seeds = table["arm"].to_numpy(), table["seed"].to_numpy()
    if not len(arms):
        return {}
    starts = np.flatnonzero(np.concatenate(([True], (arms[1:] != arms[:-1]) | (seeds[1:] != seeds[:-1]))))
    lengths = np.diff(np.append(starts, len(arms)))
    keys = [(str(arms[start]), int(seeds[start])) for start in starts]
    if len(set(keys)) < len(keys):
        raise MachineError("the rows of a table are not ordered by arm and seed")
    return dict(zip(keys, zip(starts.tolist(), lengths.tolist(), strict=True), strict=True))


def _numbers(table: Any, name: str) -> Array:
    """A column of numbers or flags as floats, null as NaN."""
    column = table[name]
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _named(table: Any, name: str) -> dict[str, Array]:
    """A column of maps as one array (rows,) a key, null as NaN; empty where it holds nothing but nulls."""
    column = table[name]
    if column.null_count == len(column):
        return {}
    rows = [dict(row or ()) for row in column.to_pylist()]
    keys = dict.fromkeys(key for row in rows for key in row)
    return {
        key: np.array([np.nan if row.get(key) is None else row[key] for row in rows], dtype=np.float64) for key in keys
    }


def _lists(table: Any, name: str, width: int) -> Array:
    """A column of lists as (rows, width), null as NaN, also where a whole list is null.

    `width` is that of null lists; a market may publish lists of another width (a price a firm, say).
    """
    column = table[name].combine_chunks()
    if column.null_count == 0 and len(column.flatten()) == len(column) * width:
        return np.asarray(column.flatten().to_numpy(zero_copy_only=False), dtype=np.float64).reshape(len(column), width)
    listed = column.to_pylist()
    width = max((len(row) for row in listed if row), default=width)
    rows = [[np.nan if x is None else x for x in (row or [None] * width)] for row in listed]
    return np.array(rows, dtype=np.float64).reshape(len(column), width)
