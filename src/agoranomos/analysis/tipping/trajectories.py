"""Who broke the rule when, read from a campaign's tables: an array of agents by rounds for every arm."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import parquet

from agoranomos.analysis.tiers import Array
from agoranomos.analysis.tipping.scenario_arms import ScenarioArm
from agoranomos.scenarios.tool_use import ToolUse

PAYOFFS = ("agent", "principal", "third_party")
_OF_AGENTS = ["arm", "seed", "round", "seat", "action", "profit", "fine", "measures", "suspended"]
_OF_ROUNDS = ["arm", "seed", "round", "measures"]
_OF_CHOICES = ["arm", "seed", "round", "agent", "place", "probability", "chosen"]


@dataclass(frozen=True, slots=True)
class Trajectories:
    """One arm: T trajectories, one an agent of each finished run, in the order of seeds and then of seats.

    `moves` [T, R] are 1, 0 or NaN; `chances` [T, R] the recorded probability of breaking the rule, NaN where the policy
    told none. `succeeded` [T, R] says whether the group reached its threshold, None of families without one.
    `free` [T] are those that the scenario does not play itself: groups count all, everything else only these.
    `payoffs` [runs] are means a round in the run's unit: an agent's net of fines, the principal's, third parties'.
    `unread` counts decisions without an answer that could be read, of all `decisions`.

    A probability stands only for an action that was drawn by it. Where the most probable option was taken, or the hand
    trembled, what was done is all that is known.
    """

    arm: ScenarioArm
    seeds: tuple[int, ...]
    run_of: tuple[int, ...]
    settings: tuple[str, ...]
    free: NDArray[np.bool_]
    moves: Array
    chances: Array
    succeeded: Array | None
    payoffs: Mapping[str, Array]
    unread: int
    decisions: int

    @property
    def violated(self) -> Array:
        """The recorded probability where there is one, else the move, [T, R]."""
        return np.where(np.isnan(self.chances), self.moves, self.chances)

    @property
    def by_chance(self) -> bool:
        """Whether any probability was recorded."""
        return not bool(np.isnan(self.chances).all())

    @property
    def agents(self) -> int:
        """Agents of a run."""
        return len(self.run_of) // max(len(self.seeds), 1)

    @property
    def run_settings(self) -> tuple[str, ...]:
        """The setting of each run."""
        return self.settings[:: max(self.agents, 1)]

    @property
    def shares(self) -> Array:
        """The share of each run's agents that broke the rule, of those who did or did not, [runs, R]."""
        grouped = self.moves.reshape(len(self.seeds), self.agents, -1)
        known = ~np.isnan(grouped)
        counts = known.sum(axis=1)
        sums = np.where(known, grouped, 0.0).sum(axis=1)
        return np.asarray(np.divide(sums, counts, out=np.full(counts.shape, np.nan), where=counts > 0))


def trajectories(folder: Path, arm: ScenarioArm) -> Trajectories | None:
    """The trajectories of one arm of the campaign in `folder`; None where no run of it is finished.

    Raises what Arrow raises for a table that is not there or damaged.
    """
    closed = _rows(folder, "runs", ["arm", "seed", "status", "rounds", "agents", "policy_descriptions"], arm.name)
    closed = closed.filter(pc.equal(closed["status"], "closed")).sort_by("seed")
    if not closed.num_rows:
        return None
    seeds = tuple(closed["seed"].to_pylist())
    longest = max(closed["rounds"].to_pylist())
    agents = _rows(folder, "agents", _OF_AGENTS, arm.name)
    agents = agents.filter(pc.is_in(agents["seed"], pa.array(seeds)))
    run = {seed: place for place, seed in enumerate(seeds)}
    runs = np.array([run[seed] for seed in agents["seed"].to_pylist()])
    seats = agents["seat"].to_numpy(zero_copy_only=False)
    count = int(seats.max()) + 1
    rows, columns = runs * count + seats, agents["round"].to_numpy(zero_copy_only=False) - 1
    moves = np.full((len(seeds) * count, longest), np.nan)
    moves[rows, columns] = _measure(agents, "violation")
    free = _free(arm, seeds, count)
    acting = ~agents["suspended"].to_numpy(zero_copy_only=False).astype(bool) & free[rows]
    lengths = pc.fill_null(pc.list_value_length(agents["action"]), 0).to_numpy(zero_copy_only=False)
    rounds = _rows(folder, "rounds", _OF_ROUNDS, arm.name)
    rounds = rounds.filter(pc.is_in(rounds["seed"], pa.array(seeds)))
    of_run = np.array([run[seed] for seed in rounds["seed"].to_pylist()])
    success, succeeded = _measure(rounds, "success"), None
    if not np.isnan(success).all():
        grid = np.full((len(seeds), longest), np.nan)
        grid[of_run, rounds["round"].to_numpy(zero_copy_only=False) - 1] = success
        succeeded = np.repeat(grid, count, axis=0)
    units = np.array([arm.unit(seed) for seed in seeds])
    net = _numbers(agents["profit"]) - np.nan_to_num(_numbers(agents["fine"]))
    by_chance = _drawn_by_chance(closed.to_pylist())
    return Trajectories(
        arm=arm,
        seeds=seeds,
        run_of=tuple(place for place in range(len(seeds)) for _ in range(count)),
        settings=tuple(setting for seed in seeds for setting in [arm.setting(seed)] * count),
        free=free,
        moves=moves,
        chances=np.where(np.isnan(moves), np.nan, _chances(folder, arm, run, count, longest, by_chance)),
        succeeded=succeeded,
        payoffs={
            "agent": _means(net[free[rows]], runs[free[rows]], len(seeds)) / units,
            "principal": _means(_measure(rounds, "principal"), of_run, len(seeds)) / units,
            "third_party": _means(_measure(rounds, "third_party"), of_run, len(seeds)) / units,
        },
        unread=int((acting & (lengths == 0)).sum()),
        decisions=int(acting.sum()),
    )


def _free(arm: ScenarioArm, seeds: Sequence[int], count: int) -> NDArray[np.bool_]:
    found = np.ones((len(seeds), count), dtype=bool)
    for place, seed in enumerate(seeds):
        held = arm.seeded(seed)
        if held:
            names = arm.played(seed).possible_agents
            found[place] = [name not in held for name in names]
    return found.ravel()


def _drawn_by_chance(runs: Sequence[Mapping[str, Any]]) -> frozenset[tuple[int, str]]:
    """The seeds and agents whose actions are drawn by the probabilities that their policy tells.

    Not so where it takes the most probable option (`act: mode`), and where another policy around it disturbs what it
    draws (`tremble`).
    """
    found = set()
    for row in runs:
        for agent, description in zip(row["agents"], row["policy_descriptions"], strict=True):
            said = json.loads(description)
            if "inner" not in said and (said.get("parameters") or {}).get("act") != "mode":
                found.add((row["seed"], agent))
    return frozenset(found)


def _chances(
    folder: Path,
    arm: ScenarioArm,
    run: Mapping[int, int],
    count: int,
    longest: int,
    by_chance: frozenset[tuple[int, str]],
) -> Array:
    """The probability with which each decision breaks the rule, [T, R]; NaN of agents who are not in `by_chance`.

    Where it was asked for in several orders of the options, their mean was acted on. One place is one action in all of
    them, under another label in each.
    """
    found = np.full((len(run) * count, longest), np.nan)
    choices = _rows(folder, "choices", _OF_CHOICES, arm.name)
    if not choices.num_rows:
        return found
    rows = choices.to_pylist()
    acted = {(row["seed"], row["round"], row["agent"]) for row in rows if row["chosen"]}
    orders = Counter((row["seed"], row["round"], row["agent"]) for row in rows if row["place"] == 0)
    breaks: dict[tuple[int, str], frozenset[int]] = {}
    places: dict[str, int] = {}
    for seed in run:
        scenario = arm.played(seed)
        places = {agent: place for place, agent in enumerate(scenario.possible_agents)}
        for agent in places:
            # Who uses tools chooses a route first, and then answers: its choices are of routes.
            menu = scenario.routes(agent) if isinstance(scenario, ToolUse) else scenario.options(agent)
            breaks[seed, agent] = frozenset(place for place, option in enumerate(menu) if option.violates)
    for row in rows:
        seed, agent, number = row["seed"], row["agent"], row["round"]
        asked = seed, number, agent
        if seed not in run or asked not in acted or not breaks[seed, agent] or (seed, agent) not in by_chance:
            continue
        place = run[seed] * count + places[agent], number - 1
        chance = row["probability"] / orders[asked] if row["place"] in breaks[seed, agent] else 0.0
        found[place] = min((0.0 if np.isnan(found[place]) else found[place]) + chance, 1.0)
    return found


def _rows(folder: Path, name: str, columns: list[str], arm: str) -> Any:
    return parquet.read_table(folder / "tables" / f"{name}.parquet", columns=columns, filters=[("arm", "=", arm)])


def _measure(table: Any, name: str) -> Array:
    """One measure of each row; NaN where it has none."""
    return _numbers(pc.map_lookup(table["measures"], pa.scalar(name), "first"))


def _numbers(column: Any) -> Array:
    return np.asarray(pc.fill_null(pc.cast(column, pa.float64()), float("nan")).to_numpy(zero_copy_only=False))


def _means(values: Array, runs: Any, count: int) -> Array:
    known = ~np.isnan(values)
    sums = np.bincount(runs[known], weights=values[known], minlength=count)
    counts = np.bincount(runs[known], minlength=count)
    return np.asarray(np.divide(sums, counts, out=np.full(count, np.nan), where=counts > 0))
