"""Keeps prompts and replies out of a run's log: commitments stand there, and the content lies in the private store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agoranomos.campaigns.private_store import PrivateStore
from agoranomos.campaigns.recorded import RunLog
from agoranomos.errors import MachineError
from agoranomos.institutions.choice_record import encode_choice
from agoranomos.institutions.entries import CallRecord
from agoranomos.logs import Acknowledgement
from agoranomos.logs.disclosure import Opening, commit
from agoranomos.models import Caller, Completion, Distribution, Engine, Question, Request, WrappedEngine, prompt_text
from agoranomos.policies.policy import Call

Part = Literal["prompt", "reply"]


def field_of(agent: str, attempt: int, part: Part) -> str:
    """The name of one text within a round's entry, from which its nonce is derived."""
    return f"{agent}/{attempt}/{part}"


@dataclass(frozen=True, slots=True)
class Committing:
    """Makes the openings of one run: `secret` is the owner's, `run` the run's name without the attempt."""

    secret: bytes
    run: str

    def opening(self, seq: int, caller: Caller, part: Part, content: bytes) -> Opening:
        """The opening of a text of entry `seq`: the same whenever the run is repeated."""
        agent, _, attempt = caller
        return commit(self.secret, self.run, seq, field_of(agent, attempt, part), content)


class Withholding:
    """Withholds the model calls of one run. It listens to the engines, for an account tells of a prompt's digest only.

    The prompts and replies of a round are put in the store when the round is recorded; see `StoredFirst`.
    """

    def __init__(self, committing: Committing, store: PrivateStore) -> None:
        self.committing = committing
        self.store = store
        self._heard: dict[Caller, bytes] = {}

    def listen(self, engine: Engine) -> Engine:
        """The engine, listened to."""
        return _Listening(engine, self._heard)

    def call(self, seq: int, caller: Caller, call: Call) -> CallRecord:
        """The record of one call of the round whose entry will be `seq`."""
        prompt = self._heard.pop(caller, None)
        if prompt is None:
            raise MachineError(
                f"the policy of agent {caller[0]} asked a model in a way that its prompt cannot be withheld",
                advice="Use the engine that the policy is given, or a campaign with `privacy: open`.",
            )
        reply = encode_choice(call.choice) if call.choice is not None else call.reply.encode("utf-8", "replace")
        return CallRecord(
            model=call.model,
            prompt_tokens=call.prompt_tokens,
            reply_tokens=call.reply_tokens,
            failure=call.failure,
            purpose=call.purpose,
            prompt_commitment=self._put(seq, caller, "prompt", prompt),
            reply_commitment=self._put(seq, caller, "reply", reply),
            scored=call.scored,
        )

    def commitment(self, seq: int, caller: Caller, prompt: bytes) -> str:
        """The commitment to a prompt in entry `seq`, in hex."""
        return self.committing.opening(seq, caller, "prompt", prompt).commitment.hex()

    def reply(self, commitment: str) -> bytes | None:
        """The reply that was committed to; None where it is not kept any more."""
        opening = self.store.find(commitment)
        return None if opening is None else opening.content

    def _put(self, seq: int, caller: Caller, part: Part, content: bytes) -> str:
        return self.store.put(self.committing.opening(seq, caller, part, content))


class _Listening(WrappedEngine):
    """Hands everything on to the engine and keeps what was asked."""

    def __init__(self, engine: Engine, heard: dict[Caller, bytes]) -> None:
        super().__init__(engine)
        self._heard = heard

    async def complete(self, request: Request) -> Completion:
        """The engine's reply."""
        self._heard[request.caller] = prompt_text(request)
        return await self.engine.complete(request)

    async def choose(self, question: Question) -> Distribution:
        """The engine's answer."""
        self._heard[question.caller] = prompt_text(question)
        return await self.engine.choose(question)


class StoredFirst:
    """A run's log before whose entries the content that they commit to is on disk.

    With `each_append` that holds at every append, as for a log that is durable at every append; else at the close.
    """

    def __init__(self, log: RunLog, store: PrivateStore, *, each_append: bool) -> None:
        self._log = log
        self._store = store
        self._each_append = each_append

    def append(self, entries: Sequence[bytes]) -> Acknowledgement:
        """Keep the entries."""
        if self._each_append:
            self._store.sync()
        return self._log.append(entries)

    def put_blob(self, content: bytes) -> str:
        """Hand a blob on."""
        return self._log.put_blob(content)

    def close(self) -> Acknowledgement:
        """Close the log."""
        self._store.sync()
        return self._log.close()
