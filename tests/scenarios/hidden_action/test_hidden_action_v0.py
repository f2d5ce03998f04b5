"""Hidden action is an environment like any other: PettingZoo's tests, seeds, measures, and the record."""

import pytest
from pettingzoo.test import api_test, max_cycles_test

from agoranomos.errors import UsageError
from agoranomos.markets.catalogue import described_market
from agoranomos.scenarios import hidden_action_v0
from conformance.market import MarketConformance

DRAWN = {"test_payoffs_are_the_rewards_of_a_round": "the game has expected payoffs; a round has an output or has not"}


class TestOneWorker(MarketConformance):
    factory = "agoranomos.scenarios.hidden_action_v0:parallel_env"
    exempt = DRAWN


class TestFlat(MarketConformance):
    factory = "agoranomos.scenarios.hidden_action_v0:parallel_env"
    options = {"workers": 2, "contract": {"wage": 5}, "routes": {"effort": ("worker_1", "worker_2")}}


class TestTournament(MarketConformance):
    factory = "agoranomos.scenarios.hidden_action_v0:parallel_env"
    options = {
        "workers": 3,
        "contract": {"wage": 1, "prize": 16},
        "routes": {"effort": ("worker_1", "principal"), "report": ("worker_1",), "pay": ("worker_2",)},
    }
    exempt = DRAWN


class TestRealWork(MarketConformance):
    factory = "agoranomos.scenarios.hidden_action_v0:parallel_env"
    options = {"work": "real", "contract": {"wage": 7, "bonus": 1}}
    exempt = DRAWN


class TestPrincipalWithASeat(MarketConformance):
    factory = "agoranomos.scenarios.hidden_action_v0:parallel_env"
    options = {"principal": "seat", "menu": ({"wage": 5.0}, {"bonus": 5.0}), "workers": 2}
    exempt = DRAWN


def test_pettingzoo_accepts_the_turn_based_view():
    api_test(hidden_action_v0.env(rounds=20, workers=2), num_cycles=60)


def test_pettingzoo_finds_as_many_rounds_as_it_asks_for():
    max_cycles_test(hidden_action_v0)


def test_the_record_gives_the_same_scenario_again():
    scenario = hidden_action_v0.parallel_env(work="real", contract={"wage": 2.5, "bonus": 0.1})
    again = described_market(scenario.describe())
    assert again == scenario.spec


def test_an_unknown_play_is_refused_with_the_nearest():
    scenario = hidden_action_v0.parallel_env()
    observations, _ = scenario.reset(seed=1)
    with pytest.raises(UsageError) as refused:
        scenario.play("shirkers", "worker_1", observations["worker_1"])
    assert "shirker" in str(refused.value.advice)


def test_a_round_can_be_read():
    scenario = hidden_action_v0.parallel_env(render_mode="ansi")
    scenario.reset(seed=1)
    scenario.step({"worker_1": (1, 2)})
    assert scenario.render() == f"round 1\n  worker_1: gave low effort, paid {scenario.outcome().pay[0]:g}"
