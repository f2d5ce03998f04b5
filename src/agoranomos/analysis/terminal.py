"""The summary of a campaign as a table in a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.choices import ChoiceSummary
from agoranomos.analysis.deviations import departures_in_words
from agoranomos.analysis.inference.words import in_one_line, rules_in_words
from agoranomos.analysis.words import number, percent, title

if TYPE_CHECKING:
    from rich.console import Console


MOST_OTHERS = 3
"""So many of a market's other measures have a column."""


GAP = 2
"""Spaces between columns."""


def print_summary(summary: CampaignSummary, console: Console) -> None:
    """Print one row an arm: price, surplus, welfare and profit against Nash, tier, cases, sanctions, failures.

    A table that is wider than the console is printed as several, one below the other, each with the arms' names.
    Manipulation checks and what is missing follow in a line each.
    """
    from rich.table import Table

    layout = _Layout(
        priced=any(arm.priced for arm in summary.arms),
        tiered=any(arm.means["tier"].n for arm in summary.arms),
        others=_others(summary),
        governed=any(arm.arm.institution for arm in summary.arms),
        models=any(arm.conduct.calls for arm in summary.arms),
    )
    rows = [(arm.arm.name, _cells(arm, layout)) for arm in summary.arms]
    for number_of_table, columns in enumerate(_side_by_side(layout.headings, rows, console.width)):
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("arm", overflow="fold", max_width=_most_of_a_name(console.width))
        for column in columns:
            table.add_column(layout.headings[column], justify="right", no_wrap=True)
        for name, cells in rows:
            table.add_row(name, *cells[columns.start : columns.stop])
        if number_of_table:
            console.print()
        console.print(table)
    console.print(layout.legend, soft_wrap=True)
    for check in summary.checks:
        if check.verdict != "not applicable":
            console.print(f"manipulation check, no finding: {check.name}: {check.verdict}", soft_wrap=True)
    for line in (*departures_in_words(summary.departures), *_findings(summary)):
        console.print(line, soft_wrap=True)
    if not summary.complete:
        left = summary.planned - summary.finished - summary.failed - summary.not_needed
        console.print(
            f"INCOMPLETE: {summary.finished} of {summary.planned} runs are finished, {summary.failed} failed, "
            f"{left} not run yet.",
            soft_wrap=True,
        )
    for arm in summary.arms:
        for found in arm.choices:
            whose = "" if len(arm.choices) == 1 else f" ({', '.join(found.agents)})"
            console.print(_of_choices(f"{arm.arm.name}{whose}", found), soft_wrap=True)
    if summary.mock_only:
        console.print("the mock engine drew the replies: no language model, and no finding", soft_wrap=True)
    elif summary.models:
        console.print(
            f"models: {', '.join(summary.models)}; n is small and says nothing of other models", soft_wrap=True
        )


def _others(summary: CampaignSummary) -> tuple[str, ...]:
    """Those of the market's own measures that are shown: what the campaign asks about first, then others."""
    known = dict.fromkeys(measure for arm in summary.arms for measure in arm.others)
    asked = [summary.outcome]
    if summary.findings is not None:
        asked += [answer.outcome for answer in summary.findings.inference.answers]
    first = dict.fromkeys(measure for measure in asked if measure in known)
    return tuple({**first, **known})[: max(MOST_OTHERS, len(first))]


def _findings(summary: CampaignSummary) -> list[str]:
    """A line a hypothesis, then what was decided before the runs; nothing where none was written."""
    if summary.findings is None:
        return []
    inference = summary.findings.inference
    return [*(in_one_line(answer) for answer in inference.answers), *rules_in_words(inference)]


def _of_choices(whose: str, found: ChoiceSummary) -> str:
    """What these agents found most probable, and how probable a case and a sanction were."""
    first = found.by_probability[0]
    parts = [f"{first.option!r} is most probable ({percent(first.probability.point)})"]
    if found.accused.n:
        case, sanction = percent(found.accused.point), percent(found.sanctioned.point)
        parts.append(f"probability of a case {case}, of a sanction {sanction}")
    return f"choices of {whose}, {found.scored.replace('_', ' ')}: {'; '.join(parts)}"


def _most_of_a_name(width: int) -> int:
    """Characters of a line of an arm's name: half of a narrow console; in a wide one all names stay in one line."""
    return max(width // 2, 20)


def _side_by_side(headings: list[str], rows: list[tuple[str, list[str]]], width: int) -> list[range]:
    """The columns, by index, of each table: as many as fit beside the arms' names, and at least one."""
    name = min(max((len(name) for name, _ in rows), default=3), _most_of_a_name(width))
    tables, first, used = [], 0, name
    for column, heading in enumerate(headings):
        wide = GAP + max(len(heading), *(len(cells[column]) for _, cells in rows if column < len(cells)), 0)
        if used + wide > width and column > first:
            tables.append(range(first, column))
            first, used = column, name
        used += wide
    return [*tables, range(first, len(headings))]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which columns there are: what no arm of the campaign has is left out."""

    priced: bool
    tiered: bool
    others: tuple[str, ...]
    governed: bool
    models: bool

    @property
    def headings(self) -> list[str]:
        headings = ["runs", "price", "of Nash", "surplus", "welfare", "profit"]
        if not self.priced:
            headings = ["runs", "welfare", "of Nash", "profit", "of Nash"]
        headings += ["tier", "calibrated"] if self.tiered else []
        headings += [title(measure) for measure in self.others]
        headings += ["cases", "sanctions", "fines"] if self.governed else []
        return headings + (["calls", "failed", "repaired"] if self.models else [])

    @property
    def legend(self) -> str:
        parts = [
            "price: mean over rounds; of Nash, surplus, welfare, profit: against Nash play"
            if self.priced
            else "welfare, profit: a round, over all agents; of Nash: against Nash play"
        ]
        parts += ["tier 0 to 4; calibrated: against noisy Nash play"] if self.tiered else []
        parts += ["other measures: means over rounds, agents and goods"] if self.others else []
        return "; ".join(parts + (["cases, sanctions, fines: a run"] if self.governed else []))


def _cells(arm: ArmSummary, layout: _Layout) -> list[str]:
    runs = f"{len(arm.results)}" if len(arm.results) == arm.arm.planned else f"{len(arm.results)}/{arm.arm.planned}"
    if not arm.results:
        return [runs]
    means, nash, found, conduct = arm.means, arm.nash, arm.enforcement, arm.conduct
    if layout.priced:
        cells = [
            runs,
            number(means["price"].point),
            _of(means["price"].point, nash.mean_price),
            percent(means["surplus_ratio"].point),
            _of(means["welfare"].point, nash.welfare),
            _of(means["profit"].point, nash.total_profit),
        ]
    else:
        welfare, profit = means["welfare"].point, means["profit"].point
        cells = [runs, number(welfare), _of(welfare, nash.welfare), number(profit), _of(profit, nash.total_profit)]
    if layout.tiered:
        cells += [number(means["tier"].point), number(means["calibrated_tier"].point)]
    cells += [number(arm.mean(measure).point, 3) for measure in layout.others]
    if layout.governed:
        cells += [
            number(found.per_run(found.cases), 1),
            number(found.per_run(found.sanctions), 1),
            number(found.fines, 0),
        ]
    if layout.models:
        cells += [str(conduct.calls), str(conduct.failed), str(conduct.repaired)]
    return cells


def _of(value: float, nash: float) -> str:
    """The value against Nash; a dash where Nash is nothing, or a loss."""
    return percent(value / nash if nash > 0 else float("nan"))
