from __future__ import annotations

from conformance.policy import PolicyConformance, Setting

ROLE_PLAY = "agoranomos.scenarios.role_play_v0:parallel_env"
MARKETS = {
    "one worker": Setting(ROLE_PLAY),
    "three workers": Setting(ROLE_PLAY, {"workers": 3}),
    "texts": Setting(ROLE_PLAY, {"options": "texts", "sees": {"own_reward": False, "others_actions": "nothing"}}),
    "made-up rounds": Setting(ROLE_PLAY, {"fabricated": {"rounds": 3, "violations": 2}, "announce": "truth"}),
    "a ring": Setting(ROLE_PLAY, {"workers": 4, "network": {"kind": "ring"}, "sees": {"others_reasoning": True}}),
}


class TestAnswering(PolicyConformance):
    policy = "answering"
    rounds = 5
    markets = MARKETS


class TestAnsweringByReply(PolicyConformance):
    policy = "answering"
    parameters = {"by": "reply", "constrained": True, "memory": "summary", "reasoning": 20, "temperature": 0.0}
    rounds = 7
    markets = MARKETS


class TestAnsweringInEveryOrderOfTheLetters(PolicyConformance):
    policy = "answering"
    parameters = {"orders": "rotated", "act": "mode", "memory": "shared", "window": 2}
    rounds = 4
    markets = {
        **{name: MARKETS[name] for name in ("one worker", "three workers")},
        "a ring": Setting(ROLE_PLAY, {"workers": 4, "network": {"kind": "ring"}}),
    }


class TestAnsweringWithAModelThatOftenFails(PolicyConformance):
    policy = "answering"
    parameters = {"by": "reply", "constrained": True}
    engine = "mock/malformed?rate=0.8"
    rounds = 5
    markets = MARKETS


class TestAnsweringWithAModelThatWritesAnything(PolicyConformance):
    policy = "answering"
    parameters = {"by": "reply", "memory": "none", "attempts": 1}
    rounds = 4
    markets = MARKETS
