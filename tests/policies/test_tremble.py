import asyncio
import json

import numpy as np
import pytest

from agoranomos.agents import Roster, seat_agents
from agoranomos.errors import UsageError
from agoranomos.policies import Account, Decision, Noisy, Seat, Trembling
from agoranomos.randomness import Randomness
from agoranomos.workspace import find_workspace
from conformance.policy import play, seated
from policies.general import GENERAL_MARKETS


def trembling(name, probability, rounds, policy="nash"):
    market = GENERAL_MARKETS[name](rounds)
    inner = seated(policy, {}, market, 0)
    seats = [Seat(agent, i, market, 0) for i, agent in enumerate(market.possible_agents)]
    return market, [Trembling(policy, probability, seat) for policy, seat in zip(inner, seats, strict=True)]


def roster(**entry):
    return Roster.model_validate({"kind": "roster", "version": 1, "agents": [{"policy": "nash", **entry}]})


def test_it_chooses_anything_as_often_as_asked_and_else_what_it_decided():
    market, policies = trembling("dilemma", 0.4, 3000)
    played = np.array(play(policies, market, 5))[:, :, 0]
    # Half of what is drawn is what Nash would have done.
    np.testing.assert_allclose(played.mean(axis=0), 0.8, atol=0.025)
    assert abs(np.corrcoef(played.T)[0, 1]) < 0.05


@pytest.mark.parametrize("name", GENERAL_MARKETS)
def test_in_every_market_it_stays_feasible(name):
    market, policies = trembling(name, 0.5, 30)
    assert len(play(policies, market, 5)) == 30


def test_a_steady_hand_is_its_policy():
    market, policies = trembling("prices", 0.0, 5, "menu-best-response")
    assert play(policies, market, 5) == play([policy.inner for policy in policies], market, 5)


def test_it_describes_itself_and_what_is_inside():
    said = trembling("dilemma", 0.25, 1)[1][0].describe()
    assert said == {"policy": "trembling", "probability": "0.25", "inner": {"policy": "nash", "parameters": {}}}
    assert json.loads(json.dumps(said)) == said


class Slow:
    """A policy whose decision must be waited for, as a language model's."""

    def start(self):
        return 0

    async def act(self, observation, notice, memory, randomness):
        await asyncio.sleep(0)
        return Decision(np.array([5.0]), memory + 1, Account(repaired=True), (0.5,))

    def missed(self, observation, notice, memory):
        return (memory, "missed")


def test_a_decision_that_must_be_waited_for_is_disturbed_when_it_comes_and_keeps_its_account():
    market = GENERAL_MARKETS["prices"](1)
    policy = Trembling(Slow(), 1.0, Seat("left", 0, market, 0))

    async def wait():
        return await policy.act({}, None, 4, Randomness(0, 1, "left"))

    decision = asyncio.run(wait())
    assert (decision.memory, decision.account, decision.seconds) == (5, Account(repaired=True), (0.5,))
    assert decision.action.tolist() != [5.0]
    assert policy.missed({}, None, "before") == ("before", "missed")
    assert policy.start() == 0


def test_a_roster_makes_hands_tremble_and_noise_is_for_amounts():
    market = GENERAL_MARKETS["dilemma"](1)
    seat = seat_agents(roster(tremble=0.1), market, 0, workspace=find_workspace())[0]
    assert isinstance(seat.policy, Trembling)
    with pytest.raises(UsageError, match=r"an action is a choice(?s:.*)Use `tremble`"):
        seat_agents(roster(noise=0.1), market, 0, workspace=find_workspace())
    both = seat_agents(roster(noise=0.1, tremble=0.1), GENERAL_MARKETS["prices"](1), 0, workspace=find_workspace())[0]
    assert isinstance(both.policy, Noisy)
    assert isinstance(both.policy.inner, Trembling)


def test_a_roster_that_does_not_tremble_is_written_as_before():
    assert "tremble" not in roster().model_dump(mode="json")["agents"][0]
    assert roster(tremble=0.2).model_dump(mode="json")["agents"][0]["tremble"] == 0.2
