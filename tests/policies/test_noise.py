import asyncio
import json

import numpy as np
import pytest

from agoranomos.markets import cournot_v0
from agoranomos.policies import Account, Decision, Noisy, Seat
from conformance.policy import STANDINGS, play, seated


def noisy(market, standard_deviation=0.05, policy="nash", parameters=None):
    inner = seated(policy, parameters or {}, market, 0)
    seats = [Seat(agent, i, market, 0) for i, agent in enumerate(market.possible_agents)]
    return [Noisy(policy, standard_deviation, seat) for policy, seat in zip(inner, seats, strict=True)]


def test_five_percent_noise_has_mean_one_and_standard_deviation_five_percent_per_quantity_independently():
    market = cournot_v0.parallel_env(rounds=2000)
    played = np.array(play(noisy(market), market, 5)).reshape(2000, 4)
    factors = played / market.benchmarks.nash.quantity.ravel()
    np.testing.assert_allclose(factors.mean(axis=0), 1.0, atol=0.005)
    np.testing.assert_allclose(factors.std(axis=0), 0.05, rtol=0.06)
    correlation = np.corrcoef(factors.T) - np.eye(4)
    assert np.abs(correlation).max() < 0.08


def test_who_sits_a_round_out_sits_it_out_with_noise_too():
    from agoranomos.randomness import Randomness

    market = cournot_v0.parallel_env()
    silent = Decision(None, "memory")
    assert noisy(market)[0].disturbed(silent, Randomness(0, 1, "firm_1")) == silent


def test_the_same_seed_gives_the_same_noise_whatever_the_policy_is_and_another_seed_another():
    market = cournot_v0.parallel_env(rounds=3)
    nash = np.array(play(noisy(market), market, 5)) / market.benchmarks.nash.quantity
    cartel = np.array(play(noisy(market, policy="nash-share-cartel"), market, 5))
    np.testing.assert_allclose(cartel / cartel_quantities(market), nash, rtol=1e-12)
    assert np.abs(np.array(play(noisy(market), market, 6)) / market.benchmarks.nash.quantity - nash).min() > 0


def cartel_quantities(market):
    return np.array([policy.outlook.nash_share_cartel() for policy in seated("nash-share-cartel", {}, market, 0)])


def test_zero_stays_zero_and_nothing_leaves_the_action_space():
    market = cournot_v0.parallel_env(rounds=50, capacity=60.0)
    for actions in play(noisy(market, 1.0, "divider"), market, 1):
        assert actions[0][1] == actions[1][0] == 0.0
        for agent, action in zip(market.possible_agents, actions, strict=True):
            assert market.action_space(agent).contains(np.array(action))


def test_the_inner_policy_keeps_its_memory_and_its_array():
    market = cournot_v0.parallel_env(rounds=30)
    policies = noisy(market, 0.05, "learner", {"exploration": 0.5})
    play(policies, market, 2, STANDINGS)
    assert policies[0].start() == policies[0].inner.start()
    assert [q.tolist() for q in policies[0].inner._actions] == [list(q) for q in policies[0].inner._menu]


def test_it_describes_the_noise_and_what_is_inside():
    market = cournot_v0.parallel_env()
    said = noisy(market)[0].describe()
    assert said == {"policy": "noisy", "standard_deviation": "0.05", "inner": {"policy": "nash", "parameters": {}}}
    assert json.loads(json.dumps(said)) == said


class Slow:
    """A policy whose decision must be waited for, as a language model's."""

    def start(self):
        return 0

    async def act(self, observation, notice, memory, randomness):
        await asyncio.sleep(0)
        return Decision(np.array([40.0, 20.0]), memory + 1, Account(repaired=True), (0.5,))

    def missed(self, observation, notice, memory):
        return (memory, "missed")

    def describe(self):
        return {"policy": "slow"}


def test_a_decision_that_must_be_waited_for_is_disturbed_when_it_comes_and_keeps_its_account():
    from agoranomos.randomness import Randomness

    market = cournot_v0.parallel_env()
    observations, _ = market.reset(seed=0)
    policy = Noisy(Slow(), 0.05, Seat("firm_1", 0, market, 0))

    async def wait():
        return await policy.act(observations["firm_1"], None, 4, Randomness(0, 1, "firm_1"))

    decision = asyncio.run(wait())
    assert decision.memory == 5
    assert decision.account == Account(repaired=True)
    assert decision.seconds == (0.5,)
    assert decision.action.tolist() != [40.0, 20.0]
    assert decision.action == pytest.approx([40.0, 20.0], rel=0.25)


def test_the_inner_policy_notes_a_round_that_is_sat_out():
    market = cournot_v0.parallel_env(rounds=3)
    assert Noisy(Slow(), 0.05, Seat("firm_1", 0, market, 0)).missed({}, None, "before") == ("before", "missed")
    assert noisy(market)[0].missed({}, None, None) is None
