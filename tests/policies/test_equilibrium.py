from conformance.policy import PolicyConformance, Trace
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES

NASH = ((140 / 3, 80 / 3), (80 / 3, 140 / 3))


class TestNash(PolicyConformance):
    policy = "nash"
    traces = (
        Trace(actions=(NASH, NASH), states=("active", "fined")),
        Trace(actions=(((40, 20), (20, 40)),), market={"capacity": 60.0}),
        Trace(
            actions=(((37.5, 17.5), (17.5, 37.5), (27.5, 27.5)),),
            market={"marginal_cost": ((40.0, 50.0), (50.0, 40.0), (45.0, 45.0))},
        ),
        Trace(actions=(((10 / 3,), (10 / 3,)),) * 2, factory=PRICES),
        Trace(actions=(((1,), (1,)),) * 2, factory=DILEMMA),
    )


class TestNashInAnyMarket(PolicyConformance):
    policy = "nash"
    markets = {name: GENERAL_MARKETS[name] for name in ("prices", "dilemma")}
