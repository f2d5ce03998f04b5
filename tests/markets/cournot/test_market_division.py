import itertools

import numpy as np
import pytest
from hypothesis import given, settings

from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.division import market_division, territories
from agoranomos.markets.cournot.spec import cournot_spec
from markets.cournot.specifications import specifications


@pytest.mark.parametrize("costs", [((40, 50), (50, 40)), ((40, 40), (40, 40))])
def test_two_firms_divide_two_goods(costs):
    spec = cournot_spec(marginal_cost=costs)
    assert territories(spec) == ((0,), (1,))
    assert market_division(spec) == pytest.approx(np.array([[60, 0], [0, 60]]), abs=1e-9)


def test_each_firm_has_a_territory_even_where_one_is_efficient_everywhere():
    assert territories(cournot_spec(marginal_cost=((10, 20), (50, 40)))) == ((0,), (1,))


def test_with_more_firms_than_goods_a_good_is_shared_equally():
    spec = cournot_spec(marginal_cost=((40, 50), (50, 40), (45, 45)))
    owners = territories(spec)
    assert sorted(len(firms) for firms in owners) == [1, 2]
    (shared,) = [j for j, firms in enumerate(owners) if len(firms) == 2]
    # Mean cost 42.5: jointly 2 (100 - 42.5) / 2 = 57.5.
    assert [market_division(spec)[i, shared] for i in owners[shared]] == pytest.approx([28.75, 28.75], abs=1e-9)


def test_firms_that_share_a_good_stay_under_the_smallest_capacity():
    spec = cournot_spec(marginal_cost=((40,), (40,)), capacity=(10, 100))
    assert market_division(spec) == pytest.approx(np.array([[10.0], [10.0]]), abs=1e-9)


def test_a_firm_with_two_goods_is_a_monopolist_under_its_capacity():
    spec = cournot_spec(marginal_cost=((40, 40, 50), (50, 50, 40)), capacity=100)
    assert territories(spec) == ((0,), (0,), (1,))
    assert market_division(spec) == pytest.approx(np.array([[50, 50, 0], [0, 0, 60]]), abs=1e-9)


@given(specifications(max_firms=4, max_goods=4))
@settings(max_examples=40, deadline=None)
def test_territories_are_the_cheapest_balanced_assignment(spec):
    owners, cost = territories(spec), np.asarray(spec.marginal_cost)
    firms, goods = cost.shape
    many, few = max(firms, goods), min(firms, goods)
    loads = [sum(i in group for group in owners) for i in range(firms)] if firms <= goods else list(map(len, owners))
    assert set(loads) <= {many // few, -(-many // few)}
    assert sum(loads) == many
    of_many = cost.T if firms <= goods else cost
    cheapest = min(
        sum(of_many[k, place] for k, place in enumerate(places))
        for places in itertools.product(range(few), repeat=many)
        if all(many // few <= places.count(p) <= -(-many // few) for p in range(few))
    )
    assert sum(cost[i, j] for j, group in enumerate(owners) for i in group) == pytest.approx(cheapest, abs=1e-6)


@given(specifications())
@settings(max_examples=30, deadline=None)
def test_a_division_is_feasible_and_each_good_stays_with_its_owners(spec):
    quantity = market_division(spec)
    assert np.all(quantity >= 0)
    assert np.all(quantity.sum(axis=1) <= np.asarray(spec.capacity) * (1 + 1e-12))
    for j, group in enumerate(territories(spec)):
        assert all(quantity[i, j] == 0 for i in range(len(spec.firms)) if i not in group)
    assert np.all(np.isfinite(clear(spec, quantity).profit))
