from conformance.policy import PolicyConformance, Trace

DIVISION = ((60, 0), (0, 60))
NASH = ((140 / 3, 80 / 3), (80 / 3, 140 / 3))


class TestLadderGamer(PolicyConformance):
    policy = "ladder-gamer"
    traces = (
        Trace(
            actions=(DIVISION, DIVISION, NASH, NASH, NASH, DIVISION),
            states=("active", "active", "warning", "fined", "credited", "active"),
        ),
        Trace(actions=(DIVISION, DIVISION)),
        Trace(
            actions=(NASH, DIVISION, DIVISION, NASH),
            states=("active", "warning", "credited", "fined"),
            parameters={"dares": ["warning", "credited"]},
        ),
        Trace(actions=(((54, 6), (6, 54)),), parameters={"sharpness": 0.9}),
    )
