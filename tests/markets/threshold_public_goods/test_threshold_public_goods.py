"""Payoffs, equilibria and refusals of the threshold public goods game."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binom

from agoranomos.errors import UsageError
from agoranomos.markets import threshold_public_goods_v0
from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.threshold_public_goods import (
    ThresholdPublicGoodsSpec,
    clear,
    contributors,
    equilibria,
    expected_gain,
)

FACTORS = ("success_contributor", "success_other", "failure_contributor", "failure_other")


def random_spec(chance, **fields):
    """A random game; in a third of them success pays contributors and others alike, as in the paper."""
    count = int(chance.integers(2, 8))
    factors = dict(zip(FACTORS, chance.uniform(0.2, 2.0, 4).round(3).tolist(), strict=True))
    if chance.random() < 1 / 3:
        factors["success_other"] = factors["success_contributor"]
    return ThresholdPublicGoodsSpec(
        members=count, threshold=int(chance.integers(1, count + 1)), **{**factors, "rounds": 6, **fields}
    )


@pytest.mark.parametrize("seed", range(220))
def test_the_environment_is_the_kernel(seed):
    chance = np.random.default_rng(seed)
    spec = random_spec(chance, compounding=bool(seed % 2), capital=float(chance.uniform(0.5, 20)))
    market = threshold_public_goods_v0.ThresholdPublicGoods(spec)
    market.reset(seed=seed)
    capital = np.full(len(spec.members), spec.capital)
    for _ in range(spec.rounds):
        drawn = chance.integers(0, 2, len(spec.members))
        actions = {a: None if chance.random() < 0.1 else int(k) for a, k in zip(market.agents, drawn, strict=True)}
        present = np.array([action is not None for action in actions.values()])
        observations, rewards, *_ = market.step(actions)
        found = clear(spec, drawn[:, None], capital, present)
        assert list(rewards.values()) == found.profit.tolist()
        assert market.outcome().success == bool(found.success)
        assert market.measures()["share_contributed_e6"] == round(found.contributors / len(spec.members) * 1e6)
        if spec.compounding:
            capital = capital + found.profit
        assert [seen["capital"][0] for seen in observations.values()] == capital.tolist()


def pure_by_force(spec):
    """The numbers of contributors of all pure equilibria, by trying every profile and every deviation."""
    table = threshold_public_goods_v0.ThresholdPublicGoods(spec).game().table
    best = [table[..., i] >= table[..., i].max(axis=i, keepdims=True) - 1e-12 for i in range(len(spec.members))]
    return {int(profile.sum()) for profile in np.argwhere(np.logical_and.reduce(best))}


def mixed_by_search(spec):
    """The probabilities in (0, 1) at which contributing and not earn the same: sign changes on a grid, then Brent.

    The payoffs are read off the game, for a member against any number of others, not from the formula of the gain.
    """
    game = threshold_public_goods_v0.ThresholdPublicGoods(spec).game()
    others = len(spec.members) - 1
    numbers = np.arange(others + 1)
    joint = np.zeros((others + 1, 2, others + 1, 1))
    joint[:, 0, 0, 0] = 1.0
    for m in numbers:
        joint[m, :, 1 : m + 1, 0] = 1.0
    paid = game.payoffs(joint)[..., 0]

    def difference(q):
        return float(binom.pmf(numbers, others, q) @ (paid[:, 0] - paid[:, 1]))

    grid = np.linspace(1e-4, 1 - 1e-4, 2001)
    values = binom.pmf(numbers, others, grid[:, None]) @ (paid[:, 0] - paid[:, 1])
    values[abs(values) < 1e-15] = 0.0
    changes = np.flatnonzero(values[:-1] * values[1:] < 0)
    return [brentq(difference, grid[k], grid[k + 1], xtol=1e-13) for k in changes]


@pytest.mark.parametrize("seed", range(220))
def test_the_equilibria_are_those_that_trying_and_searching_give(seed):
    spec = random_spec(np.random.default_rng(1000 + seed))
    found = equilibria(spec)
    assert set(found.pure) == pure_by_force(spec)
    inside = [q for q in found.mixed if 2e-4 < q < 1 - 2e-4]
    by_roots = [q for q in mixed_by_search(spec) if 2e-4 < q < 1 - 2e-4]
    assert inside == pytest.approx(by_roots, abs=1e-9)
    for q in found.mixed:
        assert abs(expected_gain(spec, q)) < 1e-12


@pytest.mark.parametrize("seed", range(220))
def test_the_optimum_is_the_best_of_all_profiles(seed):
    spec = random_spec(np.random.default_rng(2000 + seed))
    table = threshold_public_goods_v0.ThresholdPublicGoods(spec).game().table.sum(axis=-1)
    market = threshold_public_goods_v0.ThresholdPublicGoods(spec)
    found = contributors(spec)
    assert market.facts.benchmarks["efficient"]["welfare_e6"] / 1e6 == pytest.approx(table.max(), abs=2e-6)
    assert found["nash"] == min(pure_by_force(spec))


TIPPING = {
    2: (0.364, 0.222, 0.125, 0.067, 0.034),
    4: (0.731, 0.599, 0.465, 0.349, 0.260),
    6: (0.884, 0.809, 0.715, 0.615, 0.521),
    8: (0.969, 0.944, 0.906, 0.855, 0.795),
}
"""By threshold, for each of RATIOS: where k P[M = t-1] = P[M < t-1] with M ~ Bin(7, q), to three digits."""
RATIOS = (0.25, 0.5, 1, 2, 4)


@pytest.mark.parametrize("threshold", TIPPING)
def test_the_tipping_points_of_the_papers_game(threshold):
    for ratio, expected in zip(RATIOS, TIPPING[threshold], strict=True):
        spec = ThresholdPublicGoodsSpec(
            threshold=threshold, success_contributor=1 + 0.2 * ratio, success_other=1 + 0.2 * ratio
        )
        found = equilibria(spec)
        assert found.mixed == (pytest.approx(expected, abs=0.0005),)
        assert found.pure[0] == 0
        assert found.pure[-1] == 8
        below, above = found.mixed[0] - 0.01, found.mixed[0] + 0.01
        assert expected_gain(spec, below) < 0 < expected_gain(spec, above)
        # k P[M = t-1] = P[M < t-1]
        q = found.mixed[0]
        chance = [math.comb(7, m) * q**m * (1 - q) ** (7 - m) for m in range(8)]
        assert ratio * chance[threshold - 1] == pytest.approx(sum(chance[: threshold - 1]))


def test_a_costly_good_has_two_mixed_equilibria():
    spec = ThresholdPublicGoodsSpec(
        members=5, threshold=3, success_contributor=1.4, success_other=1.5, failure_contributor=0.9
    )
    found = equilibria(spec)
    assert found.pure == (0, 3)
    assert len(found.mixed) == 2
    assert contributors(spec) == {"nash": 0, "efficient": 3}


def test_where_the_gain_only_touches_zero_there_is_one_mixed_equilibrium():
    """Three members, a threshold of two, a = c = -1, b = 1: D(q) = -(1 - 2 q)^2."""
    spec = ThresholdPublicGoodsSpec(
        members=3, threshold=2, success_contributor=2, success_other=3, failure_contributor=0, failure_other=1
    )
    assert equilibria(spec).mixed == (0.5,)


def test_two_who_wait_for_each_other_contribute_half_of_the_time():
    """The volunteer's dilemma: D(q) = b (1 - q) + c q with b = 1/2 and c = -1/2."""
    spec = ThresholdPublicGoodsSpec(members=2, threshold=1, success_contributor=1.5, success_other=2.0)
    assert equilibria(spec).pure == (1,)
    assert equilibria(spec).mixed == (pytest.approx(0.5),)


def test_a_member_alone_decides_alone():
    spec = ThresholdPublicGoodsSpec(members=1, threshold=1)
    assert equilibria(spec).pure == (1,)
    assert equilibria(spec).mixed == ()


def test_the_published_payoffs():
    spec = ThresholdPublicGoodsSpec()
    four = np.array([[1.0]] * 4 + [[0.0]] * 4)
    assert clear(spec, four).profit == pytest.approx([0.2] * 8)
    three = np.array([[1.0]] * 3 + [[0.0]] * 5)
    assert clear(spec, three).profit == pytest.approx([-0.2] * 3 + [0.0] * 5)
    with pytest.raises(ValueError, match=r"\[..., 8, 1\] was expected"):
        clear(spec, np.zeros((8, 2)))


def test_capital_compounds_where_it_is_said():
    market = threshold_public_goods_v0.parallel_env(compounding=True, rounds=3)
    for _ in range(2):
        observations, _ = market.reset(seed=1)
        assert observations["member_1"]["capital"].tolist() == [1.0]
        while market.agents:
            observations, rewards, *_ = market.step(dict.fromkeys(market.agents, 1))
    assert observations["member_1"]["capital"][0] == pytest.approx(1.2**3)
    assert rewards["member_1"] == pytest.approx(1.2**3 - 1.2**2)


def test_the_round_in_words_and_what_is_seen():
    market = threshold_public_goods_v0.parallel_env(members=3, threshold=1, render_mode="ansi")
    market.reset(seed=1)
    observations = market.step({"member_1": 1, "member_2": 0, "member_3": None})[0]
    assert market.render() == (
        "round 1: 1 of 1, project provided\n  member_1: contributes, earns 0.20\n"
        "  member_2: does not, earns 0.20\n  member_3: sits out, earns 0.00"
    )
    assert market.seen("member_1", observations["member_1"]).tolist() == [[1.0], [0.0], [0.0]]
    assert market.measures()["contribution_e6"] == (1_000_000, 0, None)
    with pytest.raises(UsageError, match="nobody"):
        market.play("nash", "nobody", observations["member_1"])


def test_benchmarks_are_who_contributes():
    market = threshold_public_goods_v0.parallel_env()
    observations, _ = market.reset(seed=1)
    for name, action in (("nash", 0.0), ("efficient", 1.0)):
        played = [market.play(name, agent, observations[agent])[0] for agent in market.agents]
        assert played == [action] * 8
    assert market.facts.benchmarks["efficient"]["success_e6"] == 1_000_000


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"members": 0}, "members"),
        ({"members": 65}, "members"),
        ({"members": ["a", "a"]}, "named twice"),
        ({"threshold": 0}, "threshold"),
        ({"threshold": 9}, "cannot be reached by 8 members"),
        ({"success_other": -1}, "success_other"),
        ({"failure_other": float("nan")}, "failure_other"),
        ({"capital": 0}, "capital"),
        ({"capital": float("inf")}, "capital"),
        ({"capital": 1e9, "success_other": 1000.0}, "recorded exactly"),
        ({"compounding": True, "rounds": 1000}, "recorded exactly"),
        ({"compounding": True, "rounds": 100_000}, "recorded exactly"),
        ({"success_contributor": 1, "success_other": 1, "failure_contributor": 1}, "there is no game"),
        ({"quorum": 3}, "no field"),
    ],
)
def test_bad_parameters_are_refused_with_the_reason(fields, why):
    with pytest.raises(UsageError, match=why):
        spec_of(ThresholdPublicGoodsSpec, fields)


def test_what_is_no_mapping_is_refused():
    with pytest.raises(ValueError, match="valid dictionary"):
        ThresholdPublicGoodsSpec.model_validate(3)
