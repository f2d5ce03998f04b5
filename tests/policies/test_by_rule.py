"""Rules in a seat play what the policies and benchmarks of their name play."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import load_market
from agoranomos.policies import Seat
from agoranomos.policies.by_rule import ByRule
from agoranomos.workspace import find_workspace

WORKSPACE = find_workspace(Path(__file__).parent)


def seated(name: str, index: int = 0):
    market = load_market(name, WORKSPACE)
    observations, _ = market.reset(seed=3)
    agent = market.possible_agents[index]
    return market, agent, ByRule(Seat(agent, index, market, 3)), observations[agent]


@pytest.mark.parametrize(
    ("name", "rule", "same_as"),
    [
        ("cournot-duopoly", "nash", "nash"),
        ("cournot-duopoly", "colluder", "monopoly"),
        ("cournot-duopoly", "division", "division"),
        ("cournot-duopoly", "best-response", "nash"),
        ("public-goods", "colluder", "efficient"),
        ("bertrand-logit", "best-response", "nash"),
    ],
)
def test_before_anything_is_seen(name: str, rule: str, same_as: str) -> None:
    market, agent, rules, observation = seated(name)
    assert rules.action(rule, observation) == pytest.approx(market.play(same_as, agent, observation))


def test_a_best_response_in_cournot_is_exact() -> None:
    """Against q of a rival a firm with cost c makes (alpha beta - q - beta c) / 2 of a good, where it has the room."""
    market, agent, rules, _ = seated("cournot-duopoly")
    rival = [20.0, 10.0]
    observation = market.step({agent: np.array([10.0, 10.0]), market.possible_agents[1]: np.array(rival)})[0][agent]
    spec = market.spec
    exact = [(spec.beta[j] * (spec.alpha[j] - spec.marginal_cost[0][j]) - rival[j]) / 2 for j in range(len(spec.goods))]
    assert sum(exact) < spec.capacity[0]
    assert rules.action("best-response", observation) == pytest.approx(exact, abs=1e-4)


def test_elsewhere_it_is_the_best_entry_of_the_menu() -> None:
    market, agent, rules, _ = seated("chicken")
    other = market.possible_agents[1]
    for theirs in (0.0, 1.0):
        observation = market.reset(seed=1)[0][agent]
        observation = market.step({agent: np.array([0.0]), other: np.array([theirs])})[0][agent]
        own = rules.action("best-response", observation)
        payoffs = market.game().table[:, int(theirs), 0]
        assert payoffs[int(own[0])] == payoffs.max()


def test_what_a_market_does_not_play_is_refused() -> None:
    _, _, rules, observation = seated("matching-pennies")
    with pytest.raises(UsageError, match="nosh"):
        rules.action("nosh", observation)
    _, _, rules, observation = seated("credence-goods")
    with pytest.raises(UsageError, match="no game in normal form"):
        rules.action("best-response", observation)
    _, _, rules, observation = seated("double-auction-continuous")
    with pytest.raises(UsageError, match="plays no joint optimum"):
        rules.action("colluder", observation)


def test_a_best_response_needs_no_equilibrium_in_pure_strategies() -> None:
    market, agent, rules, observation = seated("matching-pennies")
    assert rules.action("best-response", observation).tolist() in [[0.0], [1.0]]
    for theirs in (0.0, 1.0):
        market.reset(seed=1)
        seen = market.step({agent: np.array([0.0]), market.possible_agents[1]: np.array([theirs])})[0][agent]
        payoffs = market.game().table[:, int(theirs), 0]
        assert payoffs[int(rules.action("best-response", seen)[0])] == payoffs.max()
