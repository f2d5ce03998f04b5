"""The specification of a matrix game: what a YAML file of `kind: market`, `type: matrix` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from agoranomos.documents import Finite, Name
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.matrix.payoff_table import DEEPEST, PayoffTable, as_table, everyones, shaped
from agoranomos.markets.written import is_list
from agoranomos.randomness import MAX_EXACT_INTEGER

LARGEST_GAME = 1_000_000
"""Payoffs, over all agents, that a game may have."""

Actions = Annotated[tuple[Name, ...], Field(min_length=1, max_length=1_000)]


class MatrixSpec(MarketSpec):
    """A game in normal form, played again and again: everybody chooses an action, and a table says what each earns.

    `actions` gives each agent's actions by name, or one list for all. `payoffs` gives each agent's table by name: one
    level of lists an agent, in the order of `agents`, so that of two agents the first chooses the row and the second
    the column. A symmetric game needs one table, in which the first level is the own action. In a round that some
    agent sits out nobody plays, and everybody earns `outside`. The default is the prisoners' dilemma.
    """

    type: Literal["matrix"] = "matrix"
    name: Name = "prisoners-dilemma"
    agents: Annotated[tuple[Name, ...], Field(min_length=2, max_length=DEEPEST)]
    actions: dict[Name, Actions]
    payoffs: dict[Name, PayoffTable]
    outside: Finite = 0.0

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        """Defaults, and short forms written out for every agent; what it cannot make sense of is left to be refused."""
        if not isinstance(data, Mapping):
            return data
        filled = dict(data)
        if "payoffs" not in filled:
            filled["payoffs"] = ((3.0, 0.0), (5.0, 1.0))
            filled.setdefault("actions", ("cooperate", "defect"))
        payoffs = filled["payoffs"]
        if "agents" not in filled:
            count = _depth(payoffs)
            known = [part for part in (payoffs, filled.get("actions")) if isinstance(part, Mapping)]
            two = ("row", "column")
            names = two if count == 2 else tuple(f"player_{i + 1}" for i in range(count))
            filled["agents"] = tuple(known[0]) if known else names
        agents = filled["agents"] if is_list(filled["agents"]) else ()
        if not all(isinstance(agent, str) for agent in agents):
            return filled
        if "actions" not in filled:
            table = next(iter(payoffs.values()), None) if isinstance(payoffs, Mapping) else payoffs
            filled["actions"] = {agent: _letters(size) for agent, size in zip(agents, _sizes(table), strict=False)}
        if is_list(filled["actions"]):
            filled["actions"] = dict.fromkeys(agents, filled["actions"])
        if is_list(payoffs):
            sizes = {len(a) if is_list(a) else 0 for a in _values(filled["actions"])}
            if len(sizes) == 1 and agents:
                (size,) = sizes
                filled["payoffs"] = _spread(payoffs, agents, size)
            else:
                raise ValueError("one table is for a symmetric game, in which all agents have as many actions")
        return filled

    @model_validator(mode="after")
    def _consistent(self) -> MatrixSpec:
        _distinct("agents", self.agents)
        for agent, actions in self.actions.items():
            _distinct(f"actions of {agent}", actions)
        _one_each("actions", self.actions, self.agents)
        _one_each("payoffs", self.payoffs, self.agents)
        payoffs = np.prod([float(size) for size in self.sizes]) * len(self.agents)
        if payoffs > LARGEST_GAME:
            raise ValueError(f"{payoffs:.3g} payoffs; a game may have {LARGEST_GAME:,}")
        for agent in self.agents:
            shaped(self.payoffs[agent], self.sizes, f"payoffs of {agent}")
        largest = max(float(np.abs(self.table()).max()), abs(self.outside)) * len(self.agents)
        if largest * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"sums of payoffs up to {largest:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose a larger unit"
            )
        return self

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many actions each agent has."""
        return tuple(len(self.actions[agent]) for agent in self.agents)

    def table(self) -> NDArray[np.float64]:
        """Everybody's payoffs, [K_1, ..., K_N, N]."""
        return np.stack([shaped(self.payoffs[agent], self.sizes, agent) for agent in self.agents], axis=-1)


def _distinct(what: str, names: Sequence[str]) -> None:
    for k, name in enumerate(names):
        if name in names[:k]:
            raise ValueError(f"{what}: {name!r} is named twice")


def _one_each(key: str, given: Mapping[str, Any], agents: Sequence[str]) -> None:
    for agent in agents:
        if agent not in given:
            raise ValueError(f"{key}: nothing is said of the agent {agent!r}")
    for agent in given:
        if agent not in agents:
            raise ValueError(f"{key}: {agent!r} is none of the agents ({', '.join(agents)})")


def _spread(payoffs: Any, agents: Sequence[Any], size: int) -> dict[Any, Any]:
    table = shaped(as_table(payoffs), (size,) * len(agents), "payoffs")
    return {agent: own.tolist() for agent, own in zip(agents, everyones(table), strict=True)}


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, Mapping) else []


def _sizes(table: Any) -> list[int]:
    sizes: list[int] = []
    while is_list(table) and table and len(sizes) < DEEPEST:
        sizes.append(len(table))
        table = table[0]
    return sizes


def _depth(payoffs: Any) -> int:
    return len(_sizes(payoffs)) if is_list(payoffs) else 2


def _letters(size: int) -> tuple[str, ...]:
    return tuple(chr(ord("A") + k) if k < 26 else f"action_{k + 1}" for k in range(size))
