"""What `agora power` found, as sentences and a table, and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from agoranomos.analysis.pilot import Pilot
from agoranomos.cli.power_question import Question
from agoranomos.cli.terminal import say, show
from agoranomos.statistics.power import Answer, Design

Rows = Sequence[tuple[int, Sequence[float]]]


def sentence(design: Design, question: Question, told: Answer, target: float) -> str:
    """The answer in one sentence."""
    of = f"{design.name}, level {question.level:g}"
    if told.reason:
        return f"{of}: a chance of {target:.0%} is out of reach. {told.reason[:1].upper()}{told.reason[1:]}."
    what = f"an {'odds ratio' if question.tiers else 'effect'} of {question.outer(told.effect):.3g}"
    if question.margin is not None:
        what = f"a difference below {question.margin:g} where it is {question.outer(told.effect):.3g}"
    verb = "show" if question.margin is not None else "find"
    if told.asked == "runs":
        return f"{of}: {told.runs} runs an arm {verb} {what} with a chance of {told.power:.1%}."
    if told.asked == "effect":
        return f"{of}: the smallest that {told.runs} runs an arm find with a chance of {target:.0%} is {what}."
    return f"{of}: {told.runs} runs an arm {verb} {what} with a chance of {told.power:.1%}."


def say_answer(
    design: Design,
    question: Question,
    told: Answer,
    target: float,
    effects: Sequence[float],
    rows: Rows,
    found: Pilot | None,
) -> None:
    """The pilot, the answer and the table on standard output."""
    from rich.table import Table

    if found is not None:
        icc = "unknown" if math.isnan(found.icc.point) else f"{found.icc.point:.2f} ({_bounds(found)})"
        say(
            f"from {found.pairs} pairs of {found.first} and {found.second} in {found.clusters} {found.unit}: "
            f"{found.outcome} has sd {found.sd:.4g}, pairs a correlation of {found.correlation:.2f}, "
            f"their differences an ICC of {icc}"
        )
    say(sentence(design, question, told, target))
    if design.simulated:
        say("Chances are counted over 10,000 drawn campaigns: within 1 point.")
    if not rows:
        return
    say()
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("runs an arm", justify="right")
    for one in effects:
        shown.add_column(question.named(one), justify="right")
    for n, chances in rows:
        shown.add_row(str(n), *(f"{chance:.1%}" for chance in chances))
    show(shown)


def as_json(
    design: Design,
    question: Question,
    told: Answer,
    target: float,
    effects: Sequence[float],
    rows: Rows,
    found: Pilot | None,
) -> dict[str, Any]:
    """The same for programs; effects in the user's units, null where there is none."""
    pilot = None
    if found is not None:
        pilot = {
            "outcome": found.outcome,
            "first": found.first,
            "second": found.second,
            "pairs": found.pairs,
            "clusters": found.clusters,
            "unit": found.unit,
            "sd": found.sd,
            "correlation": found.correlation,
            "icc": {"point": _number(found.icc.point), "low": _number(found.icc.low), "high": _number(found.icc.high)},
            "shares": list(found.shares),
        }
    return {
        "design": question.name,
        "level": question.level,
        "margin": question.margin,
        "sd": question.sd,
        "correlation": question.correlation,
        "clusters": question.clusters,
        "icc": question.icc,
        "asked": told.asked,
        "target": target,
        "runs": told.runs,
        "effect": _number(question.outer(told.effect)),
        "power": _number(told.power),
        "simulated": design.simulated,
        "reason": told.reason,
        "effects": [question.outer(one) for one in effects],
        "table": [{"runs": n, "power": list(chances)} for n, chances in rows],
        "pilot": pilot,
    }


def _bounds(found: Pilot) -> str:
    return "no interval" if math.isnan(found.icc.low) else f"{found.icc.low:.2f} to {found.icc.high:.2f}"


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
