"""Tables of what was done and how: cases and sanctions, model calls and repairs, choices, checks."""

from __future__ import annotations

from collections.abc import Iterator

from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.intervals import interval_in_words
from agoranomos.analysis.papers.of_arms import arm_names, finished, over_runs
from agoranomos.analysis.papers.table import Table, amounts, counts, intervals, shares, texts

CASE_COST = "Fines move money, and are no cost to society."
MOST_OPTIONS = 12
"""Options of a menu in the table, the most probable ones; all are in `choices.csv`."""


def conduct_tables(summary: CampaignSummary) -> Iterator[Table]:
    """The tables that the campaign has rows for."""
    if any(arm.arm.institution for arm in summary.arms):
        yield _enforcement(summary)
    if any(arm.choices for arm in summary.arms):
        yield _choices(summary)
    if any(arm.conduct.calls for arm in summary.arms):
        yield _conduct(summary)


def checks_table(summary: CampaignSummary) -> Iterator[Table]:
    """Whether the laboratory does what it must before any finding means anything."""
    if summary.checks:
        yield Table(
            "checks",
            "Manipulation checks, not findings",
            "",
            "none (verdicts)",
            (
                texts("check", "check", [check.name for check in summary.checks]),
                texts("verdict", "verdict", [check.verdict for check in summary.checks]),
                texts("figures", "figures", ["; ".join(check.figures) for check in summary.checks]),
            ),
        )


def _enforcement(summary: CampaignSummary) -> Table:
    arms = [arm for arm in summary.arms if arm.arm.institution]
    found = [arm.enforcement for arm in arms]
    return Table(
        "enforcement",
        "Enforcement: cases and sanctions",
        f"Over all finished runs of an arm, a run. Accused and sanctioned: shares of runs. {CASE_COST}",
        interval_in_words([*(one.accused for one in found), *(one.sanctioned for one in found)], "of shares of runs"),
        (
            arm_names(arms),
            finished(arms),
            intervals("runs_accused", "runs accused", [one.accused for one in found], form="percent"),
            amounts("cases_per_run", "cases", [one.per_run(one.cases) for one in found], 1),
            intervals("runs_sanctioned", "runs sanctioned", [one.sanctioned for one in found], form="percent"),
            amounts("sanctions_per_run", "sanctions", [one.per_run(one.sanctions) for one in found], 1),
            amounts("fines_amount_per_run", "fines paid", [one.fines for one in found], 0),
            amounts("suspended_rounds_per_run", "rounds suspended", [one.suspended_rounds for one in found], 1),
            amounts("lost_welfare_per_run", "welfare lost", [one.lost_welfare for one in found], 0),
        ),
    )


def _choices(summary: CampaignSummary) -> Table:
    rows = [
        (arm, found, one)
        for arm in summary.arms
        for found in arm.choices
        for one in found.by_probability[:MOST_OPTIONS]
    ]
    return Table(
        "choices",
        "How probable the options were",
        f"Means over decisions, then over runs; of each menu at most the {MOST_OPTIONS} most probable options.",
        over_runs([one.probability for _, _, one in rows]),
        (
            texts("arm", "arm", [arm.arm.name for arm, _, _ in rows]),
            texts("scored", "scored", [found.scored.replace("_", " ") for _, found, _ in rows]),
            texts("model", "model", [found.model for _, found, _ in rows]),
            counts("decisions", "decisions", [found.decisions for _, found, _ in rows]),
            texts("option", "option", [one.option for _, _, one in rows]),
            intervals("probability", "probability", [one.probability for _, _, one in rows], 3),
            shares("chosen", "chosen", [one.chosen.point for _, _, one in rows], 1),
        ),
    )


def _conduct(summary: CampaignSummary) -> Table:
    arms = [arm for arm in summary.arms if arm.conduct.calls]
    done = [arm.conduct for arm in arms]
    return Table(
        "conduct",
        "Calls, failures and repairs",
        "A failed call is data: it is counted by kind, and what was decided in its place is a repaired move.",
        "none (counts)",
        (
            arm_names(arms),
            texts("models", "models", [", ".join(dict.fromkeys(m for m in arm.arm.models if m)) for arm in arms]),
            counts("decisions", "decisions", [one.decisions for one in done]),
            counts("calls", "calls", [one.calls for one in done]),
            counts("failed", "failed", [one.failed for one in done]),
            texts(
                "kinds", "by kind", [", ".join(f"{k} {n}" for k, n in one.failures.items()) or "none" for one in done]
            ),
            counts("repaired", "repaired moves", [one.repaired for one in done]),
            counts("projected", "projected moves", [one.projected for one in done]),
            counts("prompt_tokens", "tokens read", [one.prompt_tokens for one in done]),
            counts("reply_tokens", "tokens written", [one.reply_tokens for one in done]),
        ),
    )
