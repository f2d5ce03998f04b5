"""What policies share that cooperate as long as the others do: what is expected of everybody, and who fell short."""

from __future__ import annotations

from typing import Annotated, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from agoranomos.documents import DocumentPart, Finite, Name
from agoranomos.policies.policy import Observation, Seat
from agoranomos.policies.scripted import Scripted

Expected = tuple[tuple[float, ...], tuple[float, ...], float]
"""What those watched bring together when all cooperate, the direction (of length 1) in which falling short goes, and
how far along it the smallest single defection is (0: there is none)."""

SMALLEST = 1e-9


class CooperationParameters(DocumentPart):
    """`cooperate` and `punish`: the benchmarks of either; left out, the joint optimum and `nash`.

    `tolerance`: what part of a single agent's step from one to the other passes as cooperation.
    """

    cooperate: Name | None = None
    punish: Name = "nash"
    tolerance: Annotated[Finite, Field(ge=0, lt=1)] = 0.5


ParametersT = TypeVar("ParametersT", bound=CooperationParameters)
MemoryT = TypeVar("MemoryT")


class Conditional(Scripted[ParametersT, MemoryT]):
    """Cooperates, or punishes; knows whether others have left cooperation since.

    What it sees is compared with what was to be expected in the round before, as a total: of a Cournot market's rivals
    no more is seen. Actions count along the direction from cooperation to punishment, so that an agent who gives
    others even more (a higher price, less output) does not count as a defector.
    """

    def __init__(self, parameters: ParametersT, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._cooperation = parameters.cooperate or self.joint_optimum()
        self.require_benchmarks(self._cooperation, parameters.punish)

    def action(self, cooperates: bool, observation: Observation) -> NDArray[np.float64]:
        """Own action in either case."""
        return self.benchmark(self._cooperation if cooperates else self.parameters.punish, observation)

    def expected(self, observation: Observation, *, own: bool) -> Expected:
        """What is expected of the others (and of this agent too, with `own`) in the round to come."""
        market, seat = self.seat.market, self.seat
        watched = [agent for agent in market.possible_agents if own or agent != seat.agent]
        if not watched:
            return (), (), 0.0
        kept = np.array([market.play(self._cooperation, agent, observation) for agent in watched])
        left = np.array([market.play(self.parameters.punish, agent, observation) for agent in watched]) - kept
        direction = left.sum(axis=0)
        length = float(np.sqrt((direction**2).sum()))
        if length <= SMALLEST:
            return tuple(kept.sum(axis=0).tolist()), (), 0.0
        direction = direction / length
        steps = left @ direction
        smallest = float(steps[steps > SMALLEST].min(initial=np.inf))
        return tuple(kept.sum(axis=0).tolist()), tuple(direction.tolist()), smallest

    def betrayed(self, observation: Observation, expected: Expected, *, own: bool) -> bool:
        """Whether what is seen falls short of what was expected; False where nothing can be seen."""
        total, direction, smallest = expected
        if not direction:
            return False
        seen = self.seat.market.seen(self.seat.agent, observation)
        if seen is None:
            return False
        brought = seen.sum(axis=0) if own else seen.sum(axis=0) - seen[self.seat.index]
        short = float((brought - np.array(total)) @ np.array(direction))
        return short > self.parameters.tolerance * smallest + SMALLEST
