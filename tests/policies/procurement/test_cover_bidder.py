"""Who bids to lose."""

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from conformance.policy import PolicyConformance, Trace, seated
from policies.procurement.test_bid_rotation import MARKETS, TENDER, TWO


class TestCoverBidder(PolicyConformance):
    policy = "cover-bidder"
    markets = MARKETS
    traces = (
        Trace(
            actions=(((98.577196,), (98.612855,)), ((98.424091,), (99.03443,)), ((98.739178,), (98.270108,))),
            seed=3,
            factory=TENDER,
            market=TWO,
        ),
        Trace(actions=(((100.0,), (100.0,)),), factory=TENDER, market=TWO, parameters={"covers": 1.0}),
    )


def test_elsewhere_it_has_no_seat():
    with pytest.raises(UsageError, match="'cover-bidder' bids in markets of type procurement"):
        seated("cover-bidder", {}, cournot_v0.parallel_env(), 0)
