"""The Cournot market as a PettingZoo ParallelEnv."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from agoranomos.errors import UsageError, unknown_name
from agoranomos.markets.cournot_benchmarks import Benchmarks, benchmarks
from agoranomos.markets.cournot_measures import MEASURE_KINDS
from agoranomos.markets.cournot_round import (
    Reference,
    RoundOutcome,
    clear_round,
    measure_round,
    reference,
)
from agoranomos.markets.cournot_spec import CournotSpec
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.feasible import countable, counted, feasible
from agoranomos.markets.market import Market
from agoranomos.randomness import named_generator, named_integer

Observation = dict[str, np.ndarray]
Step = tuple[dict[str, Observation], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]


class Cournot(Market):
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

    def __init__(self, spec: CournotSpec, *, render_mode: str | None = None) -> None:
        if render_mode not in (None, "ansi"):
            raise unknown_name("render mode", str(render_mode), ["ansi"])
        self.spec = spec
        self.render_mode = render_mode
        self.possible_agents: list[str] = list(spec.firms)
        self.agents: list[str] = []
        self.goods: tuple[str, ...] = spec.goods
        self.benchmarks: Benchmarks = benchmarks(spec)
        self.round_number = 0
        self._unshocked: Reference = reference(spec, self.benchmarks)
        self.facts = _facts(spec, self.benchmarks, self._unshocked)
        self._capacity_e6 = {firm: countable(limit) for firm, limit in zip(spec.firms, spec.capacity, strict=True)}
        self._seed: int | None = None
        self._action_spaces = {
            firm: spaces.Box(0.0, limit, (len(spec.goods),), np.float64)
            for firm, limit in zip(spec.firms, spec.capacity, strict=True)
        }
        self._observation_spaces = {
            firm: _observation_space(len(spec.goods), limit)
            for firm, limit in zip(spec.firms, spec.capacity, strict=True)
        }
        self._forget()

    def _forget(self) -> None:
        self.round_number = 0
        self._cumulative = [0.0] * len(self.possible_agents)
        self._actions_e6: tuple[tuple[int, ...], ...] = ()
        self._projected: tuple[str, ...] = ()
        self._outcome: RoundOutcome | None = None
        self._measures: Measures | None = None

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """The space of the agent's observations: a Dict of float64 boxes."""
        return self._observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """Quantities of each good, each from 0 to the firm's capacity; together they may not exceed it."""
        return self._action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observation], dict[str, dict[str, Any]]]:
        """Begin an episode. The seed names the demand shocks; without one the next episode follows from the last."""
        if seed is not None:
            self._seed = int(seed)
        elif self._seed is None:
            self._seed = secrets.randbits(53)
        else:
            self._seed = named_integer(self._seed, "next-episode")
        self.agents = list(self.possible_agents)
        self._forget()
        nothing = np.zeros(len(self.goods))
        observations = {
            agent: {
                "quantity": nothing.copy(),
                "price": nothing.copy(),
                "share": nothing.copy(),
                "profit": nothing.copy(),
                "round_profit": np.zeros(1),
                "cumulative_profit": np.zeros(1),
                "round": np.zeros(1),
            }
            for agent in self.agents
        }
        return observations, {agent: {} for agent in self.agents}

    def step(self, actions: Mapping[str, Any]) -> Step:
        """Clear one round. Infeasible quantities are made feasible and the agent is named by `projected`.

        Raises `UsageError` when the episode is over, an agent is missing or unknown, or an action is no row of M
        finite numbers; the market is then as it was.
        """
        agents = self.agents
        if not agents:
            raise UsageError("the episode is over" if self._outcome else "no episode has begun", advice="Call reset().")
        self._require_all(actions)
        rows, projected = [], []
        for agent in agents:
            row, changed = feasible(counted(agent, actions[agent], len(self.goods)), self._capacity_e6[agent])
            rows.append(row)
            if changed:
                projected.append(agent)
        self.round_number += 1
        self._actions_e6 = tuple(rows)
        self._projected = tuple(projected)
        outcome = clear_round(self.spec, [[q / SCALE for q in row] for row in rows], self._intercept())
        self._outcome, self._measures = outcome, None
        for i, profit in enumerate(outcome.profit):
            self._cumulative[i] += profit
        over = self.round_number >= self.spec.rounds
        results: Step = (
            {agent: self._observation(i, outcome) for i, agent in enumerate(agents)},
            dict(zip(agents, outcome.profit, strict=True)),
            dict.fromkeys(agents, False),
            dict.fromkeys(agents, over),
            {agent: {"projected": agent in projected} for agent in agents},
        )
        if over:
            self.agents = []
        return results

    def measures(self) -> Measures:
        """The measures of the round just cleared, integers in millionths; raises `UsageError` before the first."""
        if self._measures is None:
            self._measures = measure_round(self.outcome(), self._held_against())
        return self._measures

    def outcome(self) -> RoundOutcome:
        """The round just cleared, in own units; raises `UsageError` before the first."""
        if self._outcome is None:
            raise UsageError("no round has been cleared yet", advice="Call step() first.")
        return self._outcome

    def actions_e6(self) -> tuple[tuple[int, ...], ...]:
        """The quantities that cleared, per firm and good, in millionths; empty before the first round."""
        return self._actions_e6

    def projected(self) -> tuple[str, ...]:
        """The agents whose action of the round just cleared was not feasible and had to be made so."""
        return self._projected

    def describe(self) -> dict[str, Any]:
        """The specification as plain JSON values.

        Real numbers are written as text, in the shortest form that reads back to the same number, because records
        hold no floats; `CournotSpec.model_validate` takes the description back.
        """
        described = _without_floats(self.spec.model_dump(mode="json"))
        assert isinstance(described, dict)
        return described

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

    def render(self) -> str | None:
        """The round just cleared as text, one line a firm; None unless made with `render_mode="ansi"`."""
        if self.render_mode != "ansi":
            return None
        if self._outcome is None:
            return "no round yet"
        shown = self._outcome
        prices = "  ".join(f"{good} at {price:.2f}" for good, price in zip(self.goods, shown.price, strict=True))
        lines = [f"round {self.round_number}: {prices}"]
        for firm, row, profit in zip(self.possible_agents, shown.quantity, shown.profit, strict=True):
            lines.append(f"  {firm}: {'  '.join(f'{q:.2f}' for q in row)}  profit {profit:.2f}")
        return "\n".join(lines)

    def close(self) -> None:
        """Nothing is held that would have to be freed."""

    def _require_all(self, actions: Mapping[str, Any]) -> None:
        if len(actions) == len(self.agents) and all(agent in actions for agent in self.agents):
            return
        for agent in actions:
            if agent not in self.agents:
                raise unknown_name("agent", str(agent), self.agents)
        missing = [agent for agent in self.agents if agent not in actions]
        raise UsageError(
            f"no action for {', '.join(missing)}", advice="Every firm moves in every round; zeros sell nothing."
        )

    def _intercept(self) -> tuple[float, ...] | None:
        """The intercepts as realised this round, rounded to millionths; None where demand is not shocked."""
        shock = self.spec.demand_shock
        if shock is None:
            return None
        assert self._seed is not None
        draws = named_generator(self._seed, "demand-shock", self.round_number).standard_normal(len(self.goods))
        return tuple(
            max(round(alpha * (1.0 + sigma * z) * SCALE), 0) / SCALE
            for alpha, sigma, z in zip(self.spec.alpha, shock.sigma, draws.tolist(), strict=True)
        )

    def _held_against(self) -> Reference:
        if self.spec.demand_shock is None:
            return self._unshocked
        return reference(self.spec, self.benchmarks, self.outcome().intercept)

    def _observation(self, i: int, outcome: RoundOutcome) -> Observation:
        quantity = outcome.quantity[i]
        return {
            "quantity": np.array(quantity),
            "price": np.array(outcome.price),
            "share": np.array([q / t if t > 0.0 else 0.0 for q, t in zip(quantity, outcome.total, strict=True)]),
            "profit": np.array(outcome.profit_by_good[i]),
            "round_profit": np.array([outcome.profit[i]]),
            "cumulative_profit": np.array([self._cumulative[i]]),
            "round": np.array([float(self.round_number)]),
        }


def _observation_space(goods: int, capacity: float) -> spaces.Dict:
    def box(low: float, high: float, length: int) -> spaces.Box:
        return spaces.Box(low, high, (length,), np.float64)

    return spaces.Dict(
        {
            "quantity": box(0.0, capacity, goods),
            "price": box(0.0, np.inf, goods),
            "share": box(0.0, 1.0, goods),
            "profit": box(-np.inf, np.inf, goods),
            "round_profit": box(-np.inf, np.inf, 1),
            "cumulative_profit": box(-np.inf, np.inf, 1),
            "round": box(0.0, np.inf, 1),
        }
    )


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


def _without_floats(value: Any) -> Any:
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: _without_floats(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_floats(part) for part in value]
    return value
