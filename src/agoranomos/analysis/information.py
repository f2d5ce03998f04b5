"""What agents of different arms came to read in the end: prompts, calls and news that diverged in the runs themselves.

Arms that match before the first call do not stay alike: an agent that is fined reads of it, one that fails is asked
again, and what was read is remembered. None of this is a fault; but where a difference in behaviour comes with a
difference in what was read, the regime is not all that could have made it. So both stand side by side.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from agoranomos.analysis.comparisons import Comparison
from agoranomos.analysis.runs import LAST
from agoranomos.analysis.tiers import Array
from agoranomos.campaigns.tables import SANCTION_KINDS
from agoranomos.statistics import Interval, mean_interval

MEASURES: Mapping[str, str] = {
    "first_prompt": "tokens of the prompt for a move, round 1",
    "last_prompt": f"tokens of the prompt for a move, last {LAST} rounds",
    "calls": "calls a decision",
    "news": "share of rounds in which the institution did something to the agent",
}
"""What is measured of each run, in words."""

_NEWS = ("transition", "warning", *SANCTION_KINDS)
_DECISION = ("arm", "seed", "round", "agent")


@dataclass(frozen=True, slots=True)
class ArmInformation:
    """What the agents of one arm read. `by_run` has the `MEASURES` of each seed, NaN where a run has none.

    `prompts` is (runs, T): tokens of the prompt with which a move was first asked for, a mean over the agents that were
    asked in a round, NaN where none was.
    """

    arm: str
    regime: str
    roster: str
    market: str
    by_run: Mapping[int, Mapping[str, float]]
    prompts: Array

    def mean(self, measure: str) -> Interval:
        """The mean of a measure over runs, with its t interval."""
        values = np.array([run[measure] for run in self.by_run.values()], dtype=np.float64)
        return mean_interval(values[np.isfinite(values)])


@dataclass(frozen=True, slots=True)
class ReadingGap:
    """Two arms that are compared: the mean difference of each measure, first less second, over the seeds of both."""

    first: str
    second: str
    differences: Mapping[str, Interval]


def information(folder: Path) -> tuple[ArmInformation, ...]:
    """What every arm of the campaign in `folder` read, in the order of its tables; nothing where no model was asked.

    Raises what Arrow raises for a table that is not there or damaged.
    """
    tables = folder / "tables"
    if not parquet.read_metadata(tables / "calls.parquet").num_rows:
        return ()
    calls = _calls(tables)
    runs = parquet.read_table(
        tables / "runs.parquet", columns=["arm", "seed", "regime", "roster", "market", "status", "rounds", "agents"]
    ).to_pylist()
    prompts, decisions = _first_prompts(calls)
    asked = _counted(calls, ["arm", "seed"])
    news = _news(tables)
    arms: dict[str, list[dict[str, Any]]] = {}
    for row in runs:
        if row["status"] == "closed" and (row["arm"], row["seed"]) in prompts:
            arms.setdefault(row["arm"], []).append(row)
    return tuple(_arm(name, rows, prompts, decisions, asked, news) for name, rows in arms.items())


def reading_gaps(arms: Sequence[ArmInformation], comparisons: Sequence[Comparison]) -> tuple[ReadingGap, ...]:
    """The differences in what was read between the arms that are compared."""
    known = {arm.arm: arm for arm in arms}
    return tuple(
        ReadingGap(one.first, one.second, _differences(known[one.first], known[one.second]))
        for one in comparisons
        if one.first in known and one.second in known
    )


def information_csv(arms: Sequence[ArmInformation]) -> str:
    """One row a run: what its agents read."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("arm", "seed", *MEASURES))
    for arm in arms:
        for seed, run in arm.by_run.items():
            writer.writerow((arm.arm, seed, *("" if np.isnan(run[name]) else repr(run[name]) for name in MEASURES)))
    return text.getvalue()


def _arm(
    name: str,
    rows: Sequence[Mapping[str, Any]],
    prompts: Mapping[tuple[str, int], tuple[Array, Array]],
    decisions: Mapping[tuple[str, int], int],
    asked: Mapping[tuple[str, int], int],
    news: Mapping[tuple[str, int], int],
) -> ArmInformation:
    longest = max(row["rounds"] for row in rows)
    lines = np.full((len(rows), longest), np.nan)
    by_run: dict[int, Mapping[str, float]] = {}
    for line, row in zip(lines, rows, strict=True):
        key = name, row["seed"]
        rounds, tokens = prompts[key]
        line[rounds - 1] = tokens
        last = tokens[rounds > row["rounds"] - LAST]
        by_run[row["seed"]] = {
            "first_prompt": float(line[0]),
            "last_prompt": float(last.mean()) if last.size else float("nan"),
            "calls": asked[key] / decisions[key],
            "news": news.get(key, 0) / max(row["rounds"] * len(row["agents"]), 1),
        }
    first = rows[0]
    return ArmInformation(name, first["regime"], first["roster"], first["market"], by_run, lines)


def _differences(first: ArmInformation, second: ArmInformation) -> dict[str, Interval]:
    shared = [seed for seed in first.by_run if seed in second.by_run]
    found = {}
    for measure in MEASURES:
        values = np.array([first.by_run[seed][measure] - second.by_run[seed][measure] for seed in shared])
        found[measure] = mean_interval(values[np.isfinite(values)])
    return found


def _calls(tables: Path) -> Any:
    """The calls with their purposes; a table from before there were any holds calls for moves alone."""
    path = tables / "calls.parquet"
    wanted = [*_DECISION, "prompt_tokens"]
    if "purpose" in parquet.read_schema(path).names:
        return parquet.read_table(path, columns=[*wanted, "purpose"])
    found = parquet.read_table(path, columns=wanted)
    return found.append_column("purpose", pa.nulls(found.num_rows, pa.string()))


def _first_prompts(calls: Any) -> tuple[dict[tuple[str, int], tuple[Array, Array]], dict[tuple[str, int], int]]:
    """By run: the rounds with a decision and the tokens of their first prompts for a move; and how many decisions."""
    moves = calls.filter(pc.equal(pc.fill_null(calls["purpose"], ""), ""))
    ordered = moves.group_by(list(_DECISION), use_threads=False).aggregate([("prompt_tokens", "first")])
    of_rounds = ordered.group_by(["arm", "seed", "round"], use_threads=False).aggregate(
        [("prompt_tokens_first", "mean")]
    )
    rows: dict[tuple[str, int], tuple[list[int], list[float]]] = {}
    columns = (of_rounds[name].to_pylist() for name in ("arm", "seed", "round", "prompt_tokens_first_mean"))
    for arm, seed, number, tokens in zip(*columns, strict=True):
        rounds, values = rows.setdefault((arm, seed), ([], []))
        rounds.append(number)
        values.append(tokens)
    found = {key: (np.array(rounds), np.array(values, dtype=np.float64)) for key, (rounds, values) in rows.items()}
    return found, _counted(ordered, ["arm", "seed"])


def _news(tables: Path) -> dict[tuple[str, int], int]:
    """By run: in how many rounds of an agent something was done to it."""
    acts = parquet.read_table(tables / "enforcement.parquet", columns=[*_DECISION, "kind"])
    told = acts.filter(pc.is_in(acts["kind"], pa.array(_NEWS)))
    return _counted(told.group_by(list(_DECISION)).aggregate([]), ["arm", "seed"])


def _counted(table: Any, keys: list[str]) -> dict[tuple[str, int], int]:
    counts = table.group_by(keys).aggregate([([], "count_all")])
    columns = (counts[name].to_pylist() for name in (*keys, "count_all"))
    return {(arm, seed): count for arm, seed, count in zip(*columns, strict=True)}
