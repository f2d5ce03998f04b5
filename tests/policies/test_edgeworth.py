from pathlib import Path

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from agoranomos.markets.catalogue import load_market
from agoranomos.randomness import Randomness
from agoranomos.workspace import find_workspace
from conformance.policy import PolicyConformance, Trace, seated
from policies.general import DILEMMA, GENERAL_MARKETS, ONE_NUMBER_MARKETS, PRICES, against

PAGE = Path(__file__).resolve().parents[2] / "docs" / "policies.md"


class TestEdgeworth(PolicyConformance):
    policy = "edgeworth"
    markets = ONE_NUMBER_MARKETS
    traces = (
        # Down the menu step by step; against 2 a price of 1 earns 10 and 5 earns 10 too, so it relents.
        Trace(
            actions=tuple(((p,), (p,)) for p in (5, 4, 10 / 3, 3, 2, 5, 4, 10 / 3)), factory=PRICES, states=("fined",)
        ),
        Trace(actions=tuple(((k,), (k,)) for k in (0, 1, 0, 1)), factory=DILEMMA),
    )


def test_it_undercuts_the_keenest_of_its_rivals_in_quantities_by_making_more():
    setting = GENERAL_MARKETS["one good"]
    menu = setting(1).game().menus[0][:, 0]
    step = menu[menu > 30.0].min()
    played = against("edgeworth", {}, setting, [[[30.0]], [[30.0]]])
    assert played == [(60.0,), (step,)]


def test_it_does_not_undercut_where_relenting_earns_as_much():
    assert against("edgeworth", {}, GENERAL_MARKETS["prices"], [[[0.0]], [[1.0]], [[2.0]], [[6.0]]]) == [
        (5.0,),
        (5.0,),
        (5.0,),
        (5.0,),
    ]


def test_it_relents_to_the_benchmark_that_it_is_told():
    played = against("edgeworth", {"relent": "nash"}, GENERAL_MARKETS["prices"], [[[0.0]]] * 2)
    assert played == [(5.0,), (pytest.approx(10 / 3),)]


def test_in_maskin_and_tiroles_market_the_price_cycles_from_3_to_1():
    """Identical goods, demand 6 - p, no cost, prices 0 to 6, moves in turn; against 1 neither 0 nor 3 earns."""
    assert "the lower price goes 3, 2, 1, 3, 2, 1" in " ".join(PAGE.read_text(encoding="utf-8").split())
    market = load_market("bertrand-sequential", find_workspace())
    policies = seated("edgeworth", {}, market, 1)
    observations, _ = market.reset(seed=1)
    moved = []
    for number in range(13):
        decided = [
            policy.act(observations[agent], None, None, Randomness(1, number + 1, agent)).action
            for policy, agent in zip(policies, market.possible_agents, strict=True)
        ]
        observations = market.step(dict(zip(market.possible_agents, decided, strict=True)))[0]
        moved.append(market.actions_e6()[number % 2][0] / 1e6)
    assert moved == [3.0, 2.0, 1.0] * 4 + [3.0]


def test_an_action_of_several_numbers_cannot_be_undercut():
    with pytest.raises(UsageError, match=r"steps along one number; an action in cournot-duopoly has 2\n.*menu-best"):
        seated("edgeworth", {}, cournot_v0.parallel_env(), 0)
