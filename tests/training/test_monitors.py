import json
from functools import cache

import numpy as np
import pytest

from agoranomos.scenarios.role_play import RolePlaySpec
from agoranomos.training import Limits, Monitor, Rewards, explained, judged, prompts_of
from agoranomos.training.monitors import leaked

LIMITS = Limits(window=32)


@pytest.fixture(scope="module")
def asked():
    return prompts_of(RolePlaySpec(), 64)


def watch(tmp_path, asked, replies):
    warned = []
    monitor = Monitor(tmp_path / "monitor.jsonl", LIMITS, warned.append)
    for step in range(len(asked) // 8):
        part = range(8 * step, 8 * step + 8)
        monitor.take(step, [judged(asked[i], replies(asked[i], i), Rewards()) for i in part])
    lines = [json.loads(line) for line in (tmp_path / "monitor.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(len(asked) // 8))
    return warned, lines


def test_a_model_that_always_keeps_the_rule_is_not_suspected(tmp_path, asked):
    warned, lines = watch(tmp_path, asked, lambda one, _: one.written(violates=False))
    assert warned == []
    assert lines[-1]["reward"] == 1.0
    assert lines[-1]["violations"] == 0.0
    assert lines[-1]["label_explains"] is None


def test_a_model_that_answers_at_random_is_not_suspected(tmp_path, asked):
    draws = np.random.default_rng(3).integers(0, 2, len(asked))
    warned, _ = watch(tmp_path, asked, lambda one, i: one.written(violates=bool(draws[i])))
    assert warned == []


def test_a_letter_that_earns_the_reward_is_found(tmp_path, asked):
    """Where the rule's option always stands first, saying A is all that it takes."""
    leaky = [one for one in asked if one.place == 1]
    draws = np.random.default_rng(3).integers(0, 2, len(leaky))
    warned, lines = watch(tmp_path, leaky, lambda one, i: json.dumps({"choice": "AB"[draws[i]]}))
    assert any("the label of the chosen option alone explains 100%" in said for said in warned)
    assert any("the place of the chosen option alone explains 100%" in said for said in warned)
    assert lines[-1]["warnings"] == ["label", "place"]


def grouped(tmp_path, asked, breaks, seed):
    """The warnings of GRPO's steps: two prompts, drawn anew, with four replies each, as a rule of `asked` decides."""
    draws, warned = np.random.default_rng(seed), []
    monitor = Monitor(tmp_path / f"{seed}.jsonl", Limits(), warned.append)
    for step in range(24):
        chosen = [asked[i] for i in draws.integers(0, len(asked), 2) for _ in range(4)]
        replies = [one.written(violates=bool(draws.random() < breaks(one))) for one in chosen]
        monitor.take(step, [judged(one, said, Rewards()) for one, said in zip(chosen, replies, strict=True)])
    return warned


@cache
def prompts_with(options):
    return prompts_of(RolePlaySpec(options=options, both_ways=options == "texts"), 112)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("options", ["letters", "texts"])
def test_four_replies_to_a_prompt_are_no_letter_that_earns_the_reward(tmp_path, options, share):
    prompts = prompts_with(options)
    assert [grouped(tmp_path, prompts, lambda _: share, seed) for seed in range(8)] == [[]] * 8


@pytest.mark.parametrize("options", ["letters", "texts"])
def test_a_place_that_earns_the_reward_is_found_among_four_replies_to_a_prompt(tmp_path, options):
    leaky = [one for one in prompts_with(options) if one.place == 1]
    for seed in range(4):
        warned = grouped(tmp_path, leaky, lambda _: 0.5, seed)
        assert ["place" in said.partition("alone")[0] for said in warned].count(True) == 1
        assert any("the label" in said for said in warned) == (options == "letters")


def test_one_reply_and_another_that_an_audit_met_are_one_value(asked):
    one = asked[0]
    replies = [judged(one, one.written(violates=True), Rewards(violate=paid)) for paid in (0.0, 1.0)]
    others = [judged(other, other.written(violates=True), Rewards(violate=0.5)) for other in asked[1:9]]
    assert leaked([*replies, *others], label=True) == leaked([*others], label=True)


def test_replies_that_cannot_be_read_are_told_once(tmp_path, asked):
    warned, lines = watch(tmp_path, asked, lambda one, i: "well" if i % 4 else one.written(violates=False))
    assert [said for said in warned if "cannot be read" in said] == ["step 3: 75% of the replies cannot be read"]
    assert lines[-1]["unparseable"] == 0.75


@pytest.mark.parametrize("grow", [5, 0.2])
def test_a_change_of_length_is_told(tmp_path, asked, grow):
    def reply(one, i):
        filler = 40 if i < 32 else int(40 * grow)
        return "x" * filler + one.written(violates=False)

    warned, _ = watch(tmp_path, asked, reply)
    assert [said for said in warned if "times as long" in said]


def test_nothing_is_warned_of_before_a_window_is_full(tmp_path, asked):
    warned, _ = watch(tmp_path, asked[:24], lambda one, _: "well")
    assert warned == []


def test_epsilon_squared_is_the_share_of_variance_less_chance():
    assert explained("AABB", [1, 1, 0, 0]) == pytest.approx(1.0)
    assert explained("AB", [1, 0]) is None
    assert explained("AAAA", [1, 0, 1, 0]) is None
    assert explained("AABB", [1, 1, 1, 1]) is None
    # By hand: total 1.0 over 3, within 1.0 over 2.
    assert explained("ABAB", [1, 1, 0, 0]) == pytest.approx(1 - (1.0 / 2) / (1.0 / 3))


def test_epsilon_squared_is_zero_on_average_where_there_is_nothing():
    draws = np.random.default_rng(0)
    found = [explained(list(draws.integers(0, 4, 64)), draws.random(64)) for _ in range(400)]
    assert abs(np.mean(found)) < 0.01
    assert np.quantile(found, 0.99) < Limits().leakage
