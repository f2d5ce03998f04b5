"""What an effect cost and who bore it: the accounts of consumers, firms and the authority, arm against arm.

Amounts are of a whole run, in the market's money. A fine is a transfer: what firms pay the authority receives. What
consumers gain, what firms gain net of fines, and what the authority takes in less what its cases cost, add up to what
society gains.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.runs import RunResult
from agoranomos.statistics import Estimate, cluster_mean_estimate, mean_estimate

Amount = Callable[[RunResult], float]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the accounts: who bears it, what it is, and what it is in one run."""

    bearer: str
    name: str
    of: Amount


@dataclass(frozen=True, slots=True)
class Line:
    """An item in both arms: means a run over the pairs, and their difference, first less second."""

    item: Item
    first: float
    second: float
    difference: Estimate


def items(case_cost: float, audits: Mapping[tuple[str, int], float]) -> tuple[Item, ...]:
    """The lines of the accounts; `case_cost` is what a case costs society, `audits` are those of each audited run."""

    def surplus(run: RunResult) -> float:
        return run.rounds * run.outcomes.consumer_surplus

    def profit(run: RunResult) -> float:
        return run.rounds * run.outcomes.profit

    def enforcement(run: RunResult) -> float:
        return case_cost * run.cases

    def society(run: RunResult) -> float:
        return surplus(run) + profit(run) - enforcement(run)

    return (
        Item("consumers", "consumer surplus", surplus),
        Item("firms", "profit before fines", profit),
        Item("firms", "fines paid", lambda run: run.fines),
        Item("firms", "profit after fines", lambda run: profit(run) - run.fines),
        Item("authority", "fines received", lambda run: run.fines),
        Item("authority", "cost of its cases", enforcement),
        Item("authority", "balance", lambda run: run.fines - enforcement(run)),
        Item("society", "surplus and profit less cost of cases", society),
        Item("society", "of it, lost while an agent sat suspended", lambda run: run.lost_welfare),
        *((Item("acts", "audits", lambda run: audits.get((run.arm, run.seed), 0.0)),) if audits else ()),
        Item("acts", "cases", lambda run: float(run.cases)),
        Item("acts", "warnings", lambda run: float(run.acts.get("warning", 0))),
        Item("acts", "sanctions", lambda run: float(run.sanctions)),
        Item("acts", "rounds with an agent suspended", lambda run: float(run.suspended_rounds)),
    )


def accounts(
    arms: Mapping[str, ArmSummary],
    judged: Mapping[tuple[str, str], Sequence[int]],
    units: Sequence[str] | None,
    case_cost: float,
    audits: Mapping[tuple[str, int], float],
) -> tuple[Line, ...]:
    """The accounts over the pairs that a hypothesis is judged by: `judged` has the seeds of each two arms, by name.

    Differences are of pairs, with a t interval over them, or over their clusters where `units` names these in order.
    """
    runs: list[tuple[RunResult, RunResult]] = []
    for (first, second), seeds in judged.items():
        of_first, of_second = (_by_seed(arms[name], seeds) for name in (first, second))
        runs += [(of_first[seed], of_second[seed]) for seed in seeds]
    return tuple(_line(item, runs, units) for item in items(case_cost, audits) if runs)


def _by_seed(arm: ArmSummary, seeds: Sequence[int]) -> dict[int, RunResult]:
    wanted = set(seeds)
    return {run.seed: run for run in arm.results if run.seed in wanted}


def _line(item: Item, runs: Sequence[tuple[RunResult, RunResult]], units: Sequence[str] | None) -> Line:
    amounts: NDArray[np.float64] = np.array([[item.of(one), item.of(other)] for one, other in runs], dtype=np.float64)
    known = np.asarray(np.isfinite(amounts).all(axis=1))
    defined = amounts[known]
    means = defined.mean(axis=0) if len(defined) else np.full(2, np.nan)
    differences = defined[:, 0] - defined[:, 1]
    if units is None:
        return Line(item, float(means[0]), float(means[1]), mean_estimate(differences))
    clusters = [units[place] for place in np.flatnonzero(known).tolist()]
    return Line(item, float(means[0]), float(means[1]), cluster_mean_estimate(differences, clusters))
