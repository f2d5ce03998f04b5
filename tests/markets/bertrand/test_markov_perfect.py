"""Sequential pricing: the two equilibria of Maskin and Tirole's example, and what is none."""

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import bertrand_v0
from agoranomos.markets.bertrand import BertrandSpec
from agoranomos.markets.bertrand.markov_perfect import (
    TOLERANCE,
    best_markov_reply,
    deviation_gain,
    edgeworth_cycle,
    is_markov_perfect,
    kinked_demand,
    round_profits,
    values,
)

EXAMPLE = {
    "demand": {"form": "homogeneous", "intercept": 6.0, "slope": 1.0},
    "cost": 0.0,
    "grid": {"points": 7, "low": 0.0, "high": 6.0},
    "timing": "sequential",
}
PROFITS = round_profits(BertrandSpec(**EXAMPLE))
PATIENT = [0.7, 0.8, 0.9, 0.95, 0.99]


def random_profile(seed):
    rng = np.random.default_rng(seed)
    profile = rng.random((2, 7, 7)) ** 4
    return profile / profile.sum(axis=2, keepdims=True)


def by_value_iteration(profits, rival, discount, rounds=6000):
    """The best that a firm can do against `rival`: [K] by the other's price, iterated from nothing."""
    moving = np.zeros(7)
    for _ in range(rounds):
        standing = (rival * (profits + discount * moving[None, :])).sum(axis=1)
        moving = (profits.T + discount * standing[None, :]).max(axis=1)
    return moving


@pytest.mark.parametrize("discount", PATIENT)
@pytest.mark.parametrize("equilibrium", [kinked_demand, edgeworth_cycle])
def test_maskin_and_tiroles_equilibria_are_markov_perfect(equilibrium, discount):
    profile = equilibrium(discount)
    assert deviation_gain(PROFITS, profile, discount) <= TOLERANCE
    assert is_markov_perfect(PROFITS, profile, discount)
    # and by other means: nobody can do better against them by any strategy at all
    best = by_value_iteration(PROFITS[0], profile[1], discount)
    np.testing.assert_allclose(values(PROFITS, profile, discount)[0].moving, best, rtol=1e-9)


@pytest.mark.parametrize("equilibrium", [kinked_demand, edgeworth_cycle])
def test_for_a_patient_firm_neither_is_an_equilibrium_with_another_chance_of_waiting(equilibrium):
    profile = equilibrium(0.9)
    at = (1, 1, 3) if equilibrium is kinked_demand else (0, 0, 5)
    for shift in (-0.05, 0.05):
        other = profile.copy()
        other[:, at[0], at[1]] += shift
        other[:, at[0], at[2]] -= shift
        assert not is_markov_perfect(PROFITS, other, 0.9)


def test_the_chance_of_waiting_at_the_bottom_of_the_kink_is_the_published_one():
    assert kinked_demand(0.9)[0, 1, 1] == pytest.approx((5 + 0.9) / (5 * 0.9 + 9 * 0.81))


def test_impatient_firms_would_not_hold_the_monopoly_price():
    # 9 d^2 + 4 d = 5 at d = 5/9: below it the chance of waiting at 1 would pass 1
    assert kinked_demand(5 / 9)[0, 1, 1] == pytest.approx(1.0)
    with pytest.raises(UsageError, match="too impatient"):
        kinked_demand(0.55)
    myopic = kinked_demand(0.9)
    assert not is_markov_perfect(PROFITS, myopic, 0.3)


@pytest.mark.parametrize("seed", range(200))
def test_random_profiles_against_value_iteration(seed):
    discount = float(np.random.default_rng(seed).uniform(0.0, 0.95))
    profile = random_profile(seed)
    gains = []
    for firm in range(2):
        best = by_value_iteration(PROFITS[firm], profile[1 - firm], discount, rounds=800)
        reply = best_markov_reply(PROFITS[firm], profile[1 - firm], discount)
        replying = profile.copy()
        replying[firm] = np.eye(7)[reply]
        np.testing.assert_allclose(values(PROFITS, replying, discount)[firm].moving, best, rtol=1e-9, atol=1e-12)
        gains.append((best - values(PROFITS, profile, discount)[firm].moving).max())
    # a better plan exists if and only if one better price does, once (one-shot deviation principle)
    assert (max(gains) > 1e-9) == (deviation_gain(PROFITS, profile, discount) > 1e-9)
    assert deviation_gain(PROFITS, profile, discount) <= max(gains) + 1e-9


def test_values_are_what_play_in_the_market_earns():
    discount, profile = 0.9, kinked_demand(0.9)
    profile[:, 1] = np.eye(7)[3]  # no chance in it: relent at once
    market = bertrand_v0.parallel_env(**EXAMPLE, rounds=400)
    for standing in range(7):
        market.reset(seed=1)
        worth, prices = 0.0, [0, standing]
        market._standing = [(0,), (standing * 1_000_000,)]
        for round_number in range(400):
            mover = round_number % 2
            prices[mover] = int(profile[mover, prices[1 - mover]].argmax())
            rewards = market.step({"firm_1": prices[0], "firm_2": prices[1]})[1]
            worth += discount**round_number * rewards["firm_1"]
        assert worth == pytest.approx(values(PROFITS, profile, discount)[0].moving[standing])


def test_what_is_no_game_or_no_profile_is_refused():
    with pytest.raises(UsageError, match="computed for two"):
        round_profits(BertrandSpec(firms=["a", "b", "c"]))
    with pytest.raises(UsageError, match="less than 1"):
        deviation_gain(PROFITS, random_profile(1), 1.0)
    with pytest.raises(UsageError, match="not negative, with sum 1"):
        deviation_gain(PROFITS, random_profile(1) * 1.1, 0.9)
    with pytest.raises(UsageError, match="shape"):
        deviation_gain(PROFITS, random_profile(1)[:, :6, :6], 0.9)


@pytest.mark.parametrize("equilibrium", [kinked_demand, edgeworth_cycle])
@pytest.mark.parametrize("discount", [0.0, 0.3, 0.55])
def test_impatient_firms_get_no_strategy_with_chances_beyond_one(equilibrium, discount):
    with pytest.raises(UsageError, match=f"a discount factor of {discount}: firms are too impatient"):
        equilibrium(discount)
    with pytest.raises(UsageError, match="less than 1"):
        equilibrium(1.0)


@pytest.mark.parametrize("discount", [5 / 9 + 1e-6, 0.6, 0.75, 0.999])
def test_the_published_kink_holds_for_all_who_are_patient_enough(discount):
    assert is_markov_perfect(PROFITS, kinked_demand(discount), discount)
