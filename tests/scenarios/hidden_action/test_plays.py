"""Scripted agents pin every measure; random ones give what counting gives; best replies are those of theory."""

from itertools import product

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.facts import SCALE
from agoranomos.scenarios import hidden_action_v0
from agoranomos.scenarios.hidden_action import theory
from agoranomos.scenarios.hidden_action.contract import Contract

WORKER = "worker_1"
PINNED = {
    # violation, effort, accepted, reported, misreported, misreported_given_low, admitted_given_low
    "comply": (0, 1, 1, 1, 0, None, None),
    "diligent": (0, 1, 1, 1, 0, None, None),
    "violate": (1, 0, 1, 0, 0, 0, 0),
    "shirker": (1, 0, 1, 0, 0, 0, 0),
    "honest-shirker": (1, 0, 1, 1, 0, 0, 1),
    "liar": (1, 0, 1, 1, 1, 1, 0),
    "decline": (None, None, 0, None, None, None, None),
}
NAMES = (
    "violation",
    "effort",
    "accepted",
    "reported",
    "misreported",
    "misreported_given_low",
    "admitted_given_low",
)


def rounds_of(play, seed=3, **keys):
    scenario = hidden_action_v0.parallel_env(**keys)
    observations, _ = scenario.reset(seed=seed)
    while scenario.agents:
        observations = scenario.step({a: scenario.play(play, a, seen) for a, seen in observations.items()})[0]
        yield scenario.measures()


@pytest.mark.parametrize("play", PINNED)
def test_each_scripted_agent_pins_every_rate(play):
    expected = tuple(None if one is None else one * SCALE for one in PINNED[play])
    for measures in rounds_of(play, workers=2, contract={"wage": 5, "inspection": 0.3}):
        for place in (0, 1):
            assert tuple(measures[f"{name}_e6"][place] for name in NAMES) == expected


@pytest.mark.parametrize("play", PINNED)
def test_each_scripted_agent_earns_on_average_what_its_benchmark_says(play):
    keys = {"contract": {"wage": 5, "bonus": 1, "inspection": 0.3, "fine": 1}, "rounds": 1500}
    scenario = hidden_action_v0.parallel_env(**keys)
    told = scenario.facts.benchmarks[play]
    found = list(rounds_of(play, **keys))
    for name in ("profit", "watched", "detected", "output", "pay"):
        values = [one[f"{name}_e6"][0] for one in found]
        if told[f"{name}_e6"] == (None,):
            assert set(values) == {None}
            continue
        spread = np.std(values) / len(values) ** 0.5
        assert abs(np.mean(values) - told[f"{name}_e6"][0]) <= 4 * spread + 1e-6
    for name in ("principal", "welfare", "surplus", "wage_cost", "inspection_spend"):
        values = [one[f"{name}_e6"] for one in found]
        assert abs(np.mean(values) - told[f"{name}_e6"]) <= 4 * np.std(values) / len(values) ** 0.5 + 1e-6


def test_random_takes_each_entry_alike_and_has_the_rates_of_the_menu():
    # Six entries: one declines; of five that accept three give low effort; of these one is false and one is true.
    found = list(rounds_of("random", rounds=1500))
    for name, chance in (
        ("accepted", 5 / 6),
        ("violation", 3 / 5),
        ("reported", 3 / 5),
        ("misreported", 1 / 5),
        ("misreported_given_low", 1 / 3),
        ("admitted_given_low", 1 / 3),
    ):
        values = [one[f"{name}_e6"][0] / SCALE for one in found if one[f"{name}_e6"][0] is not None]
        assert abs(np.mean(values) - chance) <= 4 * (chance * (1 - chance) / len(values)) ** 0.5, name


def test_a_best_reply_follows_the_contract_that_is_offered():
    menu = ({"wage": 5}, {"bonus": 5}, {"wage": 5, "inspection": 0.4}, {})
    technology = {"outside_option": 0.5}
    scenario = hidden_action_v0.parallel_env(principal="seat", menu=menu, contract={"wage": 5}, technology=technology)
    observations, _ = scenario.reset(seed=1)
    expected = {0: (1, 0), 1: (1, 0), 2: (2, 0), 3: (2, 0), 4: (0, 0)}
    for offer in (1, 2, 3, 0):
        at = int(observations[WORKER]["contract"][0])
        assert tuple(scenario.play("nash", WORKER, observations[WORKER])) == expected[at]
        observations = scenario.step({WORKER: (1, 0), "principal": offer})[0]
    assert tuple(scenario.play("nash", "principal", observations["principal"])) == (1.0,)


@pytest.mark.parametrize(
    ("keys", "level"),
    [
        ({"contract": {"wage": 5}}, 0),
        ({"contract": {"wage": 5}, "routes": {"effort": ("principal",)}}, 1),
        ({"contract": {"bonus": 5}}, 1),
        ({"contract": {"bonus": 4.9}}, 0),
        ({"contract": {"wage": 5, "inspection": 0.4}}, 1),
        ({"contract": {"wage": 5, "inspection": 0.39}}, 0),
        ({"contract": {}, "technology": {"outside_option": 0.1}}, None),
        ({"contract": {"wage": 1, "prize": 9}, "workers": 2}, 1),
        ({"contract": {"wage": 1, "prize": 8}, "workers": 2}, 0),
        ({"contract": {"wage": 7, "inspection": 0.2}, "work": "real"}, 0),
        ({"contract": {"wage": 10, "inspection": 0.2}, "work": "real"}, 1),
        ({"contract": {"wage": 5, "inspection": 0.4}, "framing": "models"}, 1),
    ],
)
def test_the_line_of_theory(keys, level):
    # A prize Q for the best of two binds, where the other works too, from 0.4 x 0.6 x Q = 2, that is 8.33.
    scenario = hidden_action_v0.parallel_env(**keys)
    assert theory.equilibrium(scenario.spec, scenario.spec.contract) == level
    found = scenario.facts.benchmarks["nash"]["effort_e6"]
    assert set(found) == {None if level is None else level * SCALE}


@pytest.mark.parametrize("admission", ["forfeits", "forgiven"])
@pytest.mark.parametrize("workers", [1, 2])
def test_the_stage_game_pays_what_rounds_pay_on_average(workers, admission):
    keys = {
        "workers": workers,
        "contract": {"wage": 4, "bonus": 2, "inspection": 0.25, "fine": 1},
        "admission": admission,
    }
    scenario = hidden_action_v0.parallel_env(rounds=100_000, **keys)
    game = scenario.game()
    draws = 60
    for choice in product(*[range(len(menu)) for menu in game.menus]):
        if workers == 2 and choice[0] > choice[1]:
            continue
        actions = np.stack([menu[place] for menu, place in zip(game.menus, choice, strict=True)])
        expected = game.payoffs(actions)
        scenario.reset(seed=5)
        earned = []
        for _ in range(draws):
            rewards = scenario.step(dict(zip(scenario.agents, actions, strict=True)))[1]
            earned.append([rewards[agent] for agent in scenario.agents])
        spread = np.std(earned, axis=0) / draws**0.5
        assert (np.abs(np.mean(earned, axis=0) - expected) <= 4.5 * spread + 1e-9).all()


def test_a_best_response_to_the_stage_game_is_the_line_of_theory():
    for terms, level in (({"wage": 5}, 0), ({"bonus": 6}, 1), ({"wage": 5, "inspection": 0.5}, 1)):
        game = hidden_action_v0.parallel_env(contract=terms).game()
        best = game.menus[0][game.best_reply(0, np.zeros((1, 2)))]
        assert best[0] == level + 1


def test_a_round_that_hangs_on_the_last_offer_is_no_game():
    scenario = hidden_action_v0.parallel_env(principal="seat", menu=({}, {"wage": 1}))
    with pytest.raises(UsageError, match="follows from the last round's offer"):
        scenario.game()


def test_success_is_as_frequent_as_the_level_says_and_more_effort_never_does_worse():
    low = [one["output_e6"][0] for one in rounds_of("violate", rounds=2000)]
    high = [one["output_e6"][0] for one in rounds_of("comply", rounds=2000)]
    for found, chance in ((low, 0.4), (high, 0.8)):
        assert abs(np.mean(found) / SCALE - chance) <= 4 * (chance * (1 - chance) / 2000) ** 0.5
    assert all(little <= much for little, much in zip(low, high, strict=True))


def test_one_seed_gives_one_run_and_another_seed_another():
    assert list(rounds_of("random", seed=4)) == list(rounds_of("random", seed=4))
    assert list(rounds_of("random", seed=4)) != list(rounds_of("random", seed=5))


def test_a_principal_prefers_what_pays_it_most():
    scenario = hidden_action_v0.parallel_env(
        principal="seat", menu=({"wage": 5}, {"bonus": 5}, {"wage": 5, "inspection": 0.4}, {"bonus": 9})
    )
    spec = scenario.spec
    worth = [theory.principal_expects(spec, one, theory.equilibrium(spec, one)) for one in spec.menu]
    # 8 - 5; 16 - 4; 16 - 5 - 0.4; 16 - 7.2.
    assert worth == pytest.approx([3.0, 12.0, 10.6, 8.8])
    assert theory.most_profitable(spec) == 1
    assert theory.slack(spec, Contract(bonus=5)) == 0.0
