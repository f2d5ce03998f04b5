import numpy as np
import pytest

from conformance.policy import COURNOT, COURNOT_MARKETS, PolicyConformance, Setting, Trace, play, seated
from policies.general import DILEMMA, GENERAL_MARKETS


class TestZeroIntelligence(PolicyConformance):
    policy = "zero-intelligence"
    markets = {**COURNOT_MARKETS, **GENERAL_MARKETS}
    traces = (Trace(actions=(((0,), (0,)), ((1,), (0,)), ((1,), (1,)), ((0,), (0,))), factory=DILEMMA, seed=7),)


class TestRandom(PolicyConformance):
    policy = "random"
    markets = GENERAL_MARKETS
    traces = (Trace(actions=(((1,), (1,)), ((0,), (0,)), ((1,), (0,)), ((0,), (1,))), factory=DILEMMA, seed=7),)


def test_zero_intelligence_is_uniform_over_what_the_capacity_allows():
    market = COURNOT_MARKETS["the papers' duopoly"](2000)
    own = np.array(play(seated("zero-intelligence", {}, market, 3), market, 3))[:, 0]
    # Uniform over the triangle under q_A + q_B = 100: each has mean 100/3, and their sum the density 2s/100^2.
    np.testing.assert_allclose(own.mean(axis=0), 100 / 3, rtol=0.05)
    assert np.mean(own.sum(axis=1) < 50.0) == pytest.approx(0.25, abs=0.03)


def test_an_action_of_many_parts_is_cut_down_where_no_draw_keeps_the_capacity():
    market = Setting(COURNOT, {"marginal_cost": ((40.0,) * 20,), "capacity": 100.0})(5)
    for ((*row,),) in play(seated("zero-intelligence", {}, market, 3), market, 3):
        assert sum(row) == pytest.approx(100.0)


def test_every_entry_of_the_menu_is_equally_likely():
    market = GENERAL_MARKETS["prices"](2400)
    prices, counts = np.unique(np.array(play(seated("random", {}, market, 3), market, 3)).ravel(), return_counts=True)
    np.testing.assert_allclose(prices, market.game().menus[0][:, 0])
    np.testing.assert_allclose(counts / 4800, 1 / 8, atol=0.02)
