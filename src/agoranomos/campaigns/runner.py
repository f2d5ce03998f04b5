"""One run: agents decide, the governed market clears and judges, the log commits, only then anything takes effect."""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from agoranomos.agents import Agent
from agoranomos.campaigns.private import Withholding
from agoranomos.errors import AgoraError, MachineError
from agoranomos.institutions import Governed
from agoranomos.institutions.choice_record import ChoiceRecord, encode_choice
from agoranomos.institutions.entries import CallRecord, DecisionRecord
from agoranomos.institutions.notices import Notice
from agoranomos.logs import Acknowledgement
from agoranomos.models import Caller
from agoranomos.policies.policy import Account, Call, Decision, Observation
from agoranomos.policies.shared import Onlooker, SharedRound, last_said, onlooker
from agoranomos.randomness import Randomness

LONGEST_REPLY = 4096
"""Bytes of a reply, as JSON, that an entry holds; a longer one is kept beside the log, under its digest."""

LONGEST_REPLIES = 24_576
"""Bytes of all replies of a round that its entry holds, so that no number of agents or attempts makes it too large."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one model call took; it never enters the run's log."""

    round: int
    agent: str
    attempt: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RoundDone:
    """What a round tells those who watch: its number, its model calls, and how long each took."""

    round: int
    calls: int
    timings: tuple[Timing, ...]


Watch = Callable[[RoundDone], None]
KeepCall = Callable[[Caller, Call], CallRecord]


async def run_one(
    governed: Governed,
    agents: Sequence[Agent],
    seed: int,
    *,
    put_blob: Callable[[bytes], str],
    withholding: Withholding | None = None,
    commit_in_thread: bool = False,
    watch: Watch | None = None,
) -> Acknowledgement:
    """Play one run to its end and close its log; gives the log's last acknowledgement.

    Suspended agents are not asked. With `withholding`, prompts and replies stay out of the log, which must be one that
    has them stored first. With `commit_in_thread` each round's commit runs off the event loop, as a log that
    is durable every round needs. Raises what the log, the market or a policy raises; the log then stays as it is.
    """
    observations, _ = await asyncio.to_thread(governed.reset, seed) if commit_in_thread else governed.reset(seed)
    memories: dict[str, Any] = {agent.name: agent.memory for agent in agents}
    onlookers = {agent.name: policy for agent in agents if (policy := onlooker(agent.policy)) is not None}
    round_number = 0
    while governed.agents:
        round_number += 1
        asked = [agent for agent in agents if governed.may_act(agent.name)]
        seen = observations, governed.notices
        decisions = await _decide(asked, *seen, memories, seed, round_number)
        keep = _keeping(put_blob, withholding, governed.size)
        records = {name: _record(name, round_number, d.account, keep) for name, d in decisions.items()}
        reports = [name for name, decision in decisions.items() if decision.report]
        said = {name: decision.message for name, decision in decisions.items() if decision.message}
        pending = governed.clear_and_judge({name: d.action for name, d in decisions.items()}, records, reports, said)
        if commit_in_thread:
            await asyncio.get_running_loop().run_in_executor(None, governed.commit, pending)
        else:
            governed.commit(pending)
        observations = governed.apply(pending)[0]
        idle = [agent for agent in agents if agent.name not in decisions]
        missed = {agent.name: _sat_out(agent, round_number, *seen, memories) for agent in idle}
        memories = missed | {name: decision.memory for name, decision in decisions.items()}
        if onlookers:
            played = _shared(round_number, governed.possible_agents, pending.actions_e6, decisions)
            memories |= {name: _onlooking(name, policy, memories[name], played) for name, policy in onlookers.items()}
        if watch is not None:
            watch(_round_done(round_number, decisions))
    return await asyncio.to_thread(governed.close_run) if commit_in_thread else governed.close_run()


async def _decide(
    asked: Sequence[Agent],
    observations: Mapping[str, Observation],
    notices: Mapping[str, Notice | None],
    memories: Mapping[str, Any],
    seed: int,
    round_number: int,
) -> dict[str, Decision[Any]]:
    """Every asked agent's decision; they are asked at the same time, and no one sees another's answer."""
    decisions: dict[str, Any] = {}
    waiting: dict[str, Awaitable[Decision[Any]]] = {}
    for agent in asked:
        name = agent.name
        randomness = Randomness(seed, round_number, name)
        try:
            answer = agent.policy.act(observations[name], notices.get(name), memories[name], randomness)
        except AgoraError:
            raise
        except Exception as error:
            raise _policy_failed(name, round_number, error) from error
        decisions[name] = answer  # Keeps the order of the seats, whoever answers first.
        if inspect.isawaitable(answer):
            waiting[name] = _explained(name, round_number, answer)
    if waiting:
        try:
            answers = await asyncio.gather(*waiting.values())
        finally:
            for name in waiting:
                _give_up_unbegun(decisions[name])
        decisions.update(zip(waiting, answers, strict=True))
    return decisions


def _give_up_unbegun(answer: Awaitable[Decision[Any]]) -> None:
    """A run that is cancelled may hold a coroutine that never ran; Python warns of one that nobody gives up."""
    if inspect.iscoroutine(answer) and inspect.getcoroutinestate(answer) == inspect.CORO_CREATED:
        answer.close()


async def _explained(name: str, round_number: int, answer: Awaitable[Decision[Any]]) -> Decision[Any]:
    try:
        return await answer
    except AgoraError:
        raise
    except Exception as error:
        raise _policy_failed(name, round_number, error) from error


def _sat_out(
    agent: Agent,
    round_number: int,
    observations: Mapping[str, Observation],
    notices: Mapping[str, Notice | None],
    memories: Mapping[str, Any],
) -> Any:
    """The memory of an agent that was not asked, with what its policy notes of the round."""
    name = agent.name
    try:
        return agent.policy.missed(observations[name], notices.get(name), memories[name])
    except AgoraError:
        raise
    except Exception as error:
        raise _policy_failed(name, round_number, error) from error


def _shared(
    round_number: int,
    names: Sequence[str],
    actions: Sequence[tuple[int, ...]],
    decisions: Mapping[str, Decision[Any]],
) -> SharedRound:
    """What everybody did in the round that has just taken effect, and what was last replied in choosing it."""
    replies = {
        name: decision.said or last_said(decision.account)
        for name, decision in decisions.items()
        if decision.account is not None and decision.account.calls
    }
    return SharedRound(round_number, dict(zip(names, actions, strict=True)), replies)


def _onlooking(name: str, policy: Onlooker[Any], memory: Any, played: SharedRound) -> Any:
    """The memory of an agent that is shown what everybody did."""
    try:
        return policy.shared(memory, played)
    except AgoraError:
        raise
    except Exception as error:
        raise _policy_failed(name, played.round, error) from error


def _policy_failed(name: str, round_number: int, error: Exception) -> MachineError:
    return MachineError(f"the policy of agent {name} failed in round {round_number}: {type(error).__name__}: {error}")


class _Keeper:
    """Keeps replies in their round's entry while there is room, and long or late ones beside the log."""

    def __init__(self, put_blob: Callable[[bytes], str]) -> None:
        self._put_blob = put_blob
        self._room = LONGEST_REPLIES

    def kept(self, reply: str) -> tuple[str, str]:
        """The reply as the entry holds it: in full, or as nothing and its digest."""
        reply = reply.encode("utf-8", "replace").decode()
        size = len(msgspec.json.encode(reply))
        if size <= min(LONGEST_REPLY, self._room):
            self._room -= size
            return reply, ""
        return "", self._put_blob(reply.encode())

    def call(self, _: Caller, call: Call) -> CallRecord:
        """The record of one call."""
        choice = call.choice
        if choice is None:
            reply, reply_sha256 = self.kept(call.reply)
        else:
            reply, reply_sha256 = "", self._kept_choice(choice)
        return CallRecord(
            model=call.model,
            prompt_sha256=call.prompt_sha256,
            prompt_tokens=call.prompt_tokens,
            reply_tokens=call.reply_tokens,
            reply=reply,
            reply_sha256=reply_sha256,
            failure=call.failure,
            purpose=call.purpose,
            scored=call.scored,
            choice=None if reply_sha256 else choice,
        )

    def _kept_choice(self, choice: ChoiceRecord) -> str:
        """Nothing where the entry has room for the choice, else the digest under which it lies beside the log."""
        content = encode_choice(choice)
        if len(content) <= min(LONGEST_REPLY, self._room):
            self._room -= len(content)
            return ""
        return self._put_blob(content)


def _keeping(put_blob: Callable[[bytes], str], withholding: Withholding | None, seq: int) -> KeepCall:
    """How the calls of the round are recorded whose entry will be `seq`."""
    return _Keeper(put_blob).call if withholding is None else partial(withholding.call, seq)


def _record(agent: str, round_number: int, account: Account | None, keep: KeepCall) -> DecisionRecord | None:
    if account is None:
        return None
    calls = [keep((agent, round_number, attempt), call) for attempt, call in enumerate(account.calls)]
    return DecisionRecord(agent, tuple(calls), account.repaired, account.forgotten, account.chosen)


def _round_done(round_number: int, decisions: Mapping[str, Decision[Any]]) -> RoundDone:
    calls = sum(len(d.account.calls) for d in decisions.values() if d.account is not None)
    timings = tuple(
        Timing(round_number, name, attempt, seconds)
        for name, decision in decisions.items()
        for attempt, seconds in enumerate(decision.seconds)
        if not math.isnan(seconds)
    )
    return RoundDone(round_number, calls, timings)
