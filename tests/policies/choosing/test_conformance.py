from __future__ import annotations

from conformance.policy import PolicyConformance, Setting

GAME = "agoranomos.markets.matrix_v0:parallel_env"


class TestChoosing(PolicyConformance):
    policy = "choosing"
    rounds = 5


class TestChoosingUnderLettersInEveryOrder(PolicyConformance):
    policy = "choosing"
    parameters = {"labelled": True, "orders": "rotated", "levels": 2, "reasoning": 20, "act": "mode"}
    rounds = 4


class TestChoosingWithAModelThatOftenFails(PolicyConformance):
    policy = "choosing"
    engine = "mock/malformed?rate=0.8"
    rounds = 5


class TestChoosingInAGameOfChoices(PolicyConformance):
    policy = "choosing"
    markets = {"a matrix game": Setting(GAME), "prices": Setting("agoranomos.markets.bertrand_v0:parallel_env")}
    rounds = 5
