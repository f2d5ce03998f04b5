"""The threshold public goods game keeps every promise that a market makes."""

from agoranomos.conformance import MarketConformance

FACTORY = "agoranomos.markets.threshold_public_goods_v0:parallel_env"


class TestCoordination(MarketConformance):
    factory = FACTORY


class TestTipping(MarketConformance):
    factory = FACTORY
    options = {"compounding": True, "rounds": 12}


class TestCostly(MarketConformance):
    factory = FACTORY
    options = {"members": 3, "threshold": 2, "success_other": 1.3}
