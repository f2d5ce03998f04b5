"""The public goods game keeps every promise that a market makes, with and without its punishment stage."""

from agoranomos.conformance import MarketConformance

FACTORY = "agoranomos.markets.public_goods_v0:parallel_env"


class TestContributions(MarketConformance):
    factory = FACTORY


class TestPunishment(MarketConformance):
    factory = FACTORY
    options = {"punishment": {}}


class TestUnequalMembers(MarketConformance):
    factory = FACTORY
    options = {"members": 3, "endowment": [10.0, 20.0, 30.0], "mpcr": 1.5}
