"""The leniency cartel: demand, benchmarks, talk, and what is published, against independent computations."""

import numpy as np
import pytest
from pettingzoo.test import api_test, max_cycles_test
from scipy.optimize import minimize

from agoranomos.errors import UsageError
from agoranomos.markets import described_market, leniency_cartel_v0, load_market
from agoranomos.markets.leniency_cartel import LeniencyCartelSpec
from agoranomos.markets.leniency_cartel.benchmarks import benchmarks, gains, grid, monopoly_price, nash_price
from agoranomos.markets.leniency_cartel.clear import clear, clear_round
from agoranomos.workspace import Workspace
from conformance.market import MarketConformance

FACTORY = "agoranomos.markets.leniency_cartel_v0:parallel_env"
COLLUSIVE, NASH = 9, 3


class TestPublished(MarketConformance):
    factory = FACTORY


class TestThreeFirms(MarketConformance):
    factory = FACTORY
    options = {
        "firms": ("north", "south", "west"),
        "goods": ("cement",),
        "marginal_cost": 3.5,
        "evidence_lasts": 4,
        "continuation": 0.95,
    }


def random_spec(seed):
    rng = np.random.default_rng(seed)
    intercept = float(rng.uniform(5, 100))
    cost = float(rng.uniform(0, 0.6) * intercept) if seed % 4 else 0.0
    prices = int(rng.integers(5, 30))
    step = round(intercept * float(rng.uniform(0.9, 1.3)) / prices, 4)
    firms = tuple(f"f{k}" for k in range(int(rng.integers(2, 6))))
    gamma = float(rng.uniform(0, 0.95))
    return LeniencyCartelSpec(
        firms=firms, intercept=intercept, substitution=gamma, marginal_cost=cost, prices=prices, price_step=step
    )


def bought(spec, prices):
    """What the consumer with the utility of the specification buys, by numerical maximisation."""
    n, gamma = len(prices), spec.substitution
    weights = (1 - gamma) * np.eye(n) + gamma
    gap = spec.intercept - np.asarray(prices)

    def loss(q):
        return -(gap @ q - q @ weights @ q / 2)

    found = minimize(
        loss,
        np.full(n, 0.1),
        jac=lambda q: weights @ q - gap,
        bounds=[(0, None)] * n,
        method="L-BFGS-B",
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 2000},
    )
    return found.x, -found.fun


@pytest.mark.parametrize("seed", range(200))
def test_demand_is_what_the_consumer_buys(seed):
    spec = random_spec(seed)
    rng = np.random.default_rng(seed)
    places = rng.integers(0, spec.prices, len(spec.firms))
    prices = [spec.price(int(k)) for k in places]
    quantity, surplus = bought(spec, prices)
    found = clear(spec, prices)
    scale = spec.intercept / (1 - spec.substitution)
    np.testing.assert_allclose(found.quantity, quantity, atol=2e-4 * scale)
    assert found.consumer_surplus == pytest.approx(surplus, abs=1e-6 * scale**2)
    assert found.profit == pytest.approx((np.array(prices) - spec.marginal_cost) * found.quantity)
    assert found.welfare == pytest.approx(found.consumer_surplus + found.profit.sum())


@pytest.mark.parametrize("seed", range(200))
def test_benchmarks_by_brute_force(seed):
    spec = random_spec(seed)
    known, firms = benchmarks(spec), len(spec.firms)

    def own(price, others):
        return clear_round(spec, [price] + [others] * (firms - 1)).profit[0]

    prices = grid(spec).tolist()
    nash = prices[known["nash"]]
    assert own(nash, nash) >= max(own(p, nash) for p in prices) - 1e-6
    assert gains(spec)[known["nash"]] <= 1e-6
    for dearer in prices[known["nash"] + 1 :]:
        assert own(dearer, dearer) < max(own(p, dearer) for p in prices)
    joint = [sum(clear_round(spec, [p] * firms).profit) for p in prices]
    assert joint[known["monopoly"]] == pytest.approx(max(joint))
    assert abs(prices[known["monopoly"]] - monopoly_price(spec)) <= spec.price_step / 2 + 1e-9
    assert prices[known["competitive"]] >= spec.marginal_cost - 1e-9
    assert prices[known["competitive"]] - spec.price_step < spec.marginal_cost
    # without the grid: the closed form solves the first-order condition of a firm
    p, h = nash_price(spec), 1e-4 * spec.intercept
    assert (own(p + h, p) - own(p - h, p)) / (2 * h) == pytest.approx(
        0, abs=1e-5 * spec.intercept / (1 - spec.substitution)
    )


@pytest.mark.parametrize("seed", range(60))
def test_the_environment_equals_the_kernel(seed):
    spec = random_spec(seed)
    market = leniency_cartel_v0.LeniencyCartel(spec)
    rng = np.random.default_rng(seed)
    market.reset(seed=seed)
    for _ in range(5):
        places = rng.integers(0, spec.prices, len(spec.firms))
        absent = int(rng.integers(0, len(spec.firms))) if rng.random() < 0.3 else None
        actions = {
            f: np.array([0, k]) if i != absent else None
            for i, (f, k) in enumerate(zip(spec.firms, places, strict=True))
        }
        rewards = market.step(actions)[1]
        asked = np.array([np.nan if i == absent else spec.price(int(k)) for i, k in enumerate(places)])
        kernel = clear(spec, asked)
        np.testing.assert_allclose(list(rewards.values()), kernel.profit, rtol=1e-9, atol=1e-9 * spec.intercept**2)
        assert market.measures()["welfare_e6"] / 1e6 == pytest.approx(float(kernel.welfare), rel=1e-6, abs=1e-4)
    table = market.game().payoffs(
        np.stack([np.zeros((50, len(spec.firms))), rng.integers(0, spec.prices, (50, len(spec.firms)))], -1)
    )
    assert table.shape == (50, len(spec.firms))


def test_the_published_prices_and_profits():
    """Bigoni et al. (2012): Nash at 3 with 100 each, joint profit at 9 with 180 each, 296 for the best deviation."""
    market = leniency_cartel_v0.parallel_env()
    assert market.benchmarks == {"nash": NASH, "monopoly": COLLUSIVE, "competitive": 0}
    assert market.facts.benchmarks["nash"]["profit_e6"] == (100_000_000, 100_000_000)
    assert market.facts.benchmarks["monopoly"]["profit_e6"] == (180_000_000, 180_000_000)
    replies = market.game().replies(0, [[0, COLLUSIVE], [0, COLLUSIVE]])
    assert round(replies.max()) == 296
    assert market.game().best_reply(0, [[0, COLLUSIVE], [0, COLLUSIVE]]) == 7
    assert (nash_price(market.spec), monopoly_price(market.spec)) == (pytest.approx(6), 18)


def talk(market, *proposals, price=NASH):
    return market.step({f: np.array([p, price]) for f, p in zip(market.possible_agents, proposals, strict=True)})


def test_talk_comes_before_the_prices_it_is_about():
    market = leniency_cartel_v0.parallel_env(rounds=10, evidence_lasts=2, render_mode="ansi")
    market.reset(seed=1)
    observations = talk(market, COLLUSIVE + 1, 0)[0]
    assert observations["firm_1"]["agreed"].tolist() == [0]  # one alone agrees on nothing
    assert observations["firm_1"]["proposals"].tolist() == [COLLUSIVE + 1, 0]
    observations = talk(market, COLLUSIVE + 1, 8)[0]
    assert observations["firm_2"]["agreed"].tolist() == [8]  # the lowest that was proposed
    assert market.measures()["communicated_e6"] == (0, 0)
    assert "no agreement" in market.render()
    market.step({"firm_1": [0, 7], "firm_2": [0, 5]})
    measures = market.measures()
    assert measures["communicated_e6"] == (1_000_000, 1_000_000)
    assert measures["undercut_e6"] == (0, 1_000_000)
    assert "agreed on 14" in market.render()
    assert measures["cartel_e6"] == (1_000_000, 1_000_000)
    talk(market, 0, 0)
    assert market.measures()["undercut_e6"] == (None, None)
    assert market.measures()["communicated_e6"] == (0, 0)
    assert market.measures()["cartel_e6"] == (1_000_000, 1_000_000)  # traces last for two rounds
    talk(market, 0, 0)
    assert market.measures()["cartel_e6"] == (0, 0)


def test_without_a_limit_traces_last_and_a_new_episode_has_none():
    market = leniency_cartel_v0.parallel_env(rounds=30)
    market.reset(seed=1)
    talk(market, 5, 5)
    for _ in range(20):
        talk(market, 0, 0)
        assert market.measures()["cartel_e6"] == (1_000_000, 1_000_000)
    market.reset(seed=1)
    talk(market, 0, 0)
    assert market.measures()["cartel_e6"] == (0, 0)


def test_who_sits_out_sells_nothing_and_agrees_to_nothing():
    market = leniency_cartel_v0.parallel_env(render_mode="ansi")
    market.reset(seed=1)
    observations = market.step({"firm_1": [10, 9], "firm_2": None})[0]
    measures = market.measures()
    assert measures["asked_e6"] == (18_000_000, None)
    assert measures["quantity_e6"] == (18_000_000, 0)  # a monopoly: 36 - 18
    assert observations["firm_1"]["asked"].tolist() == [18, -1]
    assert observations["firm_1"]["agreed"].tolist() == [0]
    assert market.seen("firm_1", observations["firm_1"]) is None
    assert "firm_2: sat out" in market.render()
    market.step({"firm_1": None, "firm_2": None})
    assert market.measures()["price_e6"] == (None,)
    assert market.measures()["price_elevation_e6"] == (None,)


def test_benchmark_play_and_what_is_seen():
    market = leniency_cartel_v0.parallel_env()
    observations, _ = market.reset(seed=1)
    assert market.seen("firm_1", observations["firm_1"]) is None
    assert market.play("nash", "firm_1", observations["firm_1"]).tolist() == [0, NASH]
    assert market.play("monopoly", "firm_1", observations["firm_1"]).tolist() == [COLLUSIVE + 1, COLLUSIVE]
    with pytest.raises(UsageError, match="benchmark"):
        market.play("division", "firm_1", observations["firm_1"])
    observations = market.step({"firm_1": [10, 9], "firm_2": [0, 4]})[0]
    assert market.seen("firm_2", observations["firm_2"]).tolist() == [[10, 9], [0, 4]]


def test_independent_goods_leave_nothing_to_collude_about():
    market = leniency_cartel_v0.parallel_env(substitution=0.0)
    assert market.benchmarks["nash"] == market.benchmarks["monopoly"]
    market.reset(seed=1)
    talk(market, 0, 0)
    assert market.measures()["price_elevation_e6"] == (None,)
    assert market.measures()["calvano_delta_e6"] == (None, None)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"intercept": -1}, "intercept"),
        ({"intercept": float("inf")}, "intercept"),
        ({"substitution": 1.0}, "substitution"),
        ({"substitution": float("nan")}, "substitution"),
        ({"marginal_cost": 36}, "the market is empty"),
        ({"marginal_cost": 25}, "no price would cover it"),
        ({"prices": 1}, "prices"),
        ({"price_step": 0}, "price_step"),
        ({"price_step": 1e-7, "prices": 200}, "no whole number of millionths"),
        ({"firms": ["a"]}, "firms: at least 2"),
        ({"firms": ["a", "a"]}, "'a' is named twice"),
        ({"goods": []}, "goods"),
        ({"intercept": 1e9}, "could not be recorded exactly"),
        ({"intercept": 1e300}, "could not be recorded exactly"),
        ({"price_step": 1e300}, "could not be recorded exactly"),
        (
            {"prices": 2, "price_step": 100},
            "no price of the grid lies between the marginal cost of 0 and the intercept 36",
        ),
        ({"marginal_cost": 35, "prices": 30}, "no price of the grid lies between the marginal cost of 35"),
        ({"marginal_cost": 34, "prices": 30}, "no price of the grid lies between the marginal cost of 34"),
        ({"evidence_lasts": 0}, "evidence_lasts"),
        ({"intercpet": 3}, "no field 'intercpet'"),
    ],
)
def test_what_is_no_market_is_refused_with_the_reason(fields, reason):
    with pytest.raises(UsageError) as refused:
        leniency_cartel_v0.parallel_env(**fields)
    assert reason in str(refused.value)


def test_kernels_refuse_another_number_of_firms():
    with pytest.raises(ValueError, match="was expected"):
        clear(LeniencyCartelSpec(), [1.0, 2.0, 3.0])


def test_pettingzoo_accepts_the_turn_based_view():
    api_test(leniency_cartel_v0.env(rounds=20), num_cycles=60)
    max_cycles_test(leniency_cartel_v0)


@pytest.mark.parametrize("name", ["leniency-cartel", "leniency-cartel-triopoly"])
def test_the_markets_of_the_library_load_and_read_back(name, tmp_path):
    market = load_market(name, Workspace(tmp_path, "test"))
    assert market.spec.name == name
    assert described_market(market.describe()) == market.spec


def test_the_default_is_the_file(tmp_path):
    with_file = load_market("leniency-cartel", Workspace(tmp_path, "test"))
    assert with_file.spec.model_copy(update={"rounds": 50}) == LeniencyCartelSpec()
