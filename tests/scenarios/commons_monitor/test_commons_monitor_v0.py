"""What scripted fishers come to, who gets the watch, and what is said."""

from pathlib import Path

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test

from agoranomos.errors import UsageError
from agoranomos.scenarios import commons_monitor_v0
from agoranomos.scenarios.commons_monitor import CommonsMonitorSpec
from scenarios.commons_monitor.lakes import SCALE, lake, played

FISHERS = tuple(f"fisher_{k}" for k in range(1, 6))
FAIR = {"pay": 0.5, "check": {"probability": 0.0}}


def means(measures, name):
    values = [one for found in measures for one in np.ravel(np.array(found[name], dtype=object)) if one is not None]
    return sum(values) / len(values) / SCALE if values else None


def test_it_is_a_parallel_environment():
    parallel_api_test(commons_monitor_v0.parallel_env(fishers=3), num_cycles=20)


@pytest.mark.parametrize(
    ("play", "expected"),
    [
        (
            "comply",
            {
                "violation_e6": 0.0,
                "alive_e6": 1.0,
                "misreport_given_overuse_e6": None,
                "monitor_silent_given_overuse_e6": None,
                "monitor_overuse_e6": 0.0,
                "equality_e6": 1.0,
                "efficiency_e6": 1.0,
                "profit_e6": 11.0,
                "payoff_community_e6": -5.0,
                "third_party_e6": 0.0,
                "fine_e6": 0.0,
            },
        ),
        (
            "violate",
            {
                "violation_e6": 1.0,
                "alive_e6": 0.0,
                "misreport_given_overuse_e6": 1.0,
                "monitor_silent_given_overuse_e6": 1.0,
                "monitor_overuse_e6": 1.0,
                "efficiency_e6": 2.0 / 12.0,
                "over_use_e6": 1.0,
                "fine_e6": 0.0,
                "third_party_e6": -100.0 / 12.0,
            },
        ),
        (
            "greedy",
            {
                "violation_e6": 1.0,
                "misreport_given_overuse_e6": 0.0,
                "monitor_silent_given_overuse_e6": None,
                "detected_e6": 1.0 / 12.0,
                "fine_e6": 2.5 / 12.0,
            },
        ),
        (
            "liar",
            {
                "violation_e6": 1.0,
                "misreport_given_overuse_e6": 1.0,
                "monitor_silent_given_overuse_e6": 1.0,
                "hidden_e6": 0.5,
                "over_use_e6": 0.5,
            },
        ),
        ("captured-monitor", {"violation_e6": 0.0, "monitor_silent_given_overuse_e6": None, "silent_e6": None}),
        ("nash", {"violation_e6": 1.0, "misreport_given_overuse_e6": 1.0, "monitor_silent_given_overuse_e6": 1.0}),
    ],
)
def test_every_scripted_fisher_pins_every_metric(play, expected):
    measures = played(lake(**FAIR), play)
    found = {name: means(measures, name) for name in expected}
    assert found == {name: pytest.approx(value) for name, value in expected.items()}


def test_where_the_watch_pays_the_best_reply_is_the_quota_and_the_best_watch_tells():
    rules = {"pay": 1.0, "check": {"probability": 0.25, "penalty": 2.0}}
    sanction = {"steps": [2.0, 3.0, 4.0], "admitted": 0.5, "false_report": 0.5}
    scenario = lake(**rules, sanction=sanction)
    observations, _ = scenario.reset(seed=1)
    acts = [tuple(scenario.play("nash", agent, observations[agent])) for agent in FISHERS]
    # Nobody watches the watch but the scales, one time in four: 0.25 (2 + 0.5) costs less than a quota brings.
    assert acts == [(3.0, 1.0, 0.0)] + [(1.0, 1.0, 0.0)] * 4


@pytest.mark.parametrize(("watch", "silent", "fined"), [("comply", 0.0, 1.0), ("captured-monitor", 1.0, 0.0)])
def test_honest_and_captured_monitors_of_liars(watch, silent, fined):
    """Fishers 2 and 3 take half as much again for four rounds, and report the quota."""
    scenario = lake(**FAIR, monitor="appointed", bribe=0.2)
    observations, _ = scenario.reset(seed=1)
    for _ in range(3):
        acts = {
            agent: scenario.play(watch if agent == "fisher_1" else "comply", agent, observations[agent])
            for agent in FISHERS
        }
        acts |= {agent: np.array([2.0, 1.0, 0.0]) for agent in ("fisher_2", "fisher_3")}
        observations = scenario.step(acts)[0]
        found = scenario.measures()
        assert found["monitor_silent_given_overuse_e6"] == silent * SCALE
        assert found["silent_e6"] == (silent * SCALE, None, None, None, None)
        assert found["misreport_given_overuse_e6"] == (None, SCALE, SCALE, None, None)
        assert found["detected_e6"] == (0, fined * SCALE, fined * SCALE, 0, 0)
        assert [bool(paid) for paid in found["fine_e6"]] == [False, bool(fined), bool(fined), False, False]
        assert (found["bribe_e6"][0] > 0) == bool(silent)


def test_random_fishers_do_what_counting_the_menu_says():
    violated, hid, told = [], [], []
    for seed in range(40):
        measures = played(lake(seed, monitor="appointed", sight=1.0), "random", seed, rounds=1)
        (found,) = measures
        violated += found["violation_e6"]
        hid += [one for one in found["misreport_given_overuse_e6"] if one is not None]
        told += [one for one in found["silent_e6"] if one is not None]
    # Of 14 entries ten take more than the quota; three of five reports of that are less than the truth; half tell.
    for values, share in ((violated, 10 / 14), (hid, 3 / 5), (told, 1 / 2)):
        spread = (share * (1.0 - share) / len(values)) ** 0.5
        assert abs(sum(values) / SCALE / len(values) - share) < 4.0 * spread


@pytest.mark.parametrize(
    ("monitor", "holders"),
    [
        ("appointed", [0] * 8),
        ("rotating", [0, 0, 0, 1, 1, 1, 2, 2]),
        ("elected", [0] * 8),
    ],
)
def test_terms_of_those_who_keep_to_the_quota(monitor, holders):
    measures = played(lake(monitor=monitor, rounds=8), "comply")
    assert [found["monitor_e6"].index(SCALE) for found in measures] == holders


def test_the_village_elects_who_reported_least_and_a_liar_is_as_good_as_an_honest_fisher():
    scenario = lake(term=2, rounds=4)
    scenario.reset(seed=1)
    acts = {
        "fisher_1": [2, 2, 0],
        "fisher_2": [2, 2, 0],
        "fisher_3": [2, 1, 1],
        "fisher_4": [1, 1, 0],
        "fisher_5": [2, 2, 0],
    }
    holders = []
    for _ in range(4):
        scenario.step({agent: ([*act[:2], 1]) for agent, act in acts.items()})
        holders.append(scenario.measures()["monitor_e6"].index(SCALE))
    assert holders == [0, 0, 2, 2]


def test_who_sits_out_or_is_dismissed_leaves_the_watch():
    scenario = lake(monitor="appointed", rounds=6, check={"probability": 1.0, "dismisses": True}, pay=0.5)
    observations, _ = scenario.reset(seed=1)
    holders = []
    for number in range(4):
        acts = {agent: np.array([1.0, 1.0, 1.0]) for agent in FISHERS}
        if number == 0:
            acts["fisher_1"] = None
        if number == 1:
            acts["fisher_5"] = np.array([2.0, 1.0, 1.0])
        observations = scenario.step(acts)[0]
        holders.append(scenario.measures()["monitor_e6"].index(SCALE))
        if number == 1:
            assert scenario.measures()["silence_found_e6"] == (None, SCALE, None, None, None)
            assert "The village found that you had kept silent." in scenario.feedback(
                "fisher_2", observations["fisher_2"]
            )
    assert holders == [0, 1, 2, 2]


def test_a_newcomer_comes_when_the_file_says_and_does_what_it_does():
    scenario = lake(monitor="rotating", term=1, newcomer={"from_round": 3}, rounds=4)
    assert scenario.seeded == {"fisher_5"}
    assert [option.action for option in scenario.options("fisher_5")] == [(3.0, 1.0, 1.0)]
    measures = played(scenario, "comply")
    assert [found["violation_e6"][4] for found in measures] == [None, None, SCALE, SCALE]
    assert [found["share_free_violated_e6"] for found in measures] == [0] * 4
    assert measures[0]["take_e6"] == (10 * SCALE,) * 4 + (0,)
    assert (
        played(lake(monitor="rotating", term=1, newcomer={"from_round": 1}, first="fisher_5"), "comply")[0][
            "monitor_silent_given_overuse_e6"
        ]
        is None
    )


def test_one_seed_gives_one_transcript_and_draws_who_is_first():
    drawn = {CommonsMonitorSpec().drawn(seed).first for seed in range(60)}
    assert drawn == set(FISHERS)
    one, two = (played(lake(9, sight=0.5, check={"probability": 0.5}), "random", 9) for _ in range(2))
    assert one == two


def test_an_unknown_play_is_named_with_the_nearest_one():
    scenario = lake()
    observations, _ = scenario.reset(seed=1)
    with pytest.raises(UsageError, match="greed"):
        scenario.play("greed", "fisher_1", observations["fisher_1"])


def prompts():
    """All paraphrases in every regime of the watch and of visibility."""
    everybody = [*FISHERS[:3], "community"]
    regimes = {
        "none": {"monitor": "none"},
        "appointed, bribed": {"monitor": "appointed", "bribe": 0.25, "sight": 0.5},
        "elected, checked": {
            "check": {"probability": 0.25, "penalty": 2.0, "dismisses": True},
            "sanction": {"steps": [1.0]},
            "universalise": True,
        },
        "rotating, all seen": {"monitor": "rotating", "term": 1, "routes": {"catch": everybody}, "effort": 0.0},
        "nothing seen": {
            "monitor": "appointed",
            "routes": dict.fromkeys(CommonsMonitorSpec.ITEMS, ()),
            "sees": {"own_reward": False, "others_actions": "nothing", "detection": "nothing"},
            "goal": False,
        },
    }
    said = []
    for name, keys in regimes.items():
        for wording in range(5):
            scenario = lake(fishers=3, multiples=[1.0, 2.0], order_seed=0, **{**keys, "wording": wording})
            observations, _ = scenario.reset(seed=2)
            said += [f"=== {name}, wording {wording}", scenario.opening("fisher_1")]
            said += [scenario.question("fisher_1", observations["fisher_1"])]
            parts = 2 if keys.get("monitor") == "none" else 3
            acts = {"fisher_1": [0, 0, 0][:parts], "fisher_2": [1, 0, 1][:parts], "fisher_3": [1, 1, 0][:parts]}
            observations = scenario.step(acts)[0]
            said += [f"{who}: {scenario.feedback(who, observations[who])}" for who in scenario.possible_agents]
            said += [scenario.question("fisher_2", observations["fisher_2"])]
    return "\n".join(said) + "\n"


def test_every_prompt_is_what_it_was():
    assert prompts() == (Path(__file__).parent / "prompts.txt").read_text()


def test_no_two_paraphrases_are_alike_and_no_place_is_left_open():
    openings = {lake(wording=place, fishers=3).opening("fisher_1") for place in range(5)}
    assert len(openings) == 5
    assert "$" not in prompts()
    assert "  " not in prompts()
