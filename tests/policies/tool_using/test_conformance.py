from __future__ import annotations

from conformance.policy import PolicyConformance, Setting

TOOL_USE = "agoranomos.scenarios.tool_use_v0:parallel_env"
MARKETS = {
    "one solver": Setting(TOOL_USE, {"order": "interleaved"}),
    "three solvers": Setting(TOOL_USE, {"solvers": 3, "order": "hard-first", "sees": {"others_reasoning": True}}),
    "simulated": Setting(TOOL_USE, {"solvers": 2, "answers": "simulated", "network": {"kind": "star"}}),
    "made-up rounds": Setting(TOOL_USE, {"fabricated": {"rounds": 3, "violations": 2}, "options": "texts"}),
}


class TestToolUsing(PolicyConformance):
    policy = "tool-using"
    parameters = {"calls": 1}
    rounds = 4
    markets = MARKETS


class TestToolUsingThatSolvesItsProblems(PolicyConformance):
    policy = "tool-using"
    parameters = {"window": 3, "act": "mode", "reasoning": 20}
    engine = "mock/nash"
    rounds = 4
    markets = MARKETS


class TestToolUsingWithAModelThatOftenFails(PolicyConformance):
    policy = "tool-using"
    parameters = {"window": 0, "calls": 1}
    engine = "mock/malformed?rate=0.8"
    rounds = 4
    markets = {name: setting for name, setting in MARKETS.items() if name != "made-up rounds"}
