import math

import numpy as np
import pytest

from agoranomos.institutions.notices import Notice
from agoranomos.learning.q_learning import QLearning as Rule
from agoranomos.learning.q_learning import game_of
from agoranomos.markets import bertrand_v0
from agoranomos.policies.q_learning import Table
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Setting, Trace, seated
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES, against

BERTRAND = Setting("agoranomos.markets.bertrand_v0:parallel_env", {"grid": {"points": 5}})
QUICK = {"learning_rate": 0.5, "discount": 0.5, "decay": 0.5}
MARKETS = {**GENERAL_MARKETS, "a grid of prices": BERTRAND}


class TestQLearning(PolicyConformance):
    policy = "q-learning"
    markets = MARKETS


class TestQuick(PolicyConformance):
    policy = "q-learning"
    parameters = QUICK
    markets = MARKETS
    traces = (
        # After the first decision, which is drawn, defection is best known: it is worth 6 and cooperation 3. Where both
        # defected it falls by `Q <- 3/4 Q + 1/2` to 5, 4.25, 3.69, 3.27 and 2.95, and then cooperation is tried.
        Trace(
            actions=(((1,), (0,)), *[((1,), (1,))] * 6, ((0,), (0,)), ((1,), (1,))),
            factory=DILEMMA,
            parameters={"decay": 1e9},
            seed=1,
        ),
        Trace(
            actions=(((5.0,), (1.0,)), *[((10 / 3,), (10 / 3,))] * 3),
            factory=PRICES,
            parameters={"decay": 1e9},
            seed=1,
        ),
    )


class TestByStanding(PolicyConformance):
    policy = "q-learning"
    parameters = {**QUICK, "by_standing": True}
    markets = MARKETS


def test_it_learns_by_the_rule_from_what_it_earned():
    """Its table after 300 rounds against another learner, beside the rule applied to the same play with arrays."""
    market = bertrand_v0.parallel_env(rounds=300, grid={"points": 4})
    policies = seated("q-learning", {"decay": 0.01}, market, 3)
    rule, game = Rule(decay=0.01), game_of(market.game())
    start = game.initial_values(rule.discount)
    observations, _ = market.reset(seed=3)
    memories = [policy.start() for policy in policies]
    values = {(): start[0].copy(), **{game.actions_of(s): start[s].copy() for s in range(game.joint)}}
    state, greedy = (), 0
    while market.agents:
        number = market.round_number + 1
        decisions = [
            policy.act(observations[agent], None, memory, Randomness(3, number, agent))
            for policy, agent, memory in zip(policies, market.agents, memories, strict=True)
        ]
        memories = [decision.memory for decision in decisions]
        places = tuple(int(decision.action[0]) for decision in decisions)
        for i, memory in enumerate(memories):
            row = values[state][i]
            np.testing.assert_allclose(memory.rows.get(state, row), row, rtol=1e-12)
            greedy += places[i] == int(row.argmax())
        actions = dict(zip(market.agents, [decision.action for decision in decisions], strict=True))
        observations, earned, *_ = market.step(actions)
        for i, reward in enumerate(earned.values()):
            target = reward + rule.discount * values[places][i].max()
            values[state][i, places[i]] += rule.learning_rate * (target - values[state][i, places[i]])
        state = places
    explored = sum(math.exp(-0.01 * t) for t in range(300)) * 3 / 4
    assert abs(greedy / 2 - (300 - explored)) < 4 * math.sqrt(100)
    assert len(memories[0].rows) > 5


def test_without_exploration_it_plays_the_best_known_action():
    # Against a rival that cooperates for ever defection is best in every state; the first decision is drawn.
    rivals = [[[0.0]]] * 12
    played = against("q-learning", {"decay": 1e9, "learning_rate": 0.5}, MARKETS["dilemma"], rivals)
    assert set(played[1:]) == {(1.0,)}


def told(fine: float, state: int = 0) -> Notice:
    return Notice("left", 2, "fined", state, "FINED", "", round(1e6 * fine))


def test_fines_are_learned_and_standings_told_apart_where_asked():
    market = MARKETS["dilemma"](4)
    policy = seated("q-learning", {"by_standing": True, "learning_rate": 1.0, "discount": 0.0}, market, 0)[0]
    observations, _ = market.reset(seed=0)
    first = policy.act(observations["left"], told(0.0), policy.start(), Randomness(0, 1, "left"))
    assert first.memory.state == (0,)
    observations, earned, *_ = market.step({"left": first.action, "right": np.array([0.0])})
    second = policy.act(observations["left"], told(7.0, 1), first.memory, Randomness(0, 2, "left"))
    assert second.memory.rows[(0,)][first.memory.place] == pytest.approx(earned["left"] - 7.0)
    assert second.memory.state[-1] == 1
    assert len(second.memory.state) == 3


def test_a_round_that_it_sits_out_counts_with_its_fine_and_its_delay():
    market = MARKETS["dilemma"](4)
    policy = seated("q-learning", {"learning_rate": 1.0, "discount": 0.5}, market, 0)[0]
    observations, _ = market.reset(seed=0)
    first = policy.act(observations["left"], None, policy.start(), Randomness(0, 1, "left"))
    observations, earned, *_ = market.step({"left": first.action, "right": np.array([0.0])})
    waiting = policy.missed(observations["left"], told(7.0), first.memory)
    assert policy.missed(observations["left"], told(0.0), waiting) is waiting
    observations, later, *_ = market.step({"left": None, "right": np.array([0.0])})
    second = policy.act(observations["left"], None, waiting, Randomness(0, 3, "left"))
    best = max(policy._first)
    reward = earned["left"] + later["left"] - 7.0
    assert second.memory.rows[()][first.memory.place] == pytest.approx(reward + 0.25 * best)


def test_nothing_is_learned_before_the_first_decision():
    assert Table().rows == {}
