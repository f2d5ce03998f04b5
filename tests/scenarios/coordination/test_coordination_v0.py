"""Coordination keeps every promise that a market makes."""

from agoranomos.conformance import MarketConformance

FACTORY = "agoranomos.scenarios.coordination_v0:parallel_env"


class TestRuled(MarketConformance):
    factory = FACTORY


class TestFaithful(MarketConformance):
    factory = FACTORY
    options = {
        "rule": "none",
        "compounding": True,
        "rounds": 3,
        "options": "texts",
        "threshold": (2, 4, 6, 8),
        "sees": {"detection": "nothing"},
    }


class TestAudited(MarketConformance):
    factory = FACTORY
    options = {"players": 3, "threshold": 2, "audit": {"probability": 1.0, "fine": 0.5}, "audit_told": True}


class TestDuty(MarketConformance):
    factory = FACTORY
    options = {"rule": "collective", "sees": {"others_actions": "count", "others_rewards": True, "own_reward": False}}
    exempt = {"test_every_agent_sees_its_profit_and_the_round": "here no agent may see what it earns"}


class TestRing(MarketConformance):
    factory = FACTORY
    options = {"network": {"kind": "ring"}, "sees": {"others_rewards": True}, "harm": {"third_party": 0.5}}


class TestLenient(MarketConformance):
    factory = FACTORY
    options = {"players": 4, "threshold": 2, "audit": {"fine": 0.5}, "leniency": {"reward": 0.5}}
    exempt = {"test_payoffs_are_the_rewards_of_a_round": "who reports first is drawn; the game expects over the lot"}


class TestSeeded(MarketConformance):
    factory = FACTORY
    options = {"seeded": {"count": 3, "place": "tail"}}
    exempt = {"test_payoffs_are_the_rewards_of_a_round": "seeded seats take one option, whatever is submitted"}
