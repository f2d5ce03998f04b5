"""Markets that may end after any round."""

import numpy as np
import pytest

from agoranomos.markets import cournot_v0


def length(seed, **options):
    market = cournot_v0.parallel_env(**options)
    market.reset(seed=seed)
    rounds, terminated, truncated = 0, {}, {}
    while market.agents:
        _, _, terminated, truncated, _ = market.step({agent: np.zeros(2) for agent in market.agents})
        rounds += 1
    return rounds, any(terminated.values()), any(truncated.values())


def test_lengths_are_geometric():
    """With continuation 0.8 a run has 5 rounds on average, and more than n with probability 0.8^n."""
    lengths = np.array([length(seed, continuation=0.8, rounds=1000)[0] for seed in range(1500)])
    # Standard deviation sqrt(0.8) / 0.2 = 4.47, of the mean 0.115: five of them.
    assert abs(lengths.mean() - 5) < 0.58
    for n in (1, 3, 6, 10):
        chance = 0.8**n
        assert abs((lengths > n).mean() - chance) < 5 * np.sqrt(chance * (1 - chance) / 1500)


def test_the_same_seed_has_the_same_length_whatever_else_differs():
    for seed in (1, 2, 3):
        ended = length(seed, continuation=0.9, rounds=1000)
        assert ended == length(seed, continuation=0.9, rounds=1000)
        assert ended == length(seed, continuation=0.9, rounds=1000, alpha=80.0)


def test_the_end_terminates_and_the_limit_truncates():
    assert {length(seed, continuation=0.5, rounds=1000)[1:] for seed in range(20)} == {(True, False)}
    assert length(1, rounds=3) == (3, False, True)
    longest = max(range(200), key=lambda seed: length(seed, continuation=0.9, rounds=1000)[0])
    assert length(longest, continuation=0.9, rounds=5) == (5, False, True)


@pytest.mark.parametrize("rounds", [1_000_000_000])
def test_a_billion_rounds_may_be_asked_for(rounds):
    assert cournot_v0.parallel_env(rounds=rounds).spec.rounds == rounds
