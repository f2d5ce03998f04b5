"""What the agents of an arm are asked over a history that is planted: the same in every arm, whatever they decide."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from agoranomos.agents import Agent
from agoranomos.campaigns.arm import Arm, set_up
from agoranomos.campaigns.matching.recording import Answers, Asked, RecordingEngine
from agoranomos.errors import AgoraError, UsageError
from agoranomos.institutions import Governed
from agoranomos.institutions.notices import Notice
from agoranomos.logs import MemoryLog
from agoranomos.markets import build_market
from agoranomos.models import Request
from agoranomos.policies import Decision, Seat
from agoranomos.policies.chance import uniform_action
from agoranomos.policies.shared import SharedRound, onlooker
from agoranomos.randomness import Randomness, named_generator

LAST_PLANTED = 36
"""The last round that is looked at: beyond the default window of 30, so that rounds have left it."""

REPLY = '{"planted":true}'
"""What others are said to have replied, where memories share replies."""


@dataclass(frozen=True, slots=True)
class Probe:
    """The calls of one decision under one rule of answers; `round` is the round that it is for."""

    round: int
    answers: Answers
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one agent was asked: at the first round and at later ones, and every call of the rounds in between.

    `notices` are the texts that it holds: at the first round, and later, where another institution holds by then; empty
    where it holds none. It holds them as they are at the start of an institution, whatever was planted.
    """

    agent: str
    notices: tuple[str, str]
    probes: tuple[Probe, ...]
    between: tuple[Asked, ...]

    @property
    def usable(self) -> tuple[Asked, ...]:
        """Every call in its order, where each reply was usable."""
        return (*self.between, *self.probe("usable", first=False).asked)

    def probe(self, answers: Answers, *, first: bool) -> Probe:
        """The probe at the first round, or at the last one that was planted."""
        found = [probe for probe in self.probes if probe.answers == answers]
        return found[0] if first else found[-1]


def rendered(arm: Arm, seed: int) -> tuple[Rendered, ...]:
    """What every agent of the arm that asks a model would be asked in the run with this seed; no model is asked.

    Raises what a policy raises, as `UsageError` with its agent and round where it is no error of ours.
    """
    if not arm.models:
        return ()
    engines = {name: RecordingEngine(name) for name in arm.models}
    governed, agents = set_up(arm, seed, MemoryLog(), engines)
    governed.reset(seed)
    notices = governed.notices, _last_notices(arm, seed) if arm.switches else governed.notices
    readers = [agent for agent, seated in zip(agents, arm.agents, strict=True) if seated.model]
    engine_of = {seated.agent: engines[seated.model] for seated in arm.agents if seated.model}
    work = _Rendering(arm, seed, readers, engine_of, notices).go()
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as aside:  # Called from a notebook, whose loop is running.
        return aside.submit(asyncio.run, work).result()


def _last_notices(arm: Arm, seed: int) -> Mapping[str, Notice | None]:
    """The notices with which the last institution that governs in this arm begins."""
    last = next((one for one in reversed(arm.switches) if one.institution is not None), None)
    institution = arm.institution if last is None else last.institution
    alone = replace(arm, institution=institution, switches=())
    governed, _ = set_up(alone, seed, MemoryLog(), {name: RecordingEngine(name) for name in arm.models})
    governed.reset(seed)
    return governed.notices


class _Rendering:
    """Plays random rounds in the ungoverned market of an arm, and lets its readers decide beside them."""

    def __init__(
        self,
        arm: Arm,
        seed: int,
        readers: Sequence[Agent],
        engines: Mapping[str, RecordingEngine],
        notices: tuple[Mapping[str, Notice | None], Mapping[str, Notice | None]],
    ) -> None:
        spec = arm.market.drawn(seed).model_copy(update={"continuation": None})
        self._market = build_market(spec)
        self._governed = Governed(self._market)
        self._arm, self._seed = arm, seed
        self._readers, self._engines, self._notices = readers, engines, notices
        self._memories = {agent.name: agent.memory for agent in readers}
        self._probes: dict[str, list[Probe]] = {agent.name: [] for agent in readers}
        self._between: dict[str, list[Asked]] = {agent.name: [] for agent in readers}

    async def go(self) -> tuple[Rendered, ...]:
        observations: Mapping[str, Any] = self._governed.reset(self._seed)[0]
        last = min(self._arm.rounds, LAST_PLANTED)
        for number in range(1, last + 1):
            if number in (1, 2, last):
                for agent in self._readers:
                    await self._probe(agent, observations[agent.name], number)
            if number < last:
                for agent in self._readers:
                    asked, decision = await self._decided(agent, observations[agent.name], number, "usable")
                    self._between[agent.name] += asked
                    self._memories[agent.name] = decision.memory
                observations = self._play(number)
        return tuple(
            Rendered(
                agent.name,
                (_text(self._notices[0].get(agent.name)), _text(self._notices[1].get(agent.name))),
                tuple(self._probes[agent.name]),
                tuple(self._between[agent.name]),
            )
            for agent in self._readers
        )

    async def _probe(self, agent: Agent, observation: Any, number: int) -> None:
        for answers in ("usable", "unusable", "overflow"):
            asked, _ = await self._decided(agent, observation, number, answers)
            self._probes[agent.name].append(Probe(number, answers, asked))

    async def _decided(
        self, agent: Agent, observation: Any, number: int, answers: Answers
    ) -> tuple[tuple[Asked, ...], Decision[Any]]:
        engine = self._engines[agent.name]
        engine.answers, engine.asked = answers, []
        notice, memory = self._notices[number > 1].get(agent.name), self._memories[agent.name]
        try:
            decision = agent.policy.act(observation, notice, memory, Randomness(self._seed, number, agent.name))
            made = await decision if inspect.isawaitable(decision) else decision
        except AgoraError:
            raise
        except Exception as error:
            raise UsageError(
                f"arm {self._arm.name}: the policy of agent {agent.name} failed on round {number} of a planted "
                f"history: {type(error).__name__}: {error}"
            ) from error
        return tuple(engine.asked), made

    def _play(self, number: int) -> Mapping[str, Any]:
        """The observations after a round of actions that are drawn, the same in every arm with this seed and market."""
        actions = {}
        for index, name in enumerate(self._governed.agents):
            draws = named_generator(self._seed, "matching", number, name)
            actions[name] = uniform_action(Seat(name, index, self._market, self._seed), draws)
        said = {name: f"I am {name}, and this is round {number}." for name in self._governed.agents}
        pending = self._governed.clear_and_judge(actions, messages=said)
        self._governed.commit(pending)
        observations: Mapping[str, Any] = self._governed.apply(pending)[0]
        names = self._governed.possible_agents
        played = SharedRound(
            number, dict(zip(names, pending.actions_e6, strict=True)), dict.fromkeys(self._engines, REPLY)
        )
        for agent in self._readers:
            shown = onlooker(agent.policy)
            if shown is not None:
                self._memories[agent.name] = shown.shared(self._memories[agent.name], played)
        return observations


def _text(notice: Notice | None) -> str:
    return "" if notice is None else notice.text


def is_move(asked: Asked, first: Asked) -> bool:
    """Whether a call asks for what the `first` of a run asks for, the move, and not for something beside it."""
    if isinstance(asked, Request) and isinstance(first, Request):
        return asked.schema == first.schema
    return type(asked) is type(first)
