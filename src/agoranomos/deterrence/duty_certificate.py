"""The certificate of an institution for a scenario: what breaking a duty earns under it, and what it costs others.

A scenario has rounds of any kind (episodes, dismissals, draws), so no automaton of it can be written down in general.
What can be done in it is finite, though: the plans that are tried are the family's scripted agents, and each entry of
an agent's menu for ever. Each is played under the institution and without it, by one agent while the others keep their
duty, and by all together, in the same drawn runs as the dutiful play that it is held against. So a gain is a mean of
paired differences, with an interval over runs, and no proof about plans that were not tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.institutions import Governed, Institution
from agoranomos.markets.catalogue import build_market
from agoranomos.markets.facts import SCALE
from agoranomos.scenarios import Delegated, Option, Scenario
from agoranomos.scenarios.settings import unit_of
from agoranomos.statistics import Estimate, mean_estimate

TOLERANCE = 0.03
FEWEST_RUNS, MOST_RUNS = 8, 64
ROUNDS_PLAYED = 60_000
"""About so many rounds are played in all; from them follows how many runs there are."""

LONGEST = 60
"""Of a scenario with more rounds so many are played."""

LARGEST_MENU = 24
"""Menus with more entries are tried by the scripted agents alone."""

Progress: TypeAlias = Callable[[str, int], None]
Play: TypeAlias = Callable[[Scenario[Any], str], Any]


@dataclass(frozen=True, slots=True)
class DutyPlan:
    """One plan, by one agent (`together` false) or by all; money is per round and agent that follows it.

    `alike` names the other plans that came to the same in every run. Money is in the unit of a run: the income of the
    required option where runs draw incomes, else the scenario's own.

    `free` is what it earns more than keeping the duty where there is no institution, `gain` the same under it, fines
    taken off. `accused` and `fined` are the accusations and the fines of a round, `else_accused` the accusations of the
    same agent in dutiful play, `broke` the share of its rounds in which the scenario's own duty was broken.
    `principal` and `third_party` are what the round is worth to them less what it is where all keep their duty, under
    the institution.
    """

    name: str
    alike: tuple[str, ...]
    together: bool
    free: Estimate
    gain: Estimate
    accused: float
    else_accused: float
    fined: float
    broke: float
    principal: float
    third_party: float


@dataclass(frozen=True, slots=True)
class DutyCertificate:
    """What was found over `runs` runs of `rounds` rounds; `cost` is what those who keep their duty are fined a round.

    `innocents_accused` is how often one of them is accused in a round. `gap` is the most that a plan which the
    institution accuses earns without it: what is at stake.
    """

    institution: str
    semantic_sha256: str
    market: str
    tolerance: float
    runs: int
    rounds: int
    plans: tuple[DutyPlan, ...]
    cost: float
    innocents_accused: float
    left_out: tuple[str, ...]

    @property
    def accused(self) -> tuple[DutyPlan, ...]:
        """The plans that are accused more often than the same agent in dutiful play, the best under it first."""
        found = [plan for plan in self.plans if plan.accused > plan.else_accused]
        return tuple(sorted(found, key=lambda plan: -plan.gain.point))

    @property
    def let_pass(self) -> tuple[DutyPlan, ...]:
        """The other plans, the one that costs the principal most first."""
        found = [plan for plan in self.plans if plan.accused <= plan.else_accused]
        return tuple(sorted(found, key=lambda plan: plan.principal))

    @property
    def gap(self) -> float:
        """The most that an accused plan earns where there is no institution; 0 where none earns anything."""
        return max([0.0, *(plan.free.point for plan in self.accused)])

    @property
    def holds(self) -> bool:
        """Whether it accuses any, and none of them gains more than the tolerance of what is at stake.

        Gains are taken at the upper ends of their intervals.
        """
        return bool(self.accused) and all(
            _upper(plan.gain) <= self.tolerance * self.gap + 1e-9 for plan in self.accused
        )


def certify_duty(
    institution: Institution,
    scenario: Scenario[Any],
    *,
    tolerance: float = TOLERANCE,
    runs: int | None = None,
    progress: Progress | None = None,
) -> DutyCertificate:
    """The certificate of an institution for a scenario, over so many `runs`; by default as many as time allows.

    Raises `UsageError` for an institution that cannot govern it, and where it has no agent with a choice of its own.
    """
    spec = scenario.spec.model_copy(update={"rounds": min(scenario.spec.rounds, LONGEST), "continuation": None})
    first = _drawn(spec, 0)
    agent, names = _seat(first)
    plays = _plays(first, agent, names)
    sides = (False, True) if len(first.possible_agents) > 1 else (False,)
    fitting = int(np.clip(ROUNDS_PLAYED // (2 * len(sides) * (len(plays) + 1) * spec.rounds), FEWEST_RUNS, MOST_RUNS))
    runs = fitting if runs is None else runs
    table: dict[_Key, list[tuple[_Run, _Run]]] = {}
    dutiful: list[tuple[_Run, _Run]] = []
    for seed in range(runs):
        market = _drawn(spec, seed)
        worlds = [Governed(market, None), Governed(market, institution)]
        kept = [_run(world, seed, market, agent, _named("comply"), together=True) for world in worlds]
        dutiful.append((kept[0], kept[1]))
        for name, play in plays.items():
            for together in sides:
                played = [_run(world, seed, market, agent, play, together=together) for world in worlds]
                table.setdefault((name, together), []).append((played[0], played[1]))
        if progress is not None:
            progress("runs", seed + 1)
    return DutyCertificate(
        institution=institution.name,
        semantic_sha256=institution.semantic_sha256,
        market=scenario.facts.market,
        tolerance=tolerance,
        runs=runs,
        rounds=spec.rounds,
        plans=tuple(
            _plan(names, together, table[names[0], together], dutiful) for names, together in _different(table, dutiful)
        ),
        cost=_mean(kept.all_fined for _, kept in dutiful),
        innocents_accused=_mean(kept.all_accused for _, kept in dutiful),
        left_out=_left_out(first, agent, spec.rounds < scenario.spec.rounds),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run came to, a round: of the agent that is looked at, of everybody, and of the principal and others."""

    earned: float
    fined: float
    accused: float
    broke: float
    all_fined: float
    all_accused: float
    principal: float
    third_party: float


_Key: TypeAlias = tuple[str, bool]
Pairs: TypeAlias = Sequence[tuple[_Run, _Run]]
"""Of each run, what it came to without the institution and under it."""


def _drawn(spec: Any, seed: int) -> Scenario[Any]:
    built = build_market(spec.drawn(seed))
    assert isinstance(built, Scenario)
    built.reset(seed=seed)
    return built


def _seat(scenario: Scenario[Any]) -> tuple[str, list[str]]:
    """The first agent with a choice of its own, and the plays that it knows besides keeping its duty."""
    played: Any = getattr(scenario, "seeded", frozenset())
    for agent in scenario.possible_agents:
        if agent not in played:
            known = list(scenario.plays(agent)) if isinstance(scenario, Delegated) else ["violate", "nash"]
            return agent, [name for name in known if name != "comply"]
    raise UsageError(f"nobody in {scenario.facts.market} chooses for itself")


def _named(name: str) -> Play:
    """A play by its name; whoever does not know it keeps its duty."""

    def play(scenario: Scenario[Any], agent: str) -> Any:
        known = (
            not isinstance(scenario, Delegated) or name in scenario.facts.benchmarks or name in scenario.plays(agent)
        )
        return scenario.play(name if known else "comply", agent, scenario.observation(agent))

    return play


def _plays(scenario: Scenario[Any], agent: str, names: Sequence[str]) -> dict[str, Play]:
    found: dict[str, Play] = {name: _named(name) for name in names}
    menu = _menu(scenario, agent)
    if len(menu) <= LARGEST_MENU:
        found |= {f"entry {place + 1} for ever": _entry(place, menu) for place in range(len(menu))}
    return found


def _entry(place: int, of: Sequence[Option]) -> Play:
    """The entry at a place of a menu; whoever has another kind of menu keeps its duty."""

    def play(scenario: Scenario[Any], agent: str) -> Any:
        menu = _menu(scenario, agent)
        if [option.action for option in menu] != [option.action for option in of]:
            return scenario.play("comply", agent, scenario.observation(agent))
        return np.array(menu[place].action, dtype=np.float64)

    return play


def _menu(scenario: Scenario[Any], agent: str) -> Sequence[Option]:
    """What the agent can do, in the family's own order."""
    return scenario.menu(agent) if isinstance(scenario, Delegated) else scenario.options(agent)


def _run(world: Governed, seed: int, market: Scenario[Any], agent: str, play: Play, *, together: bool) -> _Run:
    world.reset(seed=seed)
    place = market.possible_agents.index(agent)
    comply, count = _named("comply"), 0
    earned = fined = accused = all_fined = all_accused = 0.0
    broke: list[float] = []
    worth = {"principal_e6": 0.0, "third_party_e6": 0.0}
    while world.agents:
        moves = {each: (play if together or each == agent else comply)(market, each) for each in world.agents}
        pending = world.clear_and_judge(moves)
        world.commit(pending)
        _, rewards, _, _, infos = world.apply(pending)
        count += 1
        earned += float(rewards[agent])
        fined += float(infos[agent].get("fine", 0.0))
        all_fined += sum(float(info.get("fine", 0.0)) for info in infos.values()) / len(infos)
        if pending.judgement is not None:
            accused += sum(case.agent == agent for case in pending.judgement.cases)
            all_accused += len(pending.judgement.cases) / len(infos)
        measures: Mapping[str, Any] = market.measures()
        violated = measures["violation_e6"][place]
        if violated is not None:
            broke.append(violated / SCALE)
        for name in worth:
            worth[name] += (measures[name] or 0) / SCALE
    money = count * unit_of(market.spec)
    return _Run(
        earned / money,
        fined / money,
        accused / count,
        float(np.mean(broke)) if broke else 0.0,
        all_fined / money,
        all_accused / count,
        worth["principal_e6"] / money,
        worth["third_party_e6"] / money,
    )


def _different(table: Mapping[_Key, Pairs], dutiful: Pairs) -> list[tuple[tuple[str, ...], bool]]:
    """The names of plans that came to the same in every run, group by group; none that came to what the dutiful do."""
    groups: dict[tuple[Any, bool], list[str]] = {}
    for (name, together), played in table.items():
        if list(played) != list(dutiful):
            groups.setdefault((tuple(played), together), []).append(name)
    return [(tuple(names), together) for (_, together), names in groups.items()]


def _plan(names: Sequence[str], together: bool, played: Pairs, dutiful: Pairs) -> DutyPlan:
    def gains(world: int) -> NDArray[np.float64]:
        return np.array([own[world].earned - kept[world].earned for own, kept in zip(played, dutiful, strict=True)])

    under = [own for _, own in played]
    kept = [each for _, each in dutiful]
    return DutyPlan(
        name=names[0],
        alike=tuple(names[1:]),
        together=together,
        free=mean_estimate(gains(0)),
        gain=mean_estimate(gains(1)),
        accused=_mean(own.accused for own in under),
        else_accused=_mean(each.accused for each in kept),
        fined=_mean(own.fined for own in under),
        broke=_mean(own.broke for own in under),
        principal=_mean(own.principal for own in under) - _mean(each.principal for each in kept),
        third_party=_mean(own.third_party for own in under) - _mean(each.third_party for each in kept),
    )


def _upper(estimate: Estimate) -> float:
    """The upper end of the interval; the point where every run gave the same."""
    high = float(estimate.high)
    return estimate.point if np.isnan(high) else high


def _mean(values: Any) -> float:
    return float(np.mean(list(values)))


def _left_out(scenario: Scenario[Any], agent: str, shortened: bool) -> tuple[str, ...]:
    menu = _menu(scenario, agent)
    found = ["plans that are neither a scripted agent's nor one entry for ever"]
    if len(menu) > LARGEST_MENU:
        found.append(f"single entries of a menu of {len(menu)}")
    if len(scenario.possible_agents) > 1:
        found.append(f"agents other than {agent} that break their duty alone, and parts of a group")
    if shortened:
        found.append(f"rounds after the first {LONGEST}")
    found.append("reports to the institution: nobody comes forward")
    return tuple(found)
