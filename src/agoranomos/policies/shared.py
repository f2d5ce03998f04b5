"""What everybody did in a round, for policies that are shown it; their market may show each its own part alone."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from agoranomos.errors import UsageError
from agoranomos.institutions.choice_record import ChoiceRecord
from agoranomos.models.reasoning import joined
from agoranomos.policies.policy import Account
from agoranomos.policies.wrapped import Wrapped

MemoryT = TypeVar("MemoryT")


@dataclass(frozen=True, slots=True)
class SharedRound:
    """One round that has taken effect.

    `actions_e6` are the actions that cleared, in millionths, by agent in the market's order; the row of an agent that
    sat out is empty, or all zeros where doing nothing is a number. `replies` holds what every agent that asked a model
    replied, its thoughts first: its last reply as it was written, or what it thought and the option that it chose.
    """

    round: int
    actions_e6: Mapping[str, tuple[int, ...]]
    replies: Mapping[str, str]


@runtime_checkable
class Onlooker(Protocol[MemoryT]):
    """A policy that is shown what everybody did, after each round and before the next."""

    def shared(self, memory: MemoryT, played: SharedRound) -> MemoryT:
        """The memory with what was shown; the same one where nothing of it is kept."""
        ...


def onlooker(policy: Any) -> Onlooker[Any] | None:
    """`policy`, or the one that it wraps, where that one is shown what everybody did."""
    inner = _innermost(policy)
    return inner if isinstance(inner, Onlooker) else None


def _innermost(policy: Any) -> Any:
    while isinstance(policy, Wrapped):
        policy = policy.inner
    return policy


@runtime_checkable
class Reader(Protocol):
    """A policy that may be shown whole replies of others."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The agents whose replies it is shown."""
        ...


def require_something_to_read(policies: Mapping[str, Any], asking: AbstractSet[str]) -> None:
    """Raise `UsageError` where replies are shown to some agents and nobody whom they read can write anything.

    `policies` are all of a market by agent, `asking` the agents that ask a model. A policy that can write nothing but
    its choice says so by `writes = False`.
    """
    bare = {agent: _innermost(policy) for agent, policy in policies.items()}
    read = [other for policy in bare.values() if isinstance(policy, Reader) for other in policy.reads]
    if read and not any(other in asking and getattr(bare[other], "writes", True) for other in read):
        raise UsageError(
            "the others' reasoning is shown here, and nobody can write any: a reply holds a choice and nothing else",
            advice="Give agents `reasoning: 64`, so that they think first, or free replies (`by: reply` without "
            "`constrained`); or leave `others_reasoning` out, since who chose what is in `others_actions`.",
        )


def last_said(account: Account) -> str:
    """The last reply of a decision; where that was a choice, what was thought before it and the option that was taken.

    Where it was asked for in several orders of the options, the first counts, which is that of the run: the labels of
    the others stand for something else in it.
    """
    last = account.calls[-1]
    if last.choice is None or account.chosen is None:
        return last.reply
    first = next(call.choice for call in account.calls if call.choice is not None)
    return with_thoughts(first, first.options[account.chosen])


def with_thoughts(choice: ChoiceRecord, answer: str) -> str:
    """The `answer` that was chosen, after what was thought before the choice, if anything was."""
    thoughts = "".join(choice.reasoning[:1]).strip()
    return joined(thoughts, answer) if thoughts else answer
