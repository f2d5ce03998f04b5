"""Markets of very many firms: the method that solves them, their observations, their limits, their memory."""

import gc
import tracemalloc

import numpy as np
import pytest

from agoranomos.agents.roster import RosterEntry
from agoranomos.errors import MachineError, UsageError
from agoranomos.markets import cournot_v0
from agoranomos.markets.cournot import equilibrium, large_program
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.equilibrium import competitive, joint_monopoly, nash
from agoranomos.markets.cournot.large_program import Linked, maximise_linked
from agoranomos.markets.cournot.spec import cournot_spec
from conformance.market import MarketConformance


def random_market(seed, mixed=False):
    rng = np.random.default_rng(seed)
    firms, goods = rng.integers(1, 7), rng.integers(1, 4)
    tied, free = (
        rng.choice([0.0, 40.0, 45.0, 50.0, 120.0], (firms, goods)),
        rng.uniform(0, 150, (firms, goods)).round(2),
    )
    if mixed:
        differences = rng.choice([0.0, 0.3, 0.7], goods).tolist()
    else:
        differences = rng.choice([0.2, 0.5, 1.0], goods).tolist() if seed % 3 == 0 else None
    return cournot_spec(
        alpha=rng.uniform(1, 200, goods).round(2).tolist(),
        beta=rng.uniform(0.1, 10, goods).round(2).tolist(),
        marginal_cost=(tied if seed % 2 else free).tolist(),
        capacity=rng.choice([5.0, 60.0, 100.0, 137.31, 10_000.0], firms).tolist(),
        differentiation=differences,
    )


@pytest.mark.parametrize("block", range(8))
def test_both_methods_find_the_same_plans(monkeypatch, block):
    """240 random markets, with ties and tight capacities: the active-set method and that through the totals."""
    for seed in range(30 * block, 30 * block + 30):
        spec = random_market(seed)
        for solve in (nash, joint_monopoly, competitive):
            monkeypatch.setattr(equilibrium, "MOST_DENSE_FIRMS", 64)
            dense = solve(spec)
            monkeypatch.setattr(equilibrium, "MOST_DENSE_FIRMS", 0)
            large = solve(spec)
            scale = max(1.0, float(dense.quantity.max()))
            assert large.quantity == pytest.approx(dense.quantity, abs=1e-8 * scale), (seed, solve.__name__)
            assert large.quantity.min() >= 0


@pytest.mark.parametrize("seed", range(40))
def test_homogeneous_goods_beside_others(monkeypatch, seed):
    """To seven digits: the plan for such a market is not refined exactly."""
    spec = random_market(seed, mixed=True)
    for solve in (nash, joint_monopoly, competitive):
        dense = solve(spec)
        monkeypatch.setattr(equilibrium, "MOST_DENSE_FIRMS", 0)
        large = solve(spec)
        monkeypatch.setattr(equilibrium, "MOST_DENSE_FIRMS", 64)
        scale = max(1.0, float(dense.quantity.max()))
        assert large.quantity == pytest.approx(dense.quantity, abs=1e-5 * scale), (seed, solve.__name__)


@pytest.mark.parametrize(("firms", "differentiation"), [(300, None), (1000, None), (1000, 0.25)])
def test_a_large_symmetric_market_has_the_closed_form(firms, differentiation):
    spec = cournot_spec(firms=firms, marginal_cost=40.0, differentiation=differentiation)
    gamma = 1.0 if differentiation is None else 1 - differentiation
    at = benchmarks(spec)
    assert at.nash.quantity.ravel() == pytest.approx([120 / (2 + gamma * (firms - 1))] * firms, rel=1e-9)
    assert at.monopoly.quantity.ravel() == pytest.approx([60 / (1 + gamma * (firms - 1))] * firms, rel=1e-9)
    assert at.competitive.quantity.ravel() == pytest.approx([120 / (1 + gamma * (firms - 1))] * firms, rel=1e-9)


def test_merit_order_decides_where_costs_differ_and_capacity_is_scarce():
    """Competition: the cheapest firms at capacity up to the marginal one, whose cost is the price."""
    costs = [[30.0 + 0.1 * i] for i in range(300)]
    at = benchmarks(cournot_spec(marginal_cost=costs, capacity=1.0))
    # Firm i sells while 30 + 0.1 i < 100 - (i + 1) / 2: 116 firms in full, at 41.6 or less, and the next one the rest.
    quantity = at.competitive.quantity.ravel()
    marginal = int(np.sum(quantity == 1.0))
    assert np.all(quantity[:marginal] == 1)
    assert np.all(quantity[marginal + 1 :] == 0)
    assert float(at.competitive.price[0]) == pytest.approx(costs[marginal][0])
    assert at.competitive.total == pytest.approx([2 * (100 - costs[marginal][0])])


def test_numbers_beyond_the_precision_are_refused_not_answered(monkeypatch):
    monkeypatch.setattr(large_program, "TOLERANCE", -1.0)
    program = Linked(np.full((3, 1), 60.0), np.array([0.5]), np.array([0.5]), np.full(3, 100.0))
    with pytest.raises(MachineError, match="nine digits"):
        maximise_linked(program)


def test_a_thousand_firms_play_a_round():
    market = Cournot(cournot_spec(firms=1000, marginal_cost={"from": 30, "to": 60}).drawn(1))
    observations, _ = market.reset(seed=1)
    actions = {firm: market.play("nash", firm, observations[firm]) for firm in market.agents}
    observations, rewards, *_ = market.step(actions)
    assert sum(rewards.values()) > 0
    assert market.measures()["price_elevation_e6"][0] == pytest.approx(0, abs=200)
    assert len({firm: o["profit"].tobytes() for firm, o in observations.items()}) == 1000


def test_five_thousand_firms_are_the_limit():
    spec = cournot_spec(firms=5000, marginal_cost=40.0)
    assert spec.firms[-1] == "firm_5000"
    assert spec.goods == ("A",)
    with pytest.raises(UsageError, match="at most 5,000 items"):
        cournot_spec(firms=5001, marginal_cost=40.0)
    with pytest.raises(UsageError, match="at most 5,000 items"):
        cournot_spec(firms=10**15, marginal_cost=40.0)
    assert RosterEntry(policy="nash", count=5000).count == 5000


def test_one_cost_is_spread_over_firms_and_goods_that_are_named():
    spec = cournot_spec(firms=["a", "b", "c"], goods=["X", "Y"], marginal_cost=40)
    assert spec.marginal_cost == ((40, 40),) * 3
    with pytest.raises(UsageError, match="a list was expected"):
        cournot_spec(marginal_cost=40)


def test_blocks_of_observations_are_those_of_each_firm():
    firms = 40
    market = Cournot(cournot_spec(firms=firms, goods=["A", "B"], marginal_cost=40.0, capacity=9.0))
    market.reset(seed=1)
    rng = np.random.default_rng(1)
    for _ in range(3):
        amounts = rng.uniform(0, 4, (firms, 2)) * np.array([1.0, 0.0])
        observations = market.step(dict(zip(market.agents, amounts, strict=True)))[0]
        for agent in market.agents:
            alone = market.observation(agent)
            assert list(observations[agent]) == list(alone)
            for key, value in alone.items():
                assert value.tobytes() == observations[agent][key].tobytes(), key
                assert market.observation_space(agent)[key].contains(observations[agent][key])


def test_what_one_firm_does_to_its_observation_no_other_sees():
    market = Cournot(cournot_spec(firms=40, marginal_cost=40.0))
    market.reset(seed=1)
    observations = market.step({firm: np.ones(1) for firm in market.agents})[0]
    for value in observations["firm_1"].values():
        value[:] = -1
    assert observations["firm_2"]["price"].tolist() == [80]
    assert market.observation("firm_1")["quantity"].tolist() == [1]
    assert market.outcome().price == [80]


@pytest.mark.parametrize(
    "options", [{}, {"entry": {"firm_2": {"price_above": 61}}, "exit": {"firm_2": {"price_below": 55}}}]
)
def test_memory_stays_flat(options):
    market = cournot_v0.parallel_env(rounds=10**9, demand_shock={"sigma": 0.1}, **options)
    market.reset(seed=1)
    action = {firm: np.array([30.0, 30.0]) for firm in market.agents}

    def play(rounds):
        for _ in range(rounds):
            market.step(action)
            market.measures()
        gc.collect()

    tracemalloc.start()
    try:
        play(150)
        before = tracemalloc.get_traced_memory()[0]
        play(600)
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()


class TestManyFirms(MarketConformance):
    factory = "agoranomos.markets.cournot_v0:parallel_env"
    options = {"firms": 70, "goods": ("A", "B"), "marginal_cost": 40.0, "capacity": 4.0, "rounds": 5}
