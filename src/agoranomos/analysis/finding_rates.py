"""How often an arm's institution found something, and what came of it: what a placebo that draws has to match."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from agoranomos.analysis.tables import read_table
from agoranomos.documents import Source
from agoranomos.errors import DocumentError, UsageError, nearest
from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.compiled import Rounds, compile_judge
from agoranomos.institutions.drawn_findings import FindingRates, drawn_manifest
from agoranomos.institutions.draws import round_draws
from agoranomos.institutions.institution import Institution, load_institution
from agoranomos.markets.catalogue import build_market, described_market

ACTS = ("case", "warning", "fine", "suspension")
"""The acts whose frequencies are told."""

RUNS = 200
"""Runs that are drawn for what a placebo is expected to do."""

CLOSE, STEPS = 0.03, 8
"""Frequencies are matched to three in a hundred; so many chances are tried at most, one after another."""

Frequencies = Mapping[str, float]
"""Acts by kind, for each agent and hundred rounds."""


@dataclass(frozen=True, slots=True)
class ArmRates:
    """What was measured in an arm: its institution, the rates of findings, and all acts of it.

    `runs` finished runs of `rounds` rounds each; `market` is the market's specification as JSON values.
    """

    institution: str
    semantic_sha256: str
    market: Mapping[str, Any]
    runs: int
    rounds: int
    rates: FindingRates
    acts: Frequencies


def arm_rates(folder: Path, arm: str) -> ArmRates:
    """The rates of a finished campaign's arm, from its tables.

    Raises `UsageError` for an arm that is not there, that has no institution (or one after another), no finished run,
    or no finding.
    """
    planned = _planned(folder, arm)
    if planned["institution"] is None or planned.get("switches"):
        raise UsageError(f"arm {arm} does not live under one institution", advice="Name an arm that does.")
    runs = _of(read_table(folder, "runs"), arm)
    runs = runs.filter(pc.equal(runs["status"], "closed"))
    if not runs.num_rows:
        raise UsageError(f"arm {arm} has no finished run")
    agents = tuple(runs["agents"][0].as_py())
    found, evident = _findings(folder, arm, agents, int(planned["rounds"]), runs["seed"].to_pylist())
    if not (found & evident[..., None]).any():
        raise UsageError(f"arm {arm} has no finding, so there is no frequency to match")
    acts = _of(read_table(folder, "enforcement"), arm)["kind"].to_pylist()
    return ArmRates(
        institution=planned["institution"]["name"],
        semantic_sha256=planned["institution"]["semantic_sha256"],
        market=planned["market"]["specification"],
        runs=runs.num_rows,
        rounds=int(planned["rounds"]),
        rates=rates_of(found, evident),
        acts={kind: 100 * acts.count(kind) / found.size for kind in ACTS},
    )


def rates_of(found: np.ndarray, evident: np.ndarray) -> FindingRates:
    """The two chances, from findings bool[R, T, N] and the rounds that were evidence, bool[R, T].

    Agents are found together where, of the rounds in which anybody was, all were in more than half.
    """
    after, tries = np.zeros(2), np.zeros(2)
    for run in range(found.shape[0]):
        counted = found[run][evident[run]]
        before = np.vstack([np.zeros((1, found.shape[2]), bool), counted])[: len(counted)]
        for place, held in enumerate((~before, before)):
            after[place] += (counted & held).sum()
            tries[place] += held.sum()
    anybody, everybody = (found & evident[..., None]).any(axis=2).sum(), (found & evident[..., None]).all(axis=2).sum()
    together = found.shape[2] > 1 and 2 * everybody > anybody
    anew, again = (float(made / tried) if tried else 0.0 for made, tried in zip(after, tries, strict=True))
    return FindingRates(anew, again, "market" if together else "agent")


def expected_acts(bound: Bound, rounds: int, runs: int = RUNS) -> Frequencies:
    """What an institution whose findings are drawn does, over so many runs and rounds: conduct has no part in it."""
    agents = bound.facts.agents
    judging = compile_judge(bound)
    # Without signals there are only profits to read, and amounts are not asked for.
    profits = {name: np.zeros((runs, len(agents)), np.int64) for name in judging.needed}
    edges = [edge.spec for edge in bound.institution.edges]
    accuses = {name for name, event in bound.institution.manifest.events.items() if event.accuses is not None}
    fined = np.array([edge.fine is not None for edge in edges] + [False])
    suspended = np.array([edge.suspend for edge in edges] + [False])
    warned = np.array([edge.on in accuses for edge in edges] + [False]) & ~fined & ~suspended
    cases = np.array([name in accuses for name in judging.events])
    done = dict.fromkeys(ACTS, 0)
    standings = judging.start(runs)
    for number in range(1, rounds + 1):
        judged = judging.judge(standings, Rounds(number, profits, draws=_draws(number, agents, runs)))
        standings = judged.standings
        done["case"] += int(judged.events[..., cases].sum())
        for kind, edges_of in (("warning", warned), ("fine", fined), ("suspension", suspended)):
            done[kind] += int(edges_of[judged.edge].sum())
    return {kind: 100 * count / (runs * rounds * len(agents)) for kind, count in done.items()}


@lru_cache(maxsize=512)
def _draws(number: int, agents: tuple[str, ...], runs: int) -> np.ndarray:
    return np.array([round_draws(seed, number, agents) for seed in range(runs)], dtype=np.uint64)


def matched(real: Institution, measured: ArmRates, name: str) -> tuple[Institution, Frequencies]:
    """The placebo of `real` that finds, and punishes, as often as was measured, and what it is expected to do.

    It begins with the chances that were measured. A run begins without a finding, and rows of findings by conduct are
    of other lengths than drawn ones, so both chances are moved: the one after a round without a finding until findings
    are as frequent as measured, the other until fines and suspensions are, too, as near as they come. Raises
    `UsageError` where no draw can stand for the institution's findings.
    """
    fit = _Fit(real, measured, name)
    made, expected = fit.findings_at(measured.rates.again)
    low, high = 0.0, 1.0
    again = measured.rates.again
    best = abs(_sanctions(expected) - _sanctions(measured.acts)), made, expected
    for _ in range(STEPS):
        if best[0] <= CLOSE * _sanctions(measured.acts):
            break
        low, high = (again, high) if _sanctions(expected) < _sanctions(measured.acts) else (low, again)
        again = (low + high) / 2
        made, expected = fit.findings_at(again)
        off = abs(_sanctions(expected) - _sanctions(measured.acts))
        if off < best[0] and fit.close(expected):
            best = off, made, expected
    return best[1], best[2]


class _Fit:
    """Placebos of one institution, tried at one pair of chances after another."""

    def __init__(self, real: Institution, measured: ArmRates, name: str) -> None:
        self._real, self._measured, self._name = real, measured, name
        self._facts = build_market(described_market(measured.market)).facts

    def findings_at(self, again: float) -> tuple[Institution, Frequencies]:
        """The placebo with this chance after a finding, and so many findings in all as were measured."""
        low, high, anew = 0.0, 1.0, self._measured.rates.anew
        made, expected = self._tried(anew, again)
        for _ in range(STEPS):
            if self.close(expected):
                break
            low, high = (anew, high) if expected["case"] < self._measured.acts["case"] else (low, anew)
            anew = (low + high) / 2
            made, expected = self._tried(anew, again)
        return made, expected

    def close(self, expected: Frequencies) -> bool:
        """Whether findings are as frequent as measured."""
        wanted = self._measured.acts["case"]
        return abs(expected["case"] - wanted) <= CLOSE * wanted

    def _tried(self, anew: float, again: float) -> tuple[Institution, Frequencies]:
        rates = replace(self._measured.rates, anew=anew, again=again)
        made = load_institution(Source(f"{self._name}.yaml", drawn_manifest(self._real, rates, self._name)))
        return made, expected_acts(bind(made, self._facts), self._measured.rounds)


def _sanctions(acts: Frequencies) -> float:
    return acts["fine"] + acts["suspension"]


def _planned(folder: Path, arm: str) -> Mapping[str, Any]:
    try:
        plan = json.loads((folder / "plan.json").read_bytes())
    except OSError:
        raise UsageError(f"{folder} is no campaign's folder: it holds no plan.json") from None
    except ValueError as error:
        raise DocumentError(f"not a plan: {error}", place=f"{folder / 'plan.json'}:1:1") from None
    arms = {one["name"]: one for one in plan["arms"]}
    if arm not in arms:
        governed = [name for name, one in arms.items() if one["institution"] is not None]
        raise UsageError(f"unknown arm {arm!r}", advice=nearest(arm, governed) or f"Arms: {', '.join(governed)}.")
    planned: Mapping[str, Any] = arms[arm]
    return planned


def _findings(
    folder: Path, arm: str, agents: Sequence[str], rounds: int, seeds: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each agent was found in each round, bool[R, T, N], and whether the round was evidence, bool[R, T]."""
    place, seat = {seed: k for k, seed in enumerate(seeds)}, {agent: k for k, agent in enumerate(agents)}
    found = np.zeros((len(seeds), rounds, len(agents)), bool)
    cases = _of(read_table(folder, "enforcement"), arm)
    cases = cases.filter(pc.equal(cases["kind"], "case"))
    for seed, number, agent in zip(*(cases[key].to_pylist() for key in ("seed", "round", "agent")), strict=True):
        found[place[seed], number - 1, seat[agent]] = True
    evident = np.zeros((len(seeds), rounds), bool)
    played = _of(read_table(folder, "rounds"), arm)
    for seed, number, out in zip(*(played[key].to_pylist() for key in ("seed", "round", "suspended")), strict=True):
        evident[place[seed], number - 1] = not out
    return found, evident


def _of(table: Any, arm: str) -> Any:
    return table.filter(pc.equal(table["arm"], arm))
