"""The price-competition market as a PettingZoo ParallelEnv."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from math import inf
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.bertrand.benchmarks import Benchmarks, benchmarks, grid_nash, nearest_on_grid
from agoranomos.markets.bertrand.clear import clear
from agoranomos.markets.bertrand.equilibrium import price_grid
from agoranomos.markets.bertrand.measures import MEASURE_KINDS
from agoranomos.markets.bertrand.round import Reference, RoundOutcome, clear_round, measure_round, reference
from agoranomos.markets.bertrand.spec import BertrandSpec
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.stage_game import StageGame
from agoranomos.markets.told import number

ABSENT = -1.0
"""What observations show as the price of a firm that was not in the market."""

MENU_STEPS = 60
"""Steps between cost and the dearest price worth asking in the menu of a market without a grid."""


class Bertrand(RoundMarket[RoundOutcome]):
    """Firms choose prices, consumers choose firms; every price is seen by everybody after the round.

    An agent observes, of the round before, every firm's `price` (-1 for one that was not in the market), its own
    `quantity`, whether it may change its price in this round (`may_move`: 1 or 0), then `round_profit`,
    `cumulative_profit` and how many rounds are over (`round`). Nothing tells what demand is or what rivals' costs are.

    With `timing: sequential` the firms move in turn, the first in round 1; an action of a firm that may not move
    changes nothing, and its price stands. A price that nobody has asked yet is the nearest to Nash's.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "bertrand_v0", "render_modes": ["ansi"], "is_parallelizable": True}
    spec: BertrandSpec

    def __init__(self, spec: BertrandSpec, *, render_mode: str | None = None) -> None:
        self.benchmarks: Benchmarks = benchmarks(spec)
        self._against: Reference = reference(spec, self.benchmarks)
        self.facts = _facts(spec, self.benchmarks, self._against)
        self._grid = None if spec.grid is None else price_grid(spec)
        self._prices = None if self._grid is None else tuple(self._grid.tolist())
        low, high = spec.price_range
        self._dearest = high
        part = ActionPart("price", low, high) if self._grid is None else _place(self._prices or ())
        self._alternate = spec.timing == "sequential"
        self._standing: list[Row] = []
        self._last_price: Sequence[float] | None = None
        super().__init__(
            spec, spec.firms, spec.goods, [ActionShape((part,)) for _ in spec.firms], render_mode=render_mode
        )

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The firm's price at a benchmark; on a grid the index of the nearest one.

        On a grid `nash` is a Nash equilibrium of the grid's own game, found from the nearest prices.
        """
        outcomes = self.benchmarks.outcomes()
        if benchmark not in outcomes:
            raise unknown_name("benchmark", benchmark, outcomes)
        return np.array(self._benchmark_actions[benchmark][self.possible_agents.index(agent)])

    def game(self) -> StageGame:
        """One round of unshocked demand at prices that all firms ask; in sequential play, at prices that stand.

        A menu is the grid; without one, prices between cost and a quarter beyond the joint monopoly, benchmarks
        included.
        """
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Everybody's last action; that of a firm that was not in the market as if it had asked the highest price."""
        if not observation["round"][0]:
            return None
        price = np.where(observation["price"] == ABSENT, self._dearest, observation["price"])
        if self._grid is None:
            return np.asarray(price[:, None], dtype=np.float64)
        return nearest_on_grid(self._grid, price)[:, None].astype(np.float64)

    def brief(self, agent: str) -> dict[str, str]:
        """Its unit cost, what the numbers of a grid stand for, and when it may move."""
        told = {"unit cost": number(self.spec.cost[self.possible_agents.index(agent)])}
        if self._prices is not None:
            last = len(self._prices) - 1
            told["prices"] = (
                f"number 0 is {self._prices[0]:.6f}, number {last} is {self._prices[-1]:.6f}, in equal steps between"
            )
        if self._alternate:
            first, firms = self.possible_agents.index(agent) + 1, len(self.possible_agents)
            told["turn"] = f"round {first} and every {firms} rounds from then on; in the others your price stands"
        return told

    def mover(self) -> str | None:
        """Who may change its price in the round to come; None where everybody may."""
        return self.possible_agents[self.round_number % len(self.possible_agents)] if self._alternate else None

    def asked(self, action: NDArray[np.float64]) -> NDArray[np.float64]:
        """The prices [...] that actions [..., 1] ask."""
        if self._grid is None:
            return np.asarray(action[..., 0], dtype=np.float64)
        return np.asarray(self._grid[np.rint(action[..., 0]).astype(np.intp)])

    @cached_property
    def _benchmark_actions(self) -> dict[str, NDArray[np.float64]]:
        """What firms submit at each benchmark, [N, 1]."""
        if self._grid is None:
            return {name: self._countable(at.price)[:, None] for name, at in self.benchmarks.outcomes().items()}
        nearest = {name: nearest_on_grid(self._grid, at.price) for name, at in self.benchmarks.outcomes().items()}
        return {name: at[:, None].astype(np.float64) for name, at in {**nearest, "nash": grid_nash(self.spec)}.items()}

    @cached_property
    def _game(self) -> StageGame:
        spec = self.spec
        menus = tuple(self._menu(i) for i in range(len(spec.firms)))
        return StageGame(spec.firms, menus, lambda actions: clear(spec, self.asked(actions)).profit)

    def _menu(self, firm: int) -> NDArray[np.float64]:
        if self._grid is not None:
            return np.arange(len(self._grid), dtype=np.float64)[:, None]
        known = np.array([at.price[firm] for at in self.benchmarks.outcomes().values()])
        dearest = min(float(known.max()) * 1.25, self.spec.price_range[1])
        prices = np.append(np.linspace(self.spec.cost[firm], dearest, MENU_STEPS + 1), known)
        return np.unique(self._countable(prices))[:, None]

    def _countable(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        """Prices in whole millionths, as they will clear, within what may be asked."""
        highest = math.floor(round(self.spec.price_range[1] * SCALE, 3)) / SCALE
        return np.asarray(np.clip(np.round(prices, 6), 0.0, highest))

    def _begin(self) -> None:
        self._last_price = None
        if self._alternate:
            self._standing = [self._shapes[a].counted(a, self.play("nash", a, {}))[0] for a in self.possible_agents]

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        row, changed = super()._counted(agent, action)
        if row and self._alternate and agent != self.mover():
            return self._standing[self.possible_agents.index(agent)], False
        return row, changed

    def _clear(self, rows: tuple[Row, ...]) -> RoundOutcome:
        if self._prices is None:
            price = [row[0] / SCALE if row else inf for row in rows]
        else:
            price = [self._prices[row[0] // SCALE] if row else inf for row in rows]
        if self._alternate:
            self._standing = [row or before for row, before in zip(rows, self._standing, strict=True)]
        last, self._last_price = self._last_price, price
        return clear_round(self.spec, price, self._demanded(), last)

    def _demanded(self) -> float:
        """How many consumers there are, `1 + sigma z`, rounded to millionths and never below 0."""
        shock = self.spec.demand_shock
        if shock is None:
            return 1.0
        z = float(self.draws("demand-shock").standard_normal())
        return max(round((1.0 + shock.sigma * z) * SCALE), 0) / SCALE

    def _profits(self, outcome: RoundOutcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: RoundOutcome) -> Measures:
        return measure_round(outcome, self._against)

    def _observed(self, index: int, outcome: RoundOutcome | None) -> dict[str, np.ndarray]:
        firms = len(self.possible_agents)
        may_move = np.array([float(not self._alternate or self.round_number % firms == index)])
        if outcome is None:
            return {"price": np.full(firms, ABSENT), "quantity": np.zeros(1), "may_move": may_move}
        price = [p if p < inf else ABSENT for p in outcome.price]
        return {"price": np.array(price), "quantity": np.array([outcome.quantity[index]]), "may_move": may_move}

    def _observation_boxes(self, index: int) -> Boxes:
        firms = len(self.possible_agents)
        return {"price": (ABSENT, np.inf, firms), "quantity": (0.0, np.inf, 1), "may_move": (0.0, 1.0, 1)}

    def _text(self, outcome: RoundOutcome) -> str:
        lines = [f"round {self.round_number}:"]
        for firm, price, quantity, profit in zip(
            self.possible_agents, outcome.price, outcome.quantity, outcome.profit, strict=True
        ):
            sold = f"price {price:.4f}  sells {quantity:.4f}  profit {profit:.4f}"
            lines.append(f"  {firm}: {sold if price < inf else 'not in the market'}")
        return "\n".join(lines)


def _place(prices: Sequence[float]) -> ActionPart:
    """The place of a price on the grid, named by the price."""
    names = tuple(f"{price:.6f}".rstrip("0").rstrip(".") for price in prices)
    return ActionPart("price", 0.0, len(prices) - 1.0, whole=True, names=names)


def _facts(spec: BertrandSpec, benchmark: Benchmarks, against: Reference) -> MarketFacts:
    return MarketFacts(
        market=spec.name,
        agents=spec.firms,
        goods=spec.goods,
        measures=MEASURE_KINDS,
        benchmarks={
            name: measure_round(clear_round(spec, outcome.price.tolist()), against)
            for name, outcome in benchmark.outcomes().items()
        },
    )
