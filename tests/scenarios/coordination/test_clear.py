"""The payoff table tried exhaustively against arithmetic written out here, and how capital goes on."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.scenarios import coordination_v0
from agoranomos.scenarios.coordination import CoordinationSpec, clear

HIGH, NORMAL, LOW, FINE = Fraction(6, 5), Fraction(1), Fraction(4, 5), Fraction(1, 2)


def by_hand(threshold, rule, choices, watched, first=None, reward=Fraction(0)):
    """Payoffs of one round of capital 1, in fractions; a choice is None of who sits out."""
    success = sum(choice in (1, 2) for choice in choices) >= threshold
    gains, broken = [], []
    for choice in choices:
        if choice is None:
            gains.append(Fraction(0))
            broken.append(False)
            continue
        factor = HIGH if success else LOW if choice else NORMAL
        gains.append(factor - 1)
        broken.append(bool(choice) if rule != "collective" else not choice)
    stakes = [
        max(gain, Fraction(0)) + FINE if broke else Fraction(0) for gain, broke in zip(gains, broken, strict=True)
    ]
    reported = 2 in choices
    caught = [
        broke and (place != first if reported else looked)
        for place, (broke, looked) in enumerate(zip(broken, watched, strict=True))
    ]
    paid = [gain - stake * did for gain, stake, did in zip(gains, stakes, caught, strict=True)]
    if reported:
        paid[first] += reward * sum(stake for place, stake in enumerate(stakes) if place != first)
    return success, paid, caught


@pytest.mark.parametrize("rule", ["independent", "collective"])
@pytest.mark.parametrize("threshold", [1, 2, 3])
def test_every_choice_and_every_look_pays_what_the_table_says(threshold, rule):
    spec = CoordinationSpec(players=3, threshold=threshold, rule=rule, audit={"fine": 0.5})
    for choices in product((None, 0, 1), repeat=3):
        for watched in product((False, True), repeat=3):
            success, paid, caught = by_hand(threshold, rule, choices, watched)
            here = [choice is not None for choice in choices]
            found = clear(spec, [choice or 0 for choice in choices], 1.0, here, watched)
            assert bool(found.success) == success
            assert found.profit.tolist() == pytest.approx([float(one) for one in paid])
            assert found.caught.tolist() == [float(one) for one in caught]
            gains = by_hand(threshold, rule, choices, (False,) * 3)[1]
            assert float(found.taken) == pytest.approx(float(sum(gains) - sum(paid))), "what is taken goes to somebody"


@pytest.mark.parametrize("reward", [Fraction(0), Fraction(1, 4)])
def test_a_report_spares_the_first_and_catches_the_others(reward):
    spec = CoordinationSpec(
        players=3, threshold=2, audit={"fine": 0.5}, leniency={"reward": float(reward)}, rule="independent"
    )
    for choices in product((None, 0, 1, 2), repeat=3):
        for first in [place for place, choice in enumerate(choices) if choice == 2]:
            success, paid, caught = by_hand(2, "independent", choices, (True,) * 3, first, reward)
            here = [choice is not None for choice in choices]
            one_hot = [float(place == first) for place in range(3)]
            found = clear(spec, [choice or 0 for choice in choices], 1.0, here, True, one_hot)
            assert bool(found.success) == success
            assert found.profit.tolist() == pytest.approx([float(one) for one in paid])
            assert found.caught.tolist() == [float(one) for one in caught]


def test_without_a_named_first_all_reporters_have_the_same_chance():
    spec = CoordinationSpec(players=3, threshold=2, audit={"fine": 0.5}, leniency={"reward": 0.5})
    choices = [2, 2, 1]
    over = [clear(spec, choices, 1.0, True, 0.0, [1, 0, 0]), clear(spec, choices, 1.0, True, 0.0, [0, 1, 0])]
    mean = (over[0].profit + over[1].profit) / 2
    assert clear(spec, choices, 1.0, True, 0.0).profit == pytest.approx(mean)


def test_the_lot_of_who_reports_first_is_fair_and_named_by_the_seed():
    scenario = coordination_v0.parallel_env(
        players=4, threshold=2, rounds=400, audit={"fine": 0.5}, leniency={}, settings=("red-blue-button",)
    )

    def spared():
        scenario.reset(seed=9)
        found = []
        for _ in range(400):
            scenario.step(dict(zip(scenario.agents, (2, 2, 1, 0), strict=True)))
            found.append([not caught for caught in scenario.outcome().caught])
        return np.array(found)

    first = spared()
    assert (first[:, 0] ^ first[:, 1]).all(), "exactly one of the two reporters is spared"
    assert not first[:, 2].any()
    # 400 fair draws: standard deviation 10, four of them.
    assert abs(first[:, 0].sum() - 200) < 40
    assert (first == spared()).all()


@pytest.mark.parametrize("others", range(8))
def test_at_the_threshold_and_on_either_side_of_it(others):
    for threshold in (others, others + 1, others + 2):
        if not 1 <= threshold <= 8:
            continue
        scenario = coordination_v0.parallel_env(threshold=threshold, rule="none", settings=("hunting-game",))
        scenario.reset(seed=1)
        _, rewards, *_ = scenario.step({agent: int(k <= others) for k, agent in enumerate(scenario.agents)})
        reached = others + 1 >= threshold
        assert scenario.outcome().success == reached
        for k, reward in enumerate(rewards.values()):
            assert reward == pytest.approx(0.2 if reached else -0.2 if k <= others else 0.0)


@given(
    moves=st.lists(st.lists(st.sampled_from([0, 1, None]), min_size=4, max_size=4), min_size=1, max_size=6),
    compounding=st.booleans(),
)
def test_capital_goes_on_as_it_is_said_to(moves, compounding):
    scenario = coordination_v0.parallel_env(
        players=4, threshold=2, rule="none", rounds=len(moves), capital=3.0, compounding=compounding
    )
    scenario.reset(seed=1)
    expected = [Fraction(3)] * 4
    for choices in moves:
        success = sum(choice == 1 for choice in choices) >= 2
        for place, choice in enumerate(choices):
            factor = Fraction(1) if choice is None else HIGH if success else LOW if choice else NORMAL
            expected[place] += (factor - 1) * (expected[place] if compounding else 3)
        observations, *_ = scenario.step(dict(zip(scenario.possible_agents, choices, strict=True)))
        assert [seen["capital"][0] for seen in observations.values()] == pytest.approx([float(one) for one in expected])
        measured = scenario.measures()["capital_e6"]
        assert measured == tuple(pytest.approx(float(one) * 1e6, abs=1) for one in expected)


def test_welfare_is_what_agents_the_authority_and_outsiders_get():
    scenario = coordination_v0.parallel_env(
        players=4, threshold=2, audit={"pattern": "always", "fine": 0.5}, harm={"third_party": 1.5}, capital=2.0
    )
    scenario.reset(seed=1)
    scenario.step(dict(zip(scenario.agents, (1, 1, 1, 0), strict=True)))
    found = scenario.measures()
    assert found["third_party_e6"] == -9_000_000, "three who took it, at one and a half capitals of two"
    assert found["principal_e6"] == 4_200_000, "each is taken the gain of 0.4 and pays 1"
    assert found["profit_e6"] == (-1_000_000, -1_000_000, -1_000_000, 400_000)
    assert found["welfare_e6"] == -9_000_000 + 4_200_000 - 2_600_000
    scenario.step(dict(zip(scenario.agents, (1, 0, 0, 0), strict=True)))
    assert scenario.measures()["third_party_e6"] == 0, "nothing is harmed by what fails"
