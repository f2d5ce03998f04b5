"""A policy for games whose equilibrium is a mixture."""

from __future__ import annotations

import numpy as np

from agoranomos.documents import DocumentPart, Name
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets.matrix import Matrix
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, as_action
from agoranomos.randomness import Randomness


class MixedNashParameters(DocumentPart):
    """`benchmark`: the benchmark of the game whose mixture is drawn from."""

    benchmark: Name = "nash"


class MixedNash(Memoryless[MixedNashParameters]):
    """Draws its action anew each round from the mixture of the game's equilibrium.

    In a matrix game only; where the equilibrium is in pure actions it plays its own always. Source: Nash (1951),
    Non-cooperative games, Annals of Mathematics 54.
    """

    name = "mixed-nash"
    parameters_type = MixedNashParameters
    facts = Facts("benchmark", stochastic=True, needs=("matrix",))

    def __init__(self, parameters: MixedNashParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        market = seat.market
        if not isinstance(market, Matrix):
            raise UsageError(
                f"policy {self.name!r} knows mixtures of matrix games only; {market.spec.name} is of type "
                f"{market.spec.type}",
                advice="Use the policy nash.",
            )
        self._up_to = np.cumsum(market.mixture(parameters.benchmark, seat.agent))
        self._decisions = tuple(Decision(as_action([float(k)]), None) for k in range(len(self._up_to)))

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The action at which the cumulated probability passes a uniform draw."""
        drawn = randomness.generator("mixed-nash").random() * self._up_to[-1]
        return self._decisions[int(np.searchsorted(self._up_to, drawn, side="right"))]
