"""Group bargaining keeps every promise that a market makes."""

from agoranomos.conformance import MarketConformance

FACTORY = "agoranomos.scenarios.group_bargaining_v0:parallel_env"


class TestNumbers(MarketConformance):
    factory = FACTORY


class TestFaithful(MarketConformance):
    factory = FACTORY
    options = {"hikers": (1, 2, 3, 4, 5, 6, 7), "metrics": "question", "sees": {"others_actions": "nothing"}}


class TestMoves(MarketConformance):
    factory = FACTORY
    options = {"bargainers": 3, "hikers": 1, "moves": (-20, -10, 0, 10, 20), "start": 60}


class TestCounts(MarketConformance):
    factory = FACTORY
    options = {"low": -50, "high": 30, "start": (0, 10), "sees": {"others_actions": "count", "others_rewards": True}}


class TestRing(MarketConformance):
    factory = FACTORY
    options = {"network": {"kind": "ring", "degree": 4}, "sees": {"others_rewards": True}}
