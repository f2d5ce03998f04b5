"""Who sees what, tried exhaustively in every family: what is not seen is in no prompt, and what is seen is in one.

Two rounds that look the same to an agent under a routing table must give it the same observation and the same words.
What may look different is worked out here from the actions and the measures, and not from the scenario's own code.
"""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest
from gymnasium import spaces

from agoranomos.markets.registry import find_market_type, market_types
from agoranomos.scenarios import DelegatedSpec, Sees

FAMILIES = [
    name
    for name in market_types()
    if find_market_type(name).kind == "scenario" and not issubclass(find_market_type(name).spec, DelegatedSpec)
]
"""Those whose table is `sees`; where principals are parties it is `routes`, and each family's own tests try it."""
STAR = {"network": {"kind": "star"}}
GROUPS = {
    "role-play": {"workers": 3, **STAR},
    "coordination": {"players": 3, "threshold": 2, **STAR},
    "group-bargaining": {"bargainers": 3, "hikers": 2, "moves": [-10, 0, 10], **STAR},
    "tool-use": {"solvers": 3, "answers": "simulated", **STAR},
}
"""What makes a group of a family in which the first sees two others, and each of these only the first."""

WORLDS = {
    "role-play": [{"audit": {"pattern": "never"}}, {"audit": {"pattern": "always"}}],
    "coordination": [{"audit": {"pattern": "never"}}, {"audit": {"pattern": "always"}}],
    "tool-use": [
        {"accuracies": {kind: {"direct": share, "tool": share} for kind in ("easy", "hard")}} for share in (0.0, 1.0)
    ],
}
"""In what worlds of a family the same actions have other consequences: keys of which no agent is told."""

AUDITED = ("role-play", "coordination")

TABLE = [
    Sees(own_reward=own, others_actions=actions, others_rewards=rewards, others_reasoning=reasons, detection=detection)
    for own, actions, rewards, reasons, detection in product(
        (True, False),
        ("nothing", "count", "names"),
        (True, False),
        (True, False),
        ("nothing", "caught", "always"),
    )
]
"""Every row of the routing table."""

ORDINARY = Sees()
NOTHING = Sees(own_reward=False, others_actions="nothing", detection="nothing")
KEYS = {
    "own_reward": (True, False),
    "others_actions": ("names", "nothing"),
    "others_rewards": (True, False),
    "detection": ("always", "nothing"),
}
"""By key, the value that shows most and the one that shows nothing."""


def build(family, sees, keys=None):
    kind = find_market_type(family)
    spec = kind.spec(name="tried", sees=sees, **GROUPS.get(family, {}), **(keys or {})).drawn(3)
    return kind.build(spec)


def actions_of(scenario, agent):
    """All that an agent can do, sitting out too; where there is no end of it, some."""
    space = scenario.action_space(agent)
    if isinstance(space, spaces.Discrete):
        return [*range(int(space.n)), None]
    space.seed(1)
    return [*(space.sample() for _ in range(3)), None]


def rounds_of(family, sees):
    """A scenario after each way in which its first round can go, in each of its worlds, and what was done."""
    for number, keys in enumerate(WORLDS.get(family, [{}])):
        scenario = build(family, sees, keys)
        for joint in product(*(actions_of(scenario, agent) for agent in scenario.possible_agents)):
            scenario.reset(seed=3)
            observations = scenario.step(dict(zip(scenario.possible_agents, joint, strict=True)))[0]
            yield (number, scenario.actions_e6()), scenario, observations


def may_know(family, scenario, agent):
    """All that the routing table lets an agent know of the round just played."""
    sees, measures = scenario.spec.sees, scenario.measures()
    agents = scenario.possible_agents
    rows = dict(zip(agents, scenario.actions_e6(), strict=True))
    earned = dict(zip(agents, measures["profit_e6"], strict=True))
    own = agents.index(agent)
    broke, caught = bool(measures["violation_e6"][own]), bool(measures["detected_e6"][own])
    others = scenario.neighbours(agent)
    known = [rows[agent], broke]
    if sees.own_reward:
        known.append(earned[agent])
    if broke and (sees.detection == "always" or (sees.detection == "caught" and caught)):
        known.append(("caught", caught))
    if sees.others_actions == "names":
        known.append(tuple(rows[other] for other in others))
    elif sees.others_actions == "count":
        known.append(tuple(sorted(rows[other] for other in others)))
    if sees.others_rewards:
        paid = [earned[other] for other in others]
        known.append(tuple(paid if sees.others_actions == "names" else sorted(paid)))
    if family == "coordination" and sees.own_reward and sees.others_actions != "nothing":
        known.append(scenario.outcome().success)  # Of the whole group: what is earned and what is done in one.
    if family == "group-bargaining":
        known.append(scenario.outcome().value)  # What all of them settle is known to all.
    return tuple(known)


def is_told(scenario, agent, observation):
    """All that an agent is given after a round: numbers, what is told of it, and what it is asked next."""
    numbers = tuple((key, tuple(np.asarray(value).tolist())) for key, value in sorted(observation.items()))
    return numbers, scenario.feedback(agent, observation), scenario.question(agent, observation)


def told_by_known(family, sees):
    """What an agent is told, by agent and by what it may know."""
    found = defaultdict(set)
    for _, scenario, observations in rounds_of(family, sees):
        for agent, observation in observations.items():
            found[agent, may_know(family, scenario, agent)].add(is_told(scenario, agent, observation))
    return found


@pytest.mark.parametrize("sees", TABLE, ids=lambda sees: "-".join(str(value) for value in sees.model_dump().values()))
@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_not_seen_changes_no_word_and_no_number(family, sees):
    for known, told in told_by_known(family, sees).items():
        assert len(told) == 1, f"{known} looks the same, and is told as {told}"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("family", sorted(GROUPS))
def test_every_key_adds_words_that_are_not_there_without_it(family, key):
    def texts(value):
        sees = NOTHING.model_copy(update={key: value})
        return {
            (world, agent): scenario.feedback(agent, observation)
            for world, scenario, observations in rounds_of(family, sees)
            for agent, observation in observations.items()
        }

    shown, hidden = (texts(value) for value in KEYS[key])
    if key == "detection" and family not in AUDITED:
        assert shown == hidden, "where nobody is watched there is nothing to detect"
        return
    assert all(len(shown[world]) >= len(hidden[world]) for world in shown)
    assert any(len(shown[world]) > len(hidden[world]) for world in shown)
    if family in AUDITED:
        assert len(set(shown.values())) > len(set(hidden.values())), "it tells rounds apart that look alike without it"


@pytest.mark.parametrize("sees", TABLE)
@pytest.mark.parametrize("family", FAMILIES)
def test_whole_replies_are_read_by_those_who_may_and_are_linked(family, sees):
    scenario = build(family, sees)
    agents = scenario.possible_agents
    replies = {agent: f"I am {agent} and think of {number}" for number, agent in enumerate(agents)}
    for agent in agents:
        text = scenario.overheard(agent, replies)
        for other in agents:
            may_read = sees.others_reasoning and other in scenario.neighbours(agent)
            assert (replies[other] in text) == may_read
        silent = {other: reply for other, reply in replies.items() if other not in scenario.neighbours(agent)}
        assert scenario.overheard(agent, silent) == ""


def test_every_family_is_tried_as_a_group_in_which_somebody_is_out_of_sight():
    assert set(FAMILIES) == set(GROUPS), "a family that is new needs a group here"
    for family in FAMILIES:
        scenario = build(family, ORDINARY)
        assert [len(scenario.neighbours(agent)) for agent in scenario.possible_agents] == [2, 1, 1]


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_asked_says_nothing_of_rounds_that_are_over(family):
    asked = defaultdict(set)
    for _, scenario, observations in rounds_of(family, ORDINARY):
        for agent, observation in observations.items():
            # The value that is bargained over is what a round begins with.
            asked[agent, scenario.outcome().value if family == "group-bargaining" else None].add(
                scenario.question(agent, observation)
            )
    assert all(len(questions) == 1 for questions in asked.values())


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_is_told_before_the_first_round(family):
    scenario = build(family, Sees(others_rewards=True, others_reasoning=True, detection="always"))
    observations, _ = scenario.reset(seed=3)
    assert all(scenario.feedback(agent, observation) == "" for agent, observation in observations.items())


def test_a_word_too_many_is_found(monkeypatch):
    from agoranomos.scenarios.role_play import RolePlay

    honest = RolePlay.feedback

    def leaking(scenario, agent, observation):
        return f"{honest(scenario, agent, observation)} {sum(scenario.outcome().watched)} were looked at."

    def found():
        return [told for told in told_by_known("role-play", ORDINARY).values() if len(told) > 1]

    assert found() == []
    monkeypatch.setattr(RolePlay, "feedback", leaking)
    assert found()
