"""What policies that follow rules share: parameters, a seat, no account of how a decision came about."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets.stage_game import StageGame
from agoranomos.policies.description import described
from agoranomos.policies.facts import Facts
from agoranomos.policies.outlook import Outlook, Quantities
from agoranomos.policies.policy import Decision, Observation, Policy, Seat
from agoranomos.randomness import Randomness

ParametersT = TypeVar("ParametersT", bound=DocumentPart)
MemoryT = TypeVar("MemoryT")


JOINT_OPTIMA = ("monopoly", "efficient")
"""Benchmarks at which the agents together earn most; the first that a market plays is meant."""


class NoParameters(DocumentPart):
    """A policy without parameters."""


class Scripted(Policy[MemoryT], Generic[ParametersT, MemoryT]):
    """A policy that follows a rule. A subclass names itself and its parameters, and says what it does in `act`.

    Its first docstring line is its summary. It is bound to a seat. What it knows of the market is in `game` where it
    reasons about any market, and in `outlook` where it reasons about Cournot's; both refuse a market that is none.
    """

    name: ClassVar[str]
    parameters_type: ClassVar[type[DocumentPart]]
    facts: ClassVar[Facts | None] = None
    """What is claimed of it with its default parameters; the conformance tests hold it against what it does."""

    def __init__(self, parameters: ParametersT, seat: Seat) -> None:
        self.parameters = parameters
        self.seat = seat

    @cached_property
    def outlook(self) -> Outlook:
        """A Cournot market from this seat; raises `UsageError` in another market."""
        return Outlook.of(self.seat, f"policy {self.name!r}")

    @cached_property
    def game(self) -> StageGame:
        """One round as a game in normal form; raises `UsageError` where the market has none."""
        return self.seat.market.game()

    def benchmark(self, name: str, observation: Observation) -> np.ndarray:
        """Own action at a benchmark of the market (`nash`, `monopoly`, ...), for what is observed."""
        return np.asarray(self.seat.market.play(name, self.seat.agent, observation), dtype=np.float64)

    def nothing_seen(self) -> Observation:
        """What is observed before the first round of most markets: zeros."""
        space = self.seat.market.observation_space(self.seat.agent)
        return {key: np.zeros(box.shape) for key, box in space.spaces.items()}

    def require_benchmarks(self, *names: str) -> None:
        """Raises `UsageError`, with the nearest name, unless the market knows how these benchmarks are played."""
        nothing = self.nothing_seen()
        for name in names:
            self.benchmark(name, nothing)

    def joint_optimum(self) -> str:
        """The benchmark at which the agents together earn most: `monopoly`, else `efficient`.

        Raises `UsageError` where the market plays neither.
        """
        for name in JOINT_OPTIMA:
            try:
                self.require_benchmarks(name)
            except UsageError:
                continue
            return name
        raise UsageError(
            f"policy {self.name!r}: {self.seat.market.facts.market} plays no joint optimum "
            f"({' or '.join(JOINT_OPTIMA)})",
            advice="Name a benchmark of this market among the policy's parameters, where it takes one.",
        )

    @abstractmethod
    def start(self) -> MemoryT:
        """The memory before the first round."""

    @abstractmethod
    def act(
        self, observation: Observation, notice: Notice | None, memory: MemoryT, randomness: Randomness
    ) -> Decision[MemoryT]:
        """The decision of this round."""

    def describe(self) -> dict[str, Any]:
        """The registered name and the parameters."""
        return {"policy": self.name, "parameters": described(self.parameters)}


class Memoryless(Scripted[ParametersT, None]):
    """A scripted policy that remembers nothing but what it observes."""

    def start(self) -> None:
        """Nothing to remember."""


def play(quantities: Quantities) -> Decision[None]:
    """The decision to produce `quantities`; its array is read-only, so one decision may be given again and again."""
    return Decision(as_action(quantities), None)


def as_action(quantities: Sequence[float]) -> np.ndarray:
    """`quantities` as a read-only action (float64, one number a part)."""
    action = np.array(quantities, dtype=np.float64)
    action.flags.writeable = False
    return action
