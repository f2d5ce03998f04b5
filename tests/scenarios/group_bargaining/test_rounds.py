"""Rounds of group bargaining against arithmetic written out here: medians, payoffs, and who moved against its role."""

import statistics
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.markets import load_market
from agoranomos.scenarios import group_bargaining_v0
from agoranomos.scenarios.group_bargaining import GroupBargaining, GroupBargainingSpec, built_in, clear
from agoranomos.workspace import find_workspace, list_names

WORKSPACE = find_workspace(Path(__file__).parent)
FILES = [located.name for located in list_names("scenarios", WORKSPACE) if located.name.startswith("group-bargaining")]
PROPOSALS = st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=5, max_size=5)


def scenario_of(name, seed=0):
    return GroupBargaining(load_market(name, WORKSPACE).spec.drawn(seed))


@given(proposals=PROPOSALS, before=st.integers(0, 100), hikers=st.integers(0, 5))
def test_the_median_holds_and_pays_with_the_sign_of_the_role(proposals, before, hikers):
    spec = GroupBargainingSpec(bargainers=5, hikers=hikers)
    here = [one is not None for one in proposals]
    found = clear(spec, [one or 0 for one in proposals], before, here)
    made = [one for one in proposals if one is not None]
    value = statistics.median(made) if made else before
    assert float(found.value) == value
    for place, proposal in enumerate(proposals):
        role = 1 if place < hikers else -1
        assert found.profit[place] == pytest.approx(float(role * Fraction(value - 50) / 50))
        if proposal is None:
            assert not found.violated[place]
            continue
        at_its_end = proposal == before == (100 if role > 0 else 0)
        moved = proposal > before if role > 0 else proposal < before
        assert bool(found.violated[place]) == (not moved and not at_its_end)


def test_every_small_world_is_the_environment_round_by_round():
    spec = GroupBargainingSpec(bargainers=3, hikers=1, low=0, high=4, start=2, rounds=2)
    for first, second in product(product((0, 1, 2, 3, 4, None), repeat=3), [(4, 0, 0), (0, 4, None)]):
        scenario = GroupBargaining(spec)
        scenario.reset(seed=1)
        value = 2.0
        for proposals in (first, second):
            before = value
            _, rewards, *_ = scenario.step(dict(zip(scenario.possible_agents, proposals, strict=True)))
            made = [one for one in proposals if one is not None]
            value = statistics.median(made) if made else before
            assert scenario.outcome().value == value
            assert list(rewards.values()) == pytest.approx([(value - 2) / 2, (2 - value) / 2, (2 - value) / 2])
            for proposal, did in zip(proposals, scenario.measures()["violation_e6"], strict=True):
                assert (did is None) == (proposal is None)


def test_unchanged_is_a_violation_but_at_the_end_of_the_scale():
    scenario = group_bargaining_v0.parallel_env(bargainers=2, hikers=1, rounds=2)
    scenario.reset(seed=1)
    scenario.step({"bargainer_1": 50, "bargainer_2": 50})
    assert scenario.measures()["violation_e6"] == (1_000_000, 1_000_000)
    scenario = group_bargaining_v0.parallel_env(bargainers=2, hikers=1, start=100)
    scenario.reset(seed=1)
    scenario.step({"bargainer_1": 100, "bargainer_2": 100})
    assert scenario.measures()["violation_e6"] == (0, 1_000_000)


def test_of_a_move_it_is_the_move_that_is_judged_at_the_end_of_the_scale_too():
    for move, broke in ((0, True), (1, True), (2, False)):
        scenario = group_bargaining_v0.parallel_env(bargainers=2, hikers=2, start=100, moves=(-10, 0, 10))
        scenario.reset(seed=1)
        scenario.step({"bargainer_1": move, "bargainer_2": 2})
        assert scenario.measures()["violation_e6"] == (1_000_000 * broke, 0)
        (option,) = (one for one in scenario.options("bargainer_1") if one.action == (float(move),))
        assert option.violates == broke


@pytest.mark.parametrize("name", FILES)
def test_who_always_breaks_the_rule_is_counted_in_every_round_and_who_keeps_it_in_none(name):
    for seed in (0, 3, 11, 30):
        scenario = scenario_of(name, seed)
        for benchmark, expected in (("violate", 1_000_000), ("comply", 0), ("nash", 0)):
            scenario.reset(seed=seed)
            while scenario.agents:
                seen = {agent: scenario.observation(agent) for agent in scenario.agents}
                scenario.step({agent: scenario.play(benchmark, agent, seen[agent]) for agent in scenario.agents})
                assert scenario.measures()["violation_e6"] == (expected,) * 8, (benchmark, scenario.round_number)


@pytest.mark.parametrize("hikers", range(9))
def test_proposing_the_end_of_the_scale_is_the_best_reply_to_anything(hikers):
    """The median voter: no other proposal ever earns more, whatever the others propose."""
    spec = GroupBargainingSpec(hikers=hikers)
    chance = np.random.default_rng(hikers)
    others = chance.integers(0, 101, (400, 1, 8)).astype(float)
    for place, role in enumerate(spec.roles):
        tried = np.repeat(others, 12, axis=1)
        tried[:, :11, place] = np.linspace(0, 100, 11)
        tried[:, 11, place] = 100 if role > 0 else 0
        paid = clear(spec, tried, np.full((400, 12), 50.0)).profit[..., place]
        assert (paid[:, 11] >= paid.max(axis=1) - 1e-12).all()
    scenario = group_bargaining_v0.parallel_env(hikers=hikers)
    value = scenario.facts.benchmarks["nash"]["value_e6"] / 1e6
    assert value == (100 if hikers > 4 else 0 if hikers < 4 else 50)


def test_the_faithful_file_has_every_ratio_in_every_setting_and_starts_at_the_middle():
    worlds = [scenario_of("group-bargaining-faithful", seed).spec for seed in range(35)]
    settings = [each.name for each in built_in() if not each.held_out]
    assert {(spec.setting.name, sum(role > 0 for role in spec.roles)) for spec in worlds} == set(
        product(settings, range(1, 8))
    )
    assert {(spec.rounds, len(spec.roles), spec.start, spec.low, spec.high) for spec in worlds} == {
        (6, 8, (50,), 0, 100)
    }


def test_no_setting_is_trained_on_and_held_out():
    trained = {each.name for each in load_market("group-bargaining", WORKSPACE).spec.known_settings()}
    kept = {each.name for each in load_market("group-bargaining-held-out", WORKSPACE).spec.known_settings()}
    assert trained
    assert kept
    assert not trained & kept


def test_starts_are_crossed_with_settings_and_ratios():
    spec = GroupBargainingSpec(hikers=(2, 6), start=(30, 50, 70))
    cells = {(one.setting.name, one.hikers, one.start) for one in (spec.drawn(seed) for seed in range(5 * 2 * 3))}
    assert len(cells) == 30
    for seed in range(30):
        assert type(spec).model_validate(spec.drawn(seed).described()) == spec.drawn(seed) == spec.drawn(seed).drawn(9)


REFUSED = [
    ({"hikers": 9}, "9 hikers among 8 bargainers"),
    ({"start": 101}, "a start at 101 is not on the scale"),
    ({"low": 60, "high": 40}, "the lower end first"),
    ({"moves": (-10, 10), "talk": {"characters": 40}}, "has no place for a comment"),
    ({"moves": (10, 20)}, "one that raises the value and one that lowers it"),
    ({"moves": (-10, 10, 10)}, "stands there twice"),
    ({"settings": ("shop-rend",)}, "Did you mean 'shop-rent'"),
    ({"fabricated": {"rounds": 1}}, "has no rounds that never happened"),
    ({"moves": (-10, 10), "option_order": (0, 0)}, "each once"),
    ({"option_order": (0, 1)}, "each once"),
    ({"hikres": 3}, "Did you mean 'hikers'"),
]


@pytest.mark.parametrize(("fields", "says"), REFUSED)
def test_it_is_refused_in_words_that_help(fields, says):
    with pytest.raises(UsageError) as refused:
        group_bargaining_v0.parallel_env(**fields)
    assert says in str(refused.value)
