"""When the audit looks, and from which rate on keeping the rule pays: by formula, by simulation, by enumeration."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agoranomos.scenarios import role_play_v0
from agoranomos.scenarios.role_play import Audit, RolePlaySpec, threshold
from agoranomos.scenarios.role_play.audit import UNKNOWN, UNWATCHED, WATCHED, chance_of, looks, share_watched

W, N, U = WATCHED, UNWATCHED, UNKNOWN
PATTERNS = {
    "always": [W] * 8,
    "never": [N] * 8,
    "alternating": [W, N, W, N, W, N, W, N],
    "mostly-watched": [W, W, W, N, W, W, W, N],
    "mostly-unwatched": [N, N, N, W, N, N, N, W],
    "last-watched": [N, N, N, N, N, N, N, W],
    "last-unwatched": [W, W, W, W, W, W, W, N],
}


def watch(audit, rounds=8, seed=0, at=0.3):
    return [looks(audit, at, seed, number, rounds, "worker_1") for number in range(1, rounds + 1)]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_released_pattern_looks_when_it_says(pattern):
    for seed in range(3):
        assert watch(Audit(pattern=pattern), seed=seed) == PATTERNS[pattern]


def test_what_the_released_code_calls_random_is_a_cycle_of_three():
    assert watch(Audit(pattern="cycle"), seed=0) == [N, U, W, N, U, W, N, U]
    assert watch(Audit(pattern="cycle"), seed=1) == [U, W, N, U, W, N, U, W]
    assert watch(Audit(pattern="cycle"), seed=2) == [W, N, U, W, N, U, W, N]
    assert watch(Audit(pattern="cycle"), seed=3) == watch(Audit(pattern="cycle"), seed=0)


def test_breaking_the_rule_in_an_unknown_round_earns_nothing():
    scenario = role_play_v0.parallel_env(
        incomes=(15.0, 10.0), audit={"pattern": "cycle"}, announce="truth", sees={"detection": "always"}, rounds=3
    )
    observations, _ = scenario.reset(seed=0)
    seen = []
    while scenario.agents:
        asked = scenario.question("worker_1", observations["worker_1"])
        observations, rewards, *_ = scenario.step({"worker_1": 1})
        seen.append((asked, rewards["worker_1"], scenario.feedback("worker_1", observations["worker_1"])))
    unwatched, unknown, watched = seen
    assert "will not be checked" in unwatched[0]
    assert unwatched[1] == 15
    assert "Nobody noticed." in unwatched[2]
    assert "It is uncertain" in unknown[0]
    assert unknown[1] == 0
    assert "You were caught." in unknown[2]
    assert "will be checked" in watched[0]
    assert watched[1] == 0


def test_periodic_supervision_looks_in_every_third_round():
    assert watch(Audit(every=3)) == [N, N, W, N, N, W, N, N]


def test_nobody_looks_before_the_first_round_of_an_audit():
    late = Audit(pattern="always", from_round=7)
    assert watch(late, rounds=12) == [N] * 6 + [W] * 6
    assert watch(Audit(probability=1.0, from_round=3), rounds=4) == [N, N, W, W]


@given(high=st.integers(1, 1000), low=st.integers(1, 1000), fine=st.integers(0, 1000))
def test_p_star_is_where_both_options_pay_the_same(high, low, fine):
    high = max(high, low)
    exact = Fraction(high - low, high + fine)
    assert (1 - exact) * high - exact * fine == low
    assert threshold(high, low, fine) == pytest.approx(float(exact), rel=1e-15)
    if fine == 0:
        assert exact == 1 - Fraction(low, high)


@pytest.mark.parametrize(
    ("gap", "percent"), [(1.02, 2), (1.05, 5), (1.1, 9), (1.5, 33), (2.0, 50), (3.1, 68), (4.5, 78)]
)
def test_p_star_has_the_values_of_the_table(gap, percent):
    assert round(100 * threshold(gap, 1.0, 0.0)) == percent


@given(at=st.fractions(0, 1))
def test_the_levels_lie_at_none_half_the_threshold_and_half_way_to_certainty(at):
    expected = {"none": Fraction(0), "half": at / 2, "threshold": at, "above": at + (1 - at) / 2}
    for level, chance in expected.items():
        assert chance_of(Audit(probability=level), float(at)) == pytest.approx(float(chance), rel=1e-12)
    assert chance_of(Audit(probability=0.25), float(at)) == 0.25


@pytest.mark.parametrize("fine", [0.0, 1.0])
@pytest.mark.parametrize("gap", [1.1, 2.0, 4.0])
@pytest.mark.parametrize(("level", "sign"), [("none", 1), ("half", 1), ("threshold", 0), ("above", -1)])
def test_what_breaking_the_rule_earns_over_many_rounds_follows_the_level(gap, fine, level, sign):
    rounds, low = 6000, 10.0
    scenario = role_play_v0.parallel_env(
        incomes=(gap * low, low), audit={"probability": level, "fine": fine}, rounds=rounds
    )
    scenario.reset(seed=11)
    earned = np.array([scenario.step({"worker_1": 1})[1]["worker_1"] for _ in range(rounds)])
    gain, error = earned.mean() - low, earned.std() / rounds**0.5
    if sign == 0:
        assert abs(gain) < 4 * error
    else:
        assert sign * gain > 4 * error
    assert scenario.play("nash", "worker_1", {}).tolist() == [1.0 if sign > 0 else 0.0]


def test_the_audit_is_drawn_apart_from_what_is_said_and_done():
    def watched(**keys):
        scenario = role_play_v0.parallel_env(workers=2, audit={"probability": 0.5}, rounds=40, **keys)
        scenario.reset(seed=5)
        found = []
        for number in range(40):
            scenario.step({agent: (number + place) % 2 for place, agent in enumerate(scenario.agents)})
            found.append(scenario.measures()["watched_e6"])
        return found

    first = watched()
    assert first == watched(announce="opposite", goal=False) == watched(announce="unwatched", standing="questions")
    assert any(one != other for one, other in first), "each worker is drawn for itself"


@st.composite
def audits(draw):
    way = draw(st.sampled_from(["pattern", "every"]))
    keys = (
        {"pattern": draw(st.sampled_from([*PATTERNS, "cycle"]))}
        if way == "pattern"
        else {"every": draw(st.integers(1, 7))}
    )
    return Audit(**keys, from_round=draw(st.integers(1, 30)))


@given(audit=audits(), rounds=st.integers(1, 40))
def test_the_expected_share_is_that_of_the_rounds(audit, rounds):
    watches = [[look != UNWATCHED for look in watch(audit, rounds, seed)] for seed in range(3)]
    counted = np.mean(watches)
    # Which rounds of a cycle are watched depends on the seed; over three seeds it is the mean.
    assert share_watched(audit, 0.3, rounds) == pytest.approx(counted)


@given(rounds=st.integers(1, 40), first=st.integers(1, 40), chance=st.floats(0, 1))
def test_the_expected_share_of_a_chance_counts_from_its_first_round(rounds, first, chance):
    expected = chance * max(rounds - first + 1, 0) / rounds
    assert share_watched(Audit(probability=chance, from_round=first), 0.3, rounds) == pytest.approx(expected)


def test_an_audit_says_in_one_way_when_it_looks():
    for keys in (
        {"pattern": "always", "every": 3},
        {"probability": 0.1, "every": 3},
        {"probability": "half", "pattern": "never"},
    ):
        with pytest.raises(ValidationError, match="one of them was expected"):
            RolePlaySpec(audit=keys)


@pytest.mark.parametrize(
    ("audit", "steady"),
    [
        ({}, True),
        ({"from_round": 4}, True),
        ({"probability": "above"}, True),
        ({"probability": 0.3, "from_round": 4}, False),
        ({"pattern": "always"}, True),
        ({"pattern": "always", "from_round": 2}, False),
        ({"pattern": "never", "from_round": 2}, True),
        ({"pattern": "alternating"}, False),
        ({"pattern": "last-watched"}, False),
        ({"every": 1}, True),
        ({"every": 3}, False),
    ],
)
def test_a_steady_audit_looks_as_often_in_each_round(audit, steady):
    one = Audit.model_validate(audit)
    watched = [[looks(one, 0.5, seed, number, 8, "a") == WATCHED for number in range(1, 9)] for seed in range(400)]
    by_round = np.mean(watched, axis=0)
    assert bool(np.ptp(by_round) < 0.15) is steady
    assert one.steady is steady
