"""What was done in an arm, as arrays: who broke the rule in which round, with what probability, in which setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from agoranomos.campaigns.arm import Arm
from agoranomos.markets import MarketSpec, build_market
from agoranomos.reproduce.study import Executed
from agoranomos.scenarios import Option, Scenario
from agoranomos.scenarios.settings import setting_of

Array = NDArray[np.float64]
PARTIES = ("agent", "principal", "third party")


@dataclass(frozen=True, slots=True)
class Played:
    """One arm. `moves` [T, R] are 1 (broke the rule), 0 (kept it) or NaN (neither); a trajectory is an agent of a run.

    `chances` are the probabilities of a 1 where a model's were recorded, else the moves. `settings` has the setting of
    each trajectory, `runs` its seed. `payoffs` [T] are means over rounds by party, of an agent; in role-play in
    incomes of the required option. `asks` says whether a language model was asked, `scored` whether it was for the
    probability of each option.
    """

    name: str
    roster: str
    levels: Mapping[str, str]
    moves: Array
    chances: Array
    settings: tuple[str, ...]
    runs: tuple[int, ...]
    payoffs: Mapping[str, Array]
    asks: bool
    scored: bool = False

    @property
    def unread(self) -> float:
        """The share of moves that were neither: no answer came that could be read."""
        return float(np.isnan(self.moves).mean()) if self.moves.size else float("nan")

    def of_run(self) -> Iterator[Array]:
        """The moves [N, R] of each run."""
        seeds = np.array(self.runs)
        for seed in dict.fromkeys(self.runs):
            yield self.moves[seeds == seed]


def played(one: Executed) -> list[Played]:
    """Every arm of a campaign of scenarios, in the order of its plan."""
    tables = one.folder.tables
    agents = _by_arm(tables / "agents.parquet", ["seed", "round", "seat", "profit", "measures"])
    rounds = _by_arm(tables / "rounds.parquet", ["seed", "measures"])
    options = _by_arm(tables / "choices.parquet", ["seed", "round", "agent", "attempt", "option", "probability"])
    return [
        _arm(arm, agents[arm.name], rounds[arm.name], options.get(arm.name, []))
        for arm in one.plan.arms
        if arm.name in agents
    ]


Rows = list[dict[str, Any]]


def _by_arm(path: Path, columns: list[str]) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in pq.read_table(path, columns=["arm", *columns]).to_pylist():
        found.setdefault(row["arm"], []).append(row)
    return found


def _arm(arm: Arm, agents: Rows, rounds: Rows, options: Rows) -> Played:
    keys = sorted({(row["seed"], row["seat"]) for row in agents})
    place = {key: at for at, key in enumerate(keys)}
    moves, profit = np.full((len(keys), arm.rounds), np.nan), np.full((len(keys), arm.rounds), np.nan)
    for row in agents:
        at = place[row["seed"], row["seat"]], row["round"] - 1
        moves[at], profit[at] = _measure(row, "violation"), row["profit"]
    drawn = {seed: arm.market.drawn(seed) for seed, _ in keys}
    units = np.array([_unit(drawn[seed]) for seed, _ in keys])
    payoffs = {"agent": profit.mean(axis=1) / units}
    for party in PARTIES[1:]:
        by_run: dict[int, list[float]] = {seed: [] for seed in drawn}
        for row in rounds:
            by_run[row["seed"]].append(_measure(row, party.replace(" ", "_")))
        payoffs[party] = np.array([np.mean(by_run[seed]) for seed, _ in keys]) / units / len(arm.agents)
    return Played(
        name=arm.name,
        roster=arm.roster_name,
        levels=dict(arm.levels),
        moves=moves,
        chances=_with_chances(arm, moves, place, options),
        settings=tuple(setting_of(drawn[seed]) or drawn[seed].name for seed, _ in keys),
        runs=tuple(seed for seed, _ in keys),
        payoffs=payoffs,
        asks=bool(arm.models),
        scored=bool(options),
    )


def _with_chances(arm: Arm, moves: Array, place: Mapping[tuple[int, int], int], options: Rows) -> Array:
    """The moves, and in the place of those whose distribution was recorded the probability of a violation."""
    chances = moves.copy()
    seats = {seated.agent: seat for seat, seated in enumerate(arm.agents)}
    worlds = {seed: build_market(arm.market.drawn(seed)) for seed in {row["seed"] for row in options}}
    decisions: dict[tuple[int, int, str], dict[int, Rows]] = {}
    for row in options:
        decisions.setdefault((row["seed"], row["round"], row["agent"]), {}).setdefault(row["attempt"], []).append(row)
    for (seed, number, agent), attempts in decisions.items():
        at = place[seed, seats[agent]], number - 1
        breaking = {
            name for option in _options(worlds[seed], agent) if option.violates for name in (option.label, option.text)
        }
        if not np.isnan(moves[at]):
            last = attempts[max(attempts)]
            chances[at] = sum(row["probability"] for row in last if row["option"] in breaking)
    return chances


def _options(world: object, agent: str) -> tuple[Option, ...]:
    if not isinstance(world, Scenario):
        raise TypeError(f"a scenario was expected, not {type(world).__name__}")
    return world.options(agent)


def _unit(drawn: MarketSpec) -> float:
    """What payoffs are counted in: the income of the required option where a run has its own, else 1."""
    incomes = getattr(drawn, "incomes", None)
    return float(incomes[1]) if incomes else 1.0


def _measure(row: Mapping[str, Any], name: str) -> float:
    """A measure of a row as the tables hold it, pairs of a name and a number; NaN where it has none."""
    found = dict(row["measures"]).get(name)
    return float("nan") if found is None else float(found)
