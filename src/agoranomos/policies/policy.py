"""A policy: observation in, action out. The seam that scripted, learning and prompted agents share."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import msgspec
import numpy as np

from agoranomos.institutions.choice_record import ChoiceRecord, Scored
from agoranomos.institutions.notices import Notice
from agoranomos.markets.market import Market
from agoranomos.randomness import Randomness

MemoryT = TypeVar("MemoryT")
Observation = Mapping[str, Any]
"""Arrays by name; where agents can talk also `messages`, the texts of the last round by agent."""


class Call(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One call of a language model, as the log keeps it: no time, no host.

    `failure` is empty, or one of the kinds in `agoranomos.models.failures`; `purpose` is empty where the
    move itself was asked for, else it says what was (`summary`). Where the call asked how probable the model finds some
    options, `scored` says how, `choice` is the answer, and `reply` is empty.
    """

    model: str
    prompt_sha256: str
    reply: str
    prompt_tokens: int
    reply_tokens: int
    failure: str = ""
    purpose: str = ""
    scored: Scored = ""
    choice: ChoiceRecord | None = None


class Account(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a decision came about: the calls in order, and whether the action had to be repaired.

    `forgotten` counts the past rounds that were left out for good because the prompt did not fit the model's context.
    `chosen` is the index of the option that was acted on, where the policy chose among some.
    """

    calls: tuple[Call, ...] = ()
    repaired: bool = False
    forgotten: int = 0
    chosen: int | None = None


@dataclass(frozen=True, slots=True)
class Decision(Generic[MemoryT]):
    """One agent's action in one round, the memory it leaves, and the account of it (None for scripted policies).

    An `action` that is None sits the round out.

    With `report` the agent comes forward: under an institution that listens, the first to report may be spared.
    `message` is said to all others where the market lets agents talk (elsewhere it is heard by nobody). `said` is what
    those read who may read whole replies; empty where it is the last reply of the calls, as it was written.
    `seconds` is the time that its model calls took, one number a call; it is never logged in a run.
    """

    action: np.ndarray | None
    memory: MemoryT
    account: Account | None = None
    seconds: tuple[float, ...] = field(default=())
    report: bool = False
    message: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an agent sits: its name, its index among the market's agents, the market, and the run's seed."""

    agent: str
    index: int
    market: Market
    seed: int


class Policy(Protocol[MemoryT]):
    """Decides for one seat. An instance is bound to its seat and keeps no state between calls.

    A class that inherits it gets the default of `missed`.
    """

    def start(self) -> MemoryT:
        """The memory before the first round."""
        ...

    def act(
        self, observation: Observation, notice: Notice | None, memory: MemoryT, randomness: Randomness
    ) -> Decision[MemoryT] | Awaitable[Decision[MemoryT]]:
        """The decision of this round; own profit is in the observation, the own standing in the notice."""
        ...

    def missed(self, observation: Observation, notice: Notice | None, memory: MemoryT) -> MemoryT:
        """The memory after a round that the agent, suspended, sits out; called instead of `act`.

        Profits and fines that it is told of in such a round come up here or never. By default it notes nothing.
        """
        return memory

    def describe(self) -> dict[str, Any]:
        """What the policy is, as plain JSON values for the record; nothing that it cannot perceive."""
        ...
