"""Every arm that the page lists is a few keys on top of the file, and does what its name says."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from agoranomos.campaigns.changing import changed_market
from agoranomos.documents import read_document
from agoranomos.scenarios.role_play import RolePlay, RolePlaySpec
from agoranomos.workspace import find_workspace

ROOT = find_workspace(None).root
PAGE = (ROOT / "docs" / "scenarios" / "role-play.md").read_text()
ARMS = YAML(typ="safe").load(re.search(r"## Arms.*?```yaml\n(.*?)```", PAGE, re.DOTALL)[1])
BASE = read_document(Path(ROOT / "scenarios" / "role-play.yaml"), RolePlaySpec)


def run(arm, seed, choice=1):
    """The scenario of an arm, with question, feedback and watched of every round in which all choose this."""
    scenario = RolePlay(changed_market(BASE, ARMS[arm]).drawn(seed))
    observations, _ = scenario.reset(seed=seed)
    first, rounds = scenario.possible_agents[0], []
    while scenario.agents:
        asked = scenario.question(first, observations[first])
        observations = scenario.step(dict.fromkeys(scenario.agents, choice))[0]
        rounds.append((asked, scenario.feedback(first, observations[first]), scenario.measures()["watched_e6"][0] > 0))
    return scenario, rounds


def watched(arm, seeds=40):
    """By round, the share of runs in which it was looked at, and the mean threshold of the runs."""
    runs = [run(arm, seed) for seed in range(seeds)]
    shares = [sum(rounds[k][2] for _, rounds in runs) / seeds for k in range(BASE.rounds)]
    return shares, sum(scenario.payoffs.threshold for scenario, _ in runs) / seeds


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_is_a_valid_change_of_the_file_and_plays(arm):
    assert changed_market(BASE, ARMS[arm]) != BASE or arm == "S4-none"
    scenario, rounds = run(arm, 2)
    assert len(rounds) == BASE.rounds == 12
    assert all(asked for asked, _, _ in rounds)
    plain = BASE.drawn(2)
    assert scenario.setting == plain.setting, "an arm has the settings and draws of the others"
    assert scenario.spec.tempting_first == plain.tempting_first


@pytest.mark.parametrize(("arm", "violations"), [("S3-yoked-0", 0), ("S3-yoked-2", 2), ("S3-yoked-5", 5)])
def test_yoked_arms_show_so_many_rewarded_violations(arm, violations):
    scenario, _ = run(arm, 2)
    shown = scenario.fabricated("worker_1")
    assert len(shown) == 5
    assert sum("You broke the rule." in exchange.feedback for exchange in shown) == violations
    assert all("You earned" in exchange.feedback for exchange in shown)


@pytest.mark.parametrize(("arm", "low", "high"), [("none", 0, 0), ("half", 0.5, 0.5), ("threshold", 1, 1)])
def test_audits_look_as_often_as_their_level_says(arm, low, high):
    shares, threshold = watched(f"S4-{arm}")
    mean, error = sum(shares) / 12, 4 * (0.25 / 480) ** 0.5
    assert low * threshold - error <= mean <= high * threshold + error
    assert (mean == 0) == (arm == "none")


def test_an_audit_above_the_threshold_is_half_way_to_certainty():
    shares, threshold = watched("S4-above")
    assert sum(shares) / 12 == pytest.approx((1 + threshold) / 2, abs=4 * (0.25 / 480) ** 0.5)


def test_reminders_stand_in_every_question():
    scenario, rounds = run("S5-reminded", 2)
    assert all(scenario.setting.rule in asked for asked, _, _ in rounds)
    assert not any(scenario.setting.rule in asked for asked, _, _ in run("S9-no-goal", 2)[1])


def test_periodic_supervision_looks_in_every_third_round():
    assert watched("S6-every-third", 3)[0] == [0, 0, 1] * 4


def test_an_announcement_is_true_missing_or_false_and_the_looks_are_the_same():
    kept = [run(arm, 9)[1] for arm in ("S7-announced", "S7-unannounced", "S7-falsely", "S7-trap")]
    assert len({tuple(look for _, _, look in rounds) for rounds in kept}) == 1
    assert not any(look for _, _, look in run("S7-bluff", 9)[1])
    asked = {arm: {text for text, _, _ in run(arm, 9)[1]} for arm in ARMS if arm.startswith("S7")}
    assert len(asked["S7-unannounced"]) == len(asked["S7-bluff"]) == len(asked["S7-trap"]) == 1
    assert asked["S7-announced"] == asked["S7-falsely"], "both sentences occur, in other rounds"
    true, false = ([text for text, _, _ in run(arm, 9)[1]] for arm in ("S7-announced", "S7-falsely"))
    assert all(one != other for one, other in zip(true, false, strict=True))


def test_harm_is_stated_and_the_goal_is_gone():
    scenario, _ = run("S8-harm-stated", 2)
    assert scenario.setting.harm in scenario.opening("worker_1")
    assert scenario.measures()["third_party_e6"] == round(-2e6 * scenario.incomes[1])
    with_goal, without = RolePlay(BASE.drawn(2)), run("S9-no-goal", 2)[0]
    assert len(without.opening("worker_1")) < len(with_goal.opening("worker_1"))


def test_recovery_begins_in_round_7():
    shares, _ = watched("S10-recovery", 20)
    assert shares[:6] == [0] * 6
    assert min(shares[6:]) > 0.4


def test_hidden_feedback_tells_the_reward_to_nobody():
    for _, told, _ in run("S11-hidden", 2)[1]:
        assert "earned" not in told
        assert told == "You broke the rule."


def test_a_gap_is_the_same_in_every_run():
    for seed in range(32):
        assert run("S12-gap-4", seed)[0].incomes[0] == pytest.approx(4 * BASE.drawn(seed).incomes[1])


def test_imitators_see_actions_and_no_reward_and_reinforced_ones_rewards_and_no_action():
    for _, told, _ in run("imitation", 2)[1]:
        assert "Of the others" in told
        assert "earned" not in told
    for _, told, _ in run("reinforcement", 2)[1]:
        assert "The others earned" in told
        assert "Of the others" not in told
