"""What agents are told of their own seats: enough to know what they choose, and nothing of the others' own affairs."""

from __future__ import annotations

import pytest

from agoranomos.markets import (
    bertrand_investment_v0,
    bertrand_v0,
    commons_v0,
    credence_goods_v0,
    double_auction_v0,
    leniency_cartel_v0,
    matrix_v0,
    procurement_v0,
    public_goods_v0,
    threshold_public_goods_v0,
)


def test_traders_are_told_whether_they_buy_or_sell_and_their_own_schedule_alone() -> None:
    market = double_auction_v0.parallel_env(
        buyers=["anna"], sellers=["boris"], values=[[10, 8.5]], costs=[[1, 2, 6]], highest_price=12
    )
    assert market.brief("anna") == {"role": "buyer", "values of the units that you may buy": "10, 8.5"}
    assert market.brief("boris") == {"role": "seller", "costs of the units that you may sell": "1, 2, 6"}


def test_price_setters_are_told_their_own_cost_their_turn_and_what_places_of_a_grid_ask() -> None:
    free = bertrand_v0.parallel_env(grid=None, cost=[1, 1.25], timing="sequential")
    assert free.brief("firm_2") == {
        "unit cost": "1.25",
        "turn": "round 2 and every 2 rounds from then on; in the others your price stands",
    }
    grid = bertrand_v0.parallel_env(cost=1, grid={"points": 5, "low": 1, "high": 3})
    assert grid.brief("firm_1") == {
        "unit cost": "1",
        "prices": "number 0 is 1.000000, number 4 is 3.000000, in equal steps between",
    }
    assert "lower unit costs" in bertrand_investment_v0.parallel_env().brief("firm_1")
    steps = bertrand_investment_v0.parallel_env(unit_cost=[100], investment=[]).brief("firm_1")
    assert steps["lower unit costs"] == "none"


def test_suppliers_are_told_the_rule_and_where_their_own_costs_lie() -> None:
    market = procurement_v0.parallel_env(cost=[[40, 80], [50, 95]], rule="second-price", reserve=90)
    told = market.brief(market.possible_agents[1])
    assert "from 50 to 95" in told["costs"]
    assert "40" not in str(told)
    assert "second lowest" in told["tender"]
    assert "reserve price of 90" in told["tender"]
    assert "its own bid" in procurement_v0.parallel_env().brief("supplier_1")["tender"]


def test_users_and_members_are_told_what_they_have_and_what_it_brings() -> None:
    def payoff(**fields) -> str:
        return commons_v0.parallel_env(**fields).brief("user_1")["payoff"]

    assert payoff() == "1 a unit"
    assert payoff(growth={"form": "logistic"}, effort_cost=3) == "1 a unit, less 3 over the stock"
    assert payoff(growth={"form": "levhari-mirman"}) == "the logarithm of what you take"
    group = public_goods_v0.parallel_env(members=2, endowment=[20, 40], mpcr=0.7, punishment={})
    assert group.brief("member_2")["endowment"] == "40"
    assert group.brief("member_2")["points"] == "each costs you 1, and who receives it 3"
    assert "points" not in public_goods_v0.parallel_env().brief("member_1")
    told = threshold_public_goods_v0.parallel_env(compounding=True).brief("member_1")
    assert told["threshold"] == "4 of 8 members"
    assert told["capital"] == "1 at first"
    assert threshold_public_goods_v0.parallel_env().brief("member_1")["capital"] == "1 in every round"


@pytest.mark.parametrize(
    ("verifiability", "liability", "duty"),
    [
        (False, False, "nothing"),
        (True, False, "charge for the treatment that you give"),
        (False, True, "cure every customer"),
        (True, True, "cure every customer, and charge for what you give"),
    ],
)
def test_experts_are_told_what_binds_them(verifiability, liability, duty) -> None:
    market = credence_goods_v0.parallel_env(verifiability=verifiability, liability=liability)
    assert market.brief("expert_1")["duty"] == duty


def test_what_numbers_stand_for_is_told() -> None:
    assert matrix_v0.parallel_env().brief("row") == {"actions": "0 is cooperate, 1 is defect"}
    assert leniency_cartel_v0.parallel_env(price_step=1.5).brief("firm_1")["price"] == (
        "number k asks 1.5 times k in this round"
    )
