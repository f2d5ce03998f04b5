"""The general policies at a tender: equilibrium bids, the efficient cartel, and who games the ladder."""

import numpy as np

from agoranomos.markets import procurement_v0
from conformance.policy import play, seated


def bids(policy, parameters=None, states=(), rounds=6):
    market = procurement_v0.parallel_env(rounds=rounds)
    return np.array(play(seated(policy, parameters or {}, market, 4), market, 4, states))[..., 0], market


def costs(rounds):
    market = procurement_v0.parallel_env(rounds=rounds)
    market.reset(seed=4)
    found = []
    for _ in range(rounds):
        found.append(market.costs)
        market.step(dict.fromkeys(market.agents))
    return np.array(found)


def test_nash_bids_its_cost_and_a_quarter_of_the_room_above():
    played, _ = bids("nash")
    np.testing.assert_allclose(played, costs(6) + (100 - costs(6)) / 4, atol=1e-6)


def test_the_benchmark_cartel_lets_the_lowest_cost_win():
    played, market = bids("benchmark", {"name": "monopoly"})
    lowest = costs(6).argmin(axis=1)
    assert (played[np.arange(6), lowest] == market.spec.reserve).all()
    assert (np.sort(played, axis=1)[:, 1:] == market.spec.ceiling).all()


def test_who_games_the_ladder_bids_the_equilibrium_while_it_is_watched():
    played, _ = bids("ladder-gamer", states=("active", "warning"))
    np.testing.assert_allclose(played[1::2], 25 + 0.75 * costs(6)[1::2], atol=1e-6)
    assert (played[0::2].min(axis=1) == 100).all()
