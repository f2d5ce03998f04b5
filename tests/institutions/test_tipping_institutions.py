"""The institutions against tipping govern every scenario, spare compliance, and take what breaking the rule earns."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agoranomos.deterrence.scenario_gain import ScenarioGain, scenario_gain
from agoranomos.documents import read_text
from agoranomos.errors import UsageError
from agoranomos.institutions import Governed, Institution, load_institution
from agoranomos.markets import Market, build_market, load_market
from agoranomos.markets.facts import SCALE
from agoranomos.scenarios import DelegatedSpec
from agoranomos.workspace import find_workspace, library_root

NAMES = ("audit", "reminders", "escalating", "restoration", "monitors", "early-warning")
SHIPPED = sorted(path.stem for path in (library_root() / "scenarios").glob("*.yaml"))
SCENARIOS = [
    name
    for name in SHIPPED
    if not isinstance(load_market(name, find_workspace(Path(__file__).parent)).spec, DelegatedSpec)
]
"""Where principals are parties a breach can pay more than the gap: these have institutions of their own."""

SEEDS = 40


@cache
def shipped(name: str) -> Institution:
    return load_institution(read_text(library_root() / "institutions" / f"tipping-{name}.yaml"))


def played(name: str, broken: float, *, reports: bool = False, seeds: range = range(SEEDS)) -> ScenarioGain:
    """Eight workers of whom that share breaks the rule, always the same ones; the last of all may report each round."""
    spec = load_market("role-play-ring", find_workspace(Path(__file__).parent)).spec
    return scenario_gain(shipped(name), spec, int(8 * broken), seeds=seeds, reports=reports, state="watched")


@cache
def scenario_spec(scenario: str) -> Any:
    return load_market(scenario, find_workspace(Path(__file__).parent)).spec


def fines_of_violators(name: str, scenario: str, breaks: int, rounds: int) -> tuple[list[float], float]:
    """All fines above nothing where the first `breaks` agents break the rule in every round, and the least gap."""
    market = build_market(scenario_spec(scenario).model_copy(update={"rounds": rounds}).drawn(3))
    governed = Governed(market, shipped(name))
    governed.reset(seed=3)
    agents, found = market.possible_agents, []
    forced: frozenset[str] = getattr(market, "seeded", frozenset())
    play = {agent: "violate" if place < breaks else "comply" for place, agent in enumerate(agents)}
    while governed.agents:
        moves = {agent: market.play(play[agent], agent, market.observation(agent)) for agent in governed.agents}
        pending = governed.clear_and_judge(moves)
        governed.commit(pending)
        _, _, _, _, infos = governed.apply(pending)
        found += [infos[agent].get("fine", 0.0) for agent in agents[:breaks]]
        assert not any(infos[agent].get("fine", 0.0) for agent in agents[breaks:] if agent not in forced)
    return [fine for fine in found if fine], min(gaps_of(market)) / SCALE


def gaps_of(market: Market) -> list[int]:
    kept, broken = (market.facts.benchmarks[one]["profit_e6"] for one in ("comply", "violate"))
    return [abs(high - low) for low, high in zip(kept, broken, strict=True)]  # type: ignore[arg-type, operator]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_who_is_found_breaking_the_rule_of_any_scenario_is_fined_its_gap(scenario: str) -> None:
    """Also where breaking the rule is free riding, where it never pays, and where few of many break it."""
    agents = len(load_market(scenario, find_workspace(Path(__file__).parent)).facts.agents)
    for breaks in sorted({1, agents}):
        fines, gap = fines_of_violators("audit", scenario, breaks, 40)
        assert fines
        assert min(fines) == pytest.approx(max(6.0 * gap, 0.1), abs=2e-6)


@pytest.mark.parametrize("name", ["escalating", "restoration", "monitors", "early-warning"])
@pytest.mark.parametrize("scenario", ["coordination-duty", "group-bargaining", "tool-use-hard-first"])
def test_each_fines_also_where_breaking_the_rule_together_does_not_pay(scenario: str, name: str) -> None:
    agents = len(load_market(scenario, find_workspace(Path(__file__).parent)).facts.agents)
    fines, gap = fines_of_violators(name, scenario, agents, 120)
    if (name, scenario) == ("early-warning", "tool-use-hard-first"):
        assert not fines  # half of one solver's items put the rule to no test: six rounds say too little to watch it
        return
    assert fines
    assert min(fines) >= max(3.0 * gap, 0.1) - 2e-6


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_breach_gains_more_than_the_gap(scenario: str) -> None:
    """Against any number of others who break the rule: so 6 gaps with a chance of a quarter make keeping it pay."""
    market = build_market(scenario_spec(scenario).drawn(3))
    market.reset(seed=3)
    try:
        game = market.game()
    except UsageError:
        assert scenario.startswith("tool-use")  # where answers are the solvers' own, no menu lists them
        return
    ways = np.array(
        [
            [market.play(way, agent, market.observation(agent))[:1] for agent in game.agents]
            for way in ("comply", "violate")
        ]
    )
    for place, gap in enumerate(gaps_of(market)):
        others = [k for k in range(len(game.agents)) if k != place]
        for breaking in range(len(others) + 1):
            kept = ways[0].copy()
            kept[others[:breaking]] = ways[1, others[:breaking]]
            broke = kept.copy()
            broke[place] = ways[1, place]
            gained = game.payoffs(np.array([kept, broke]))[:, place]
            assert gained[1] - gained[0] <= gap / SCALE + 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_who_keeps_the_rule_is_never_fined(name: str) -> None:
    found = played(name, 0.0, seeds=range(8))
    assert found.fined_others == 0.0
    assert found.watched == 0.0


def test_under_audits_breaking_the_rule_costs_half_a_gap_at_every_income() -> None:
    """One in four rounds a fine of six gaps, in all settings and at all gaps: 1 - 0.25 x 6 of a gap is kept."""
    assert played("audit", 1.0).kept == pytest.approx(1 - 0.25 * 6, abs=0.1)


@pytest.mark.parametrize("name", ["audit", "escalating", "restoration"])
def test_breaking_the_rule_does_not_pay_also_where_others_keep_it(name: str) -> None:
    assert played(name, 0.25).kept < 0.0


def test_looks_are_as_frequent_as_the_file_says_and_only_where_they_can_find_something() -> None:
    """An audit in one of four rounds; an early warning in one of two, and in none while the rule is kept."""
    assert played("audit", 0.0, seeds=range(8)).looks == pytest.approx(0.25, abs=0.04)
    assert played("reminders", 1.0, seeds=range(4)).looks == 0.0
    assert played("early-warning", 0.0, seeds=range(8)).looks == 0.0
    slipping = played("early-warning", 0.75)
    assert slipping.looks == pytest.approx(0.5 * slipping.watched, abs=0.02)
    silent, reporting = (played("monitors", 0.5, reports=reports) for reports in (False, True))
    assert silent.looks == pytest.approx(0.1, abs=0.03)
    assert reporting.looks > 0.9  # after a report everybody is looked at


def test_reminders_take_nothing() -> None:
    assert played("reminders", 1.0, seeds=range(4)).kept == pytest.approx(1.0)


def test_forgiving_costs_deterrence_and_leaves_some() -> None:
    strict, forgiving = played("escalating", 1.0).kept, played("restoration", 1.0).kept
    assert strict < forgiving < 0.0


def test_monitors_deter_where_somebody_reports_and_hardly_where_nobody_does() -> None:
    """Without a report a look in ten rounds takes three times what three rounds earned: 0.7 to 0.9 of the gain."""
    silent, watched = played("monitors", 0.5), played("monitors", 0.5, reports=True)
    assert 0.0 < silent.kept < 0.4
    assert watched.kept < -0.5
    false = played("monitors", 0.0, reports=True, seeds=range(4))
    assert false.fined_others > 0.0  # the one who reports that somebody broke the rule although nobody did


def test_an_early_warning_audits_only_while_the_rule_slips() -> None:
    assert played("early-warning", 0.25).watched < 0.02
    slipping = played("early-warning", 0.75)
    assert slipping.watched > 0.8
    assert slipping.kept < -0.5
    tolerated = played("early-warning", 0.25).kept
    assert tolerated == pytest.approx(1.0, abs=0.05)  # one in four is let be: the baseline is no norm
