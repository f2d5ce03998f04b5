"""What models were asked in a finished run, word for word: the run is played again with its recorded answers.

A log holds prompts by digest only, because they follow from what else it holds. Here they are written again, and each
must have the digest that is recorded; each entry must come out again, byte for byte.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agoranomos.campaigns.arm import set_up
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.forking import plan_of, run_to_play_again, workspace_of
from agoranomos.campaigns.packs.packed import opened_run
from agoranomos.campaigns.people import NOBODY, with_person
from agoranomos.campaigns.recorded import RecordedEngine, RecordedLog, recording_of
from agoranomos.campaigns.runner import run_one
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.errors import Finding
from agoranomos.logs import LogReader, MemoryLog, Verifier
from agoranomos.models import Completion, Distribution, Question, Request, UnopenedEngine
from agoranomos.models.wrapped import WrappedEngine
from agoranomos.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Spoken:
    """One call: what was asked, what was answered, and which of the calls of its agent in this round it is."""

    agent: str
    round: int
    call: int
    model: str
    asked: Request | Question
    answer: Completion | Distribution


def transcript(place: Path, workspace: Workspace, trusted: Sequence[Verifier]) -> tuple[Spoken, ...]:
    """All calls of the run at `place`, in the order of rounds, seats and calls. No model is asked.

    What the campaign names is looked up in `workspace`, or in the study or workspace in whose `logs/` it lies.

    Raises `LogFault` for a log that cannot be trusted; `Finding` for a run that is not finished, or does not come out
    again because code or the campaign's files changed since; `UsageError` for one whose prompts are withheld.
    """
    campaign = CampaignFolder(place.parents[2])
    plan = plan_of(campaign, workspace_of(campaign, workspace))
    run = run_to_play_again(plan, place, "played again", "Its prompts cannot be written again")
    with opened_run(place) as folder:
        if not (folder / "checkpoint").exists() or verify_run(folder, trusted, level="strict").closed is None:
            raise Finding(f"the run in {place} is not finished", advice="Run its campaign again: it goes on.")
        reader = LogReader(folder)
        entries = tuple(reader.entries())
        recording = recording_of(entries, reader.blob)
        heard: list[Spoken] = []
        engines = {name: _Listening(RecordedEngine(UnopenedEngine(name), recording), heard) for name in run.arm.models}
        log = RecordedLog(MemoryLog(), entries)
        governed, agents = set_up(run.arm, run.seed, log, engines)
        agents = with_person(agents, NOBODY, recording)
        asyncio.run(run_one(governed, agents, run.seed, put_blob=log.put_blob))
        log.close()
    seats = [agent.name for agent in agents]
    return tuple(sorted(heard, key=lambda one: (one.round, seats.index(one.agent), one.call)))


class _Listening(WrappedEngine):
    """A recorded engine, and all that it is asked, tools included."""

    def __init__(self, engine: RecordedEngine, heard: list[Spoken]) -> None:
        super().__init__(engine)
        self._heard = heard

    async def complete(self, request: Request) -> Completion:
        """The recorded reply."""
        answer = await self.engine.complete(request)
        self._hear(request, answer)
        return answer

    async def choose(self, question: Question) -> Distribution:
        """The recorded distribution."""
        answer = await self.engine.choose(question)
        self._hear(question, answer)
        return answer

    def _hear(self, asked: Request | Question, answer: Completion | Distribution) -> None:
        agent, number, call = asked.caller
        self._heard.append(Spoken(agent, number, call, self.name, asked, answer))
