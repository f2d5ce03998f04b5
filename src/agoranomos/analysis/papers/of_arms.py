"""Tables of what the arms of a campaign came to: runs, outcomes, the last rounds, structure, other measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.intervals import interval_in_words
from agoranomos.analysis.papers.table import Column, Table, counts, intervals, texts
from agoranomos.analysis.runs import LAST
from agoranomos.analysis.words import DIGITS, title
from agoranomos.statistics import Interval

OUTCOMES = ("price", "consumer_surplus", "welfare", "profit")
STRUCTURES = ("tier", "calibrated_tier", "hhi_excess", "cv_excess", "hhi_gap", "cv_gap")
OVER_RUNS = "over runs"
MOST_SIDE_BY_SIDE = 5
"""Measures that have columns of their own; more of them stand one below the other."""


def arm_tables(summary: CampaignSummary) -> Iterator[Table]:
    """The tables in the order in which the page shows them."""
    yield _runs(summary.arms)
    arms = [arm for arm in summary.arms if arm.results]
    if not arms:
        return
    shown = OUTCOMES if any(arm.priced for arm in arms) else ("welfare", "profit")
    priced = f" Each case is priced at {summary.case_cost:g}, by which welfare is reduced." if summary.case_cost else ""
    yield _means("arms", "Outcomes arm by arm", f"Means over rounds, then over runs.{priced}", arms, shown)
    yield _last(arms, shown, priced)
    others = list(dict.fromkeys(measure for arm in arms for measure in arm.others))
    if others:
        about = "What the market measures besides: means over rounds, agents and goods, then over runs."
        heading = "Other measures of the market"
        if len(others) <= MOST_SIDE_BY_SIDE:
            yield _means("measures", heading, about, arms, others)
        else:
            yield _one_below_the_other("measures", heading, about, arms, others)
    if any(arm.means["tier"].n for arm in arms):
        about = (
            "Tiers, HHI and CV as means over runs; rounds with a suspended agent are left out. A calibrated tier "
            "counts only what is beyond noisy Nash play."
        )
        yield _means("structure", "Structure: tiers, concentration, specialisation", about, arms, STRUCTURES)


def arm_names(arms: Sequence[ArmSummary]) -> Column:
    """The first column of most tables."""
    return texts("arm", "arm", [arm.arm.name for arm in arms])


def finished(arms: Sequence[ArmSummary]) -> Column:
    """How many runs each arm's numbers rest on."""
    return counts("runs", "runs", [len(arm.results) for arm in arms])


def over_runs(found: Sequence[Interval]) -> str:
    """The interval of means over runs, in words."""
    return interval_in_words(found, OVER_RUNS)


def _runs(arms: Sequence[ArmSummary]) -> Table:
    models = [", ".join(dict.fromkeys(model for model in arm.arm.models if model)) or "none" for arm in arms]
    return Table(
        "runs",
        "Arms and their runs",
        "",
        "none (counts)",
        (
            arm_names(arms),
            texts("regime", "regime", [arm.arm.regime for arm in arms]),
            texts("roster", "roster", [arm.arm.roster for arm in arms]),
            texts("market", "market", [arm.arm.market for arm in arms]),
            texts("models", "models", models),
            counts("planned", "planned", [arm.arm.planned for arm in arms]),
            counts("finished", "finished", [len(arm.results) for arm in arms]),
            counts("failed", "failed", [len(arm.arm.failed) for arm in arms]),
        ),
    )


def _means(name: str, heading: str, about: str, arms: Sequence[ArmSummary], measures: Sequence[str]) -> Table:
    found = {measure: [arm.mean(measure) for arm in arms] for measure in measures}
    columns = [intervals(measure, title(measure), means, _decimals(measure)) for measure, means in found.items()]
    interval = over_runs([one for means in found.values() for one in means])
    return Table(name, heading, about, interval, (arm_names(arms), finished(arms), *columns))


def _one_below_the_other(
    name: str, heading: str, about: str, arms: Sequence[ArmSummary], measures: Sequence[str]
) -> Table:
    rows = [(arm, measure, arm.mean(measure)) for arm in arms for measure in measures if measure in arm.others]
    means = [mean for *_, mean in rows]
    columns = (
        texts("arm", "arm", [arm.arm.name for arm, *_ in rows]),
        texts("measure", "measure", [title(measure) for _, measure, _ in rows]),
        intervals("mean", "mean", means, 3),
        counts("n", "n", [mean.n for mean in means]),
    )
    return Table(name, heading, about, over_runs(means), columns)


def _last(arms: Sequence[ArmSummary], measures: Sequence[str], priced: str) -> Table:
    found = {measure: [arm.means_last[measure] for arm in arms] for measure in measures}
    columns = [
        intervals(f"{measure}_last", title(measure), means, _decimals(measure)) for measure, means in found.items()
    ]
    return Table(
        "last-rounds",
        f"Outcomes of the last {LAST} rounds",
        f"Means over the last {LAST} rounds of each run, then over runs: where an arm ends once its start has worn "
        f"off.{priced}",
        over_runs([one for means in found.values() for one in means]),
        (arm_names(arms), finished(arms), *columns),
    )


def _decimals(measure: str) -> int | None:
    """As the page has them: amounts of money by their size, others by their name."""
    return None if measure in ("consumer_surplus", "welfare", "profit") else DIGITS.get(measure, 3)
