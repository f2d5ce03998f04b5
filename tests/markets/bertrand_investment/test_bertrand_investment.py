"""Prices and investment: what firms can pay for, what it does to their costs, and what they earn."""

import math

import numpy as np
import pytest
from scipy.optimize import fsolve

from agoranomos.errors import UsageError
from agoranomos.markets import bertrand_investment_v0
from agoranomos.markets.bertrand_investment import BertrandInvestmentSpec
from agoranomos.markets.bertrand_investment.clear import clear, conduct
from agoranomos.markets.market_spec import spec_of
from conformance.market import MarketConformance

FACTORY = "agoranomos.markets.bertrand_investment_v0:parallel_env"


class TestTheGameOfLinEtAl(MarketConformance):
    factory = FACTORY


class TestThreeFirmsWithOneGoodAndSmallSteps(MarketConformance):
    factory = FACTORY
    options = {
        "firms": ["a", "b", "c"],
        "goods": ["wool"],
        "unit_cost": [60.0, 55.0, 52.0, 51.0],
        "investment": [100.0, 200.0, 300.0],
        "rounds": 30,
    }


def random_spec(seed):
    rng = np.random.default_rng([8, seed])
    costs = np.sort(rng.uniform(20.0, 110.0, int(rng.integers(1, 5))))[::-1]
    return BertrandInvestmentSpec(
        firms=[f"f{i}" for i in range(int(rng.integers(1, 5)))],
        goods=[f"g{j}" for j in range(int(rng.integers(1, 4)))],
        unit_cost=costs.tolist(),
        investment=rng.uniform(10.0, 2000.0, len(costs) - 1).tolist(),
        funds=float(rng.uniform(0.0, 3000.0)),
        quality=float(rng.uniform(60.0, 120.0)),
        mu=float(rng.uniform(3.0, 15.0)),
        price_cap=1000.0,
        rounds=12,
    )


def by_hand(spec, price, cost):
    """Sales and operating profits, firm by firm and good by good, in plain loops."""
    quantity = np.zeros(price.shape)
    for j in range(price.shape[1]):
        weights = [
            0.0 if price[i, j] < cost[i, j] else math.exp((spec.quality - price[i, j]) / spec.mu)
            for i in range(price.shape[0])
        ]
        everything = sum(weights) + math.exp(spec.outside / spec.mu)
        quantity[:, j] = [spec.size * weight / everything for weight in weights]
    return quantity, ((price - cost) * quantity).sum(axis=1)


@pytest.mark.parametrize("seed", range(200))
def test_random_games_against_plain_loops_and_fsolve(seed):
    spec = random_spec(seed)
    rng = np.random.default_rng([9, seed])
    cost = rng.choice(spec.unit_cost, (len(spec.firms), len(spec.goods)))
    price = rng.uniform(10.0, 150.0, cost.shape)
    outcome = clear(spec, price, cost)
    quantity, profit = by_hand(spec, price, cost)
    np.testing.assert_allclose(outcome.quantity, quantity, rtol=1e-10)
    np.testing.assert_allclose(outcome.operating_profit, profit, rtol=1e-10, atol=1e-9)

    known = conduct(spec, tuple(map(tuple, cost.tolist())))
    for j in range(cost.shape[1]):

        def conditions(asked, j=j):
            sold = np.exp((spec.quality - asked) / spec.mu)
            share = sold / (sold.sum() + np.exp(spec.outside / spec.mu))
            return (asked - cost[:, j]) * (1.0 - share) - spec.mu

        nash = known["nash"].price[:, j]
        np.testing.assert_allclose(fsolve(conditions, nash + 0.05 * spec.mu, xtol=1e-11), nash, rtol=1e-8)
    together = known["monopoly"].operating_profit.sum()
    for shift in rng.normal(0.0, 2.0, (50, *cost.shape)):
        other = np.maximum(known["monopoly"].price + shift, cost)
        assert clear(spec, other, cost).operating_profit.sum() <= together * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(200))
def test_nobody_gains_by_another_price_at_nash(seed):
    spec = random_spec(seed)
    cost = np.random.default_rng([10, seed]).choice(spec.unit_cost, (len(spec.firms), len(spec.goods)))
    nash = conduct(spec, tuple(map(tuple, cost.tolist())))["nash"]
    for i in range(len(spec.firms)):
        asked = np.repeat(nash.price[None], 400, axis=0)
        asked[:, i] = np.linspace(cost[i], cost[i] + 20.0 * spec.mu, 400)
        earned = clear(spec, asked, cost).operating_profit[:, i]
        assert earned.max() <= nash.operating_profit[i] + 1e-9 * max(1.0, nash.operating_profit[i])


@pytest.mark.parametrize("seed", range(60))
def test_accounts_levels_and_measures_follow_from_what_is_done(seed):
    market = bertrand_investment_v0.BertrandInvestment(random_spec(seed))
    spec, rng = market.spec, np.random.default_rng([11, seed])
    firms, goods = len(spec.firms), len(spec.goods)
    market.reset(seed=seed)
    levels, funds = np.zeros((firms, goods), dtype=int), np.full(firms, spec.funds)
    while market.agents:
        asked = rng.uniform(20.0, 160.0, (firms, goods)).round(6)
        wanted = rng.integers(0, 2, (firms, goods))
        absent = rng.random(firms) < 0.15
        actions = {
            firm: None if absent[i] else np.concatenate([asked[i], wanted[i]]) for i, firm in enumerate(spec.firms)
        }
        spent, short = np.zeros(firms), set()
        for i in range(firms):
            for j in range(goods):
                if absent[i] or not wanted[i, j]:
                    continue
                step = spec.investment[levels[i, j]] if levels[i, j] < len(spec.investment) else math.inf
                if spent[i] + step <= funds[i]:
                    spent[i] += step
                    levels[i, j] += 1
                else:
                    short.add(spec.firms[i])
        cost = np.array(spec.unit_cost)[levels]
        _, rewards, *_ = market.step(actions)
        assert set(market.projected()) == short
        price = np.where(absent[:, None], np.inf, asked)
        kernel = clear(spec, price, cost)
        funds = funds + kernel.operating_profit - spent
        np.testing.assert_allclose(list(rewards.values()), kernel.operating_profit - spent, rtol=1e-12, atol=1e-9)
        measures = market.measures()
        np.testing.assert_allclose(np.array(measures["funds_e6"]) / 1e6, funds, rtol=1e-9, atol=1e-5)
        np.testing.assert_allclose(np.array(measures["unit_cost_e6"]) / 1e6, cost, atol=1e-6)
        np.testing.assert_allclose(np.array(measures["investment_e6"]) / 1e6, spent, atol=1e-6)
        np.testing.assert_allclose(np.array(measures["quantity_e6"]) / 1e6, kernel.quantity, atol=1e-6)
        assert all(asked is None for i in range(firms) if absent[i] for asked in measures["asked_e6"][i])


def test_the_first_round_as_in_the_released_code():
    # 1000 e / (2 e + 1) with e = e^((75 - 110) / 8), and a firm that asks less than its cost of 100 sells nothing
    market = bertrand_investment_v0.parallel_env()
    market.reset(seed=1)
    weight = math.exp((75 - 110) / 8)
    _, rewards, *_ = market.step({"firm_1": [110, 110, 0, 0], "firm_2": [110, 99, 0, 0]})
    both, alone = 1000 * weight / (2 * weight + 1), 1000 * weight / (weight + 1)
    assert rewards["firm_1"] == pytest.approx(10 * both + 10 * alone)
    assert rewards["firm_2"] == pytest.approx(10 * both)


def test_8500_do_not_buy_a_step_and_10000_do():
    market = bertrand_investment_v0.parallel_env()
    market.reset(seed=1)
    market.step({"firm_1": [108, 108, 1, 0], "firm_2": [108, 108, 0, 0]})
    assert market.projected() == ("firm_1",)
    rich = bertrand_investment_v0.parallel_env(funds=10_000)
    rich.reset(seed=1)
    observations, rewards, *_ = rich.step({"firm_1": [108, 108, 1, 1], "firm_2": [108, 108, 0, 0]})
    assert rich.projected() == ("firm_1",)  # one of the two, in the order of the goods
    assert rich.measures()["unit_cost_e6"] == ((80_000_000, 100_000_000), (100_000_000, 100_000_000))
    assert observations["firm_2"]["unit_cost"].tolist() == [80.0, 100.0, 100.0, 100.0]
    assert rewards["firm_1"] < -9_000


def test_at_the_benchmarks_elevation_is_0_and_1():
    facts = bertrand_investment_v0.parallel_env().facts
    assert facts.benchmarks["nash"]["price_elevation_e6"] == (0, 0)
    assert facts.benchmarks["monopoly"]["own_elevation_e6"] == (1_000_000, 1_000_000)
    assert facts.benchmarks["competitive"]["profit_e6"] == (0, 0)


def test_the_round_can_be_read():
    market = bertrand_investment_v0.parallel_env(render_mode="ansi")
    market.reset(seed=1)
    market.step({"firm_1": [110, 111, 0, 0], "firm_2": [110, 99, 0, 0]})
    assert market.render().splitlines()[1].startswith("  firm_1: 110.00 at cost 100  111.00 at cost 100  profit ")


def test_prices_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"\[\.\.\., 2, 2\] was expected"):
        clear(BertrandInvestmentSpec(), [1.0, 2.0], [1.0, 2.0])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"mu": -8.0}, "mu: more than 0"),
        ({"quality": math.nan}, "quality: a finite number"),
        ({"unit_cost": [100.0, 100.0, 50.0]}, "falling numbers were expected"),
        ({"unit_cost": [100.0, 80.0]}, "2 investments for 2 unit costs; one fewer was expected"),
        ({"unit_cost": [100.0, 80.0, -1.0]}, "unit_cost.2: at least 0"),
        ({"investment": [0.0, 10.0]}, "investment.0: more than 0"),
        ({"price_cap": 90.0}, "nobody can sell"),
        ({"quality": -200.0}, "the market is empty"),
        ({"firms": []}, "firms: at least one item"),
        ({"goods": ["A", "A"]}, "'A' is named twice"),
        ({"size": 1e12}, "could not be recorded exactly"),
        ({"costs": 1.0}, "no field 'costs'"),
    ],
)
def test_what_makes_no_market_is_refused_with_the_reason(fields, reason):
    with pytest.raises(UsageError, match=reason):
        spec_of(BertrandInvestmentSpec, fields)
