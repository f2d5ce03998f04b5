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
