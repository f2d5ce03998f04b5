"""What is told of the others of a group, in the words of each family."""

import pytest

from agoranomos.scenarios import coordination_v0, group_bargaining_v0, role_play_v0
from agoranomos.scenarios.others import told_of_others

TWO = ("ann", "bob")


@pytest.mark.parametrize(
    ("did", "counted", "rewards", "said"),
    [
        (("ran", "slept"), None, None, ["Of the others, ann ran; bob slept."]),
        (("ran", "slept"), None, (1.5, -2.0), ["Of the others, ann ran and won 1.5; bob slept and won -2."]),
        (None, "1 ran", None, ["Of 2 others 1 ran."]),
        (None, "1 ran", (1.5, -2.0), ["Of 2 others 1 ran.", "The others won 1.5, -2."]),
        (None, None, (1.5, -2.0), ["The others won 1.5, -2."]),
        (None, None, None, []),
    ],
)
def test_no_more_is_said_than_may_be_known(did, counted, rewards, said):
    assert told_of_others(TWO, did, counted, rewards, verb="won") == said


def test_of_nobody_nothing_is_said():
    assert told_of_others((), (), None, ()) == told_of_others((), None, "0 ran", ()) == []


@pytest.mark.parametrize("seen", ["names", "count"])
@pytest.mark.parametrize(
    ("family", "agents", "word"),
    [
        (coordination_v0, "players", "player"),
        (group_bargaining_v0, "bargainers", "bargainer"),
        (role_play_v0, "workers", "worker"),
    ],
)
def test_who_sees_nobody_is_told_of_nobody(family, agents, word, seen):
    sees = {"others_actions": seen, "others_rewards": True}
    keys = {agents: 3, "links": {f"{word}_1": (f"{word}_2",)}, "sees": sees}
    scenario = family.parallel_env(
        **keys, **({} if word == "worker" else {"threshold": 2} if word == "player" else {"hikers": 1})
    )
    scenario.reset(seed=1)
    observations = scenario.step(dict.fromkeys(scenario.agents, 1))[0]
    told = {agent: scenario.feedback(agent, seen) for agent, seen in observations.items()}
    assert "others" in told[f"{word}_1"]
    assert "others" not in told[f"{word}_2"]
