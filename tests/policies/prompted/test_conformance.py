from conformance.policy import PolicyConformance


class TestPrompted(PolicyConformance):
    policy = "prompted"
    rounds = 5


class TestPromptedAsInThePaper(PolicyConformance):
    policy = "prompted"
    parameters = {"template": "cournot-faithful", "window": 3}
    rounds = 5


class TestPromptedWithAModelThatOftenFails(PolicyConformance):
    policy = "prompted"
    engine = "mock/malformed?rate=0.8"
    rounds = 5


class TestPromptedWithoutMemory(PolicyConformance):
    policy = "prompted"
    parameters = {"template": "cournot-memory", "memory": "none"}
    rounds = 5


class TestPromptedThatSumsUp(PolicyConformance):
    policy = "prompted"
    parameters = {"template": "cournot-memory", "memory": {"kind": "summary", "every": 2}}
    engine = "mock/malformed?rate=0.5"
    rounds = 6


class TestPromptedThatSeesAllAndForgets(PolicyConformance):
    policy = "prompted"
    parameters = {
        "template": "market-memory",
        "memory": {"kind": "shared", "show": "full"},
        "window": 4,
        "stride": 2,
        "overflow": {"drop": "oldest"},
    }
    engine = "mock/failing?failure=overflow&rate=0.5"
    rounds = 6
