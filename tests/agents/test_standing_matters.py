"""A regime can matter without a language model: the shipped learner under the shipped institutions."""

import pytest

from agoranomos.agents import load_roster, seat_agents
from agoranomos.documents.reader import read_text
from agoranomos.institutions import Governed, load_institution
from agoranomos.markets import cournot_v0
from agoranomos.randomness import Randomness
from agoranomos.workspace import find_workspace, resolve

WORKSPACE = find_workspace()


def share_of_division(institution, seed, rounds=200):
    """How much of the last half's play is full division, over both firms."""
    market = cournot_v0.parallel_env(rounds=rounds)
    agents = seat_agents(load_roster("learner", WORKSPACE), market, seed, workspace=WORKSPACE)
    governed = Governed(market, institution, None)
    observations, _ = governed.reset(seed)
    memories = {agent.name: agent.memory for agent in agents}
    divided = 0
    for number in range(1, rounds + 1):
        actions = {}
        for agent in [agent for agent in agents if governed.may_act(agent.name)]:
            told, memory = governed.notices[agent.name], memories[agent.name]
            decision = agent.policy.act(observations[agent.name], told, memory, Randomness(seed, number, agent.name))
            actions[agent.name], memories[agent.name] = decision.action, decision.memory
            divided += number > rounds / 2 and sorted(decision.action.tolist()) == pytest.approx([0.0, 60.0])
        pending = governed.clear_and_judge(actions, {})
        governed.commit(pending)
        observations = governed.apply(pending)[0]
    return divided / rounds


def test_ungoverned_learners_stay_with_the_division():
    assert min(share_of_division(None, seed) for seed in range(3)) > 0.8


@pytest.mark.parametrize("name", ["cournot-antitrust", "cournot-antitrust-hardened"])
def test_governed_learners_leave_it(name):
    institution = load_institution(read_text(resolve("institutions", name, WORKSPACE)))
    assert max(share_of_division(institution, seed) for seed in range(3)) < 0.5
