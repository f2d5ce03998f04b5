"""What null players share: two ways to act, each a benchmark of the market, of which one breaks the rule."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from agoranomos.documents import DocumentPart, Finite, Name
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Scripted
from agoranomos.scenarios import Scenario

Chance = Annotated[Finite, Field(ge=0, le=1)]


class TwoWaysParameters(DocumentPart):
    """`comply` and `violate`: the benchmarks that keep and break the rule, as every scenario calls them."""

    comply: Name = "comply"
    violate: Name = "violate"


ParametersT = TypeVar("ParametersT", bound=TwoWaysParameters)
MemoryT = TypeVar("MemoryT")


class TwoWays(Scripted[ParametersT, MemoryT]):
    """A policy that plays one of two benchmarks in every round."""

    def __init__(self, parameters: ParametersT, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self.require_benchmarks(parameters.comply, parameters.violate)

    def decision(self, violates: bool, observation: Observation, memory: MemoryT) -> Decision[MemoryT]:
        """To break the rule or to keep it."""
        name = self.parameters.violate if violates else self.parameters.comply
        return Decision(self.benchmark(name, observation), memory)

    def broke(self, observation: Observation) -> NDArray[np.bool_] | None:
        """Who broke the rule in the last round, [N]: whose action was nearer to that.

        None where it is not seen, and in a scenario without options, where what breaks the rule is another number each
        round.
        """
        market = self.seat.market
        unlike = isinstance(market, Scenario) and self._scenario is None
        seen = None if unlike else market.seen(self.seat.agent, observation)
        return None if seen is None else self._nearer(seen, observation)

    def others_broke(self, observation: Observation) -> NDArray[np.bool_] | None:
        """Whether each of the others broke the rule in the last round, as far as they are seen; None of nobody.

        In a scenario those are its neighbours, or how many of them did what.
        """
        seen = self.others_seen(observation)
        return None if seen is None else np.array(list(seen.values()), dtype=np.bool_)

    def others_seen(self, observation: Observation) -> dict[int, bool] | None:
        """The same by place: who is seen, and whether it broke the rule. Of a count it is not told who did."""
        if not observation["round"][0]:
            return None
        broke = self.broke(observation)
        if broke is not None:
            return {place: bool(did) for place, did in enumerate(broke) if place != self.seat.index}
        if self._scenario is None:
            return None
        linked = [self._scenario.possible_agents.index(one) for one in self._scenario.neighbours(self.seat.agent)]
        if "others" in observation:
            did = np.asarray(observation["others"], dtype=np.float64)
            near = self._nearer(did[:, None], observation)
            return {place: bool(one) for place, one, was in zip(linked, near, did, strict=True) if was >= 0.0}
        if "count" in observation:
            kept, broken = self.ways(observation)
            count = int(observation["count"][0])
            return {place: (at < count) == bool(broken[0] > kept[0]) for at, place in enumerate(linked)}
        return None

    def broke_last(self, observation: Observation, decided: bool) -> bool:
        """Whether it broke the rule itself in the last round: what it sees of itself, else what it `decided`."""
        broke = self.broke(observation) if observation["round"][0] else None
        if broke is not None:
            return bool(broke[self.seat.index])
        chose = observation.get("chose") if self._scenario is not None else None
        if chose is None or chose[0] < 0.0:
            return decided
        return bool(self._nearer(np.array([[float(chose[0])]]), observation)[0])

    @cached_property
    def _scenario(self) -> Scenario[Any] | None:
        """The market where it is a scenario with options."""
        market = self.seat.market
        return market if isinstance(market, Scenario) and market.options(self.seat.agent) else None

    def _nearer(self, actions: NDArray[np.float64], observation: Observation) -> NDArray[np.bool_]:
        """Which of `actions` [K, F] are nearer to breaking the rule than to keeping it, [K]."""
        kept, broken = self.ways(observation)
        return np.asarray(np.abs(actions - broken).sum(axis=1) < np.abs(actions - kept).sum(axis=1))

    def ways(self, observation: Observation) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Its own action [F] at either benchmark: to keep the rule, and to break it."""
        return (
            self.benchmark(self.parameters.comply, observation),
            self.benchmark(self.parameters.violate, observation),
        )
