import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.markets import bertrand_v0, cournot_v0
from agoranomos.markets.cournot.clear import clear
from agoranomos.policies import POLICIES, Seat
from agoranomos.policies.outlook import Outlook


def outlooks(**fields):
    market = cournot_v0.parallel_env(**fields)
    return market, [Outlook.of(Seat(agent, i, market, 0)) for i, agent in enumerate(market.possible_agents)]


MARKETS = st.fixed_dictionaries(
    {
        "marginal_cost": st.integers(1, 4).flatmap(
            lambda goods: st.lists(
                st.tuples(*[st.sampled_from([30.0, 40.0, 45.0, 50.0, 120.0])] * goods), min_size=1, max_size=4
            ).map(tuple)
        ),
        "capacity": st.sampled_from([15.0, 60.0, 400.0]),
    }
)


@given(fields=MARKETS, sharpness=st.floats(0, 1), elevation=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_every_plan_is_within_capacity(fields, sharpness, elevation):
    market, firms = outlooks(**fields)
    for firm, capacity in zip(firms, market.spec.capacity, strict=True):
        for own in (
            firm.division(sharpness),
            firm.division(sharpness, firm.totals_at(elevation)),
            firm.nash_share_cartel(),
            firm.nash_quantities,
        ):
            assert min(own) >= 0.0
            assert sum(own) <= capacity * (1 + 1e-9)


@given(fields=MARKETS, sharpness=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_sharpness_moves_output_between_firms_and_not_the_total_where_capacity_allows(fields, sharpness):
    market, firms = outlooks(**{**fields, "capacity": 4000.0})
    plan = firms[0].division_plan(sharpness)
    np.testing.assert_allclose(plan.sum(axis=0), market.benchmarks.division.total, atol=1e-9)
    assert [firm.division(sharpness) for firm in firms] == [tuple(row) for row in plan.tolist()]


@given(elevation=st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_the_price_stands_where_it_is_parked(elevation):
    market, (firm, _) = outlooks()
    price = clear(market.spec, firm.division_plan(1.0, firm.totals_at(elevation))).price
    known = market.benchmarks
    np.testing.assert_allclose(
        (price - known.nash.price) / (known.monopoly.price - known.nash.price), elevation, atol=1e-9
    )


def test_profits_and_rivals_are_those_of_the_papers():
    _, (first, second) = outlooks()
    division = first.division_plan(1.0)
    assert first.profit(first.best_response(first.rivals_total(division)), division) == pytest.approx(2000)
    assert first.rivals_total(division) == (0.0, 60.0)
    assert (first.own_goods, second.own_goods) == ((0,), (1,))
    assert first.nash_plan.flags.writeable is False


def test_a_market_of_another_kind_is_refused_with_advice():
    class Auction:
        possible_agents = ("bidder",)

    kind = POLICIES["divider"]
    with pytest.raises(
        UsageError,
        match=r"policy 'divider' knows markets of type cournot only; Auction is none.*\n.*agora list policies",
    ):
        kind.bind(kind.parse({}), Seat("bidder", 0, Auction(), 0))
    with pytest.raises(UsageError, match="bertrand-calvano is none"):
        kind.bind(kind.parse({}), Seat("firm_1", 0, bertrand_v0.parallel_env(), 0))
