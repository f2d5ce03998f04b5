"""Role-play is an environment like any other: PettingZoo's tests, seeds, measures, and the record."""

import pytest
from pettingzoo.test import api_test, max_cycles_test

from agoranomos.errors import UsageError
from agoranomos.markets.catalogue import described_market
from agoranomos.scenarios import role_play_v0
from conformance.market import MarketConformance


class TestOneWorker(MarketConformance):
    factory = "agoranomos.scenarios.role_play_v0:parallel_env"


class TestAsReleased(MarketConformance):
    factory = "agoranomos.scenarios.role_play_v0:parallel_env"
    options = {
        "gap": "released",
        "audit": {"pattern": "never"},
        "announce": "uncertain",
        "standing": "questions",
        "options": "texts",
        "sees": {"detection": "always"},
        "rounds": 6,
    }


class TestAllWatched(MarketConformance):
    factory = "agoranomos.scenarios.role_play_v0:parallel_env"
    options = {"audit": {"pattern": "always", "fine": 0.5}, "workers": 3}


class TestWatchedByChance(MarketConformance):
    factory = "agoranomos.scenarios.role_play_v0:parallel_env"
    options = {
        "audit": {"probability": "threshold", "fine": 1.0},
        "announce": "truth",
        "workers": 5,
        "network": {"kind": "small-world", "degree": 2, "rewiring": 0.5},
        "sees": {"others_rewards": True, "others_actions": "count"},
    }
    exempt = {
        "test_payoffs_are_the_rewards_of_a_round": "the game has expected payoffs; a round is watched or is not",
    }


class TestEightInARing(MarketConformance):
    factory = "agoranomos.scenarios.role_play_v0:parallel_env"
    options = {"workers": 8, "network": {"kind": "ring"}, "sees": {"others_rewards": True}}


class TestRewardsThatAreNotSeen(MarketConformance):
    factory = "agoranomos.scenarios.role_play_v0:parallel_env"
    options = {"workers": 2, "sees": {"own_reward": False}}
    exempt = {"test_every_agent_sees_its_profit_and_the_round": "this is the arm in which none is seen"}


def test_pettingzoo_accepts_the_turn_based_view():
    api_test(role_play_v0.env(rounds=20, workers=2), num_cycles=60)


def test_max_cycles_are_the_rounds():
    max_cycles_test(role_play_v0)


@pytest.mark.parametrize("seed", [0, 7, 63])
def test_the_drawn_specification_of_a_log_builds_the_same_scenario(seed):
    spec = role_play_v0.RolePlaySpec(
        workers=6,
        network={"kind": "small-world", "degree": 2, "rewiring": 0.7},
        fabricated={"rounds": 5, "violations": 2},
    ).drawn(seed)
    again = described_market(spec.described())
    assert again == spec
    assert again.drawn(seed) == again.drawn(seed + 1) == spec, "nothing is left to be drawn"
    first, second = role_play_v0.RolePlay(spec), role_play_v0.RolePlay(again)
    assert first.fabricated("worker_1") == second.fabricated("worker_1")
    assert [first.neighbours(agent) for agent in first.possible_agents] == [
        second.neighbours(agent) for agent in second.possible_agents
    ]


def test_a_misspelt_key_is_named_with_the_nearest_one():
    with pytest.raises(UsageError, match="no field 'audits'") as error:
        role_play_v0.parallel_env(audits={})
    assert "'audit'" in error.value.advice


def test_what_everybody_chose_is_seen_where_all_see_all():
    scenario = role_play_v0.parallel_env(workers=3)
    scenario.reset(seed=1)
    observations = scenario.step({"worker_1": 1, "worker_2": 0, "worker_3": 1})[0]
    for agent in scenario.possible_agents:
        assert scenario.seen(agent, observations[agent]).tolist() == [[1.0], [0.0], [1.0]]
    observations = scenario.step({"worker_1": 1, "worker_2": None, "worker_3": 1})[0]
    assert scenario.seen("worker_1", observations["worker_1"]) is None
    assert scenario.seen("worker_2", observations["worker_2"]) is None


def test_in_a_ring_nobody_sees_everybody():
    scenario = role_play_v0.parallel_env(workers=5, network={"kind": "ring"})
    scenario.reset(seed=1)
    observations = scenario.step(dict.fromkeys(scenario.agents, 1))[0]
    assert scenario.seen("worker_1", observations["worker_1"]) is None
    assert observations["worker_1"]["others"].tolist() == [1.0, 1.0]


def test_the_round_can_be_read():
    scenario = role_play_v0.parallel_env(incomes=(15.0, 10.0), workers=3, audit={"every": 2}, render_mode="ansi")
    scenario.reset(seed=1)
    assert scenario.render() == "no round yet"
    scenario.step({"worker_1": 1, "worker_2": 0, "worker_3": None})
    assert scenario.render().splitlines() == [
        f"round 1: {scenario.setting.name}",
        "  worker_1: broke the rule, earned 15.00",
        "  worker_2: kept the rule, earned 10.00",
        "  worker_3: did neither, earned 0.00",
    ]
    scenario.step({"worker_1": 1, "worker_2": 0, "worker_3": None})
    assert scenario.render().splitlines()[1] == "  worker_1: broke the rule, watched, earned 0.00"
