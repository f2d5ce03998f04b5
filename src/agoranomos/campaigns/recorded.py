"""Decisions that an attempt recorded before it died, fed back so that no model is asked twice for what is recorded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

from agoranomos.errors import Finding
from agoranomos.institutions.choice_record import ChoiceRecord, LogsE6, decode_choice
from agoranomos.institutions.entries import CallRecord, Round, decode_entry
from agoranomos.institutions.parts import whole_entries
from agoranomos.logs import Acknowledgement
from agoranomos.markets.facts import SCALE
from agoranomos.models import (
    Caller,
    Completion,
    Distribution,
    Engine,
    FailureKind,
    Question,
    Request,
    WrappedEngine,
    prompt_sha256,
    prompt_text,
    unanswered,
)


class RunLog(Protocol):
    """What a run needs of its log: `agoranomos.logs.LogWriter`, or one that stands before it."""

    def append(self, entries: Sequence[bytes]) -> Acknowledgement:
        """Keep the entries."""
        ...

    def put_blob(self, content: bytes) -> str:
        """Keep content beside the log; returns its SHA-256 in hex."""
        ...

    def close(self) -> Acknowledgement:
        """No more entries follow."""
        ...


@dataclass(frozen=True, slots=True)
class Recording:
    """The signed entries of an attempt that died, the model calls in them by caller, and where each round stands."""

    entries: tuple[bytes, ...]
    calls: Mapping[Caller, CallRecord]
    blob: Callable[[str], bytes]
    seqs: Mapping[int, int]

    @property
    def rounds(self) -> int:
        """How many rounds are recorded."""
        return len(self.seqs)


def recording_of(entries: Iterable[bytes], blob: Callable[[str], bytes]) -> Recording:
    """Read the signed entries of an attempt; `blob` gives a reply that was too long for its entry, by digest."""
    lines = tuple(entries)
    calls: dict[Caller, CallRecord] = {}
    seqs: dict[int, int] = {}
    for whole in whole_entries(lines):
        entry = decode_entry(whole.line)
        if isinstance(entry.body, Round):
            seqs[entry.round] = entry.seq
            for decision in entry.body.decisions:
                for attempt, call in enumerate(decision.calls):
                    calls[decision.agent, entry.round, attempt] = call
    return Recording(lines, calls, blob, seqs)


class Openings(Protocol):
    """What a resumed run needs to read calls that were withheld: `agoranomos.campaigns.private.Withholding`."""

    def commitment(self, seq: int, caller: Caller, prompt: bytes) -> str:
        """The commitment to a prompt in entry `seq`, in hex."""
        ...

    def reply(self, commitment: str) -> bytes | None:
        """The reply that was committed to; None where it is not kept any more."""
        ...


class RecordedEngine(WrappedEngine):
    """Answers what is recorded from the record, and asks the engine behind it for everything else.

    A recorded call whose prompt differs from the one now asked raises `Finding`: the resumed run would not be the run
    that was recorded. What is recorded took no time, so its `seconds` are NaN. A recorded distribution has the digits
    that the log holds: who acts on one rounds it first, as `as_log_e6` does. `openings` are needed where calls were
    withheld; raises `Finding` for a reply that was erased.
    """

    def __init__(self, engine: Engine, recording: Recording, openings: Openings | None = None) -> None:
        super().__init__(engine)
        self._recording = recording
        self._openings = openings

    async def complete(self, request: Request) -> Completion:
        """The recorded reply to the same caller and prompt, or else a new one."""
        call = self._recorded(request)
        if call is None:
            return await self.engine.complete(request)
        return self._completion(call, self._reply(call, request.caller).decode())

    async def choose(self, question: Question) -> Distribution:
        """The recorded distribution of the same caller and question, or else a new one."""
        call = self._recorded(question)
        if call is None:
            return await self.engine.choose(question)
        if call.failure:
            failure = cast(FailureKind, call.failure)
            answer = unanswered(question, failure, "recorded as failed", math.nan, call.prompt_tokens)
            return replace(answer, reply_tokens=call.reply_tokens, origin="recorded")
        choice = call.choice or decode_choice(self._reply(call, question.caller))
        return _distribution(call, choice)

    def _recorded(self, asked: Request | Question) -> CallRecord | None:
        """What is recorded of this call; None where nothing is. Raises `Finding` where something else was asked."""
        call = self._recording.calls.get(asked.caller)
        if call is None:
            return None
        scored = "" if isinstance(asked, Request) else "after_reasoning" if asked.reasoning else "direct"
        if call.scored != scored or not self._asks_the_same(call, asked):
            raise Finding(
                f"resume refused: {_named(asked.caller)} would ask something else than what is recorded",
                advice=(
                    "The key store (AGORA_HOME) is not the one it was recorded with, or code"
                    if call.withheld
                    else "Code"
                )
                + ", prompts or models changed since. Undo the change, or run the campaign in a new folder.",
            )
        return call

    def _asks_the_same(self, call: CallRecord, asked: Request | Question) -> bool:
        if not call.withheld:
            return call.prompt_sha256 == prompt_sha256(asked)
        if self._openings is None:
            return False
        seq = self._recording.seqs[asked.caller[1]]
        return call.prompt_commitment == self._openings.commitment(seq, asked.caller, prompt_text(asked))

    def _reply(self, call: CallRecord, caller: Caller) -> bytes:
        if not call.withheld or self._openings is None:
            return self._recording.blob(call.reply_sha256) if call.reply_sha256 else call.reply.encode()
        reply = self._openings.reply(call.reply_commitment)
        if reply is None:
            raise Finding(
                f"resume refused: the reply to {_named(caller)} was withheld, and is not in the private store any more",
                advice="It was erased, or private/ is not beside the logs: put it back if you can. Without it the run "
                "cannot go on, since no model is asked twice; run the campaign in a new folder.",
            )
        return reply

    def _completion(self, call: CallRecord, text: str) -> Completion:
        tokens = (call.prompt_tokens, call.reply_tokens)
        # No reply came, also where a server withheld one; a reply that came is judged again.
        if call.failure in ("error", "timeout", "overflow") or (call.failure == "refusal" and not text):
            failure = cast(FailureKind, call.failure)
            return Completion(text, *tokens, "error", math.nan, "recorded as failed", failure, "recorded")
        finish = "length" if call.failure == "truncated" else "stop"
        return Completion(text, *tokens, finish, math.nan, origin="recorded")


def _distribution(call: CallRecord, choice: ChoiceRecord) -> Distribution:
    """The distribution as it was answered, to the millionth of a logarithm."""
    rows = choice.by_order_e6 or (choice.log_probabilities_e6,)
    return Distribution(
        choice.options,
        _logs(choice.log_probabilities_e6),
        tuple(_logs(row) for row in rows),
        "after_reasoning" if call.scored == "after_reasoning" else "direct",
        call.prompt_tokens,
        call.reply_tokens,
        math.nan,
        choice.reasoning,
        origin="recorded",
    )


def _logs(row: LogsE6) -> tuple[float, ...]:
    return tuple(-math.inf if log is None else log / SCALE for log in row)


def _named(caller: Caller) -> str:
    agent, round_number, attempt = caller
    return f"call {attempt + 1} of agent {agent} in round {round_number}"


class RecordedLog:
    """A run's log that takes only what continues the recorded entries: each of them must come again, byte for byte."""

    def __init__(self, log: RunLog, entries: Sequence[bytes]) -> None:
        self._log = log
        self._expected = entries
        self._next = 0

    def append(self, entries: Sequence[bytes]) -> Acknowledgement:
        """Hand `entries` on; raises `Finding` for the first that is not the recorded one, and then hands on none."""
        for index, entry in enumerate(entries, self._next):
            if index < len(self._expected) and entry != self._expected[index]:
                raise Finding(
                    f"resume refused: entry {index} comes out differently from what is recorded",
                    advice="Code or data changed since. Undo the change, or run the campaign in a new folder.",
                )
        self._next += len(entries)
        return self._log.append(entries)

    def put_blob(self, content: bytes) -> str:
        """Hand a blob on."""
        return self._log.put_blob(content)

    def close(self) -> Acknowledgement:
        """Close the log; raises `Finding` when the run ended before all that is recorded had come again."""
        if self._next < len(self._expected):
            raise Finding(
                f"resume refused: the run ends after {self._next} entries; {len(self._expected)} are recorded",
                advice="Code or data changed since. Undo the change, or run the campaign in a new folder.",
            )
        return self._log.close()
