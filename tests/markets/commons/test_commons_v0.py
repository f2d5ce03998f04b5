"""The commons keeps every promise that a market makes, in each of its forms."""

from agoranomos.conformance import MarketConformance

FACTORY = "agoranomos.markets.commons_v0:parallel_env"


class TestFishery(MarketConformance):
    factory = FACTORY
    options = {"rounds": 12}


class TestLogistic(MarketConformance):
    factory = FACTORY
    options = {"users": 3, "growth": {"form": "logistic"}, "effort_cost": 20.0}


class TestFishWar(MarketConformance):
    factory = FACTORY
    options = {"users": 2, "growth": {"form": "levhari-mirman"}}
