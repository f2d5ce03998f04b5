"""A repeated matrix game as a PettingZoo ParallelEnv."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError, unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.matrix.benchmarks import benchmarks
from agoranomos.markets.matrix.equilibria import Mixed, all_equilibria, pure_equilibria
from agoranomos.markets.matrix.measures import MEASURE_KINDS, Reference, Round, measure_profile, measure_round
from agoranomos.markets.matrix.play import best_payoffs, play_out
from agoranomos.markets.matrix.spec import MatrixSpec
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.stage_game import StageGame

ABSENT = -1
"""What is seen in the place of the action of an agent that sat out."""


class Matrix(RoundMarket[Round]):
    """Everybody chooses one of its actions, by its index in the file, and earns what the tables say.

    An agent observes the index of everybody's last action (`actions`, -1 for who sat out) besides what every market
    shows; all zero at first. Nothing tells what the tables say, nor how many rounds there will be.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "matrix_v0", "render_modes": ["ansi"], "is_parallelizable": True}
    spec: MatrixSpec

    def __init__(self, spec: MatrixSpec, *, render_mode: str | None = None) -> None:
        self._table = table = spec.table()
        self.benchmarks = benchmarks(table)
        self._reference = Reference.of(table, self.benchmarks)
        flat = table.reshape(-1, len(spec.agents))
        self._payoffs: list[tuple[float, ...]] = [tuple(row) for row in flat.tolist()]
        regret = (best_payoffs(table) - table).reshape(-1, len(spec.agents))
        self._regrets: list[tuple[float, ...]] = [tuple(row) for row in regret.tolist()]
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.agents,
            goods=(),
            measures=MEASURE_KINDS,
            benchmarks={
                name: measure_profile(table, profile, self._reference) for name, profile in self.benchmarks.items()
            },
        )
        choices = [spec.actions[agent] for agent in spec.agents]
        shapes = [
            ActionShape((ActionPart("action", 0.0, len(names) - 1.0, whole=True, names=tuple(names)),))
            for names in choices
        ]
        super().__init__(spec, spec.agents, (), shapes, render_mode=render_mode)

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The index of the agent's action at a benchmark, [1]; raises `UsageError` where it mixes several."""
        probabilities = self.mixture(benchmark, agent)
        if not (probabilities == 1.0).any():
            raise UsageError(
                f"{agent} mixes its actions at the benchmark {benchmark!r} of {self.spec.name}, which no single one is",
                advice="The policy mixed-nash draws from the mixture.",
            )
        return np.array([float(np.argmax(probabilities))])

    def mixture(self, benchmark: str, agent: str) -> NDArray[np.float64]:
        """With what probability `agent` plays each of its actions at a benchmark, [K]."""
        if benchmark not in self.benchmarks:
            raise unknown_name("benchmark", benchmark, self.benchmarks)
        if agent not in self.possible_agents:
            raise unknown_name("agent", agent, self.possible_agents)
        return self.benchmarks[benchmark][self.possible_agents.index(agent)].copy()

    def brief(self, agent: str) -> dict[str, str]:
        """What its actions are called; what they earn it finds out."""
        named = ", ".join(f"{k} is {name}" for k, name in enumerate(self.spec.actions[agent]))
        return {"actions": named}

    def pure_equilibria(self) -> tuple[tuple[int, ...], ...]:
        """Every equilibrium of one round in pure actions, by index."""
        return pure_equilibria(self._table)

    def all_equilibria(self) -> tuple[Mixed, ...]:
        """Every equilibrium of one round, by Gambit; of two agents, the extreme points of every component."""
        return all_equilibria(self._table)

    def game(self) -> StageGame:
        """One round: the game itself. Menus are indices of actions."""
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Everybody's last actions [N, 1]; None where somebody sat out."""
        actions = observation["actions"]
        if not observation["round"][0] or (actions == ABSENT).any():
            return None
        return np.asarray(actions[:, None], dtype=np.float64)

    @cached_property
    def _game(self) -> StageGame:
        table = self._table
        menus = tuple(np.arange(float(size))[:, None] for size in self.spec.sizes)
        return StageGame(self.spec.agents, menus, lambda actions: play_out(table, actions[..., 0]))

    def _clear(self, rows: tuple[Row, ...]) -> Round:
        actions = tuple(row[0] // SCALE if row else None for row in rows)
        place = 0
        for action, size in zip(actions, self.spec.sizes, strict=True):
            if action is None:
                agents = len(rows)
                return Round(actions, (self.spec.outside,) * agents, (0.0,) * agents)
            place = place * size + action
        return Round(actions, self._payoffs[place], self._regrets[place])

    def _profits(self, outcome: Round) -> Sequence[float]:
        return outcome.payoff

    def _measured(self, outcome: Round) -> Measures:
        return measure_round(outcome, self._reference)

    def _text(self, outcome: Round) -> str:
        lines = [f"round {self.round_number}:"]
        for agent, action, payoff in zip(self.possible_agents, outcome.actions, outcome.payoff, strict=True):
            said = "sat out" if action is None else self.spec.actions[agent][action]
            lines.append(f"  {agent}: {said}  payoff {payoff:g}")
        return "\n".join(lines)

    def _observed(self, index: int, outcome: Round | None) -> dict[str, np.ndarray]:
        if outcome is None:
            return {"actions": np.zeros(len(self.possible_agents))}
        return {"actions": np.array([float(ABSENT if action is None else action) for action in outcome.actions])}

    def _observation_boxes(self, index: int) -> Boxes:
        return {"actions": (float(ABSENT), max(self.spec.sizes) - 1.0, len(self.possible_agents))}
