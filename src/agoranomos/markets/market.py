"""What every market of the library offers beyond PettingZoo's ParallelEnv."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from agoranomos.errors import UsageError
from agoranomos.markets.action_shape import ActionShape, Row
from agoranomos.markets.facts import MarketFacts, Measures
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.stage_game import StageGame

Observation = Mapping[str, np.ndarray]


class Market(ParallelEnv):  # type: ignore[misc]
    """A ParallelEnv with formulas and benchmarks that publishes integer measures of the round just cleared.

    Actions are turned into integers (millionths) before the market clears, so `actions_e6` is exactly what happened.
    Every observation holds at least `round` (how many are over), `round_profit` and `cumulative_profit`.
    """

    spec: MarketSpec
    facts: MarketFacts
    goods: tuple[str, ...]

    @abstractmethod
    def measures(self) -> Measures:
        """The measures of the round just cleared, as `facts.measures` shapes them; integers in millionths."""

    @abstractmethod
    def actions_e6(self) -> tuple[tuple[int, ...], ...]:
        """The actions that cleared, per agent and part, in millionths, after projection onto what is feasible.

        The row of an agent that sat out is empty, or all zeros where doing nothing is a number of the market.
        """

    @abstractmethod
    def projected(self) -> tuple[str, ...]:
        """The agents whose last action was not feasible and was projected."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """The resolved specification as plain JSON values; two markets with equal descriptions behave equally."""

    @abstractmethod
    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The action of `agent` at a named benchmark (`nash`, `monopoly`, ...), as it would submit it: float64 [F].

        Where the benchmark is a rule (a bid for a cost, a share of a stock), it is applied to what the agent observes.
        Raises `UsageError` with the nearest name for a benchmark that the market does not know as play.
        """

    @abstractmethod
    def observation(self, agent: str) -> Observation:
        """What `agent` observes now: of the round just cleared, or of none before the first."""

    @property
    def shows_profit(self) -> bool:
        """Whether `round_profit` and `cumulative_profit` are what was earned; they are 0 where agents are not told."""
        return True

    def game(self) -> StageGame:
        """One round as a game in normal form; raises `UsageError` where a round depends on more than its actions."""
        raise UsageError(f"a round of {self.facts.market} is no game in normal form; this policy needs one")

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Everybody's last actions [N, F] as far as `agent` can tell from its own observation.

        None before the first round, and where it cannot tell. What it can tell only as a total is given in equal parts.
        """
        return None

    def brief(self, agent: str) -> dict[str, str]:
        """What `agent` is told of its own seat before the first round, name and value, for those who read.

        Costs, endowments, what may be known of the rules; nothing that the others keep to themselves.
        """
        return {}

    @abstractmethod
    def action_shape(self, agent: str) -> ActionShape:
        """The parts of the agent's action, with their bounds."""

    def counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        """`action` in millionths as it would clear in the round to come, and whether it would be projected for that.

        Nothing changes by asking, and nothing that the others do counts. Raises what `step` raises for the action.
        """
        return self.action_shape(agent).counted(agent, action)

    def can_cap(self, agent: str) -> bool:
        """Whether the agent's action can be limited to a share, and not only suspended."""
        return False

    def cap(self, agent: str, action: Any, share_e6: int) -> Any:
        """`action` within `share_e6` millionths of what the agent could do at most; 0 suspends it."""
        if share_e6 == 0:
            return self.idle(agent)
        raise UsageError(f"{agent}: an action in {self.facts.market} cannot be capped, only suspended")

    def heard(self, agent: str) -> tuple[str, ...]:
        """Those of whom the agent hears what they say, where agents can talk: everybody, itself too."""
        return tuple(self.possible_agents)

    def idle(self, agent: str) -> Any:
        """The action of an agent that is not asked; None sits the round out."""
        return None
