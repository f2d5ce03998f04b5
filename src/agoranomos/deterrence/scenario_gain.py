"""What breaking the rule of a scenario is worth under an institution, where nobody changes what it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.institutions import Governed, Institution
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.draws import round_draws
from agoranomos.institutions.judgement import Observed, Standing
from agoranomos.institutions.oracle import detect
from agoranomos.institutions.signals import Firing, Window
from agoranomos.markets import Market, build_market
from agoranomos.markets.facts import SCALE


@dataclass(frozen=True, slots=True)
class ScenarioGain:
    """Means over rounds, agents and runs, in gaps.

    A gap is how much more an agent earns where all break the rule than where all keep it. `kept` is what those who
    break the rule keep beyond what keeping it earns, after fines; `fined` what they are fined, `fined_others` what all
    others are. `watched` is the share of rounds and agents in the state `state`, `looks` that in which somebody looked:
    in which an agent that broke the rule would have been found. `principal` and `third_party` are payoffs of a round in
    gaps of one agent.
    """

    kept: float
    fined: float
    fined_others: float
    watched: float
    looks: float
    principal: float
    third_party: float


def scenario_gain(
    institution: Institution | None,
    spec: Any,
    breaks: int,
    *,
    seeds: Iterable[int],
    rounds: int = 40,
    reports: bool = False,
    state: str = "",
) -> ScenarioGain:
    """What comes of the first `breaks` agents breaking the rule in every round while the others keep it.

    `spec` is that of a scenario; each seed draws its own run. With `reports` the last agent reports in every round.
    Raises `UsageError` for a market without the benchmarks `comply` and `violate`, and where both earn the same.
    """
    kept: list[float] = []
    fined: dict[bool, list[float]] = {True: [], False: []}
    watched: list[bool] = []
    looked: list[bool] = []
    worth: dict[str, list[float]] = {"principal_e6": [], "third_party_e6": []}
    for seed in seeds:
        market = build_market(spec.model_copy(update={"rounds": rounds}).drawn(seed))
        comply, gap = _incomes(market)
        governed = Governed(market, institution)
        governed.reset(seed=seed)
        agents = market.possible_agents
        play = {agent: "violate" if place < breaks else "comply" for place, agent in enumerate(agents)}
        for _ in range(rounds):
            watched += [governed.standings[agent].state == state for agent in agents] if institution else [False]
            moves = {agent: market.play(play[agent], agent, market.observation(agent)) for agent in governed.agents}
            reporting = tuple(agents[-1:]) if reports else ()
            before = tuple([governed.standings[agent] for agent in agents]) if institution else ()
            pending = governed.clear_and_judge(moves, reports=reporting)
            if governed.bound is not None:
                draws = round_draws(seed, pending.round, agents)
                observed = Observed(pending.round, dict(pending.measures), draws, reports=reporting)
                looked += found_out(governed.bound, before, observed)
            governed.commit(pending)
            _, rewards, _, _, infos = governed.apply(pending)
            for place, agent in enumerate(agents):
                fined[place < breaks].append(infos[agent].get("fine", 0.0) / gap)
                if place < breaks:
                    kept.append((float(rewards[agent]) - comply) / gap)
            for measure, values in worth.items():
                values.append((market.measures()[measure] or 0) / SCALE / gap)  # type: ignore[operator]
    return ScenarioGain(
        _mean(kept),
        _mean(fined[True]),
        _mean(fined[False]),
        _mean(watched),
        _mean(looked),
        _mean(worth["principal_e6"]),
        _mean(worth["third_party_e6"]),
    )


def found_out(bound: Bound, standings: tuple[Standing, ...], observed: Observed) -> list[bool]:
    """Whether each agent, had it broken the rule, would have been accused of it in this round, by an edge of its state.

    Every signal is taken to fire, so that of an accusation by what `violation` says nothing is left to chance but looks
    and reports.
    """
    manifest = bound.institution.manifest
    conduct = {name for name, signal in manifest.signals.items() if signal.measure == "violation"}
    accusing = {
        name
        for name, guard in bound.institution.events
        if manifest.events[name].accuses is not None and conduct.intersection(guard.names)
    }
    firing = replace(bound, signals={name: _Fires() for name in bound.signals}, supporting=frozenset())
    edges = {(edge.spec.source, edge.spec.on) for edge in bound.institution.edges}
    detected = detect(firing, standings, observed)
    return [
        any(found.names[name] and (own.state, name) in edges for name in accusing)
        for own, found in zip(standings, detected, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Fires:
    """A signal that fires whatever it reads."""

    window: int = 1

    def firing(self, window: Window, firm: int) -> Firing:
        return Firing(1, 1)


def _incomes(market: Market) -> tuple[float, float]:
    """What an agent earns where all keep the rule, and how much more where all break it."""
    found: list[Any] = [market.facts.benchmarks.get(name, {}).get("profit_e6") for name in ("comply", "violate")]
    if not all(isinstance(one, tuple) for one in found):
        raise UsageError(f"market {market.facts.market} says not what keeping and breaking a rule earns")
    comply, violate = (float(np.mean([cell or 0 for cell in one])) / SCALE for one in found)
    if violate <= comply:
        raise UsageError(
            f"in {market.facts.market} breaking the rule earns no more than keeping it, where all do alike"
        )
    return comply, violate - comply


def _mean(values: list[Any]) -> float:
    return float(np.mean(values)) if values else 0.0
