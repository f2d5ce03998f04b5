"""How a prompted agent's memory grows from round to round, for each kind of memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agoranomos.institutions.notices import Notice
from agoranomos.markets.facts import SCALE
from agoranomos.models.reasoning import split
from agoranomos.policies.policy import Observation
from agoranomos.policies.prompted.memories import Memory as MemoryParameters
from agoranomos.policies.prompted.memories import (
    NoMemory,
    NotesMemory,
    SharedMemory,
    SummaryMemory,
    TemplateMemory,
    YokedMemory,
)
from agoranomos.policies.prompted.memory import Notes, Other, Seen
from agoranomos.policies.prompted.yoked import YokedRun
from agoranomos.policies.shared import SharedRound


@dataclass(frozen=True, slots=True)
class Remembering:
    """The memory of the agent in one seat; `window` and `stride` are as in `Notes.after`.

    `yoked` is the run whose rounds are remembered in the place of the agent's own, `linked` those of whom it may be
    told what they did (None: all others).
    """

    agent: str
    parameters: MemoryParameters = field(default_factory=NotesMemory)
    window: int = 30
    stride: int = 1
    yoked: YokedRun | None = None
    linked: tuple[str, ...] | None = None

    @property
    def as_template(self) -> TemplateMemory:
        """What a template is told that the memory is."""
        return "window" if isinstance(self.parameters, YokedMemory) else self.parameters.kind

    def after(self, notes: Notes, observation: Observation, notice: Notice | None) -> Notes:
        """The memory with the round that was just played."""
        if isinstance(self.parameters, NoMemory):
            return notes.after(observation, notice, 0)
        return notes.after(observation, notice, self.window, stride=self.stride, recall=self._recalled)

    def heard(self, notes: Notes, played: SharedRound) -> Notes:
        """The memory with what everybody did, where that is kept."""
        return replace(notes, shared=played) if isinstance(self.parameters, SharedMemory) else notes

    def due(self, notes: Notes) -> bool:
        """Whether a summary is to be asked for."""
        return isinstance(self.parameters, SummaryMemory) and len(notes.history) >= self.parameters.every

    def describe(self) -> Mapping[str, Any]:
        """What stands in a description beside the parameters: the run that the memory is yoked to."""
        return {} if self.yoked is None else {"yoked": self.yoked.describe()}

    def _recalled(self, own: Seen, played: SharedRound | None) -> Seen:
        if self.yoked is not None:
            return replace(self.yoked.rounds[own.round - 1], own=False)
        if played is None or played.round != own.round or not isinstance(self.parameters, SharedMemory):
            return own
        others = [agent for agent in played.actions_e6 if agent != self.agent] if self.linked is None else self.linked
        return replace(own, others=what_others_did(played, others, replies=self.parameters.show == "full"))


def what_others_did(played: SharedRound, others: Iterable[str], *, replies: bool) -> tuple[Other, ...]:
    """What each of the `others` did in a round, and with `replies` what it had replied in choosing it."""
    did = []
    for agent in others:
        thoughts, reply = map(one_line, split(played.replies.get(agent, "") if replies else ""))
        did.append(Other(agent, tuple(number / SCALE for number in played.actions_e6[agent]), reply, thoughts))
    return tuple(did)


def one_line(text: str) -> str:
    """The text with a space for each run of blanks and line ends."""
    return " ".join(text.split())
