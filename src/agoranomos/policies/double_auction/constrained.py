"""Traders without intelligence who may not lose."""

from __future__ import annotations

import numpy as np

from agoranomos.institutions.notices import Notice
from agoranomos.policies.double_auction.trading import market_at
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, NoParameters, as_action
from agoranomos.randomness import Randomness


class ConstrainedZeroIntelligence(Memoryless[NoParameters]):
    """Draws each order uniformly from those at which it cannot lose, and thinks no further.

    A buyer draws from 0 to its value, a seller from its cost to the highest price. Without the constraint it is
    `zero-intelligence`. Source: ZI-C traders, Gode and Sunder (1993), Allocative Efficiency of Markets with
    Zero-Intelligence Traders, Journal of Political Economy 101, section II.
    """

    name = "zero-intelligence-constrained"
    parameters_type = NoParameters
    facts = Facts("chance", memory=None, stochastic=True, needs=("double-auction",))

    def __init__(self, parameters: NoParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        market = market_at(seat, self.name)
        self._buys, self._highest = market.buys(seat.agent), market.spec.highest_price

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """One draw for each unit, rounded towards the limit it may not pass, so that it cannot lose a millionth."""
        limit = np.asarray(observation["limit"], dtype=np.float64)
        drawn = randomness.generator("zero-intelligence").random(limit.shape)
        if self._buys:
            return Decision(as_action((np.floor(limit * drawn * 1e6) / 1e6).tolist()), None)
        rounded = np.ceil((limit + (self._highest - limit) * drawn) * 1e6) / 1e6
        return Decision(as_action(np.minimum(rounded, self._highest).tolist()), None)
