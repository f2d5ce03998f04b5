"""How an environment is governed: what it measures, how its actions are limited, how fines are settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv

from agoranomos.errors import UsageError
from agoranomos.institutions.shapes import misshapen, misshapen_benchmarks
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, MeasureKind, Measures, to_e6
from agoranomos.markets.market import Market


class Adapter(Protocol):
    """What `Governed` needs to know of an environment."""

    facts: MarketFacts

    def measures(self, outcome: Outcome) -> Measures:
        """The measures of the round just cleared: integers in millionths, as `facts.measures` shapes them."""
        ...

    def actions_e6(self, actions: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
        """The actions that cleared, per agent, as integers for the record."""
        ...

    def projected(self) -> tuple[str, ...]:
        """Agents whose action of this round had to be made feasible."""
        ...

    def constrain(self, agent: str, action: Any, limit_e6: int) -> Any:
        """The action under a limit in millionths of the agent's capacity; 0 is a suspension."""
        ...

    def can_cap(self, agent: str) -> bool:
        """Whether the agent's actions can be limited to a share, and not only suspended."""
        ...

    def settle(self, reward: float, fine_e6: int) -> float:
        """The reward after a fine."""
        ...

    def idle(self, agent: str) -> Any:
        """The action of an agent that is not asked."""
        ...

    def describe(self) -> dict[str, Any]:
        """The environment as plain JSON values, for the record."""
        ...


class Outcome:
    """What `step` of the inner environment returned, with the actions that went in."""

    __slots__ = ("actions", "infos", "observations", "rewards", "terminations", "truncations")

    def __init__(self, actions: Mapping[str, Any], step: tuple[Any, Any, Any, Any, Any]) -> None:
        self.actions = actions
        self.observations, self.rewards, self.terminations, self.truncations, self.infos = step


class MarketAdapter:
    """The adapter of the library's own markets: they already measure and cap."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.facts: MarketFacts = market.facts

    def measures(self, outcome: Outcome) -> Measures:
        """The market's own measures."""
        return self.market.measures()

    def actions_e6(self, actions: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
        """The quantities that cleared."""
        return self.market.actions_e6()

    def projected(self) -> tuple[str, ...]:
        """Agents whose quantities were not feasible."""
        return self.market.projected()

    def constrain(self, agent: str, action: Any, limit_e6: int) -> Any:
        """The market's idle action under a suspension, else the action within the agent's limit."""
        return self.market.cap(agent, action, limit_e6) if limit_e6 else self.market.idle(agent)

    def can_cap(self, agent: str) -> bool:
        """As the market says."""
        return self.market.can_cap(agent)

    def settle(self, reward: float, fine_e6: int) -> float:
        """Profit less fine."""
        return reward - fine_e6 / SCALE

    def idle(self, agent: str) -> Any:
        """What the market takes for doing nothing."""
        return self.market.idle(agent)

    def describe(self) -> dict[str, Any]:
        """The market's resolved specification."""
        return self.market.describe()


class MeasuredEnv:
    """The adapter of any other ParallelEnv: its measures are given as a function of the outcome of a step.

    `measures(outcome)` returns floats, None, or lists of them, in natural units and keyed without unit; `kinds` gives
    the axes of each (`()`, `("firm",)`, `("good",)`, `("firm", "good")`), or a `MeasureKind` that says whether it is
    public, or relative to a benchmark, too. Fines are taken from the measure `profit`,
    and from rewards; one above Nash needs the measure `nash_profit`, too. A limit of 0 replaces the action by
    `idle_action` (the first of a Discrete, zeros of a Box); a larger one keeps a Box action within that share of its
    range, and is refused for other spaces. A benchmark may leave measures out; one per firm has a number for each.
    """

    def __init__(
        self,
        env: ParallelEnv,
        measures: Callable[[Outcome], Mapping[str, Any]],
        kinds: Mapping[str, tuple[str, ...] | MeasureKind],
        *,
        name: str = "",
        goods: tuple[str, ...] = (),
        benchmarks: Mapping[str, Mapping[str, Any]] | None = None,
        idle_action: Any = None,
    ) -> None:
        if getattr(env, "possible_agents", None) is None:
            raise UsageError(
                f"{type(env).__name__} does not name its `possible_agents`; an institution judges known ones"
            )
        self._env = env
        self._measures = measures
        self._idle = idle_action
        self.facts = MarketFacts(
            market=name or str(getattr(env, "metadata", {}).get("name", type(env).__name__)),
            agents=tuple(env.possible_agents),
            goods=tuple(goods),
            measures={f"{key}_e6": _kind(key, kind) for key, kind in kinds.items()},
            benchmarks={
                label: _in_millionths(values, f"benchmark {label} of {type(env).__name__}")
                for label, values in (benchmarks or {}).items()
            },
        )
        if fault := misshapen_benchmarks(self.facts):
            raise UsageError(f"{self.facts.market}: {fault}")

    def can_cap(self, agent: str) -> bool:
        """Only a Box has parts, and shares of it only where it has bounds."""
        space = self._env.action_space(agent)
        return isinstance(space, spaces.Box) and space.is_bounded("both")

    def measures(self, outcome: Outcome) -> Measures:
        """The given function's measures in millionths; raises `UsageError` when one is missing or misshapen."""
        found = _in_millionths(self._measures(outcome), f"the measures function of {self.facts.market}")
        if fault := misshapen(self.facts, found):
            raise UsageError(f"the measures function of {self.facts.market}: {fault}")
        return found

    def actions_e6(self, actions: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
        """Discrete actions as they are, real ones in millionths, agents in the environment's order."""
        return tuple(_record(actions.get(agent)) for agent in self.facts.agents)

    def projected(self) -> tuple[str, ...]:
        """Unknown for a foreign environment: none."""
        return ()

    def constrain(self, agent: str, action: Any, limit_e6: int) -> Any:
        """Idle when suspended; otherwise each part of a Box action stays within that share of its range."""
        if limit_e6 == 0:
            return self.idle(agent)
        space = self._env.action_space(agent)
        if not self.can_cap(agent):
            raise UsageError(f"{agent}: an action of {space} cannot be capped, only suspended")
        lowest, highest = space.low.astype(np.float64), space.high.astype(np.float64)
        limit = lowest + (highest - lowest) * (limit_e6 / SCALE)
        if np.issubdtype(space.dtype, np.integer):
            limit = np.floor(limit)
        return np.minimum(np.asarray(action, dtype=space.dtype), limit.astype(space.dtype))

    def settle(self, reward: float, fine_e6: int) -> float:
        """Reward less fine."""
        return reward - fine_e6 / SCALE

    def idle(self, agent: str) -> Any:
        """The idle action: what was given, or zero."""
        if self._idle is not None:
            return self._idle
        space = self._env.action_space(agent)
        if isinstance(space, spaces.Box):
            return np.clip(np.zeros(space.shape, space.dtype), space.low, space.high)
        if isinstance(space, spaces.Discrete):
            return int(space.start)
        raise UsageError(f"{agent}: the action space {space} has no natural idle action; give `idle_action`")

    def describe(self) -> dict[str, Any]:
        """The environment's name and agents; what it does inside is not ours to describe."""
        return {"type": "parallel-env", "name": self.facts.market, "agents": list(self.facts.agents)}


def _kind(name: str, kind: tuple[str, ...] | MeasureKind) -> MeasureKind:
    return kind if isinstance(kind, MeasureKind) else MeasureKind(tuple(kind), name)  # type: ignore[arg-type]


def in_e6(value: Any) -> Measured:
    """Floats in millionths, None as it is, sequences and arrays as tuples; raises `UsageError` for NaN."""
    if value is None:
        return None
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(in_e6(cell) for cell in value)  # type: ignore[misc]
    try:
        return to_e6(float(value))
    except (ValueError, OverflowError, TypeError):
        raise UsageError(f"a measure is {value!r}; a finite number was expected") from None


def _in_millionths(values: Mapping[str, Any], where: str) -> dict[str, Measured]:
    """Measures keyed without unit, in millionths; raises `UsageError` that says where and which is no number."""
    found = {}
    for key, value in values.items():
        try:
            found[f"{key}_e6"] = in_e6(value)
        except UsageError as error:
            raise UsageError(f"{where}: measure {key}: {error.message}") from None
    return found


def _record(action: Any) -> tuple[int, ...]:
    if action is None:
        return ()
    if isinstance(action, int | np.integer):
        return (int(action),)
    return tuple(to_e6(float(cell)) for cell in np.asarray(action, dtype=np.float64).ravel())
