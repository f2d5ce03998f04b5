"""The benchmarks of a commons against solvers that know none of their formulas."""

from functools import cache

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from agoranomos.errors import UsageError
from agoranomos.markets import commons_v0
from agoranomos.markets.commons import CommonsSpec, clear, rules, sustainable_yield
from agoranomos.markets.commons.clear import clear_round, regrown
from markets.commons.test_commons_clear import random_spec

SETS = range(200)


def long_run_profit(spec, own, others):
    """What a user earns a round in the long run with the share `own`, when the others take `others` together."""

    def change(stock):
        return regrown(spec.growth, spec.capacity, stock, (own + others) * stock) - stock

    low, high = 1e-3 * spec.capacity, spec.capacity
    if change(low) <= 0:
        return -own * spec.effort_cost  # the stock dies out; the limit of what follows
    stock = brentq(change, low, high, xtol=1e-9)
    return own * stock * (spec.price - spec.effort_cost / stock)


@pytest.mark.parametrize("seed", SETS)
def test_no_constant_effort_is_better_than_nash_in_the_logistic_fishery(seed):
    spec = random_spec(np.random.default_rng(seed), "logistic")
    known, users = rules(spec), len(spec.users)
    share = {name: rule.request(spec.capacity) / spec.capacity for name, rule in known.items()}
    rate = spec.growth.rate

    own = share["nash"]
    found = minimize_scalar(
        lambda mine: -long_run_profit(spec, mine, (users - 1) * own),
        bounds=(0, rate - (users - 1) * own),
        method="bounded",
    )
    assert found.x == pytest.approx(own, abs=2e-4)

    whole = minimize_scalar(lambda total: -long_run_profit(spec, total, 0.0), bounds=(0, rate), method="bounded")
    assert whole.x == pytest.approx(users * share["efficient"], abs=2e-4)
    assert -whole.fun == pytest.approx(users * settled(spec, "efficient").profit[0], rel=1e-5, abs=1e-5)

    most = minimize_scalar(
        lambda stock: -(regrown(spec.growth, spec.capacity, stock, 0.0) - stock),
        bounds=(0, spec.capacity),
        method="bounded",
        options={"xatol": 1e-6},
    )
    assert most.x == pytest.approx(known["sustainable"].steady_stock, rel=1e-3)
    assert -most.fun == pytest.approx(rate * spec.capacity / 4, abs=1e-5)
    assert settled(spec, "competitive").welfare == pytest.approx(0.0, abs=1e-5 * spec.capacity)


def settled(spec, name):
    """The round at the benchmark's steady state; everybody plays the rule."""
    rule = rules(spec)[name]
    return clear_round(spec, [min(rule.request(rule.steady_stock), spec.capacity)] * len(spec.users), rule.steady_stock)


@pytest.mark.parametrize("seed", SETS)
def test_the_rules_hold_the_stock_where_they_settle(seed):
    spec = random_spec(np.random.default_rng(seed))
    for name, rule in rules(spec).items():
        assert settled(spec, name).next_stock == pytest.approx(rule.steady_stock, rel=1e-6, abs=2e-6), name


@pytest.mark.parametrize("seed", SETS)
def test_the_sustainable_yield_is_the_most_that_comes_back(seed):
    chance = np.random.default_rng(seed)
    spec = random_spec(chance)
    for stock in chance.uniform(0.3, 1.0, 3) * spec.capacity:
        most = sustainable_yield(spec, float(stock))
        assert regrown(spec.growth, spec.capacity, stock, most) >= stock - 2e-6
        more = most + 1e-3 * spec.capacity
        assert more > stock or regrown(spec.growth, spec.capacity, stock, more) < stock


def best_share(alpha, discount, others, users=1):
    """The share of the stock that a user takes who plans by value iteration on a grid, the others taking `others`.

    The state is ln x; utility ln c; x' = (x - others x - c)^alpha. Linear interpolation, 0.1 a step of the grid.
    """
    grid = np.linspace(-16.0, 0.0, 161)
    shares = np.linspace(0.0025, 1.0 - others - 0.0025, 400)
    left = np.log(1.0 - others - shares)
    following = np.clip(alpha * (grid[:, None] + left), grid[0], grid[-1])
    place = np.clip(((following - grid[0]) * 10.0).astype(int), 0, len(grid) - 2)
    weight = (following - grid[place]) * 10.0
    now = grid[:, None] + np.log(shares)
    value = np.zeros(len(grid))
    for _ in range(int(np.log(1e-5) / np.log(discount)) + 1):
        choices = now + discount * (value[place] * (1.0 - weight) + value[place + 1] * weight)
        value = choices.max(axis=1)
    return shares[choices[120].argmax()]


@pytest.mark.parametrize("seed", SETS)
def test_the_fish_war_is_what_value_iteration_finds(seed):
    chance = np.random.default_rng(seed)
    spec = random_spec(chance, "levhari-mirman", users=int(chance.integers(2, 5)))
    users, alpha, discount = len(spec.users), spec.growth.alpha, spec.growth.discount
    share = {name: rule.request(1.0) for name, rule in rules(spec).items()}
    assert best_share(alpha, discount, (users - 1) * share["nash"]) == pytest.approx(share["nash"], abs=0.005)
    assert best_share(alpha, discount, 0.0) == pytest.approx(users * share["efficient"], abs=0.005)


@pytest.mark.parametrize("seed", SETS)
def test_no_other_share_earns_more_in_the_fish_war(seed):
    """Discounted utility over 200 rounds of the market itself, for 81 shares at once."""
    chance = np.random.default_rng(seed)
    spec = random_spec(chance, "levhari-mirman", users=int(chance.integers(2, 5)))
    spec = spec.model_copy(update={"growth": spec.growth.model_copy(update={"discount": chance.uniform(0.3, 0.8)})})
    users, discount = len(spec.users), spec.growth.discount
    own = rules(spec)["nash"].request(1.0)
    tried = own * np.linspace(0.6, min(1.4, 0.95 * (1 / own - users + 1)), 41)
    asked = np.full((len(tried), users, 1), own)
    asked[:, 0, 0] = tried
    stock, total = np.full(len(tried), spec.initial_stock), np.zeros(len(tried))
    for round_number in range(45):
        outcome = clear(spec, asked * stock[:, None, None], stock)
        total += discount**round_number * outcome.profit[:, 0]
        stock = outcome.next_stock
    spacing = tried[1] - tried[0]
    assert tried[total.argmax()] == pytest.approx(own, abs=1.01 * spacing)


def test_two_countries_take_the_published_shares():
    """Levhari and Mirman (1980): (1 - ad) / (2 - ad) of the stock each, against (1 - ad) / 2 together."""
    spec = CommonsSpec(users=2, growth={"form": "levhari-mirman", "alpha": 0.5, "discount": 0.9})
    found = rules(spec)
    assert found["nash"].request(1.0) == pytest.approx(0.55 / 1.55)
    assert found["efficient"].request(1.0) == pytest.approx(0.55 / 2)
    assert found["nash"].steady_stock < found["efficient"].steady_stock


@pytest.mark.parametrize("seed", SETS)
def test_taking_all_is_an_equilibrium_of_the_doubling_commons(seed):
    """The best reply to others who ask for all, by trying every plan of whole amounts over three rounds."""
    chance = np.random.default_rng(seed)
    capacity, factor = int(chance.integers(4, 9)), int(chance.integers(2, 4))
    spec = CommonsSpec(
        users=int(chance.integers(2, 6)),
        capacity=capacity,
        growth={"form": "doubling", "factor": factor, "collapse": float(chance.uniform(0, 3))},
    )
    others = [float(capacity)] * (len(spec.users) - 1)

    @cache
    def best(stock, rounds):
        if not rounds:
            return 0.0, 0
        options = []
        for asked in range(capacity + 1):
            outcome = clear_round(spec, [float(asked), *others], stock)
            options.append((outcome.profit[0] + best(outcome.next_stock, rounds - 1)[0], asked))
        return max(options)

    assert best(float(capacity), 3)[1] == capacity == rules(spec)["nash"].request(capacity)


@pytest.mark.parametrize("seed", SETS)
def test_the_joint_optimum_of_the_doubling_commons_is_what_planning_finds(seed):
    """Over five rounds, the last of which takes what is left, in whole amounts: exhaustive dynamic programming."""
    chance = np.random.default_rng(seed)
    factor = int(chance.integers(2, 4))
    capacity = factor * int(chance.integers(2, 8))
    spec = CommonsSpec(
        users=3,
        capacity=capacity,
        initial_stock=int(chance.integers(capacity // 2, capacity)) + 1,
        growth={"form": "doubling", "factor": factor, "collapse": int(chance.integers(0, 4)) / 2},
    )

    @cache
    def best(stock, rounds):
        if rounds == 1:
            return float(stock)
        plans = range(int(stock) + 1)
        return max(h + best(regrown(spec.growth, capacity, stock, h), rounds - 1) for h in plans)

    stock, total = spec.initial_stock, 0.0
    for _ in range(4):
        taken = 3 * rules(spec)["efficient"].request(stock)
        total, stock = total + taken, regrown(spec.growth, capacity, stock, taken)
    assert total + stock == pytest.approx(best(spec.initial_stock, 5))


def test_a_sole_user_takes_no_more_than_the_optimum():
    alone = rules(CommonsSpec(users=1))
    assert alone["nash"].request(100.0) == alone["efficient"].request(100.0) == 50.0


def test_the_benchmarks_are_rounds_where_they_settle():
    facts = commons_v0.parallel_env().facts
    assert set(facts.benchmarks) == {"nash", "efficient", "sustainable"}
    assert facts.benchmarks["nash"]["stock_e6"] == 0
    assert facts.benchmarks["nash"]["equality_e6"] is None
    assert facts.benchmarks["nash"]["sustainability_e6"] is None
    assert facts.benchmarks["efficient"]["profit_e6"] == (10_000_000,) * 5
    assert facts.benchmarks["efficient"]["calvano_delta_e6"] == (1_000_000,) * 5
    assert "competitive" in commons_v0.parallel_env(growth={"form": "logistic"}).facts.benchmarks


def test_play_applies_the_rule_to_the_stock_that_is_seen():
    market = commons_v0.parallel_env()
    observations, _ = market.reset(seed=1)
    played = {name: market.play(name, "user_1", observations["user_1"]).tolist() for name in market.facts.benchmarks}
    assert played == {"nash": [100.0], "efficient": [10.0], "sustainable": [10.0]}
    observations = market.step({agent: np.array([14.0]) for agent in market.agents})[0]  # leaves 30, which become 60
    played = {name: market.play(name, "user_1", observations["user_1"]).tolist() for name in market.facts.benchmarks}
    assert played == {"nash": [100.0], "efficient": [2.0], "sustainable": [6.0]}
    with pytest.raises(UsageError, match="nobody"):
        market.play("nash", "nobody", observations["user_1"])


def test_taking_all_is_the_best_reply_of_one_round():
    game = commons_v0.parallel_env().game()
    fair = np.full((5, 1), 10.0)
    assert game.menus[0][game.best_reply(0, fair)].tolist() == [100.0]
