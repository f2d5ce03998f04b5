"""What everybody did in a round, for policies that are shown it; their market may show each its own part alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from agoranomos.policies.wrapped import Wrapped

MemoryT = TypeVar("MemoryT")


@dataclass(frozen=True, slots=True)
class SharedRound:
    """One round that has taken effect.

    `actions_e6` are the actions that cleared, in millionths, by agent in the market's order; the row of an agent that
    sat out is empty, or all zeros where doing nothing is a number. `replies` holds the last reply of every agent that
    asked a model, as it was written.
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
    while isinstance(policy, Wrapped):
        policy = policy.inner
    return policy if isinstance(policy, Onlooker) else None
