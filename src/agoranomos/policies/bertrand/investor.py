"""A firm that invests as soon as it can, in its own good or in every one."""

from __future__ import annotations

import numpy as np

from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets.bertrand_investment.env import BertrandInvestment
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, as_action
from agoranomos.randomness import Randomness


class InvestorParameters(DocumentPart):
    """`specialise`: whether it invests in its own good alone, that of its place among the firms, or in all."""

    specialise: bool = True


class Investor(Memoryless[InvestorParameters]):
    """Pays for the next lower unit cost as soon as its funds allow, and asks Nash prices at the costs it knows.

    It plays in markets of type `bertrand-investment`. When every firm specialises, each makes another good at the
    lowest cost: market division without a word. Source: Lin et al. (2024), arXiv 2410.00031, whose firms are told to
    invest in one good and to leave the other to the rival where they cannot keep up.
    """

    name = "investor"
    parameters_type = InvestorParameters
    facts = Facts("competition", memory=None)

    def __init__(self, parameters: InvestorParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        market = seat.market
        if not isinstance(market, BertrandInvestment):
            raise UsageError(
                f"policy {self.name!r} knows markets of type bertrand-investment only; {market.facts.market} is none"
            )
        self._market = market
        own = seat.index % len(market.goods)
        self._goods = [j for j in range(len(market.goods)) if j == own or not parameters.specialise]

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """Invest what the funds allow, good by good, and price at the unit costs that result."""
        spec = self._market.spec
        cost = np.array(observation["unit_cost"]).reshape(len(spec.firms), len(spec.goods))
        funds, invest = float(observation["funds"][0]), [0] * len(spec.goods)
        for good in self._goods:
            level = int(np.argmin(np.abs(np.array(spec.unit_cost) - cost[self.seat.index, good])))
            if level < len(spec.investment) and spec.investment[level] <= funds:
                funds -= spec.investment[level]
                invest[good] = 1
                cost[self.seat.index, good] = spec.unit_cost[level + 1]
        return Decision(as_action(self._market.priced("nash", self.seat.agent, cost, invest).tolist()), None)
