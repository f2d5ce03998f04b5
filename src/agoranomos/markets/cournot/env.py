"""The Cournot market as a PettingZoo ParallelEnv."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import product
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError, unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.cournot.benchmarks import Benchmarks, benchmarks
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.feasible import countable, counted, feasible
from agoranomos.markets.cournot.measures import MEASURE_KINDS
from agoranomos.markets.cournot.round import Reference, RoundOutcome, clear_round, measure_round, reference
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.stage_game import StageGame

LARGEST_MENU = 256
"""Rows that a menu of quantities may have before it is cut down to the benchmark profiles."""


class Cournot(RoundMarket[RoundOutcome]):
    """Firms choose quantities; prices follow from the totals; each sees its own part and the prices.

    An agent observes, of the round before, its own `quantity`, `share` and `profit` per good and every good's
    `price`, then `round_profit`, `cumulative_profit`, and how many rounds are over (`round`); all zero at first.
    Nothing tells how many rounds there will be, what rivals' costs are, or what demand is.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "cournot_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: CournotSpec

    def __init__(self, spec: CournotSpec, *, render_mode: str | None = None) -> None:
        self.benchmarks: Benchmarks = benchmarks(spec)
        self._unshocked: Reference = reference(spec, self.benchmarks)
        self.facts = _facts(spec, self.benchmarks, self._unshocked)
        self._capacity_e6 = {firm: countable(limit) for firm, limit in zip(spec.firms, spec.capacity, strict=True)}
        shapes = [ActionShape(tuple(ActionPart(good, 0.0, limit) for good in spec.goods)) for limit in spec.capacity]
        super().__init__(spec, spec.firms, spec.goods, shapes, render_mode=render_mode)

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The firm's quantities at a benchmark outcome."""
        outcomes = self.benchmarks.outcomes()
        if benchmark not in outcomes:
            raise unknown_name("benchmark", benchmark, outcomes)
        return np.asarray(outcomes[benchmark].quantity[self.possible_agents.index(agent)], dtype=np.float64)

    def game(self) -> StageGame:
        """One unshocked round. A menu has, good by good, what the firm would bring at each benchmark; nothing, too."""
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Own quantities, and the rivals' totals in equal parts: exact as far as shares and prices tell.

        A rival total is `q (1 - s) / s` from own quantity q and share s; without own output inverse demand is solved
        for the total, which is exact without demand shocks and above a price of zero.
        """
        if not observation["round"][0]:
            return None
        firms = len(self.possible_agents)
        own, share = observation["quantity"], observation["share"]
        with np.errstate(divide="ignore", invalid="ignore"):
            told = own * (1.0 - share) / share
        guessed = np.maximum(0.0, np.asarray(self.spec.beta) * (np.asarray(self.spec.alpha) - observation["price"]))
        rivals = np.where((own > 0.0) & (share > 0.0), told, guessed)
        actions = np.repeat(rivals[None] / max(firms - 1, 1), firms, axis=0)
        actions[self.possible_agents.index(agent)] = own
        return np.asarray(actions, dtype=np.float64)

    def can_cap(self, agent: str) -> bool:
        """Quantities have parts."""
        return True

    def idle(self, agent: str) -> NDArray[np.float64]:
        """Nothing is produced."""
        return np.zeros(len(self.goods))

    def cap(self, agent: str, action: np.ndarray, share_e6: int) -> np.ndarray:
        """`action` scaled down, where needed, to `share_e6` millionths of the agent's capacity; 0 suspends it.

        What is within the limit comes back as it is, so that `step` still sees what was wrong with it. Raises
        `UsageError` for an unknown agent, an action that is no row of M finite numbers, or a share outside
        0 .. 1,000,000.
        """
        if agent not in self._capacity_e6:
            raise unknown_name("agent", agent, self.possible_agents)
        if not 0 <= share_e6 <= SCALE:
            raise UsageError(f"a share of capacity of {share_e6} millionths; 0 to {SCALE} was expected")
        limit = self._capacity_e6[agent] * share_e6 // SCALE
        asked = counted(agent, action, len(self.goods))
        if sum(quantity for quantity in asked if quantity > 0) <= limit:
            return np.asarray(action, dtype=np.float64)
        return np.array(feasible(asked, limit)[0]) / SCALE

    @cached_property
    def _game(self) -> StageGame:
        spec = self.spec
        menus = tuple(_menu(spec, self.benchmarks, i) for i in range(len(spec.firms)))
        return StageGame(spec.firms, menus, lambda actions: clear(spec, actions).profit)

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        asked = np.zeros(len(self.goods)) if action is None else action
        return feasible(counted(agent, asked, len(self.goods)), self._capacity_e6[agent])

    def _clear(self, rows: tuple[Row, ...]) -> RoundOutcome:
        return clear_round(self.spec, [[q / SCALE for q in row] for row in rows], self._intercept())

    def _profits(self, outcome: RoundOutcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: RoundOutcome) -> Measures:
        return measure_round(outcome, self._held_against())

    def _text(self, outcome: RoundOutcome) -> str:
        prices = "  ".join(f"{good} at {price:.2f}" for good, price in zip(self.goods, outcome.price, strict=True))
        lines = [f"round {self.round_number}: {prices}"]
        for firm, row, profit in zip(self.possible_agents, outcome.quantity, outcome.profit, strict=True):
            lines.append(f"  {firm}: {'  '.join(f'{q:.2f}' for q in row)}  profit {profit:.2f}")
        return "\n".join(lines)

    def _intercept(self) -> tuple[float, ...] | None:
        """The intercepts as realised this round, rounded to millionths; None where demand is not shocked."""
        shock = self.spec.demand_shock
        if shock is None:
            return None
        draws = self.draws("demand-shock").standard_normal(len(self.goods))
        return tuple(
            max(round(alpha * (1.0 + sigma * z) * SCALE), 0) / SCALE
            for alpha, sigma, z in zip(self.spec.alpha, shock.sigma, draws.tolist(), strict=True)
        )

    def _held_against(self) -> Reference:
        if self.spec.demand_shock is None:
            return self._unshocked
        return reference(self.spec, self.benchmarks, self.outcome().intercept)

    def _observed(self, index: int, outcome: RoundOutcome | None) -> dict[str, np.ndarray]:
        if outcome is None:
            nothing = np.zeros(len(self.goods))
            return {key: nothing.copy() for key in ("quantity", "price", "share", "profit")}
        quantity = outcome.quantity[index]
        return {
            "quantity": np.array(quantity),
            "price": np.array(outcome.price),
            "share": np.array([q / t if t > 0.0 else 0.0 for q, t in zip(quantity, outcome.total, strict=True)]),
            "profit": np.array(outcome.profit_by_good[index]),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        goods = len(self.goods)
        return {
            "quantity": (0.0, self.spec.capacity[index], goods),
            "price": (0.0, np.inf, goods),
            "share": (0.0, 1.0, goods),
            "profit": (-np.inf, np.inf, goods),
        }


def _menu(spec: CournotSpec, known: Benchmarks, firm: int) -> NDArray[np.float64]:
    """What firm may bring, [K, M]: per good nothing, or a benchmark's quantity; the profiles alone where M is large."""
    share = known.nash.quantity[firm] / np.where(known.nash.total > 0.0, known.nash.total, 1.0)
    rows = np.array([*(o.quantity[firm] for o in known.outcomes().values()), known.monopoly.total * share])
    columns = [np.unique(np.append(rows[:, j], 0.0)) for j in range(len(spec.goods))]
    if np.prod([len(column) for column in columns]) > LARGEST_MENU:
        return np.unique(rows, axis=0)
    every = np.array(list(product(*columns)))
    return np.asarray(every[every.sum(axis=1) <= spec.capacity[firm] * (1 + 1e-12)])


def _facts(spec: CournotSpec, benchmark: Benchmarks, unshocked: Reference) -> MarketFacts:
    return MarketFacts(
        market=spec.name,
        agents=spec.firms,
        goods=spec.goods,
        measures=MEASURE_KINDS,
        benchmarks={
            name: measure_round(clear_round(spec, outcome.quantity.tolist()), unshocked)
            for name, outcome in benchmark.outcomes().items()
        },
    )
