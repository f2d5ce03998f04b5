"""What the runs of one arm say together: means with intervals over seeds, tier shares, rates of cases and sanctions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agoranomos.analysis.arm_data import UNKNOWN, ArmData, Benchmark, mean_benchmark
from agoranomos.analysis.choices import ChoiceDecision, ChoiceSummary, summarise_choices
from agoranomos.analysis.run_blocks import CallTally, RunBlock
from agoranomos.analysis.run_results import BlockResults, RunResults, block_results
from agoranomos.analysis.runs import LAST, REPAIR_LIMIT, Null, RunResult, uses_gap_form
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
    interval for each of the market's other measures, `others_last` for the last rounds. `nash` is what everything is
    held against: Nash play a round, the mean over runs; all NaN where the market has none. `choices` are the
    distributions that agents acted on, `choices_hidden` counts those that the logs withhold.
    """

    arm: ArmData
    results: RunResults
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
    nash: Benchmark
    choices: tuple[ChoiceSummary, ...] = ()
    choices_hidden: int = 0

    @property
    def priced(self) -> bool:
        """Whether the market has prices; another is told by welfare and its own measures."""
        return not np.isnan(self.means["price"].point)

    def mean(self, measure: str) -> Interval:
        """The mean over runs of one of `MEASURES` or of the market's other measures; empty for an unknown one."""
        return self.means.get(measure) or self.others.get(measure) or _interval(np.zeros(0))

    def values(self, measure: str) -> np.ndarray:
        """The measure of every run, (runs,), in the order of seeds; NaN where it is undefined."""
        return values_of(self.results, measure)


def value_of(result: RunResult, measure: str) -> float:
    """One measure of one run, NaN where its market has none; structure without the rounds with a suspended agent."""
    if measure in OUTCOMES:
        return float(getattr(result.outcomes, measure))
    if measure in STRUCTURES:
        return float(getattr(result.structure, measure))
    return result.others.get(measure, float("nan"))


def values_of(results: RunResults, measure: str) -> np.ndarray:
    """The same of every run, (runs,)."""
    if measure in OUTCOMES:
        return results.column(f"outcomes.{measure}")
    if measure in STRUCTURES:
        return results.column(f"structure.{measure}")
    return results.others.get(measure, np.full(len(results), np.nan))


def summarise_arm(arm: ArmData, null: Null, *, case_cost: float = 0.0) -> ArmSummary:
    """The arm's runs together, read once, some at a time.

    An arm without a finished run has NaN everywhere, with the reason in each interval.
    """
    read = _Reading(arm, null, case_cost)
    results = RunResults(arm.name, map(read.take, arm.runs.blocks()))
    known = arm.benchmarks.get("nash")
    by_run = [found for found in read.nash if found is not None]
    tiers = {name: results.column(f"structure.{name}") for name in ("tier", "calibrated_tier")}
    return ArmSummary(
        arm=arm,
        results=results,
        null=null,
        by_gap=known is not None and uses_gap_form(nash_structure(known.hhi, known.cv)),
        means={measure: _interval(values_of(results, measure)) for measure in MEASURES},
        means_last={
            **{key: _interval(results.column(f"outcomes_last.{key}")) for key in OUTCOMES},
            **{key: _interval(results.column(f"structure_last.{key}")) for key in STRUCTURES},
        },
        tier_all=_interval(results.column("structure_all.tier")),
        price_free=_interval(results.column("price_free")),
        tier_shares=_shares(tiers["tier"]),
        calibrated_shares=_shares(tiers["calibrated_tier"]),
        enforcement=_enforcement(arm, results),
        conduct=_conduct(results, read.calls),
        trajectory=read.trajectory(),
        others={key: _interval(values) for key, values in results.others.items()},
        others_last={key: _interval(values) for key, values in results.others_last.items()},
        nash=mean_benchmark(by_run) if by_run else known or UNKNOWN,
        choices=summarise_choices(read.choices),
        choices_hidden=read.choices_hidden,
    )


class _Reading:
    """What is kept of an arm's blocks, beside their results, while they are read one after another."""

    def __init__(self, arm: ArmData, null: Null, case_cost: float) -> None:
        self._arm, self._null, self._case_cost = arm, null, case_cost
        self._lines: list[np.ndarray] = []
        self.nash: list[Benchmark | None] = []
        self.calls: list[CallTally] = []
        self.choices: list[tuple[ChoiceDecision, ...]] = []
        self.choices_hidden = 0

    def take(self, block: RunBlock) -> BlockResults:
        """The results of the block's runs."""
        self._lines.append(_line_of_each(block))
        self.nash += block.nash
        self.calls += block.calls
        self.choices += block.choices
        self.choices_hidden += sum(block.choices_hidden)
        return block_results(self._arm, block, self._null, case_cost=self._case_cost)

    def trajectory(self) -> np.ndarray:
        """The lines of all runs, NaN after a run's end."""
        lines = np.full((sum(map(len, self._lines)), self._arm.runs.longest), np.nan)
        first = 0
        for part in self._lines:
            lines[first : first + len(part), : part.shape[1]] = part
            first += len(part)
        return lines


def _line_of_each(block: RunBlock) -> np.ndarray:
    """The mean price of each round of each run; welfare, where the run's market has no prices."""
    if not block.price.shape[2]:
        return block.welfare
    priced = np.logical_not(np.isnan(block.price).all(axis=(1, 2)))
    return np.where(priced[:, None], block.price.mean(axis=2), block.welfare)


def _interval(values: np.ndarray) -> Interval:
    return mean_interval(values[np.isfinite(values)])


def _shares(tiers: np.ndarray) -> tuple[float, ...]:
    defined = tiers[~np.isnan(tiers)]
    return tuple(float((defined == k).mean()) if defined.size else float("nan") for k in range(5))


def _enforcement(arm: ArmData, results: RunResults) -> Enforcement:
    sanctions = np.sum([results.acts(kind) for kind in SANCTION_KINDS], axis=0)
    return Enforcement(
        acts={kind: count for kind in results.kinds if (count := int(results.acts(kind).sum()))},
        agent_rounds=int(results.column("rounds").sum()) * len(arm.agents),
        runs=len(results),
        accused=rate_interval(int((results.acts("case") > 0).sum()), len(results)),
        sanctioned=rate_interval(int((sanctions > 0).sum()), len(results)),
        fines=_mean(results.column("fines")),
        lost_welfare=_mean(results.column("lost_welfare")),
        suspended_rounds=_mean(results.column("suspended_rounds")),
    )


def _conduct(results: RunResults, calls: Sequence[CallTally]) -> Conduct:
    failures: Counter[str] = Counter()
    for tally in calls:
        failures.update(tally.failures)
    decisions, repaired = results.column("decisions"), results.column("repaired")
    return Conduct(
        decisions=int(decisions.sum()),
        calls=sum(tally.calls for tally in calls),
        failures=dict(sorted(failures.items())),
        repaired=int(repaired.sum()),
        projected=int(results.column("projected").sum()),
        runs_over_repair_limit=int((repaired > REPAIR_LIMIT * decisions).sum()),
        prompt_tokens=sum(tally.prompt_tokens for tally in calls),
        reply_tokens=sum(tally.reply_tokens for tally in calls),
        call_seconds=sum(tally.seconds for tally in calls),
    )


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")


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
    "values_of",
]
