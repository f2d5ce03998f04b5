"""A cartel that watches nothing but the price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from agoranomos.documents import DocumentPart, Finite, Name
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets.facts import SCALE
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Scripted
from agoranomos.randomness import Randomness


class TriggerPriceParameters(DocumentPart):
    """`trigger`: the part of the cartel's expected price below which a price is taken for cheating.

    `punishment`: how many rounds the price war lasts. `cartel` and `war`: the benchmarks that are played.
    """

    trigger: Annotated[Finite, Field(gt=0, lt=1)] = 0.9
    punishment: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 5
    cartel: Name = "monopoly"
    war: Name = "nash"


@dataclass(frozen=True, slots=True)
class Watch:
    """The last round (counted from 1) of the price war under way or last fought; 0 before the first."""

    war_until: int = 0


class TriggerPrice(Scripted[TriggerPriceParameters, Watch]):
    """Plays the cartel until some price falls below a trigger, then a price war for some rounds, then the cartel again.

    The price is all it needs to see: a bad draw of demand starts a war as cheating does, and all see it alike. Source:
    Green and Porter (1984), Noncooperative Collusion under Imperfect Price Information, Econometrica 52, section 3.
    """

    name = "trigger-price"
    parameters_type = TriggerPriceParameters
    facts = Facts("collusion", memory=None, needs=("play", "cournot"))

    def __init__(self, parameters: TriggerPriceParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self.require_benchmarks(parameters.cartel, parameters.war)
        expected = seat.market.facts.benchmarks[parameters.cartel].get("price_e6")
        if not isinstance(expected, tuple) or "price" not in seat.market.observation_space(seat.agent).spaces:
            raise UsageError(
                f"policy {self.name!r}: {seat.market.facts.market} has no public price of each good to watch",
                advice="Seat it in a market of type cournot.",
            )
        self._trigger = np.array(expected, dtype=np.float64) / SCALE * parameters.trigger

    def start(self) -> Watch:
        """No war has been fought."""
        return Watch()

    def act(
        self, observation: Observation, notice: Notice | None, memory: Watch, randomness: Randomness
    ) -> Decision[Watch]:
        """The war's action while it lasts; a price of a round of war starts no other."""
        over = int(observation["round"][0])
        memory = self._noted(observation, memory)
        fights = over < memory.war_until
        return Decision(self.benchmark(self.parameters.war if fights else self.parameters.cartel, observation), memory)

    def missed(self, observation: Observation, notice: Notice | None, memory: Watch) -> Watch:
        """The price is seen from outside, too."""
        return self._noted(observation, memory)

    def _noted(self, observation: Observation, memory: Watch) -> Watch:
        over = int(observation["round"][0])
        if over > memory.war_until and bool(np.any(observation["price"] < self._trigger)):
            return Watch(over + self.parameters.punishment)
        return memory
