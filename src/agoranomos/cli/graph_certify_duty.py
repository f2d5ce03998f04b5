"""`agora graph certify` where the market is a scenario: plans in a table, and the verdict in a sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from agoranomos.cli.terminal import say, show

if TYPE_CHECKING:
    from agoranomos.deterrence.duty_certificate import DutyCertificate, DutyPlan
    from agoranomos.statistics import Estimate


def sentence(found: DutyCertificate) -> str:
    """The result in a sentence or two."""
    if not found.accused:
        told = f"{found.institution} accuses no plan that was tried in {found.market} more than the dutiful"
        return f"{told}, who are accused in {found.innocents_accused:.1%} of rounds: it deters nothing there."
    worst = found.accused[0]
    if found.gap <= 0:
        return (
            f"Nothing is at stake in {found.market}: the {len(found.accused)} plans that {found.institution} accuses "
            f"earn no more than dutiful play without it either. Under it {_called(worst)} does best, with "
            f"{_estimate(worst.gain)} a round."
        )
    verdict = "deters" if found.holds else "does not deter"
    limit = f"{100 * found.tolerance:g}% of the {found.gap:.3g} that is at stake without it"
    said = (
        f"{found.institution} {verdict} what it accuses in {found.market}: of {len(found.accused)} such plans "
        f"{_called(worst)} does best, with {_estimate(worst.gain)} a round against dutiful play; "
        f"up to {limit} is let pass."
    )
    innocent = f" Who keeps the duty is fined {found.cost:.3g} a round and accused in {found.innocents_accused:.1%}."
    return said + innocent


def say_duty(found: DutyCertificate) -> None:
    """The sentence, the plans that are accused, those that are let pass, and what is not spoken of."""
    from rich.table import Table

    say(sentence(found))
    for title, plans in (("Accused:", found.accused), ("Let pass:", found.let_pass)):
        if not plans:
            continue
        say()
        say(title)
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("plan", overflow="fold")
        for head in ("by", "earns without", "under it", "fined", "accused", "duty broken", "principal", "others"):
            table.add_column(head, justify="right")
        for plan in plans:
            table.add_row(
                f"{plan.name} (and {', '.join(plan.alike)})" if plan.alike else plan.name,
                "all" if plan.together else "one",
                _estimate(plan.free),
                _estimate(plan.gain),
                f"{plan.fined:.3g}",
                f"{plan.accused:.0%}",
                f"{plan.broke:.0%}",
                f"{plan.principal:+.3g}",
                f"{plan.third_party:+.3g}",
            )
        show(table)
    say()
    say(
        f"Played: {len(found.plans)} plans over {found.runs} runs of {found.rounds} rounds; money is a round, against "
        "dutiful play in the same runs, with 95% intervals over runs."
    )
    say(f"Not spoken of: {'; '.join(found.left_out)}.")


def duty_json(found: DutyCertificate) -> dict[str, Any]:
    """The same for programs."""
    return {
        "institution": found.institution,
        "semantic_sha256": found.semantic_sha256,
        "market": found.market,
        "sentence": sentence(found),
        "holds": found.holds,
        "tolerance": found.tolerance,
        "gap": found.gap,
        "runs": found.runs,
        "rounds": found.rounds,
        "dutiful": {"fined": found.cost, "accused": found.innocents_accused},
        "accused": [_plan(plan) for plan in found.accused],
        "let_pass": [_plan(plan) for plan in found.let_pass],
        "leaves_out": list(found.left_out),
    }


def _plan(plan: DutyPlan) -> dict[str, Any]:
    return {
        "plan": plan.name,
        "alike": list(plan.alike),
        "by": "all" if plan.together else "one",
        "earns_without": _bounds(plan.free),
        "earns_under": _bounds(plan.gain),
        "fined": plan.fined,
        "accused": plan.accused,
        "duty_broken": plan.broke,
        "principal": plan.principal,
        "third_party": plan.third_party,
    }


def _bounds(estimate: Estimate) -> dict[str, float | None]:
    low, high = (None if math.isnan(bound) else bound for bound in (estimate.low, estimate.high))
    return {"point": estimate.point, "low": low, "high": high}


def _called(plan: DutyPlan) -> str:
    return f"{plan.name}, by {'all together' if plan.together else 'one alone'},"


def _estimate(estimate: Estimate) -> str:
    if math.isnan(estimate.low):  # every run gave the same
        return f"{estimate.point:.3f}"
    return f"{estimate.point:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
