"""Cliff (1997): a margin that moves towards what is traded and quoted."""

import numpy as np
import pytest

from agoranomos.markets import double_auction_v0
from agoranomos.policies.double_auction.zip_trader import Margin
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Trace, seated
from policies.double_auction.test_zero_intelligence import AUCTION, CALL, MARKETS, SMALL, days


class TestZip(PolicyConformance):
    policy = "zip"
    markets = MARKETS
    traces = (
        Trace(
            actions=(((8.0,), (1.2,)), ((6.878688,), (4.094531,)), ((8.072072,), (3.534033,))),
            seed=3,
            factory=AUCTION,
            market=SMALL,
        ),
        Trace(
            actions=(((8.0, 6.4), (1.2, 2.4)), ((6.96078, 5.568624), (2.17254, 4.34508))),
            seed=3,
            factory=AUCTION,
            market=CALL,
        ),
    )


def seen(limit=100.0, volume=0.0, last=0.0, bid=0.0, ask=200.0, left=1.0):
    values = {"limit": limit, "volume": volume, "last_price": last, "best_bid": bid, "best_ask": ask, "left": left}
    return {key: np.array([value]) for key, value in values.items()}


def learnt(trader, observation, memory, number=1):
    return trader.act(observation, None, memory, Randomness(0, number, "x")).memory


@pytest.fixture
def traders():
    policies = seated("zip", {}, double_auction_v0.parallel_env(), 0)
    return policies[0], policies[-1]


def test_the_delta_rule_with_momentum(traders):
    """G' = 0.05 G + 0.95 * 0.3 (target - p), target within 5% and 0.05 beyond the price that is answered."""
    _, seller = traders
    for number in range(50):
        after = learnt(seller, seen(volume=1.0, last=150.0), Margin(0.2, 4.0), number)
        share = (after.momentum - 0.2) / 0.285 + 120.0
        assert 150.0 <= share <= 150.0 * 1.05 + 0.05
        assert after.margin == pytest.approx((120.0 + after.momentum) / 100.0 - 1.0)


def test_sellers_follow_trades_up_and_down_and_quotes_down(traders):
    buyer, seller = traders
    asks = Margin(0.2)
    assert learnt(seller, seen(volume=1.0, last=130.0), asks).margin > 0.2
    assert learnt(seller, seen(volume=1.0, last=110.0), asks).margin < 0.2
    assert learnt(seller, seen(ask=110.0), asks).margin < 0.2
    assert learnt(seller, seen(ask=130.0), asks) == asks
    assert learnt(seller, seen(), asks) == asks
    bids = Margin(-0.2)
    assert learnt(buyer, seen(volume=1.0, last=70.0), bids).margin < -0.2
    assert learnt(buyer, seen(volume=1.0, last=90.0), bids).margin > -0.2
    assert learnt(buyer, seen(bid=90.0), bids).margin > -0.2
    assert learnt(buyer, seen(bid=70.0), bids) == bids
    assert learnt(buyer, seen(), bids) == bids


def test_who_has_no_unit_left_learns_nothing(traders):
    buyer, seller = traders
    assert learnt(seller, seen(limit=0.0, left=0.0, volume=1.0, last=130.0), Margin(0.2)) == Margin(0.2)
    assert learnt(buyer, seen(left=0.0, volume=1.0, last=50.0), Margin(-0.2)) == Margin(-0.2)


def test_it_never_loses_and_beats_chance():
    smart, least = days("zip", 20)
    assert least == 0.0
    chance, _ = days("zero-intelligence-constrained", 20)
    assert smart.mean() > chance.mean()
    assert smart.mean() > 0.97
