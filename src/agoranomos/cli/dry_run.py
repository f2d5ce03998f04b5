"""What `agora run --dry-run` shows: the plan as it is resolved, and what it will take."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from agoranomos.cli.terminal import say, say_json, show

if TYPE_CHECKING:
    from agoranomos.campaigns import Plan
    from agoranomos.campaigns.estimate import Estimate, ModelEstimate
    from agoranomos.campaigns.matching import Matching


def show_plan(plan: Plan, limit: int | None, logs: Path, as_json: bool, matching: Matching) -> None:
    """Print the plan, its estimate and how its arms match; earlier campaigns in `logs` say how fast its models are."""
    from agoranomos.campaigns.estimate import estimate
    from agoranomos.cli.matched import show_matched

    runs = plan.runs(limit)
    expected = estimate(plan, runs, logs)
    if as_json:
        say_json({**_document(plan, len(runs), expected), "matched": matching.document})
        return
    _show_arms(plan, limit)
    rounds, calls = sum(run.arm.rounds for run in runs), sum(run.arm.calls for run in runs)
    say(f"{len(plan.arms)} arms, {len(runs)} runs, {rounds} rounds, at most {calls} model calls; folder {plan.label}")
    for name, hypothesis in plan.campaign.hypotheses.items():
        say(
            f"{hypothesis.role} hypothesis {name}: {hypothesis.first} against {hypothesis.second}, "
            f"{hypothesis.outcome or plan.campaign.outcome} {hypothesis.expects}"
        )
    if stopping := plan.campaign.stopping:
        say(f"stops early when {stopping.hypothesis} is decided ({stopping.sequence}, level {stopping.level:g})")
    if budget := plan.campaign.budget.model_dump(exclude_none=True):
        say(f"budget of all sessions: {', '.join(f'{bound:,} {part}' for part, bound in budget.items())}")
    for model in expected.models:
        say(_in_words(model))
    say(f"markets, agents and records: about {_duration(expected.own_seconds)} of processor time, models apart")
    show_matched(matching)


def _show_arms(plan: Plan, limit: int | None) -> None:
    runs = plan.runs(limit)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("arm", "told", "institution", "roster", "market", "rounds", "runs", "max calls", "durable"):
        table.add_column(heading, justify="right" if heading in {"rounds", "runs", "max calls"} else "left")
    for arm in plan.arms:
        mine = sum(run.arm is arm for run in runs)
        more = f" +{len(arm.wordings) - 1}" if len(arm.wordings) > 1 else ""
        switched = "".join(f", {one.institution_name or 'none'} from {one.first_round}" for one in arm.switches)
        table.add_row(
            arm.name,
            f"{arm.told_name or '-'}{more}",
            f"{arm.institution_name or '-'}{switched}",
            arm.roster_name,
            arm.market_name,
            str(arm.rounds),
            str(mine),
            str(mine * arm.calls),
            arm.durable,
        )
    show(table)


def _document(plan: Plan, runs: int, expected: Estimate) -> dict[str, object]:
    chosen = plan.runs(runs)
    return {
        "plan": plan.document,
        "digest": plan.digest,
        "folder": plan.label,
        "runs": runs,
        "rounds": sum(run.arm.rounds for run in chosen),
        "max_calls": sum(run.arm.calls for run in chosen),
        "budget": plan.campaign.budget.model_dump(exclude_none=True),
        "estimate": asdict(expected),
    }


def _in_words(model: ModelEstimate) -> str:
    replies = f"at most {model.most_reply_tokens:,} reply tokens"
    if model.reply_tokens is not None:
        replies = f"{model.reply_tokens:,} reply tokens ({replies})"
    parts = [
        f"{model.model}: about {model.calls:,} calls (at most {model.most_calls:,}), {model.prompt_tokens:,} prompt "
        f"tokens at four characters each, {replies}"
    ]
    parts.append("no price is given" if model.money is None else f"at most {model.money:,.2f} at the prices given")
    if model.seconds is None:
        parts.append("how long is not known: no campaign here has asked it alone")
    else:
        parts.append(f"about {_duration(model.seconds)}, at the pace of {model.measured_in}")
    return "; ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 1 else "a second"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
