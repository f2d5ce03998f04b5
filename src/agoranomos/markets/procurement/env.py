"""The procurement market as a PettingZoo ParallelEnv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.procurement.benchmarks import Benchmarks, benchmarks
from agoranomos.markets.procurement.bidding import nash_bid
from agoranomos.markets.procurement.measures import MEASURE_KINDS, measure_mean, measure_round
from agoranomos.markets.procurement.round import RoundOutcome, clear_round
from agoranomos.markets.procurement.spec import ProcurementSpec
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.told import number
from agoranomos.randomness import MAX_EXACT_INTEGER, named_integer


class Procurement(RoundMarket[RoundOutcome]):
    """Suppliers bid for one contract a round; bids are opened when it is awarded, and all see them.

    An agent observes its `cost` for the tender that comes next (it bids knowing it), and of the tender before all
    `bids`, who `won` (1 for the winner), and the `price`; 0 where there was none. A bid above the reserve price stays
    out of the tender. Nothing tells how many tenders there will be, or what rivals' costs are.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "procurement_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: ProcurementSpec

    def __init__(self, spec: ProcurementSpec, *, render_mode: str | None = None) -> None:
        self.benchmarks: Benchmarks = benchmarks(spec)
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.firms,
            goods=spec.goods,
            measures=MEASURE_KINDS,
            benchmarks={
                name: measure_mean(spec, self.benchmarks, mean) for name, mean in self.benchmarks.outcomes().items()
            },
        )
        self._costs: tuple[float, ...] = ()
        self._last_won: list[int] = []
        self._opened: dict[str, np.ndarray] = {}
        shapes = [ActionShape((ActionPart("bid", 0.0, spec.ceiling),)) for _ in spec.firms]
        super().__init__(spec, spec.firms, spec.goods, shapes, render_mode=render_mode)

    @property
    def costs(self) -> tuple[float, ...]:
        """Every supplier's cost in the tender that comes next; empty before the first `reset`."""
        return self._costs

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The supplier's bid at a benchmark: a function of its own cost, and in the `monopoly` of everybody's.

        The members of that cartel know each other's costs: the lowest bids the reserve price, the others stay out.
        """
        cost = float(observation["cost"][0])
        if benchmark == "nash":
            bid = nash_bid(self.spec, cost)
        elif benchmark == "competitive":
            bid = cost
        elif benchmark == "monopoly":
            lowest = min(range(len(self._costs)), key=self._costs.__getitem__, default=-1)
            own = self.possible_agents.index(agent)
            bid = self.spec.reserve if own == lowest and cost <= self.spec.reserve else self.spec.ceiling
        else:
            raise unknown_name("benchmark", benchmark, self.benchmarks.outcomes())
        return np.array([bid])

    def brief(self, agent: str) -> dict[str, str]:
        """The rule of the tender, and where its own costs are drawn."""
        low, high = self.spec.cost[self.possible_agents.index(agent)]
        paid = "its own bid" if self.spec.rule == "first-price" else "the second lowest bid, or the reserve price,"
        return {
            "costs": f"drawn anew for every tender, anything from {number(low)} to {number(high)} as likely",
            "tender": f"the lowest bid up to the reserve price of {number(self.spec.reserve)} wins, and is paid {paid} "
            "for the contract",
        }

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """All bids of the last tender, which were opened in public; of who sent none one that stays out of it."""
        if not observation["round"][0]:
            return None
        bids = observation["bids"]
        return np.where((bids == 0.0) & (observation["won"] == 0.0), self.spec.ceiling, bids)[:, None]

    def _begin(self) -> None:
        self._last_won = [0] * len(self.possible_agents)
        self._draw_costs()
        self._open(None)

    def _clear(self, rows: tuple[Row, ...]) -> RoundOutcome:
        bids = [row[0] / SCALE if row else None for row in rows]
        number = self.round_number
        outcome = clear_round(
            self.spec, bids, self._costs, lambda: named_integer(self.seed, "tie", number), self._last_won
        )
        if outcome.winner >= 0:
            self._last_won[outcome.winner] = number
        self._draw_costs()
        self._open(outcome)
        return outcome

    def _draw_costs(self) -> None:
        """The costs of the tender that comes next, in whole millionths."""
        seed, number = self.seed, self.round_number
        self._costs = tuple(
            [
                round((low + (high - low) * (named_integer(seed, "cost", number, firm) / MAX_EXACT_INTEGER)) * SCALE)
                / SCALE
                for firm, (low, high) in zip(self.possible_agents, self.spec.cost, strict=True)
            ]
        )

    def _profits(self, outcome: RoundOutcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: RoundOutcome) -> Measures:
        return measure_round(self.spec, self.benchmarks, outcome)

    def _text(self, outcome: RoundOutcome) -> str:
        if outcome.price is None:
            lines = [f"round {self.round_number}: nothing bought"]
        else:
            lines = [f"round {self.round_number}: {self.possible_agents[outcome.winner]} wins at {outcome.price:.2f}"]
        for firm, bid, cost, profit in zip(
            self.possible_agents, outcome.bid, outcome.cost, outcome.profit, strict=True
        ):
            said = "no bid" if bid is None else f"bid {bid:.2f}"
            lines.append(f"  {firm}: {said}  cost {cost:.2f}  profit {profit:.2f}")
        return "\n".join(lines)

    def _observed(self, index: int, outcome: RoundOutcome | None) -> dict[str, np.ndarray]:
        return {"cost": np.array([self._costs[index]]), **self._opened}

    def _open(self, outcome: RoundOutcome | None) -> None:
        """What all see of a tender: the same arrays for everybody, which nobody can write to."""
        firms = len(self.possible_agents)
        values = np.zeros(2 * firms + 1)
        if outcome is not None and outcome.winner >= 0:
            values[firms + outcome.winner], values[-1] = 1.0, outcome.price
        if outcome is not None:
            values[:firms] = [bid or 0.0 for bid in outcome.bid]
        values.flags.writeable = False
        self._opened = {"bids": values[:firms], "won": values[firms:-1], "price": values[-1:]}

    def _observation_boxes(self, index: int) -> Boxes:
        low, high = self.spec.cost[index]
        firms = len(self.possible_agents)
        return {
            "cost": (low - 1 / SCALE, high + 1 / SCALE, 1),
            "bids": (0.0, self.spec.ceiling, firms),
            "won": (0.0, 1.0, firms),
            "price": (0.0, self.spec.ceiling, 1),
        }
