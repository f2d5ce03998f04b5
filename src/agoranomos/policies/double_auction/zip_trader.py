"""Traders that adapt a profit margin to what they see traded and quoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from agoranomos.documents import DocumentPart
from agoranomos.institutions.notices import Notice
from agoranomos.policies.double_auction.trading import market_at
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Scripted, as_action
from agoranomos.randomness import Randomness

RELATIVE, ABSOLUTE = 0.05, 0.05
"""How far at most a target price lies beyond the price that is answered: in shares of it, and in money besides."""


class ZipParameters(DocumentPart):
    """`learning_rate` and `momentum` of the delta rule, `margin` of the first order: middles of Cliff's ranges."""

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.3
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.05
    margin: Annotated[float, Field(ge=0, le=0.9)] = 0.2


@dataclass(frozen=True, slots=True)
class Margin:
    """The margin over its limit that a trader asks for (a buyer's is below nothing), and the momentum of its price."""

    margin: float
    momentum: float = 0.0


class ZipTrader(Scripted[ZipParameters, Margin]):
    """Orders at a margin beyond its limit, and moves the margin towards the prices that it sees traded and quoted.

    Zero intelligence plus: after a trade at q, a seller that asks q or less asks for more and one that asks more comes
    down; without a trade, a seller whose ask is no better than the best comes down; buyers are its mirror image. The
    target is q moved by up to 5% and 0.05 beyond it; the price p moves by G, and
    G <- momentum G + (1 - momentum) rate (target - p). It learns once a round, from the last trade or else the best
    quote, where Cliff's traders learn from every shout. Source: Cliff (1997), Minimal-Intelligence
    Agents for Bargaining Behaviors in Market-Based Environments, HPL-97-91, section 4.
    """

    name = "zip"
    parameters_type = ZipParameters
    facts = Facts("learning", memory=None, stochastic=True, needs=("double-auction",))

    def __init__(self, parameters: ZipParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        market = market_at(seat, self.name)
        self._sign = -1.0 if market.buys(seat.agent) else 1.0
        self._highest = market.spec.highest_price

    def start(self) -> Margin:
        """The first margin: below the value for a buyer, above the cost for a seller."""
        return Margin(self._sign * self.parameters.margin)

    def act(
        self, observation: Observation, notice: Notice | None, memory: Margin, randomness: Randomness
    ) -> Decision[Margin]:
        """Learn from the round before, then order every unit at the margin, never beyond its limit."""
        limit = np.asarray(observation["limit"], dtype=np.float64)
        learnt = self._learnt(observation, float(limit[0]), memory, randomness)
        price = limit * (1.0 + learnt.margin)
        price = np.maximum(price, limit) if self._sign > 0.0 else np.minimum(price, limit)
        rounded = (np.ceil(price * 1e6) if self._sign > 0.0 else np.floor(price * 1e6)) / 1e6
        return Decision(as_action(rounded.clip(0.0, self._highest).tolist()), learnt)

    def _learnt(self, seen: Observation, limit: float, memory: Margin, randomness: Randomness) -> Margin:
        answered = self._answered(seen, limit * (1.0 + memory.margin))
        if answered is None or limit <= 0.0 or not seen["left"][0]:
            return memory
        quote, outwards = answered
        share, money = randomness.generator("zip").random(2)
        direction = self._sign if outwards else -self._sign
        target = quote * (1.0 + direction * RELATIVE * share) + direction * ABSOLUTE * money
        price, rate, keeps = limit * (1.0 + memory.margin), self.parameters.learning_rate, self.parameters.momentum
        step = keeps * memory.momentum + (1.0 - keeps) * rate * (target - price)
        margin = (price + step) / limit - 1.0
        return Margin(max(margin, 0.0) if self._sign > 0.0 else min(max(margin, -1.0), 0.0), step)

    def _answered(self, seen: Observation, price: float) -> tuple[float, bool] | None:
        """The price to answer, and whether to ask for more (outwards) or for less; None where nothing is learnt."""
        if seen["volume"][0]:
            quote = float(seen["last_price"][0])
            return quote, self._sign * (quote - price) >= 0.0
        quote = float(seen["best_ask" if self._sign > 0.0 else "best_bid"][0])
        nobody = self._highest if self._sign > 0.0 else 0.0
        if quote == nobody or self._sign * (price - quote) < 0.0:
            return None
        return quote, False
