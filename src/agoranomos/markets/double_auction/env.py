"""The double auction as a PettingZoo ParallelEnv."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.double_auction.book import Book
from agoranomos.markets.double_auction.equilibrium import Equilibrium, market_equilibrium
from agoranomos.markets.double_auction.measures import MEASURE_KINDS, measure_competitive, measure_round
from agoranomos.markets.double_auction.round import Day, RoundOutcome, call_round, continuous_round, settled
from agoranomos.markets.double_auction.spec import DoubleAuctionSpec
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.told import numbers
from agoranomos.randomness import Randomness

PLAYS = ("competitive", "truthful")
SEEN_BY_ALL = ("step", "best_bid", "best_ask", "volume", "last_price")
FLOAT64 = np.dtype(np.float64)


def _frozen(numbers: Sequence[float]) -> NDArray[np.float64]:
    values = np.array(numbers, dtype=np.float64)
    values.flags.writeable = False
    return values


def arrivals(seed: int, round_number: int, traders: int) -> list[int]:
    """The order in which traders come in a round, each order with the same probability."""
    order: list[int] = Randomness(seed, round_number).normals("arrival", traders).argsort().tolist()
    return order


class DoubleAuction(RoundMarket[RoundOutcome]):
    """Buyers and sellers send limit orders: one a round to a book, or one a unit to a clearing house.

    An agent observes the `limit` of what it may trade next (values of a buyer, costs of a seller, unit by unit under
    the clearing house; 0 where none is left), how many units are `left` today, the `step` of the day that comes next,
    the `best_bid` and `best_ask` that stand (0 and the highest price where none does), how many units changed hands in
    the round before (`volume`), the `last_price` at which any did, and the price at which it traded itself in the round
    before (`own_price`); 0 where there was none.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "double_auction_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: DoubleAuctionSpec

    def __init__(self, spec: DoubleAuctionSpec, *, render_mode: str | None = None) -> None:
        self.equilibrium: Equilibrium = market_equilibrium(spec)
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.traders,
            goods=spec.goods,
            measures=MEASURE_KINDS,
            benchmarks={"competitive": measure_competitive(spec, self.equilibrium)},
        )
        self._limits = (*spec.values, *spec.costs)
        self._continuous = spec.rule == "continuous"
        self._competitive_price = round(self.equilibrium.price * SCALE) / SCALE
        self._book = Book(len(spec.buyers))
        self._used: list[int] = []
        self._day = Day(0, (), 0.0, False)
        self._last_price = 0.0
        self._seen_alone = np.zeros(0)
        self._moved = True
        traders = len(self._limits)
        self._nothing = (0,) * traders, (None,) * traders, (0.0,) * traders
        self._seen_by_all: dict[str, np.ndarray] = {}
        self._highest_e6 = floor(spec.highest_price * SCALE)
        shapes = [
            ActionShape(
                tuple(
                    ActionPart(f"price of unit {k + 1}", 0.0, spec.highest_price)
                    for k in range(1 if self._continuous else len(row))
                )
            )
            for row in self._limits
        ]
        super().__init__(spec, spec.traders, spec.goods, shapes, render_mode=render_mode)

    def buys(self, agent: str) -> bool:
        """Whether the agent is a buyer."""
        return agent in self.spec.buyers

    def brief(self, agent: str) -> dict[str, str]:
        """Whether it buys or sells, and what its units are worth to it or cost it."""
        row = self._limits[self.possible_agents.index(agent)]
        buys = self.buys(agent)
        return {
            "role": "buyer" if buys else "seller",
            "values of the units that you may buy" if buys else "costs of the units that you may sell": numbers(row),
        }

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The agent's orders as a price taker: the competitive price for units that gain by it, else their limits.

        `truthful` orders every unit at its limit.
        """
        limit = np.array(observation["limit"], dtype=np.float64)
        if benchmark == "truthful":
            return limit
        if benchmark != "competitive":
            raise unknown_name("benchmark", benchmark, PLAYS)
        best = np.minimum if self.buys(agent) else np.maximum
        return np.asarray(best(limit, self._competitive_price), dtype=np.float64)

    def _begin(self) -> None:
        self._last_price = 0.0
        self._new_day()
        self._publish(None)

    def _new_day(self) -> None:
        self._book.clear()
        self._used = [0] * len(self._limits)
        self._day = Day(0, (), 0.0, False)

    def _clear(self, rows: tuple[Row, ...]) -> RoundOutcome:
        arrival = arrivals(self.seed, self.round_number, len(rows))
        outcome = self._in_book(rows, arrival) if self._continuous else self._in_call(rows, arrival)
        if outcome.prices:
            self._last_price = outcome.prices[-1]
        if outcome.day.over:
            self._new_day()
        else:
            self._day = outcome.day
            self._used = [used + units for used, units in zip(self._used, outcome.units, strict=True)]
        self._publish(outcome)
        return outcome

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        """As every market's; a single price within its bounds, which is nearly every order, is counted here and now."""
        if self._continuous and type(action) is np.ndarray and action.dtype is FLOAT64 and action.size == 1:
            price = action.item()
            if 0.0 <= price <= self.spec.highest_price:
                return (min(round(price * SCALE), self._highest_e6),), False
        return super()._counted(agent, action)

    def _in_call(self, rows: tuple[Row, ...], arrival: list[int]) -> RoundOutcome:
        return call_round(self.spec, [[price / SCALE for price in row] for row in rows], arrival)

    def _in_book(self, rows: tuple[Row, ...], arrival: list[int]) -> RoundOutcome:
        orders = [row[0] / SCALE if row else None for row in rows]
        trades, bid, ask = continuous_round(self.spec, self._book, self._used, orders, arrival)
        day, step = self._day, self._day.step + 1
        if not trades:
            after = Day(step, day.prices, day.surplus, step == self.spec.steps)
            return RoundOutcome(*self._nothing, (), bid, ask, after)
        units, paid, profit = settled(self.spec, trades, self._used)
        prices = tuple([trade.price for trade in trades])
        surplus = day.surplus
        for own in profit:
            surplus += own
        after = Day(step, day.prices + prices, surplus, step == self.spec.steps)
        return RoundOutcome(tuple(units), tuple(paid), tuple(profit), prices, bid, ask, after)

    def _profits(self, outcome: RoundOutcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: RoundOutcome) -> Measures:
        return measure_round(self.spec, self.equilibrium, outcome)

    def _text(self, outcome: RoundOutcome) -> str:
        traded = ", ".join(f"{price:.2f}" for price in outcome.prices) or "nothing traded"
        lines = [f"round {self.round_number}: {traded}"]
        for agent, units, paid, profit in zip(
            self.possible_agents, outcome.units, outcome.paid, outcome.profit, strict=True
        ):
            if paid is not None:
                verb = "bought" if self.buys(agent) else "sold"
                lines.append(f"  {agent}: {verb} {units} at {paid:.2f}  profit {profit:.2f}")
        return "\n".join(lines)

    def _observed(self, index: int, outcome: RoundOutcome | None) -> dict[str, np.ndarray]:
        own, at = self._seen_alone, 3 * index
        return {
            "limit": own[at : at + 1] if self._continuous else np.array(self._limits[index]),
            "left": own[at + 1 : at + 2],
            "own_price": own[at + 2 : at + 3],
            **self._seen_by_all,
        }

    def _publish(self, outcome: RoundOutcome | None) -> None:
        """What is seen after a round, in arrays that nobody can write to: what all see alike is the same for everybody.

        What each sees alone is made anew only after a round in which something was traded, or in which a day ended.
        """
        moved = outcome is None or outcome.day.over or len(outcome.prices) > 0
        if moved or self._moved:
            self._seen_alone = _frozen(self._alone(outcome))
        self._moved = moved
        bid = ask = None
        if outcome is not None and not outcome.day.over:
            bid, ask = outcome.best_bid, outcome.best_ask
        values = _frozen(
            (
                float(self._day.step),
                0.0 if bid is None else bid,
                self.spec.highest_price if ask is None else ask,
                0.0 if outcome is None else float(len(outcome.prices)),
                self._last_price,
            )
        )
        self._seen_by_all = {key: values[k : k + 1] for k, key in enumerate(SEEN_BY_ALL)}

    def _alone(self, outcome: RoundOutcome | None) -> list[float]:
        """Limit, units left and own price, trader by trader."""
        found: list[float] = []
        for index, (row, used) in enumerate(zip(self._limits, self._used, strict=True)):
            left = len(row) - used
            own = outcome.paid[index] if outcome is not None else None
            found += (row[used] if left else 0.0, left, 0.0 if own is None else own)
        return found

    def _observation_boxes(self, index: int) -> Boxes:
        units, most = len(self._limits[index]), self.spec.highest_price
        return {
            "limit": (0.0, most, 1 if self._continuous else units),
            "left": (0.0, float(units), 1),
            "step": (0.0, float(self.spec.steps), 1),
            "best_bid": (0.0, most, 1),
            "best_ask": (0.0, most, 1),
            "volume": (0.0, float(sum(len(row) for row in self.spec.values)), 1),
            "last_price": (0.0, most, 1),
            "own_price": (0.0, most, 1),
        }
