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
from agoranomos.markets.cournot.benchmarks import Benchmarks, benchmarks, benchmarks_among
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.feasible import countable, counted, feasible
from agoranomos.markets.cournot.measures import measure_kinds
from agoranomos.markets.cournot.participation import Participation
from agoranomos.markets.cournot.round import Reference, RoundOutcome, clear_round, measure_round, reference
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.stage_game import StageGame

LARGEST_MENU = 256
"""Rows that a menu of quantities may have before it is cut down to the benchmark profiles."""

MANY_FIRMS = 32
"""From so many firms on, observations are cut from blocks: the same numbers, made faster."""


class Cournot(RoundMarket[RoundOutcome]):
    """Firms choose quantities; prices follow from the totals; each sees its own part and the prices.

    An agent observes, of the round before, its own `quantity`, `share` and `profit` per good and every good's
    `price`, then `round_profit`, `cumulative_profit`, and how many rounds are over (`round`); all zero at first.
    Nothing tells how many rounds there will be, what rivals' costs are, or what demand is.

    Where versions differ there is `own_price`, too; `price` is their mean. Where only prices are public there is no
    `share`. Where firms come and go, `active` says whether the firm is in the market in the coming round, and
    `firms_active` how many are. What a firm asks for in a round in which it is out is not looked at.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "cournot_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: CournotSpec

    def __init__(self, spec: CournotSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.benchmarks: Benchmarks = benchmarks(spec)
        self._unshocked: Reference = reference(spec, self.benchmarks)
        self._index = {firm: i for i, firm in enumerate(spec.firms)}
        self._participation = Participation.first(spec) if spec.comes_and_goes else None
        self._among: Benchmarks = self._present()
        self._absent: frozenset[str] = self._away()
        self._more = _more_is_seen(spec)
        self.facts = _facts(spec, self.benchmarks, self._unshocked)
        self._capacity_e6 = {firm: countable(limit) for firm, limit in zip(spec.firms, spec.capacity, strict=True)}
        shapes = [ActionShape(tuple(ActionPart(good, 0.0, limit) for good in spec.goods)) for limit in spec.capacity]
        super().__init__(spec, spec.firms, spec.goods, shapes, render_mode=render_mode)

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The firm's quantities at a benchmark outcome, among the firms that are in the market in the coming round."""
        outcomes = self._present().outcomes()
        if benchmark not in outcomes:
            raise unknown_name("benchmark", benchmark, outcomes)
        return np.asarray(outcomes[benchmark].quantity[self._index[agent]], dtype=np.float64)

    def game(self) -> StageGame:
        """One unshocked round; a menu has, good by good, nothing and each benchmark's quantity.

        Raises `UsageError` where firms come and go: who plays changes from round to round.
        """
        if self.spec.comes_and_goes:
            return super().game()
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Own quantities, and the rivals' totals in equal parts: exact as far as shares and prices tell.

        A rival total is `q (1 - s) / s` from own quantity q and share s; without own output, and where shares are not
        public, inverse demand is solved for it, which is exact without demand shocks and above a price of zero. None
        where only the price is public and does not tell: under demand shocks, and at a price of zero.
        """
        if not observation["round"][0]:
            return None
        rivals = self._rivals(observation)
        if rivals is None:
            return None
        firms = len(self.possible_agents)
        actions = np.repeat(rivals[None] / max(firms - 1, 1), firms, axis=0)
        actions[self._index[agent]] = observation["quantity"]
        return np.asarray(actions, dtype=np.float64)

    def _rivals(self, observation: Observation) -> NDArray[np.float64] | None:
        """What the rivals brought together of each good, [M]."""
        spec, own = self.spec, observation["quantity"]
        price = observation["own_price" if spec.differentiated else "price"]
        felt = np.maximum(0.0, np.asarray(spec.beta) * (np.asarray(spec.alpha) - price) - own)
        gamma = np.asarray(spec.substitutability)
        guessed = np.where(gamma > 0.0, felt / np.where(gamma > 0.0, gamma, 1.0), 0.0)
        if "share" in observation:
            share = observation["share"]
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.where((own > 0.0) & (share > 0.0), own * (1.0 - share) / share, guessed)
        shocked = spec.demand_shock is not None and any(spec.demand_shock.sigma)
        return None if shocked or not np.all(price > 0.0) else guessed

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

    def _begin(self) -> None:
        if self._participation is not None:
            self._participation = Participation.first(self.spec)
            self._among, self._absent = self._present(), self._away()

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        if agent in self._absent:
            return (0,) * len(self.goods), False
        asked = np.zeros(len(self.goods)) if action is None else action
        return feasible(counted(agent, asked, len(self.goods)), self._capacity_e6[agent])

    def _clear(self, rows: tuple[Row, ...]) -> RoundOutcome:
        quantity = [[q / SCALE for q in row] for row in rows]
        if self._participation is None:
            return clear_round(self.spec, quantity, self._intercept())
        active = self._participation.active
        outcome = clear_round(self.spec, quantity, self._intercept(), active)
        self._among = benchmarks_among(self.spec, active)
        self._participation = self._participation.after(self.spec, self.round_number, outcome.price)
        if self._participation.active != active:
            self._absent = self._away()
        return outcome

    def _present(self) -> Benchmarks:
        """The benchmarks among the firms that are in the market in the coming round."""
        if self._participation is None:
            return self.benchmarks
        return benchmarks_among(self.spec, self._participation.active)

    def _away(self) -> frozenset[str]:
        """The firms that are out of the market in the coming round."""
        if self._participation is None:
            return frozenset()
        there = zip(self.spec.firms, self._participation.active, strict=True)
        return frozenset(firm for firm, active in there if not active)

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
        if self.spec.demand_shock is None and self._participation is None:
            return self._unshocked
        return reference(self.spec, self._among, self.outcome().intercept)

    def _observations(self, outcome: RoundOutcome | None, profits: Sequence[float]) -> dict[str, Observation]:
        if len(self.agents) < MANY_FIRMS or outcome is None or self._more is not None:
            return super()._observations(outcome, profits)
        firms = len(self.agents)
        quantity, total = np.array(outcome.quantity), np.asarray(outcome.total)
        blocks = {
            "quantity": quantity,
            "price": np.tile(outcome.price, (firms, 1)),
            "share": np.where(total > 0.0, quantity / np.where(total > 0.0, total, 1.0), 0.0),
            "profit": np.array(outcome.profit_by_good),
            "round_profit": np.array(profits)[:, None],
            "cumulative_profit": np.array(self._cumulative)[:, None],
            "round": np.full((firms, 1), float(self.round_number)),
        }
        rows = zip(*blocks.values(), strict=True)
        return {agent: dict(zip(blocks, row, strict=True)) for agent, row in zip(self.agents, rows, strict=True)}

    def _observed(self, index: int, outcome: RoundOutcome | None) -> dict[str, np.ndarray]:
        if self._more is not None:
            return self._observed_more(index, outcome, self._more)
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

    def _observed_more(self, index: int, outcome: RoundOutcome | None, keys: tuple[str, ...]) -> dict[str, np.ndarray]:
        """What is seen where the market has more to it than quantities, prices and shares."""
        seen = {key: np.zeros(len(self.goods)) for key in keys}
        if outcome is not None:
            quantity = outcome.quantity[index]
            seen |= {"quantity": np.array(quantity), "price": np.array(outcome.price)}
            if "share" in seen:
                shares = [q / t if t > 0.0 else 0.0 for q, t in zip(quantity, outcome.total, strict=True)]
                seen["share"] = np.array(shares)
            seen["profit"] = np.array(outcome.profit_by_good[index])
            if outcome.firm_price is not None:
                seen["own_price"] = np.array(outcome.firm_price[index])
        if self._participation is not None:
            seen["active"] = np.array([float(self._participation.active[index])])
            if self.spec.monitoring is None:
                seen["firms_active"] = np.array([float(len(self.spec.firms) - len(self._absent))])
        return seen

    def _observation_boxes(self, index: int) -> Boxes:
        goods = len(self.goods)
        boxes = {
            "quantity": (0.0, self.spec.capacity[index], goods),
            "price": (0.0, np.inf, goods),
            "share": (0.0, 1.0, goods),
            "profit": (-np.inf, np.inf, goods),
            "own_price": (0.0, np.inf, goods),
        }
        boxes = {key: boxes[key] for key in self._more or ("quantity", "price", "share", "profit")}
        if self._participation is not None:
            boxes["active"] = (0.0, 1.0, 1)
            if self.spec.monitoring is None:
                boxes["firms_active"] = (0.0, float(len(self.spec.firms)), 1)
        return boxes


def _more_is_seen(spec: CournotSpec) -> tuple[str, ...] | None:
    """What a firm sees of each good; None where it is quantity, price, share and profit, and nothing else is seen."""
    if not (spec.differentiated or spec.monitoring or spec.comes_and_goes):
        return None
    keys = ["quantity", "price", "share", "profit", "own_price"]
    if spec.monitoring:
        keys.remove("share")
    if not spec.differentiated:
        keys.remove("own_price")
    return tuple(keys)


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
        measures=measure_kinds(spec),
        benchmarks={
            name: measure_round(clear_round(spec, outcome.quantity.tolist(), None, benchmark.active), unshocked)
            for name, outcome in benchmark.outcomes().items()
        },
    )
