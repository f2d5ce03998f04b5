"""The game of prices and investment as a PettingZoo ParallelEnv."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.bertrand.env import ABSENT
from agoranomos.markets.bertrand_investment.clear import Outcome, clear, conduct
from agoranomos.markets.bertrand_investment.measures import MEASURE_KINDS, Account, measure_round
from agoranomos.markets.bertrand_investment.spec import BertrandInvestmentSpec
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.told import number, numbers

Costs = tuple[tuple[float, ...], ...]


class InvestmentRound(NamedTuple):
    """A cleared round: prices and sales, the accounts, and the unit costs as plain numbers."""

    outcome: Outcome
    account: Account
    cost: Costs


class BertrandInvestment(RoundMarket[InvestmentRound]):
    """Firms set a price for each good and say for each whether to pay for its next lower unit cost.

    An action has M prices, then M numbers that are 1 to invest and 0 not to. A step that cannot be paid from funds, or
    that is not there, is not taken, and the agent named by `projected`; where funds suffice for some, the goods come in
    their order. An agent observes every firm's `price` (-1 for one that was not in the market) and `unit_cost`, firm
    by firm, its own `quantity` and `funds`, then `round_profit`, `cumulative_profit` and `round`. Funds are the firm's
    account in the market: what it began with plus its profits, which are net of what it invests.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "bertrand_investment_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: BertrandInvestmentSpec

    def __init__(self, spec: BertrandInvestmentSpec, *, render_mode: str | None = None) -> None:
        self.facts = _facts(spec)
        parts = [ActionPart(good, 0.0, spec.price_cap) for good in spec.goods]
        parts += [ActionPart(f"invest_{good}", 0.0, 1.0, whole=True) for good in spec.goods]
        self._levels: list[list[int]] = []
        self._funds: list[float] = []
        shapes = [ActionShape(tuple(parts)) for _ in spec.firms]
        super().__init__(spec, spec.firms, spec.goods, shapes, render_mode=render_mode)

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The firm's prices at a benchmark for the unit costs that it observes, and no investment."""
        names = self.facts.benchmarks
        if benchmark not in names:
            raise unknown_name("benchmark", benchmark, names)
        return self.priced(benchmark, agent, observation["unit_cost"], (0,) * len(self.goods))

    def brief(self, agent: str) -> dict[str, str]:
        """Unit costs, what lower ones cost, and the funds at first."""
        return {
            "unit cost of each good": number(self.spec.unit_cost[0]),
            "lower unit costs": (
                f"{numbers(self.spec.unit_cost[1:])}, for {numbers(self.spec.investment)}, step by step"
                if self.spec.investment
                else "none"
            ),
            "funds": number(self.spec.funds),
            "market": "a price below the unit cost sells nothing",
        }

    def priced(
        self, benchmark: str, agent: str, unit_cost: NDArray[np.float64], invest: Sequence[int]
    ) -> NDArray[np.float64]:
        """The action of asking a benchmark's prices at the unit costs `unit_cost[N * M]`, and to `invest[M]`."""
        shape = (len(self.possible_agents), len(self.goods))
        costs = tuple(tuple(row) for row in unit_cost.reshape(shape).tolist())
        prices = conduct(self.spec, costs)[benchmark].price[self.possible_agents.index(agent)]
        highest = math.floor(round(self.spec.price_cap * SCALE, 3)) / SCALE
        # Rounded up: a price that is rounded to below cost would sell nothing.
        return np.append(np.minimum(np.ceil(np.round(prices * SCALE, 3)) / SCALE, highest), np.array(invest, float))

    def _begin(self) -> None:
        self._levels = [[0] * len(self.goods) for _ in self.possible_agents]
        self._funds = [self.spec.funds] * len(self.possible_agents)

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        row, changed = super()._counted(agent, action)
        if not row:
            return row, changed
        index, goods = self.possible_agents.index(agent), len(self.goods)
        left, steps = self._funds[index], list(row)
        for j in range(goods):
            price = self._step_price(index, j)
            if not row[goods + j]:
                continue
            if price is None or price > left:
                steps[goods + j], changed = 0, True
            else:
                left -= price
        return tuple(steps), changed

    def _step_price(self, index: int, good: int) -> float | None:
        level = self._levels[index][good]
        return self.spec.investment[level] if level < len(self.spec.investment) else None

    def _clear(self, rows: tuple[Row, ...]) -> InvestmentRound:
        goods = len(self.goods)
        invested = [0.0] * len(rows)
        prices = np.full((len(rows), goods), np.inf)
        for i, row in enumerate(rows):
            if not row:
                continue
            prices[i] = [price / SCALE for price in row[:goods]]
            for j in range(goods):
                if row[goods + j]:
                    invested[i] += self._step_price(i, j) or 0.0
                    self._levels[i][j] += 1
        cost = tuple(tuple(self.spec.unit_cost[level] for level in levels) for levels in self._levels)
        outcome = clear(self.spec, prices, np.array(cost))
        profit = [own - paid for own, paid in zip(outcome.operating_profit.tolist(), invested, strict=True)]
        self._funds = [before + own for before, own in zip(self._funds, profit, strict=True)]
        return InvestmentRound(outcome, Account(invested, profit, tuple(self._funds)), cost)

    def _profits(self, outcome: InvestmentRound) -> Sequence[float]:
        return outcome.account.profit

    def _measured(self, outcome: InvestmentRound) -> Measures:
        return measure_round(outcome.outcome, outcome.account, conduct(self.spec, outcome.cost))

    def _observed(self, index: int, outcome: InvestmentRound | None) -> dict[str, np.ndarray]:
        firms, goods = len(self.possible_agents), len(self.goods)
        if outcome is None:
            return {
                "price": np.full(firms * goods, ABSENT),
                "unit_cost": np.full(firms * goods, self.spec.unit_cost[0]),
                "quantity": np.zeros(goods),
                "funds": np.array([self.spec.funds]),
            }
        price = outcome.outcome.price
        return {
            "price": np.where(np.isfinite(price), price, ABSENT).ravel(),
            "unit_cost": outcome.outcome.cost.ravel().copy(),
            "quantity": outcome.outcome.quantity[index].copy(),
            "funds": np.array([outcome.account.funds[index]]),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        both = len(self.possible_agents) * len(self.goods)
        return {
            "price": (ABSENT, np.inf, both),
            "unit_cost": (0.0, np.inf, both),
            "quantity": (0.0, np.inf, len(self.goods)),
            "funds": (-np.inf, np.inf, 1),
        }

    def _text(self, outcome: InvestmentRound) -> str:
        lines = [f"round {self.round_number}:"]
        for i, firm in enumerate(self.possible_agents):
            pairs = zip(outcome.outcome.price[i], outcome.cost[i], strict=True)
            asked = "  ".join(f"{price:.2f} at cost {cost:g}" for price, cost in pairs)
            lines.append(f"  {firm}: {asked}  profit {outcome.account.profit[i]:.2f}")
        return "\n".join(lines)


def _facts(spec: BertrandInvestmentSpec) -> MarketFacts:
    first: Costs = ((spec.unit_cost[0],) * len(spec.goods),) * len(spec.firms)
    known = conduct(spec, first)
    benchmarks: dict[str, dict[str, Measured]] = {}
    for name, at in known.items():
        profit = at.operating_profit.tolist()
        account = Account([0.0] * len(profit), profit, [spec.funds + own for own in profit])
        benchmarks[name] = measure_round(clear(spec, at.price, np.array(first)), account, known)
    return MarketFacts(spec.name, spec.firms, spec.goods, MEASURE_KINDS, benchmarks)
