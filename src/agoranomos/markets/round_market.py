"""The machinery that markets share: seeds, rounds, observations, what cleared. A market adds its formulas.

A subclass gives, besides `play`: `_clear` (what happens when these actions meet), `_profits`, `_measured`, and what
each agent sees (`_observed`, `_observation_boxes`). Where rounds are linked it keeps its state between `_begin` and
`_clear`.
"""

from __future__ import annotations

import operator
import secrets
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

import numpy as np
from gymnasium import spaces
from gymnasium.spaces import flatten, flatten_space

from agoranomos.errors import UsageError, unknown_name
from agoranomos.markets.action_shape import ActionShape, Row
from agoranomos.markets.facts import Measures
from agoranomos.markets.market import Market, Observation
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.randomness import named_chance, named_generator, named_integer

OutcomeT = TypeVar("OutcomeT")
Step: TypeAlias = tuple[
    dict[str, Observation], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]
]
Boxes: TypeAlias = Mapping[str, tuple[float, float, int]]
"""The parts of an observation: lowest and highest value, and how many numbers."""


class RoundMarket(Market, Generic[OutcomeT]):
    """A market in which everybody moves once a round. `facts` must be set before `super().__init__` or right after."""

    metadata: ClassVar[dict[str, Any]] = {"name": "round_market", "render_modes": ["ansi"], "is_parallelizable": True}

    def __init__(
        self,
        spec: MarketSpec,
        agents: Sequence[str],
        goods: Sequence[str],
        shapes: Sequence[ActionShape],
        *,
        render_mode: str | None = None,
    ) -> None:
        if render_mode not in (None, "ansi"):
            raise unknown_name("render mode", str(render_mode), ["ansi"])
        self.spec = spec
        self.render_mode = render_mode
        self.possible_agents: list[str] = list(agents)
        self.agents: list[str] = []
        self.goods: tuple[str, ...] = tuple(goods)
        self.round_number = 0
        self._shapes = dict(zip(agents, shapes, strict=True))
        self._seed: int | None = None
        self._spaces: dict[str, spaces.Dict] = {}
        self._cumulative: list[float] = []
        self._actions_e6: tuple[Row, ...] = ()
        self._projected: tuple[str, ...] = ()
        self._outcome: OutcomeT | None = None
        self._measures: Measures | None = None
        self._forget()

    # -- what a market adds ------------------------------------------------------------------------------------------

    @abstractmethod
    def _clear(self, rows: tuple[Row, ...]) -> OutcomeT:
        """What happens when these actions (millionths) meet; an empty row is an agent that sits out."""

    @abstractmethod
    def _profits(self, outcome: OutcomeT) -> Sequence[float]:
        """What each agent earned in the round."""

    @abstractmethod
    def _measured(self, outcome: OutcomeT) -> Measures:
        """The measures of the round as integers in millionths."""

    @abstractmethod
    def _observed(self, index: int, outcome: OutcomeT | None) -> dict[str, np.ndarray]:
        """What agent `index` sees of a round (None: before the first), besides what every market shows."""

    @abstractmethod
    def _observation_boxes(self, index: int) -> Boxes:
        """The bounds of what `_observed` gives."""

    def _begin(self) -> None:
        """An episode begins; draws for round 0 may be taken."""

    def _text(self, outcome: OutcomeT) -> str:
        """The round in words, for `render`."""
        return f"round {self.round_number}"

    # -- seeds -------------------------------------------------------------------------------------------------------

    @property
    def seed(self) -> int:
        """The seed of the episode; raises `UsageError` before the first `reset`."""
        if self._seed is None:
            raise UsageError("no episode has begun", advice="Call reset().")
        return self._seed

    def draws(self, purpose: str, agent: str = "") -> np.random.Generator:
        """The generator for one purpose in the round under way (0 before the first)."""
        return named_generator(self.seed, purpose, self.round_number, agent)

    # -- PettingZoo --------------------------------------------------------------------------------------------------

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """The space of the agent's observations: a Dict of float64 boxes."""
        if agent not in self._spaces:
            boxes = {
                **self._observation_boxes(self.possible_agents.index(agent)),
                "round_profit": (-np.inf, np.inf, 1),
                "cumulative_profit": (-np.inf, np.inf, 1),
                "round": (0.0, np.inf, 1),
            }
            self._spaces[agent] = spaces.Dict(
                {key: spaces.Box(low, high, (size,), np.float64) for key, (low, high, size) in boxes.items()}
            )
        return self._spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """The space of the agent's actions; None, which is in no space, sits a round out."""
        return self._shapes[agent].space

    @cached_property
    def state_space(self) -> spaces.Box:
        """The bounds of `state`: those of everybody's observations."""
        boxes = [flatten_space(self.observation_space(agent)) for agent in self.possible_agents]
        return spaces.Box(np.concatenate([b.low for b in boxes]), np.concatenate([b.high for b in boxes]), dtype=float)

    def state(self) -> np.ndarray:
        """Everybody's observations in one row, agent by agent, parts by name: float64."""
        flat = [flatten(self.observation_space(agent), self.observation(agent)) for agent in self.possible_agents]
        return np.concatenate(flat)

    def action_shape(self, agent: str) -> ActionShape:
        """The parts of the agent's action, with their bounds."""
        return self._shapes[agent]

    def counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        """The action in millionths as it would clear in the round to come, and whether it would be projected."""
        return self._counted(agent, action)

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observation], dict[str, dict[str, Any]]]:
        """Begin an episode. The seed names every draw; without one the next episode follows from the last.

        Raises `UsageError` for a seed that is no whole number.
        """
        if seed is not None:
            try:
                self._seed = operator.index(seed)
            except TypeError:
                raise UsageError(f"a seed of {seed!r:.40}; a whole number was expected") from None
        elif self._seed is None:
            self._seed = secrets.randbits(53)
        else:
            self._seed = named_integer(self._seed, "next-episode")
        self.agents = list(self.possible_agents)
        self._forget()
        self._begin()
        return self._observations(None, (0.0,) * len(self.agents)), {agent: {} for agent in self.agents}

    def step(self, actions: Mapping[str, Any]) -> Step:
        """Clear one round. An infeasible action is made feasible and its agent named by `projected`.

        Raises `UsageError` when the episode is over, an agent is missing or unknown, or an action is no row of finite
        numbers of the right length; the market is then as it was.
        """
        agents = self.agents
        if not agents:
            over = self._outcome is not None
            raise UsageError("the episode is over" if over else "no episode has begun", advice="Call reset().")
        self._require_all(actions)
        rows, projected = [], []
        for agent in agents:
            row, changed = self._counted(agent, actions[agent])
            rows.append(row)
            if changed:
                projected.append(agent)
        self.round_number += 1
        self._actions_e6, self._projected = tuple(rows), tuple(projected)
        outcome = self._clear(self._actions_e6)
        self._outcome, self._measures = outcome, None
        profits = self._profits(outcome)
        for i, profit in enumerate(profits):
            self._cumulative[i] += profit
        ended, cut = self._continuation_ends(), self.round_number >= self.spec.rounds
        infeasible = frozenset(projected)
        results: Step = (
            self._observations(outcome, profits),
            dict(zip(agents, profits, strict=True)),
            dict.fromkeys(agents, ended),
            dict.fromkeys(agents, cut and not ended),
            {agent: {"projected": agent in infeasible} for agent in agents},
        )
        if ended or cut:
            self.agents = []
        return results

    def render(self) -> str | None:
        """The round just cleared as text; None unless made with `render_mode="ansi"`."""
        if self.render_mode != "ansi":
            return None
        return "no round yet" if self._outcome is None else self._text(self._outcome)

    def close(self) -> None:
        """Nothing is held that would have to be freed."""

    def observation(self, agent: str) -> Observation:
        """What `agent` observes now: of the round just cleared, or, all zeros, before the first."""
        index = self.possible_agents.index(agent)
        profit = 0.0 if self._outcome is None else self._profits(self._outcome)[index]
        return self._observation(index, self._outcome, profit, self._rounds_over())

    # -- what happened -----------------------------------------------------------------------------------------------

    def measures(self) -> Measures:
        """The measures of the round just cleared, integers in millionths; raises `UsageError` before the first."""
        if self._measures is None:
            self._measures = self._measured(self.outcome())
        return self._measures

    def outcome(self) -> OutcomeT:
        """The round just cleared, in own units; raises `UsageError` before the first."""
        if self._outcome is None:
            raise UsageError("no round has been cleared yet", advice="Call step() first.")
        return self._outcome

    def actions_e6(self) -> tuple[Row, ...]:
        """The actions that cleared, per agent and part, in millionths; empty before the first round."""
        return self._actions_e6

    def projected(self) -> tuple[str, ...]:
        """The agents whose action of the round just cleared was not feasible and had to be made so."""
        return self._projected

    def describe(self) -> dict[str, Any]:
        """The specification as plain JSON values without floats."""
        return self.spec.described()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        """The action in millionths, made feasible, and whether it had to be."""
        return self._shapes[agent].counted(agent, action)

    def _forget(self) -> None:
        self.round_number = 0
        self._cumulative = [0.0] * len(self.possible_agents)
        self._actions_e6, self._projected = (), ()
        self._outcome, self._measures = None, None

    def _observations(self, outcome: OutcomeT | None, profits: Sequence[float]) -> dict[str, Observation]:
        over = self._rounds_over()
        return {agent: self._observation(i, outcome, profits[i], over) for i, agent in enumerate(self.agents)}

    def _observation(self, index: int, outcome: OutcomeT | None, profit: float, over: np.ndarray) -> Observation:
        seen = self._observed(index, outcome)
        seen["round_profit"] = np.array([profit])
        seen["cumulative_profit"] = np.array([self._cumulative[index]])
        seen["round"] = over
        return seen

    def _rounds_over(self) -> np.ndarray:
        """How many rounds are over, as all observe it: one array for everybody, read-only."""
        over = np.array([float(self.round_number)])
        over.flags.writeable = False
        return over

    def _continuation_ends(self) -> bool:
        chance = self.spec.continuation
        if chance is None:
            return False
        return not named_chance(chance, self.seed, "continuation", self.round_number)

    def _require_all(self, actions: Mapping[str, Any]) -> None:
        if len(actions) == len(self.agents) and all(agent in actions for agent in self.agents):
            return
        for agent in actions:
            if agent not in self.agents:
                raise unknown_name("agent", str(agent), self.agents)
        missing = [agent for agent in self.agents if agent not in actions]
        raise UsageError(f"no action for {', '.join(missing)}", advice="Every agent moves in every round.")
