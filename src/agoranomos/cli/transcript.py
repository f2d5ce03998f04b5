"""`agora transcript`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json, visible
from agoranomos.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from agoranomos.campaigns.transcript import Spoken
    from agoranomos.models import Message


def transcript(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The folder of a finished run: runs/ARM/SEED.")],
    agent: Annotated[
        str | None, typer.Option("--agent", metavar="NAME", help="Only what this agent was asked.")
    ] = None,
    round_number: Annotated[int | None, typer.Option("--round", min=1, metavar="N", help="Only this round.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what models were asked in a run, word for word, and what they answered.

    The log is verified, and the run is played again with its recorded answers: every prompt must have the digest that
    is recorded. No model is asked and no program run. Of a prompt that goes on from the one before, only what is new
    is shown.

    Example:  agora transcript logs/CAMPAIGN/runs/ARM/0 --agent worker_1
    """
    from agoranomos.campaigns.transcript import transcript as written_again
    from agoranomos.workspace import find_workspace

    place = Path(run).absolute()
    if place.parent.parent.name != "runs":
        raise UsageError(f"{run} is no run of a campaign", advice="Give the folder of one run, such as runs/ARM/SEED.")
    workspace = find_workspace()
    found = written_again(place, workspace, workspace.key_store.trusted())
    agents = dict.fromkeys(one.agent for one in found)
    if agent is not None and agent not in agents:
        raise unknown_name("agent", agent, agents)
    wanted = [one for one in found if agent in (None, one.agent) and round_number in (None, one.round)]
    if as_json:
        say_json([_as_document(one) for one in wanted])
        return
    before: dict[str, tuple[Message, ...]] = {}
    for one in wanted:
        _show(one, before.get(one.agent, ()))
        before[one.agent] = one.asked.messages
    say(
        f"{len(wanted)} of {len(found)} calls; every prompt has the digest that is recorded, and every entry came again"
    )


def _show(one: Spoken, before: Sequence[Message]) -> None:
    """One call; of its messages those that are not what the agent was asked before."""
    messages = one.asked.messages
    known = len(before) if messages[: len(before)] == before else 0
    say(f"--- {one.agent}, round {one.round}" + (f", call {one.call + 1}" if one.call else "") + f" ({one.model})")
    for message in messages[known:]:
        say(f"{message.role}: {visible(message.content)}")
    say(f"=> {visible(_answer(one))}\n")


def _answer(one: Spoken) -> str:
    from agoranomos.models import Completion

    answer = one.answer
    if answer.failure:
        return f"failed: {answer.failure}"
    if isinstance(answer, Completion):
        return answer.text
    logs = zip(answer.options, answer.log_probabilities, strict=True)
    return ", ".join(f"{option}: {math.exp(log):.1%}" for option, log in logs)


def _as_document(one: Spoken) -> dict[str, Any]:
    from agoranomos.models import Completion

    answer = one.answer
    document: dict[str, Any] = {
        "agent": one.agent,
        "round": one.round,
        "call": one.call,
        "model": one.model,
        "messages": [asdict(message) for message in one.asked.messages],
        "failure": answer.failure,
    }
    if isinstance(answer, Completion):
        return {**document, "reply": answer.text}
    logs = zip(answer.options, answer.log_probabilities, strict=False)
    return {**document, "probabilities": {option: math.exp(log) for option, log in logs}}
