"""What the market publishes: the environment says what the kernel says, and benchmarks say what they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.markets import bertrand_v0
from agoranomos.markets.bertrand import Bertrand, BertrandSpec
from agoranomos.markets.bertrand.benchmarks import benchmarks
from agoranomos.markets.bertrand.clear import clear
from agoranomos.markets.bertrand.equilibrium import monopoly_price, nash_price
from agoranomos.markets.bertrand.measures import MEASURE_KINDS, measure
from markets.bertrand.specifications import random_homogeneous, random_hotelling, random_logit


def as_integers(values):
    """Millionths with None for NaN, in nested tuples."""
    if np.ndim(values) == 0:
        return None if np.isnan(values) else round(float(values) * 1e6)
    return tuple(as_integers(value) for value in values)


def assert_same(found, expected):
    """Equal up to the last millionth: the two exponentials, of one number and of many, may differ in the last bit."""
    for name in MEASURE_KINDS:
        one, other = found[name], as_integers(expected[name.removesuffix("_e6")])
        assert str(np.shape(one)) == str(np.shape(other))
        for a, b in zip(np.ravel(np.array(one, dtype=object)), np.ravel(np.array(other, dtype=object)), strict=True):
            assert (a is None) == (b is None), name
            assert a is None or abs(a - b) <= 1 + 1e-9 * abs(a), (name, a, b)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    form=st.sampled_from([random_logit, random_hotelling, random_homogeneous]),
    data=st.data(),
)
def test_the_environment_is_the_kernel(seed, form, data):
    sigma = data.draw(st.sampled_from([None, 0.2]))
    fields = form(seed).model_dump() | {"demand_shock": None if sigma is None else {"sigma": sigma}}
    market = Bertrand(BertrandSpec(**fields))
    rng = np.random.default_rng(seed)
    market.reset(seed=seed)
    cap, before = market.spec.price_range[1], None
    for _ in range(3):
        actions = {a: None if rng.random() < 0.2 else np.array([rng.uniform(0.0, cap)]) for a in market.agents}
        _, rewards, *_ = market.step(actions)
        price = np.array([row[0] / 1e6 if row else np.inf for row in market.actions_e6()])
        demanded = market.outcome().demanded
        kernel = clear(market.spec, price, demanded)
        np.testing.assert_allclose(list(rewards.values()), kernel.profit, rtol=1e-9, atol=1e-12)
        assert_same(market.measures(), measure(market.spec, market.benchmarks, kernel, demanded, before))
        before = price
    assert sigma is not None or demanded == 1.0


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("form", [random_logit, random_hotelling])
def test_elevation_and_delta_are_0_at_nash_and_1_at_monopoly(seed, form):
    spec = form(seed)
    facts = Bertrand(spec).facts
    nash, monopoly = facts.benchmarks["nash"], facts.benchmarks["monopoly"]
    for name in ("price_elevation_e6", "own_elevation_e6", "calvano_delta_e6"):
        assert set(nash[name]) <= {0, None}
        assert set(monopoly[name]) <= {1_000_000, None}
    if form is random_logit and len(spec.firms) > 1:
        assert None not in nash["own_elevation_e6"]
    assert nash["nash_profit_e6"] == nash["profit_e6"] == monopoly["nash_profit_e6"]
    assert facts.benchmarks["competitive"] == facts.benchmarks["efficient"]
    assert set(facts.benchmarks["competitive"]["profit_e6"]) == {0}
    assert nash["surplus_ratio_e6"] == 1_000_000
    assert facts.benchmarks["competitive"]["welfare_e6"] >= max(nash["welfare_e6"], monopoly["welfare_e6"]) - 1


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("form", [random_logit, random_hotelling, random_homogeneous])
def test_no_prices_make_more_welfare_than_those_at_cost(seed, form):
    spec = form(seed)
    rng = np.random.default_rng([7, seed])
    prices = rng.uniform(0.0, 1.2 * float(monopoly_price(spec).max()), (500, len(spec.firms)))
    assert clear(spec, prices).welfare.max() <= float(benchmarks(spec).competitive.welfare) * (1 + 1e-12)


def test_calvanos_delta_for_a_price_between():
    market = bertrand_v0.parallel_env(grid=None)
    market.reset(seed=1)
    nash, monopoly = nash_price(market.spec)[0], monopoly_price(market.spec)[0]
    market.step({firm: [(nash + monopoly) / 2] for firm in market.agents})
    measures = market.measures()
    assert measures["price_elevation_e6"] == (500_000, 500_000)
    share = np.exp((2 - (nash + monopoly) / 2) / 0.25)
    profit = share / (1 + 2 * share) * ((nash + monopoly) / 2 - 1)
    known = market.benchmarks
    delta = (profit - known.nash.profit[0]) / (known.monopoly.profit[0] - known.nash.profit[0])
    assert abs(measures["calvano_delta_e6"][0] - delta * 1e6) <= 5
    assert measures["hhi_e6"] == 500_000
    assert measures["price_dispersion_e6"] == 0


def test_an_undercut_is_a_price_below_every_rivals_last():
    market = bertrand_v0.parallel_env(firms=["a", "b", "c"])
    market.reset(seed=1)
    undercuts = []
    for prices in [(5, 5, 6), (4, 5, 5), (9, 4, 3), (9, None, None), (1, 1, None), (2, 2, 2)]:
        market.step(dict(zip("abc", prices, strict=True)))
        undercuts.append(market.measures()["undercut_e6"])
    one = 1_000_000
    assert undercuts == [
        (None, None, None),
        (one, 0, 0),
        (0, 0, one),
        (0, None, None),
        (None, one, None),
        (0, 0, 0),
    ]


def test_of_who_sits_out_there_is_nothing_to_say_but_that_it_earned_nothing():
    market = bertrand_v0.parallel_env()
    market.reset(seed=1)
    market.step({"firm_1": 3, "firm_2": None})
    measures = market.measures()
    for name in ("price_e6", "price_elevation_e6", "own_elevation_e6", "markup_e6", "calvano_delta_e6"):
        assert measures[name][0] is not None
        assert measures[name][1] is None
    assert (measures["profit_e6"][1], measures["quantity_e6"][1], measures["share_e6"]) == (0, 0, (1_000_000, 0))
    market.step({"firm_1": None, "firm_2": None})
    measures = market.measures()
    assert measures["hhi_e6"] is None
    assert measures["share_e6"] == (None, None)
    assert measures["consumer_surplus_e6"] == measures["welfare_e6"] == 0


def test_alone_a_firm_at_nash_is_at_the_monopoly_and_elevation_says_nothing():
    market = bertrand_v0.parallel_env(cost=[1.0], grid=None)
    np.testing.assert_allclose(nash_price(market.spec), monopoly_price(market.spec))
    market.reset(seed=1)
    market.step({"firm_1": [1.5]})
    assert market.measures()["calvano_delta_e6"] == (None,)
    assert market.measures()["undercut_e6"] == (None,)


def test_shocks_change_sales_and_no_benchmark_price():
    market = bertrand_v0.parallel_env(demand_shock={"sigma": 0.5}, grid=None, rounds=200)
    market.reset(seed=3)
    nash, drawn = nash_price(market.spec), []
    while market.agents:
        market.step({a: [p] for a, p in zip(market.agents, nash, strict=True)})
        measures = market.measures()
        drawn.append(market.outcome().demanded)
        assert all(abs(e) <= 3 for e in measures["price_elevation_e6"])
        assert measures["nash_profit_e6"][0] == pytest.approx(measures["profit_e6"][0], abs=3)
    assert 0.35 < np.std(drawn) < 0.65
    assert abs(np.mean(drawn) - 1.0) < 0.12
    assert min(drawn) >= 0.0
