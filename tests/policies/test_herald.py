"""A herald colludes where it is heard, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from agoranomos.errors import UsageError
from agoranomos.institutions import Governed
from agoranomos.markets import commons_v0, cournot_v0
from agoranomos.policies import Seat, find_policy
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Trace

NASH = ((46.66666666666667, 26.66666666666667), (26.66666666666667, 46.66666666666667))


class TestHerald(PolicyConformance):
    policy = "herald"
    traces = (Trace(actions=(NASH, NASH, NASH)),)  # nobody can talk there


def rounds(talk: dict[str, Any] | None, proposes: tuple[str, str], length: int = 3) -> list[float]:
    """The price of good A in each round of two heralds."""
    market = cournot_v0.parallel_env(rounds=length, talk=talk)
    env = Governed(market)
    kind = find_policy("herald")
    policies = {
        agent: kind.bind(kind.parse({"proposes": proposes[i]}), Seat(agent, i, market, 0))
        for i, agent in enumerate(market.possible_agents)
    }
    observations = env.reset(seed=0)[0]
    prices = []
    for number in range(1, length + 1):
        made = {
            agent: policy.act(observations[agent], None, None, Randomness(0, number, agent))
            for agent, policy in policies.items()
        }
        actions = {agent: decision.action for agent, decision in made.items()}
        pending = env.clear_and_judge(actions, messages={agent: decision.message for agent, decision in made.items()})
        env.commit(pending)
        observations = env.apply(pending)[0]
        prices.append(market.outcome().price[0])
    return prices


def test_heralds_that_are_heard_collude_from_the_next_round_on() -> None:
    nash, monopoly = cournot_v0.parallel_env().benchmarks.nash.price[0], 70.0
    assert rounds({"characters": 200}, ("monopoly", "monopoly")) == pytest.approx([nash, monopoly, monopoly])
    assert rounds(None, ("monopoly", "monopoly")) == pytest.approx([nash] * 3)


def test_heralds_that_propose_different_things_never_agree() -> None:
    nash = cournot_v0.parallel_env().benchmarks.nash.price[0]
    assert rounds({"characters": 200}, ("monopoly", "division")) == pytest.approx([nash] * 3)


def test_a_herald_whose_words_are_cut_short_is_not_understood() -> None:
    nash = cournot_v0.parallel_env().benchmarks.nash.price[0]
    assert rounds({"characters": 5}, ("monopoly", "monopoly")) == pytest.approx([nash] * 3)


def test_what_the_market_does_not_play_is_refused_before_a_round_is_played() -> None:
    kind, market = find_policy("herald"), commons_v0.parallel_env()
    seat = Seat(market.possible_agents[0], 0, market, 0)
    with pytest.raises(UsageError, match="unknown benchmark 'monopoly'"):
        kind.bind(kind.parse({}), seat)
    assert kind.bind(kind.parse({"proposes": "efficient"}), seat)
