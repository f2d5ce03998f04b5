"""Leniency with talk is an environment like any other."""

from agoranomos.conformance import MarketConformance

FACTORY = "agoranomos.scenarios.leniency_talk_v0:parallel_env"


class TestTwo(MarketConformance):
    factory = FACTORY


class TestThreeWhoWrite(MarketConformance):
    factory = FACTORY
    options = {
        "firms": 3,
        "enforcement": "reward",
        "detection": 0.4,
        "false_report": 12.5,
        "evidence_lasts": 2,
        "statements": "written",
        "sees": {"own_reward": True, "detection": "always"},
        "routes": {"report": ["firm_1", "authority"]},
    }


class TestNobodyEnforces(MarketConformance):
    factory = FACTORY
    options = {"enforcement": "none", "options": "texts", "continuation": 0.9}


class TestRingleaders(MarketConformance):
    factory = FACTORY
    options = {"enforcement": "ringleader-excluded", "demand": {"marginal_cost": 2.5, "price_step": 0.5, "prices": 41}}
