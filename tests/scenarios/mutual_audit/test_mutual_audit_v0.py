"""Mutual audit is an environment like any other."""

from agoranomos.conformance import MarketConformance

FACTORY = "agoranomos.scenarios.mutual_audit_v0:parallel_env"


class TestPair(MarketConformance):
    factory = FACTORY


class TestFourWhoWriteAndPropose(MarketConformance):
    factory = FACTORY
    options = {
        "auditors": 4,
        "offer": {"payment": 2.5},
        "statements": "written",
        "review": {"probability": 0.5},
        "sees": {"own_reward": True, "detection": "always"},
        "routes": {"log": ["auditor_1"], "checked": ["auditor_2"]},
    }


class TestScriptedPeer(MarketConformance):
    factory = FACTORY
    options = {"scripted_peer": {"does": "honest"}, "hours": "ample", "pay": {"shared": True}}
