"""The cartel that fixes prices."""

from agoranomos.markets import bertrand_v0
from conformance.policy import COURNOT_MARKETS, PolicyConformance, Setting, Trace, play, seated

BERTRAND = "agoranomos.markets.bertrand_v0:parallel_env"


class TestPriceCartel(PolicyConformance):
    policy = "price-cartel"
    markets = {
        "Calvano's grid": Setting(BERTRAND),
        "off the grid": Setting(BERTRAND, {"grid": None}),
        "in turn": Setting(BERTRAND, {"timing": "sequential", "firms": ["a", "b", "c"]}),
        "a line": Setting(BERTRAND, {"demand": {"form": "hotelling"}, "grid": None, "cost": [1.0, 1.5]}),
        "quantities": COURNOT_MARKETS["the papers' duopoly"],
    }
    traces = (
        Trace(actions=(((13.0,), (13.0,)),) * 3, factory=BERTRAND),
        Trace(actions=(((1.924981,), (1.924981,)),) * 3, factory=BERTRAND, market={"grid": None}),
        Trace(
            actions=(((1.563338,), (1.563338,)),) * 2,
            factory=BERTRAND,
            market={"grid": None},
            parameters={"elevation": 0.2},
        ),
        Trace(actions=(((7.0,), (7.0,)),), factory=BERTRAND, parameters={"elevation": 0.5}),
    )


def test_parked_it_stands_where_it_was_told():
    market = bertrand_v0.parallel_env(grid=None, rounds=1)
    play(seated("price-cartel", {"elevation": 0.3}, market, 1), market, 1)
    assert all(abs(elevation - 300_000) <= 3 for elevation in market.measures()["own_elevation_e6"])
