"""Policies that answer what the others did last."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, play
from agoranomos.randomness import Randomness


class BestResponseParameters(DocumentPart):
    """`damping`: the part of its last quantities that it keeps; `start`: what it plays in the first round."""

    damping: Annotated[Finite, Field(ge=0, lt=1)] = 0.5
    start: Literal["nash", "random", "half-capacity"] = "half-capacity"


class BestResponse(Memoryless[BestResponseParameters]):
    """Moves from its last quantities part of the way to the best response against its rivals' last total.

    Rivals' totals follow from own quantity and share; where it made none of a good, from the price. Source: Cournot's
    adjustment (1838, chapter 7); damped, because undamped it does not converge with three firms or more (Theocharis
    1960, On the Stability of the Cournot Solution on the Oligopoly Problem).
    """

    name = "best-response"
    parameters_type = BestResponseParameters
    facts = Facts("competition", memory=1, needs=("cournot",))

    def __init__(self, parameters: BestResponseParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        goods, capacity = len(self.outlook.spec.goods), self.outlook.spec.capacity[seat.index]
        nash = parameters.start == "nash"
        self._capacity = capacity
        self._first = play(self.outlook.nash_quantities if nash else (capacity / (2 * goods),) * goods)

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The start in round 0; then `damping` times the last quantities plus the rest times the best response."""
        if not observation["round"][0]:
            return self._anywhere(randomness) if self.parameters.start == "random" else self._first
        kept = self.parameters.damping
        answer = self.outlook.best_response(self.outlook.rivals_observed(observation))
        last = observation["quantity"].tolist()
        return play(tuple([kept * q + (1.0 - kept) * b for q, b in zip(last, answer, strict=True)]))

    def _anywhere(self, randomness: Randomness) -> Decision[None]:
        """Uniform over everything the capacity allows: a flat Dirichlet draw whose last part is left idle."""
        goods = len(self.outlook.spec.goods)
        parts = randomness.generator("start").dirichlet(np.ones(goods + 1))
        return play(tuple((parts[:goods] * self._capacity).tolist()))
