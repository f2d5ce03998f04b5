"""Unstable points, thresholds of audits and cascades, held against sums, searches and a simulation made here."""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binom

from agoranomos.scenarios import coordination_v0
from agoranomos.scenarios.coordination import CoordinationSpec, advantage, audit_threshold, clear, unstable_point
from agoranomos.scenarios.coordination.theory import at_nash
from scenarios.coordination.cascades import RATIOS, cascade, replies_of, spec_of

TABLE = {
    2: (0.364, 0.222, 0.125, 0.067, 0.034),
    4: (0.731, 0.599, 0.465, 0.349, 0.260),
    6: (0.884, 0.809, 0.715, 0.615, 0.521),
    8: (0.969, 0.944, 0.906, 0.855, 0.795),
}
"""q*(t, k) for eight agents, by threshold, for each of RATIOS."""


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("threshold", TABLE)
def test_the_unstable_point_to_three_digits(threshold, ratio):
    expected = TABLE[threshold][RATIOS.index(ratio)]
    assert round(unstable_point(8, threshold, ratio), 3) == pytest.approx(expected, abs=1e-12)

    def difference(q):
        return ratio * binom.pmf(threshold - 1, 7, q) - binom.cdf(threshold - 2, 7, q)

    assert unstable_point(8, threshold, ratio) == pytest.approx(brentq(difference, 1e-6, 1 - 1e-6), abs=1e-9)


def test_the_factors_of_the_paper_have_the_ratios_of_its_appendix():
    for ratio in RATIOS:
        assert spec_of(ratio).factors.ratio == pytest.approx(ratio)


@pytest.mark.parametrize(("agents", "threshold"), [(3, 2), (8, 5), (25, 7), (40, 39)])
def test_below_the_unstable_point_it_does_not_pay_and_above_it_does(agents, threshold):
    for ratio in RATIOS:
        point = unstable_point(agents, threshold, ratio)
        for q in np.linspace(0.01, 0.99, 99):
            found = advantage(agents, threshold, ratio, q)
            exact = ratio * binom.pmf(threshold - 1, agents - 1, q) - binom.cdf(threshold - 2, agents - 1, q)
            assert found == pytest.approx(exact, abs=1e-12)
            if abs(q - point) > 1e-9 and abs(exact) > 1e-14:
                assert (found > 0) == (q > point)


def test_who_reaches_the_threshold_alone_has_no_unstable_point():
    assert unstable_point(8, 1, 1.0) == 0.0
    assert at_nash(spec_of(threshold=1)) == 1
    assert at_nash(spec_of(threshold=2)) == 0


# -- cascades ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("threshold", "rises"), [(2, True), (4, True), (6, False), (8, False)])
def test_best_replies_cascade_up_at_low_thresholds_and_collapse_at_high_ones(threshold, rises):
    shares = cascade(spec_of(threshold=threshold), start=0.571)
    if rises:
        assert shares[1] > shares[0] + 0.05
        assert shares[-1] > 0.6
    else:
        assert shares[1] < shares[0] - 0.3
        assert shares[-1] < 0.1


@pytest.mark.parametrize("start", [0.53, 0.56, 0.60])
def test_at_a_threshold_of_six_only_the_highest_ratio_turns_upward(start):
    turned = [ratio for ratio in RATIOS if cascade(spec_of(ratio, threshold=6), start)[-1] > start]
    assert turned == [4.0]
    assert TABLE[6][4] < start < TABLE[6][3], "the starts lie between the two unstable points"


def test_a_start_on_either_side_of_the_unstable_point_drifts_apart():
    for threshold, ratio in itertools.product((4, 6), RATIOS):
        point = unstable_point(40, threshold * 5, ratio)
        spec = spec_of(ratio, players=40, threshold=threshold * 5)
        assert cascade(spec, point - 0.15, runs=300)[-1] < 0.25
        assert cascade(spec, min(point + 0.15, 0.99), runs=300)[-1] > 0.75


def test_the_environment_cascades_as_the_arrays_do():
    """Played round by round through PettingZoo, by agents that read their own observations."""
    for ratio, start, ends_above in ((1.0, 0.56, False), (4.0, 0.75, True)):
        spec = spec_of(ratio, threshold=6, rounds=5, compounding=True)
        replies, shares = replies_of(spec), []
        for seed in range(40):
            scenario = coordination_v0.Coordination(spec.drawn(seed))
            observations, _ = scenario.reset(seed=seed)
            chance = np.random.default_rng(seed)
            actions = {agent: int(chance.random() < start) for agent in scenario.agents}
            for _ in range(spec.rounds):
                observations = scenario.step(actions)[0]
                for agent, seen in observations.items():
                    reply = replies[int(seen["others"].sum())]
                    actions[agent] = int(seen["chose"][0]) if reply == 0 else int(reply > 0)
            shares.append(scenario.measures()["share_collective_e6"] / 1e6)
        assert (np.mean(shares) > 0.75) == ends_above
        assert (np.mean(shares) < 0.2) != ends_above


# -- audits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["independent", "collective"])
@pytest.mark.parametrize(("ratio", "fine"), [*itertools.product(RATIOS, (0.1, 0.4, 2.0))])
def test_at_the_threshold_of_the_audit_the_agent_that_decides_is_indifferent(ratio, fine, rule):
    spec = spec_of(ratio, rule=rule, threshold=4, audit={"fine": fine, "probability": "threshold"})
    at = audit_threshold(spec)
    deciding = np.zeros((2, 8))
    deciding[:, 1:4] = 1  # three others, so that the first agent decides
    deciding[1, 0] = 1
    failing = np.zeros((2, 8))
    failing[1, 0] = 1
    worlds = deciding if rule == "independent" else failing

    def gain(chance):
        """What breaking the rule earns the first agent over keeping it."""
        paid = clear(spec, worlds, 1.0, True, chance).profit[:, 0]
        return paid[1] - paid[0] if rule == "independent" else paid[0] - paid[1]

    if at < 1:
        assert gain(at) == pytest.approx(0, abs=1e-12)
    assert gain(max(at - 0.05, 0)) > 0
    assert gain(min(at + 0.05, 1)) < 0 or at == 1


def test_the_audit_of_the_rule_of_independence_is_that_of_becker():
    spec = spec_of(rule="independent", audit={"fine": 0.2})
    assert audit_threshold(spec) == pytest.approx(0.5)
    assert audit_threshold(spec_of(rule="independent")) == 1.0, "without a fine only a certain look deters"


def test_an_audit_above_its_threshold_leaves_no_equilibrium_but_keeping_the_rule():
    from agoranomos.markets.threshold_public_goods import equilibria
    from agoranomos.scenarios.coordination import audited_game

    lax = spec_of(rule="independent", threshold=4, audit={"probability": "half", "fine": 0.2})
    strict = spec_of(rule="independent", threshold=4, audit={"probability": "above", "fine": 0.2})
    assert max(equilibria(audited_game(lax)).pure) == 4
    assert equilibria(audited_game(strict)).pure == (0,)
    duty = spec_of(rule="collective", threshold=4, audit={"probability": "above", "fine": 0.5})
    assert at_nash(duty) == 8


@pytest.mark.parametrize("seed", range(60))
def test_nash_is_the_first_equilibrium_that_trying_every_profile_finds(seed):
    chance = np.random.default_rng(seed)
    low, normal, high = np.sort(chance.uniform(0.3, 2.0, 3).round(3)).tolist()
    spec = CoordinationSpec(
        players=int(chance.integers(2, 6)),
        threshold=int(chance.integers(1, 3)),
        factors={"low": low, "normal": normal, "high": high},
        rule=["independent", "collective"][seed % 2],
        audit={"probability": float(chance.random()), "fine": float(chance.uniform(0, 1))},
    )
    scenario = coordination_v0.Coordination(spec)
    table = scenario.game().table
    best = [table[..., i] >= table[..., i].max(axis=i, keepdims=True) - 1e-12 for i in range(len(spec.players))]
    profiles = np.argwhere(np.logical_and.reduce(best))
    assert at_nash(spec) == min(profile.sum() for profile in profiles)
    nash = [scenario.play("nash", agent, {})[0] for agent in scenario.possible_agents]
    assert any((profile == nash).all() for profile in profiles)
    settled = table[tuple(int(choice) for choice in nash)] / spec.capital
    found = [value / 1e6 for value in scenario.facts.benchmarks["nash"]["nash_profit_e6"]]
    assert found == pytest.approx(settled.tolist(), abs=1e-6)


@pytest.mark.parametrize("agents", [25, 37, 50, 64])
def test_the_threshold_is_the_number_that_is_asked_for_in_large_groups_too(agents):
    """The released code goes through ceil((k / n) n), which is one too many for 7 of 25."""
    assert math.ceil(7 / 25 * 25) == 8
    for threshold in range(1, agents + 1):
        spec = CoordinationSpec(players=agents, threshold=threshold, rule="none")
        took = np.arange(agents) < np.array([[threshold - 1], [threshold]])
        assert clear(spec, took, 1.0, True, 0.0).success.tolist() == [False, True]
