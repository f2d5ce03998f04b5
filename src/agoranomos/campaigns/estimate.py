"""What a campaign will take of its language models, and how long: told before the first call, with what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agoranomos.campaigns.plan import Plan, PlannedRun
from agoranomos.campaigns.rehearsal import Rehearsed, rehearse
from agoranomos.campaigns.spending import SpendingFile
from agoranomos.errors import AgoraError
from agoranomos.models.calls.prices import price_of
from agoranomos.models.calls.spent import Spent, Use

ENOUGH_CALLS = 20
"""So many calls of a model an earlier campaign must have made to be gone by."""


@dataclass(frozen=True, slots=True)
class ModelEstimate:
    """One model: calls that are expected and the most there can be, and tokens.

    `reply_tokens` is what replies took before where `measured_in` names the campaign that they were measured in, else
    None: how much a model says is not known before it was asked. `most_reply_tokens` is what the plan allows them,
    where no call has to be repeated. `money` is at the campaign's prices, for the most tokens (None without a price);
    `seconds` at the pace of that campaign.
    """

    model: str
    calls: int
    most_calls: int
    prompt_tokens: int
    reply_tokens: int | None
    most_reply_tokens: int
    money: float | None
    seconds: float | None
    measured_in: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A campaign's estimate. `own_seconds` is processor time of the markets, agents and prompts, without models."""

    models: tuple[ModelEstimate, ...]
    own_seconds: float


@dataclass(frozen=True, slots=True)
class Pace:
    """What a model took an earlier campaign: the means of a call, at that campaign's number of calls side by side."""

    campaign: str
    seconds: float
    reply_tokens: float


def estimate(plan: Plan, runs: Sequence[PlannedRun], logs: Path) -> Estimate:
    """Rehearse the first of the runs of every arm, and count.

    Every run of an arm is taken to be like its first. Paces are those of campaigns in the folder `logs`.
    """
    counted = Counter(run.arm.name for run in runs)
    first = {run.arm.name: run for run in reversed(runs)}
    rehearsed = {name: rehearse(run.arm, run.seed) for name, run in first.items()}
    models = dict.fromkeys(model for run in first.values() for model in run.arm.models)
    paces = paces_of(logs) if models else {}
    return Estimate(
        tuple(_of_model(model, plan, counted, first, rehearsed, paces.get(model)) for model in models),
        sum(rehearsed[name].seconds * number for name, number in counted.items()),
    )


def paces_of(logs: Path) -> dict[str, Pace]:
    """The pace of every model that a campaign in the folder asked alone and often enough; the newest one holds."""
    found: dict[str, tuple[int, Pace]] = {}
    for path in sorted(logs.glob("*/spending.json")) if logs.is_dir() else ():
        try:
            changed, spent = path.stat().st_mtime_ns, SpendingFile(path).read()
        except (AgoraError, OSError):
            continue  # an estimate needs none of them
        pace = _pace(path.parent.name, spent)
        if pace is not None and changed > found.get(pace[0], (-1,))[0]:
            found[pace[0]] = changed, pace[1]
    return {model: pace for model, (_, pace) in found.items()}


def _pace(campaign: str, spent: Spent) -> tuple[str, Pace] | None:
    asked = {model: use for model, use in spent.by_model.items() if use.calls}
    if len(asked) != 1:
        return None
    ((model, use),) = asked.items()
    if use.calls < ENOUGH_CALLS or not spent.seconds > 0:
        return None
    return model, Pace(campaign, spent.seconds / use.calls, use.reply_tokens / use.calls)


def _of_model(
    model: str,
    plan: Plan,
    counted: Mapping[str, int],
    first: Mapping[str, PlannedRun],
    rehearsed: Mapping[str, Rehearsed],
    pace: Pace | None,
) -> ModelEstimate:
    use, most_replies, most_calls = Use(), 0, 0
    for name, number in counted.items():
        one, arm = rehearsed[name], first[name].arm
        if model not in one.by_model:
            continue
        mine = one.by_model[model]
        use += Use(mine.calls * number, mine.prompt_tokens * number)
        most_replies += one.most_reply_tokens[model] * number
        most_calls += arm.rounds * sum(seat.calls for seat in arm.agents if seat.model == model) * number
    replies = None if pace is None else round(pace.reply_tokens * use.calls)
    price = price_of(model, plan.campaign.prices)
    return ModelEstimate(
        model=model,
        calls=use.calls,
        most_calls=most_calls,
        prompt_tokens=use.prompt_tokens,
        reply_tokens=replies,
        most_reply_tokens=most_replies,
        money=None if price is None else price.of(use.prompt_tokens, most_replies),
        seconds=None if pace is None else pace.seconds * use.calls,
        measured_in="" if pace is None else pace.campaign,
    )
