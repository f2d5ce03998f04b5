"""The keys that all files of scenarios share, and the measures that all families publish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agoranomos.markets.facts import SCALE
from agoranomos.scenarios import Fabricated, common_measures
from agoranomos.scenarios.networks import neighbours
from agoranomos.scenarios.role_play import RolePlay, RolePlaySpec


def test_links_are_written_out_or_drawn_and_recorded():
    written = RolePlaySpec(workers=3, links={"worker_1": ["worker_2"], "worker_2": ["worker_1", "worker_3"]})
    scenario = RolePlay(written.drawn(1))
    assert [scenario.neighbours(agent) for agent in scenario.possible_agents] == [
        ("worker_2",),
        ("worker_1", "worker_3"),
        (),
    ]
    scenario.reset(seed=1)
    told = scenario.step({"worker_1": 1, "worker_2": 0, "worker_3": 1})[0]
    assert "worker_2 kept the rule" in scenario.feedback("worker_1", told["worker_1"])
    assert "others" not in scenario.feedback("worker_3", told["worker_3"])


@given(seed=st.integers(0, 2**53 - 1))
def test_a_small_world_is_drawn_by_the_runs_seed_and_by_nothing_else(seed):
    keys = {"workers": 9, "network": {"kind": "small-world", "degree": 4, "rewiring": 0.4}}
    first, second = RolePlaySpec(**keys).drawn(seed), RolePlaySpec(**keys, goal=False, gap=2.0).drawn(seed)
    assert first.links == second.links == dict(neighbours(first.network, first.workers, seed))
    assert RolePlay(first).neighbours("worker_4") == first.links["worker_4"]


def test_small_worlds_differ_by_seed():
    spec = RolePlaySpec(workers=9, network={"kind": "small-world", "degree": 4, "rewiring": 0.4})
    assert len({str(spec.drawn(seed).links) for seed in range(20)}) > 10


@given(rounds=st.integers(1, 100), data=st.data())
def test_fabricated_rounds_have_as_many_violations_as_they_say(rounds, data):
    violations = data.draw(st.integers(0, rounds))
    order = data.draw(st.sampled_from(["drawn", "first", "last"]))
    made = Fabricated(rounds=rounds, violations=violations, order=order)
    for one in (made, made.drawn(data.draw(st.integers(0, 2**53)))):
        assert sum(one.violates(place) for place in range(rounds)) == violations
        assert one == Fabricated.model_validate(one.model_dump())
    if order != "drawn":
        assert made.drawn(3) == made


def test_more_violations_than_rounds_are_refused():
    with pytest.raises(ValidationError, match="3 violations in 2 rounds"):
        Fabricated(rounds=2, violations=3)


ANSWERS = st.lists(st.tuples(st.sampled_from([True, False, None]), st.booleans(), st.integers(-9, 9)), min_size=1)


@given(rounds=ANSWERS, principal=st.integers(-5, 5), third=st.integers(-5, 5))
def test_common_measures_add_up(rounds, principal, third):
    violated, watched, profits = zip(*rounds, strict=True)
    found = common_measures(violated, watched, profits, principal, third)
    broken, kept = violated.count(True), violated.count(False)
    assert found["violation_e6"] == tuple({True: SCALE, False: 0, None: None}[did] for did in violated)
    assert sum(found["watched_e6"]) == SCALE * sum(watched)
    assert sum(found["detected_e6"]) == SCALE * sum(did is True and saw for did, saw, _ in rounds)
    assert (found["share_violated_e6"] is None) == (broken + kept == 0)
    if broken + kept:
        assert abs(found["share_violated_e6"] / SCALE - broken / (broken + kept)) <= 0.5 / SCALE
    assert abs(found["share_of_all_e6"] / SCALE - broken / len(rounds)) <= 0.5 / SCALE
    assert found["welfare_e6"] == SCALE * (sum(profits) + principal + third)


def test_seats_that_the_scenario_plays_are_in_one_share_and_not_in_the_other():
    violated, alone = (True, True, False, None), (False, True, True, True)
    found = common_measures(violated, (False,) * 4, (0.0,) * 4, 0.0, 0.0, free=alone)
    assert (found["share_violated_e6"], found["share_free_violated_e6"]) == (666_667, 500_000)
    assert common_measures(violated, (False,) * 4, (0.0,) * 4, 0.0, 0.0)["share_free_violated_e6"] == 666_667
    nobody = common_measures(violated, (False,) * 4, (0.0,) * 4, 0.0, 0.0, free=(False, False, False, True))
    assert nobody["share_free_violated_e6"] is None, "the one who chose for itself gave no answer"


def test_where_the_rule_is_put_to_no_test_there_is_no_share_of_all():
    untested = common_measures((None, None), (False,) * 2, (0.0,) * 2, 0.0, 0.0, tested=False)
    assert untested["share_of_all_e6"] is None
    unread = common_measures((None, None), (False,) * 2, (0.0,) * 2, 0.0, 0.0)
    assert unread["share_of_all_e6"] == 0, "over all agents, whether they answered or not"
