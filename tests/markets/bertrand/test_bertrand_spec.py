"""What a specification takes, what it fills in, and what it refuses with which reason."""

import math

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.bertrand import BertrandSpec, bertrand_spec

HOTELLING = {"form": "hotelling", "transport_cost": 1.0, "reservation": 4.0}
HOMOGENEOUS = {"form": "homogeneous", "intercept": 6.0, "slope": 1.0}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"demand": {"mu": -0.25}}, "demand.logit.mu: more than 0 was expected"),
        ({"demand": {"mu": math.nan}}, "demand.logit.mu: a finite number was expected"),
        ({"demand": {"quality": math.inf}}, "demand.logit.quality.*a finite number was expected"),
        ({"demand": {"size": 0}}, "demand.logit.size: more than 0"),
        ({"demand": {"form": "logits"}}, "logit, hotelling or homogeneous was expected"),
        ({"demand": {"quality": [2.0, 2.0, 2.0], "mu": 0.25}, "firms": ["a", "b"]}, "3 qualities for 2 firms"),
        ({"demand": {"quality": -9.0}}, "the market is empty"),
        ({"demand": {**HOMOGENEOUS, "slope": -1.0}}, "demand.homogeneous.slope: more than 0"),
        ({"demand": HOMOGENEOUS, "cost": 6.0}, "nobody buys at a price of the cost, 6: the market is empty"),
        ({"demand": HOMOGENEOUS, "cost": [0.0, 1.0]}, "unequal costs for identical goods"),
        ({"demand": {**HOTELLING, "transport_cost": 0.0}}, "demand.hotelling.transport_cost: more than 0"),
        ({"demand": {**HOTELLING, "reservation": 2.0}}, "not everybody buys; 2.5 or more was expected"),
        ({"demand": HOTELLING, "cost": [0.0, 3.0]}, "differ by 3, 3 t = 3 or more: one firm sells nothing"),
        ({"demand": HOTELLING, "cost": [1.0]}, "one firm alone has no rival"),
        ({"demand": HOTELLING, "cost": [1.0, 1.0, 1.1]}, "unequal costs on a circle"),
        ({"cost": -1.0}, "cost.*at least 0 was expected"),
        ({"cost": math.inf}, "cost.*a finite number was expected"),
        ({"cost": [1.0, 1.0], "firms": ["a", "b", "c"]}, "2 numbers for 3 firms"),
        ({"goods": ["A"], "firms": ["a", "b"]}, "1 goods for 2 firms"),
        ({"firms": []}, "firms: at least one item"),
        ({"firms": ["a", "a"]}, "'a' is named twice"),
        ({"grid": {"points": 1}}, "grid.points: at least 2"),
        ({"grid": {"xi": -0.1}}, "grid.xi: at least 0"),
        ({"grid": {"xi": 50}}, "the lowest price of the grid would be -21.1298"),
        ({"grid": {"low": 1.0}}, "low and high were expected together"),
        ({"grid": {"low": 1.0, "high": 2.0, "xi": 0.1}}, "and not both"),
        ({"grid": {"low": 2.0, "high": 1.0}}, "at least a millionth apart"),
        ({"price_cap": 3.0}, "with it `grid: null` was expected"),
        ({"price_cap": 0.0, "grid": None}, "price_cap: more than 0"),
        ({"demand_shock": {"sigma": 0.6}}, "demand_shock.sigma: at most 0.5"),
        ({"timing": "in turn"}, "timing: 'simultaneous' or 'sequential'"),
        ({"demand": {"size": 1e12}}, "could not be recorded exactly in millionths"),
        ({"grid": None, "price_cap": 1e12}, "could not be recorded exactly in millionths"),
        ({"rounds": 0}, "rounds"),
    ],
)
def test_what_makes_no_market_is_refused_with_the_reason(fields, reason):
    with pytest.raises(UsageError, match=reason):
        bertrand_spec(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"grid": None},
        {"grid": None, "price_cap": 7.5},
        {"grid": {"points": 7, "low": 0.0, "high": 6.0}, "demand": HOMOGENEOUS, "cost": 0.0, "timing": "sequential"},
        {"demand": HOTELLING, "firms": ["a", "b", "c"], "demand_shock": {"sigma": 0.1}},
        {"cost": [1.0, 2.0, 3.0], "demand": {"mu": 0.5, "quality": [1.0, 2.0, 3.0]}, "continuation": 0.9},
    ],
)
def test_a_description_reads_back(fields):
    spec = BertrandSpec(**fields)
    assert BertrandSpec.model_validate(spec.described()) == spec


def test_single_numbers_hold_for_all_and_names_follow():
    spec = BertrandSpec(cost=[1.0, 1.2, 1.4], demand={"mu": 0.5})
    assert spec.firms == ("firm_1", "firm_2", "firm_3")
    assert spec.goods == ("A", "B", "C")
    assert spec.demand.quality == (2.0, 2.0, 2.0)
    assert BertrandSpec(firms=["x", "y", "z"]).cost == (1.0, 1.0, 1.0)
    assert BertrandSpec(demand={"quality": [1.0, 2.0, 3.0]}).cost == (1.0, 1.0, 1.0)
    assert len(BertrandSpec(firms=[f"f{i}" for i in range(40)]).goods) == 40


def test_a_grid_without_margins_is_calvanos():
    assert BertrandSpec(grid={"points": 9}).grid.xi == 0.1
    assert BertrandSpec(grid={"points": 9, "xi": 0}).price_range == pytest.approx((1.47293, 1.92498), abs=1e-5)


def test_prices_off_the_grid_go_up_to_twice_the_monopolys():
    assert BertrandSpec(grid=None).price_range == pytest.approx((0.0, 2 * 1.924981), abs=2e-6)
    assert BertrandSpec(grid=None, price_cap=9.0).price_range == (0.0, 9.0)


def test_no_mapping_at_all_is_refused():
    with pytest.raises(ValueError, match="valid dictionary"):
        BertrandSpec.model_validate([1, 2])


def test_a_cost_may_be_left_to_be_drawn():
    spec = BertrandSpec(cost={"from": 0.9, "to": 1.3})
    assert spec.cost == (1.1, 1.1)
    assert BertrandSpec.model_validate(spec.described()) == spec
    assert spec.described()["cost"] == [{"from": "0.9", "to": "1.3"}] * 2
    runs = [spec.drawn(seed) for seed in range(200)]
    assert runs[7] == spec.drawn(7)
    costs = [cost for run in runs for cost in run.cost]
    assert all(0.9 <= cost <= 1.3 and run.ranges is None for run in runs for cost in run.cost)
    assert len(set(costs)) > 30
    assert sum(first != second for first, second in (run.cost for run in runs)) > 150
    assert BertrandSpec().drawn(3) == BertrandSpec()
    one = BertrandSpec(cost=[1.0, {"from": 1.0, "to": 2.0}]).drawn(5)
    assert one.cost[0] == 1.0 < one.cost[1]
    assert len({hash(run) for run in runs}) > 100


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"cost": {"from": 1.2, "to": 1.0}}, "finite and in order"),
        ({"cost": {"from": -1.0, "to": 1.5}}, "cost.0: at least 0"),
        ({"cost": {"from": 1.0, "to": 9.0}}, "the market is empty"),
        ({"cost": {"from": 0.5, "to": 1.0}, "demand": HOMOGENEOUS}, "unequal costs for identical goods"),
        ({"cost": {"from": 1.0, "to": 3.0}, "demand": HOTELLING}, "not everybody buys"),
        ({"cost": {"from": 1.0, "to": 5.0}, "demand": {**HOTELLING, "reservation": 9.0}}, "one firm sells nothing"),
        ({"cost": [1.0, 1.0], "ranges": {"cost.0": (1.0, 2.0)}}, "another middle"),
    ],
)
def test_a_range_whose_draws_could_make_no_market_is_refused(fields, reason):
    with pytest.raises(UsageError, match=reason):
        bertrand_spec(**fields)
