"""One round: rationing, regrowth, payoffs; the environment does what the kernel says, in 240 random worlds."""

import math

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import commons_v0
from agoranomos.markets.commons import CommonsSpec, clear

FORMS = ("doubling", "logistic", "levhari-mirman")


def random_spec(chance, form=None, **fields):
    """A random commons with stocks of a few units to a few thousands."""
    form = form or FORMS[int(chance.integers(3))]
    capacity = float(np.round(10.0 ** chance.uniform(1, 3.5), 3))
    given = {"users": int(chance.integers(1, 7)), "capacity": capacity, "rounds": 8, **fields}
    if form == "doubling":
        given["growth"] = {
            "form": form,
            "factor": float(chance.uniform(1.2, 4)),
            "collapse": capacity * float(chance.uniform(0, 0.2)),
        }
        given["price"] = float(chance.uniform(0.5, 3))
    elif form == "logistic":
        given["growth"] = {"form": form, "rate": float(chance.uniform(0.1, 1))}
        given["price"] = float(chance.uniform(0.5, 3))
        given["effort_cost"] = given["price"] * capacity * float(chance.uniform(0, 0.8))
    else:
        given["growth"] = {
            "form": form,
            "alpha": float(chance.uniform(0.2, 0.7)),
            "discount": float(chance.uniform(0.3, 0.9)),
        }
    given["initial_stock"] = capacity * float(chance.uniform(0.5, 1.0))
    return CommonsSpec(**given)


@pytest.mark.parametrize("seed", range(240))
def test_the_environment_is_the_kernel(seed):
    chance = np.random.default_rng(seed)
    spec = random_spec(chance, FORMS[seed % 3])
    market = commons_v0.Commons(spec)
    market.reset(seed=seed)
    stock, users = spec.initial_stock, len(spec.users)
    for _ in range(spec.rounds):
        asked = chance.uniform(0, 2.5 * stock / users + 1e-3, users).clip(0, spec.capacity)
        asked[chance.random(users) < 0.1] = 0.0
        observations, rewards, *_ = market.step({a: asked[i : i + 1] for i, a in enumerate(market.agents)})
        cleared = np.array(market.actions_e6()) / 1e6
        found = clear(spec, cleared, stock)
        one = market.outcome()
        np.testing.assert_allclose(one.take, found.take, rtol=1e-12, atol=0)
        np.testing.assert_allclose(list(rewards.values()), found.profit, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(one.welfare, found.welfare, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(one.next_stock, found.next_stock, rtol=0, atol=1.000001e-6)
        assert sum(one.take) <= stock * (1 + 1e-12)
        assert all(take <= asked * (1 + 1e-12) for take, asked in zip(one.take, one.request, strict=True))
        assert 0.0 <= one.next_stock <= spec.capacity
        stock = one.next_stock
        assert observations[spec.users[0]]["stock"].tolist() == [stock]


def test_many_worlds_at_once_are_each_world_alone():
    chance = np.random.default_rng(3)
    for form in FORMS:
        spec = random_spec(chance, form, users=3)
        actions = chance.uniform(0, spec.capacity, (4, 5, 3, 1))
        stocks = chance.uniform(0, spec.capacity, (5,))
        together = clear(spec, actions, stocks)
        for i in range(4):
            for j in range(5):
                alone = clear(spec, actions[i, j], stocks[j])
                for whole, part in zip(together, alone, strict=True):
                    np.testing.assert_allclose(whole[i, j], part, rtol=1e-15)


def test_a_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"\[..., 5, 1\] was expected"):
        clear(CommonsSpec(), np.zeros((5, 2)))


def test_ten_each_last_for_ever_in_the_published_fishery():
    market = commons_v0.parallel_env()
    market.reset(seed=1)
    for _ in range(12):
        market.step({agent: np.array([10.0]) for agent in market.agents})
        assert market.measures()["stock_e6"] == 100_000_000
        assert market.measures()["take_e6"] == (10_000_000,) * 5
        assert market.measures()["over_use_e6"] == (0,) * 5
    assert not market.agents


def test_more_than_there_is_is_rationed_in_proportion():
    outcome = clear(CommonsSpec(), np.array([[100.0], [50.0], [50.0], [0.0], [0.0]]))
    assert outcome.take.tolist() == [50.0, 25.0, 25.0, 0.0, 0.0]
    assert outcome.next_stock == 0.0
    market = commons_v0.parallel_env()
    market.reset(seed=1)
    market.step({agent: np.array([100.0]) for agent in market.agents})
    assert market.measures()["rationed_e6"] == 800_000
    assert market.measures()["take_e6"] == (20_000_000,) * 5
    assert market.projected() == ()


@pytest.mark.parametrize(
    ("left", "follows"), [(4.999999, 0.0), (5.0, 10.0), (30.0, 60.0), (50.0, 100.0), (80.0, 100.0)]
)
def test_less_than_the_threshold_collapses(left, follows):
    taken = np.array([[100.0 - left], [0.0], [0.0], [0.0], [0.0]])
    assert clear(CommonsSpec(), taken).next_stock == follows


def test_nothing_taken_earns_the_logarithm_of_a_millionth():
    spec = CommonsSpec(users=2, growth={"form": "levhari-mirman"})
    assert clear(spec, [[0.0], [math.e]]).profit.tolist() == [math.log(1e-6), 1.0]


def test_an_episode_may_end_with_its_stock():
    for after, rounds in (("ends", 1), ("goes-on", 12)):
        market = commons_v0.parallel_env(after_collapse=after)
        market.reset(seed=1)
        played = 0
        while market.agents:
            _, _, ended, cut, _ = market.step({agent: np.array([100.0]) for agent in market.agents})
            played += 1
        assert played == rounds
        assert set(ended.values()) == {after == "ends"}
        assert set(cut.values()) == {after == "goes-on"}


def test_a_stock_that_ends_begins_anew_with_the_next_episode():
    market = commons_v0.parallel_env(rounds=2)
    for _ in range(2):
        observations, _ = market.reset(seed=1)
        assert observations["user_1"]["stock"].tolist() == [100.0]
        market.step({agent: np.array([100.0]) for agent in market.agents})


def test_the_round_in_words():
    market = commons_v0.parallel_env(users=2, render_mode="ansi")
    market.reset(seed=1)
    market.step({"user_1": np.array([150.0]), "user_2": None})
    assert market.render() == "round 1: fish 100.00, then 0.00\n  user_1: asks 100.00, takes 100.00\n" + (
        "  user_2: asks 0.00, takes 0.00"
    )
    assert market.projected() == ("user_1",)


def test_a_cap_is_a_share_of_the_stock_that_is_there():
    market = commons_v0.parallel_env()
    market.reset(seed=1)
    assert market.cap("user_1", np.array([80.0]), 100_000).tolist() == [10.0]
    assert market.cap("user_1", np.array([8.0]), 100_000).tolist() == [8.0]
    assert market.cap("user_1", None, 100_000).tolist() == [0.0]
    market.step({agent: np.array([15.0]) for agent in market.agents})
    assert market.cap("user_1", np.array([80.0]), 100_000).tolist() == [5.0]
    with pytest.raises(UsageError, match="nobody"):
        market.cap("nobody", np.array([1.0]), 100_000)
    with pytest.raises(UsageError, match="0 to 1000000"):
        market.cap("user_1", np.array([1.0]), 1_000_001)
