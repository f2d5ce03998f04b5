"""A policy for any market in which an action is one price, and every price is seen."""

from __future__ import annotations

import numpy as np
from agoranomos.institutions.notices import Notice
from agoranomos.policies import Decision, PolicyType
from agoranomos.policies.policy import Observation
from agoranomos.policies.scripted import Memoryless, NoParameters
from agoranomos.randomness import Randomness


class Undercutter(Memoryless[NoParameters]):
    """Asks one less than the cheapest rival, and the monopoly's price where that would earn nothing.

    Source: Edgeworth, "The Pure Theory of Monopoly" (1897; *Papers Relating to Political Economy* I, 1925).
    """

    name = "undercutter"
    parameters_type = NoParameters

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The next price down the cycle, or up to its top."""
        market, agent = self.seat.market, self.seat.agent
        top = market.play("monopoly", agent, observation)
        seen = market.seen(agent, observation)
        if seen is None or len(seen) == 1:
            return Decision(top, None)
        below = float(np.min(np.delete(seen[:, 0], self.seat.index))) - 1.0
        worthwhile = market.play("nash", agent, observation)[0] <= below < top[0]
        return Decision(np.array([below]) if worthwhile else top, None)


UNDERCUTTER = PolicyType.scripted(Undercutter)
