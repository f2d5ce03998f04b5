"""What the runs of one arm say together: means with intervals over seeds, tier shares, rates of cases and sanctions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from agoranomos.analysis.choices import ChoiceSummary, summarise_choices
from agoranomos.analysis.runs import LAST, Null, RunResult, Structure, run_result, uses_gap_form
from agoranomos.analysis.tables import UNKNOWN, ArmData, Benchmark, mean_benchmark
from agoranomos.analysis.tiers import nash_structure
from agoranomos.campaigns.tables import SANCTION_KINDS
from agoranomos.statistics import Interval, mean_interval, rate_interval

OUTCOMES = ("price", "consumer_surplus", "welfare", "profit", "price_elevation", "surplus_ratio")
"""Measures of `Outcomes`, the ones that reports give first."""

STRUCTURES = ("tier", "calibrated_tier", "gap_tier", "hhi_excess", "cv_excess", "hhi_gap", "cv_gap")
"""Measures of `Structure`."""

MEASURES = (*OUTCOMES, *STRUCTURES)
"""Every measure of a run that is summarised or compared."""


@dataclass(frozen=True, slots=True)
class Enforcement:
    """The acts of the institution over an arm's runs, accusations and sanctions apart.

    `acts` counts by kind. Rates are means a run and per 100 agent-rounds. `accused`, `sanctioned` are the shares of
    runs with at least one case, one sanction, with exact intervals. `fines` (a transfer) and `lost_welfare` (in
    rounds that an agent sat out) are means a run, in the market's money; the loss is part of welfare already.
    """

    acts: Mapping[str, int]
    agent_rounds: int
    runs: int
    accused: Interval
    sanctioned: Interval
    fines: float
    lost_welfare: float
    suspended_rounds: float

    @property
    def cases(self) -> int:
        """Cases over all runs."""
        return self.acts.get("case", 0)

    @property
    def sanctions(self) -> int:
        """Fines, suspensions, caps and forfeitures over all runs."""
        return sum(self.acts.get(kind, 0) for kind in SANCTION_KINDS)

    def per_run(self, count: int) -> float:
        """A count of acts, a run."""
        return count / self.runs if self.runs else float("nan")

    def per_100(self, count: int) -> float:
        """A count of acts, per 100 agent-rounds."""
        return 100 * count / self.agent_rounds if self.agent_rounds else float("nan")


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the arm's decisions came about: model calls, their failures by kind, and moves that had to be changed."""

    decisions: int
    calls: int
    failures: Mapping[str, int]
    repaired: int
    projected: int
    runs_over_repair_limit: int
    prompt_tokens: int
    reply_tokens: int
    call_seconds: float

    @property
    def failed(self) -> int:
        """Failed model calls of every kind."""
        return sum(self.failures.values())


@dataclass(frozen=True, slots=True)
class ArmSummary:
    """An arm over its finished runs. `means` has an interval for each of `MEASURES`; tiers leave suspended rounds out.

    `tier_shares`, `calibrated_shares` are the shares of runs with tiers 0 to 4. `means_last` is over each run's last
    rounds; `tier_all` counts the rounds with a suspended agent too, and `price_free` does not. `trajectory` is (runs,
    T), the mean price of each round (welfare, where the market has no prices), NaN after a run's end. `others` has an
    interval for each of the market's other measures, `others_last` for the last rounds. `choices` are the distributions
    that agents acted on, `choices_hidden` counts those that the logs withhold.
    """

    arm: ArmData
    results: tuple[RunResult, ...]
    null: Null
    by_gap: bool
    means: Mapping[str, Interval]
    means_last: Mapping[str, Interval]
    tier_all: Interval
    price_free: Interval
    tier_shares: tuple[float, ...]
    calibrated_shares: tuple[float, ...]
    enforcement: Enforcement
    conduct: Conduct
    trajectory: np.ndarray
    others: Mapping[str, Interval]
    others_last: Mapping[str, Interval]
    choices: tuple[ChoiceSummary, ...] = ()
    choices_hidden: int = 0

    @property
    def nash(self) -> Benchmark:
        """What everything is held against: Nash play a round, the mean over runs; all NaN where the market has none."""
        known = [run.nash for run in self.arm.runs if run.nash is not None]
        return mean_benchmark(known) if known else self.arm.benchmarks.get("nash", UNKNOWN)

    @property
    def priced(self) -> bool:
        """Whether the market has prices; another is told by welfare and its own measures."""
        return not np.isnan(self.means["price"].point)

    def mean(self, measure: str) -> Interval:
        """The mean over runs of one of `MEASURES` or of the market's other measures; empty for an unknown one."""
        return self.means.get(measure) or self.others.get(measure) or _interval(())

    def values(self, measure: str) -> np.ndarray:
        """The measure of every run, (runs,), in the order of seeds; NaN where it is undefined."""
        return np.array([value_of(result, measure) for result in self.results], dtype=np.float64)


def value_of(result: RunResult, measure: str) -> float:
    """One measure of one run, NaN where its market has none; structure without the rounds with a suspended agent."""
    if measure in OUTCOMES:
        return float(getattr(result.outcomes, measure))
    if measure in STRUCTURES:
        return float(getattr(result.structure, measure))
    return result.others.get(measure, float("nan"))


def summarise_arm(arm: ArmData, null: Null, *, case_cost: float = 0.0) -> ArmSummary:
    """The arm's runs together. An arm without a finished run has NaN everywhere, with the reason in each interval."""
    results = tuple(run_result(arm, run, null, case_cost=case_cost) for run in arm.runs)
    nash = arm.benchmarks.get("nash")
    return ArmSummary(
        arm=arm,
        results=results,
        null=null,
        by_gap=nash is not None and uses_gap_form(nash_structure(nash.hhi, nash.cv)),
        means={measure: _interval(value_of(result, measure) for result in results) for measure in MEASURES},
        means_last={
            **{key: _interval(getattr(result.outcomes_last, key) for result in results) for key in OUTCOMES},
            **{key: _interval(getattr(result.structure_last, key) for result in results) for key in STRUCTURES},
        },
        tier_all=_interval(result.structure_all.tier for result in results),
        price_free=_interval(result.price_free for result in results),
        tier_shares=_shares(result.structure for result in results),
        calibrated_shares=_shares((result.structure for result in results), calibrated=True),
        enforcement=_enforcement(arm, results),
        conduct=_conduct(arm, results),
        trajectory=_trajectory(arm),
        others=_others(result.others for result in results),
        others_last=_others(result.others_last for result in results),
        choices=summarise_choices([run.choices for run in arm.runs]),
        choices_hidden=sum(run.choices_hidden for run in arm.runs),
    )


def _others(found: Iterable[Mapping[str, float]]) -> dict[str, Interval]:
    runs = list(found)
    return {
        key: _interval(run[key] for run in runs if key in run) for key in dict.fromkeys(k for run in runs for k in run)
    }


def _interval(values: Iterable[float]) -> Interval:
    sample = np.array(list(values), dtype=np.float64)
    return mean_interval(sample[np.isfinite(sample)])


def _shares(structures: Iterable[Structure], *, calibrated: bool = False) -> tuple[float, ...]:
    tiers = [s.calibrated_tier if calibrated else s.tier for s in structures]
    defined = [tier for tier in tiers if not np.isnan(tier)]
    return tuple(defined.count(k) / len(defined) if defined else float("nan") for k in range(5))


def _enforcement(arm: ArmData, results: tuple[RunResult, ...]) -> Enforcement:
    acts: Counter[str] = Counter()
    for result in results:
        acts.update(result.acts)
    return Enforcement(
        acts=dict(acts),
        agent_rounds=sum(result.rounds for result in results) * len(arm.agents),
        runs=len(results),
        accused=rate_interval(sum(result.cases > 0 for result in results), len(results)),
        sanctioned=rate_interval(sum(result.sanctions > 0 for result in results), len(results)),
        fines=_mean(result.fines for result in results),
        lost_welfare=_mean(result.lost_welfare for result in results),
        suspended_rounds=_mean(result.suspended_rounds for result in results),
    )


def _conduct(arm: ArmData, results: tuple[RunResult, ...]) -> Conduct:
    failures: Counter[str] = Counter()
    for result in results:
        failures.update(result.failures)
    return Conduct(
        decisions=sum(result.decisions for result in results),
        calls=sum(result.calls for result in results),
        failures=dict(sorted(failures.items())),
        repaired=sum(result.repaired for result in results),
        projected=sum(result.projected for result in results),
        runs_over_repair_limit=sum(result.over_repair_limit for result in results),
        prompt_tokens=sum(run.prompt_tokens for run in arm.runs),
        reply_tokens=sum(run.reply_tokens for run in arm.runs),
        call_seconds=sum(run.call_seconds for run in arm.runs),
    )


def _trajectory(arm: ArmData) -> np.ndarray:
    longest = max((run.rounds for run in arm.runs), default=0)
    lines = np.full((len(arm.runs), longest), np.nan)
    for row, run in zip(lines, arm.runs, strict=True):
        priced = run.price.shape[1] > 0 and not np.isnan(run.price).all()
        row[: run.rounds] = run.price.mean(axis=1) if priced else run.welfare
    return lines


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else float("nan")


__all__ = [
    "LAST",
    "MEASURES",
    "OUTCOMES",
    "STRUCTURES",
    "ArmSummary",
    "Conduct",
    "Enforcement",
    "summarise_arm",
    "value_of",
]
