"""Campaign folders made from chosen quantities, through the column contract of `agoranomos.campaigns.tables`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from agoranomos.campaigns.tables import BENCHMARKS, TABLES
from agoranomos.markets import CournotSpec
from agoranomos.markets.cournot.clear import clear

SPEC = CournotSpec(kind="market", version=1, type="cournot")
PLANS = {
    "nash": np.array([[140, 80], [80, 140]]) / 3,
    "monopoly": np.array([[60.0, 0], [0, 60]]),
    "competitive": np.array([[100.0, 0], [0, 100]]),
    "division": np.array([[60.0, 0], [0, 60]]),
}
NASH, DIVISION = PLANS["nash"], PLANS["division"]
AGENTS = ("firm_1", "firm_2")


@dataclass
class Run:
    """`quantities` (T, N, M); `fines` and `suspended` (T, N); `acts` are (round, agent, kind)."""

    quantities: np.ndarray
    root: str = "aa"
    fines: np.ndarray | None = None
    suspended: np.ndarray | None = None
    acts: Sequence[tuple[int, str, str]] = ()
    repaired: int = 0
    failures: Sequence[str] = ()
    status: str = "closed"


@dataclass
class Arm:
    """One arm; `policy` and `model` are those of both agents."""

    name: str
    runs: Sequence[Run]
    regime: str = "ungoverned"
    told: str = ""
    institution: str = ""
    roster: str = "nash-pair"
    market: str = "cournot-duopoly"
    policy: Mapping[str, Any] = field(default_factory=lambda: {"policy": "nash", "parameters": {}})
    model: str = ""
    benchmarks: Mapping[str, np.ndarray] = field(default_factory=lambda: PLANS)


def noisy(plan: np.ndarray, rounds: int, seed: int, noise: float = 0.05) -> np.ndarray:
    draws = np.random.default_rng(seed).standard_normal((rounds, *plan.shape))
    return np.clip(plan * (1 + noise * draws), 0, 100)


def steady(plan: np.ndarray, rounds: int = 50) -> np.ndarray:
    return np.repeat(plan[None], rounds, axis=0)


def write_campaign(folder: Path, arms: Sequence[Arm], *, spec: CournotSpec = SPEC, outcome: str | None = None) -> Path:
    """The folder with `tables/*.parquet` and `plan.json`."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for arm in arms:
        for seed, run in enumerate(arm.runs):
            rows["runs"].append(_run_row(arm, seed, run))
            if run.status == "closed":
                _play(arm, seed, run, rows)
    (folder / "tables").mkdir(parents=True)
    for name, table in TABLES.items():
        filled = [{column.name: row.get(column.name) for column in table.columns} for row in rows[name]]
        parquet.write_table(pa.Table.from_pylist(filled, schema=table.schema), folder / "tables" / f"{name}.parquet")
    plan = {
        "version": 1,
        "campaign": {"name": "synthetic", "outcome": outcome},
        "arms": [{"name": arm.name, "market": {"specification": spec.model_dump(mode="json")}} for arm in arms],
    }
    (folder / "plan.json").write_text(json.dumps(plan))
    return folder


def _none(values: np.ndarray) -> list[Any]:
    return [None if np.isnan(x) else float(x) for x in np.asarray(values).tolist()]


def _hhi(q: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.round(((q / q.sum(axis=-2, keepdims=True)) ** 2).sum(axis=-2), 6)


def _cv(q: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.round(q.std(axis=-1) / q.mean(axis=-1), 6)


def _run_row(arm: Arm, seed: int, run: Run) -> dict[str, Any]:
    row: dict[str, Any] = {
        "arm": arm.name, "seed": seed, "regime": arm.regime, "told": arm.told, "institution": arm.institution,
        "institution_sha256": "", "roster": arm.roster, "market": arm.market, "goods": ["A", "B"],
        "agents": list(AGENTS), "policies": [str(arm.policy["policy"])] * 2,
        "policy_descriptions": [json.dumps(arm.policy)] * 2, "models": [arm.model] * 2, "status": run.status,
        "failure": "the market failed" if run.status == "failed" else "",
        "root": f"{run.root}{seed:02d}", "entries": 1, "rounds": len(run.quantities),
    }  # fmt: skip
    for name in BENCHMARKS:
        if name in arm.benchmarks:
            outcome = clear(SPEC, arm.benchmarks[name])
            row |= {
                f"{name}_price": outcome.price.tolist(), f"{name}_profit": outcome.profit.tolist(),
                f"{name}_consumer_surplus": float(outcome.consumer_surplus),
                f"{name}_welfare": float(outcome.welfare), f"{name}_hhi": _none(_hhi(arm.benchmarks[name])),
                f"{name}_cv": _none(_cv(arm.benchmarks[name])),
            }  # fmt: skip
    return row


def _play(arm: Arm, seed: int, run: Run, rows: dict[str, list[dict[str, Any]]]) -> None:
    key = {"arm": arm.name, "seed": seed}
    outcome = clear(SPEC, run.quantities)
    nash, monopoly = clear(SPEC, NASH), clear(SPEC, PLANS["monopoly"])
    rounds = len(run.quantities)
    fines = np.zeros((rounds, 2)) if run.fines is None else run.fines
    suspended = np.zeros((rounds, 2), bool) if run.suspended is None else run.suspended
    hhi, cv = _hhi(run.quantities), _cv(run.quantities)
    left_to_repair = run.repaired
    for t in range(rounds):
        elevation = (outcome.price[t] - nash.price) / (monopoly.price - nash.price)
        rows["rounds"].append(
            key | {
                "round": t + 1, "price": outcome.price[t].tolist(), "price_mean": float(outcome.price[t].mean()),
                "hhi": _none(hhi[t]), "price_elevation": elevation.tolist(),
                "consumer_surplus": float(outcome.consumer_surplus[t]), "welfare": float(outcome.welfare[t]),
                "profit_total": float(outcome.profit[t].sum()), "suspended": bool(suspended[t].any()),
            }
        )  # fmt: skip
        for i, agent in enumerate(AGENTS):
            rows["agents"].append(
                key | {
                    "round": t + 1, "seat": i, "agent": agent, "quantity": run.quantities[t, i].tolist(),
                    "profit": float(outcome.profit[t, i]), "fine": float(fines[t, i]), "cv": _none(cv[t])[i],
                    "suspended": bool(suspended[t, i]), "projected": False, "repaired": left_to_repair > 0,
                }
            )  # fmt: skip
            left_to_repair -= 1
    rows["enforcement"] += [
        key | {"round": t, "agent": agent, "kind": kind, "amount": 1.0 if kind == "fine" else None}
        for t, agent, kind in run.acts
    ]
    rows["calls"] += [
        key | {"round": 1, "agent": AGENTS[0], "attempt": index, "model": arm.model, "prompt_tokens": 100,
               "reply_tokens": 10, "failure": failure, "seconds": None if index else 0.5}
        for index, failure in enumerate(run.failures)
    ]  # fmt: skip
