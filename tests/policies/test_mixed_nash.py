from collections import Counter

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0, matrix_v0
from agoranomos.policies import Seat, find_policy
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Setting, Trace

MATRIX = "agoranomos.markets.matrix_v0:parallel_env"
PENNIES = {"payoffs": {"even": [[1, -1], [-1, 1]], "odd": [[-1, 1], [1, -1]]}}
UNEVEN = {"payoffs": {"left": [[3, -1], [-1, 1]], "right": [[-3, 1], [1, -1]]}}


class TestMixedNash(PolicyConformance):
    policy = "mixed-nash"
    markets = {
        "matching pennies": Setting(MATRIX, PENNIES),
        "prisoners' dilemma": Setting(MATRIX),
        "three agents": Setting(MATRIX, {"payoffs": [[[2, 2], [2, 2]], [[3, 3], [3, 0]]]}),
    }
    traces = (
        Trace(actions=(((1,), (1,)),) * 3, factory=MATRIX),
        Trace(actions=(((0,), (0,)),) * 3, factory=MATRIX, parameters={"benchmark": "efficient"}),
        Trace(actions=(((1,), (1,)), ((0,), (0,)), ((1,), (0,))), seed=3, factory=MATRIX, market=PENNIES),
    )


def test_each_action_is_played_as_often_as_the_equilibrium_says():
    market = matrix_v0.parallel_env(**UNEVEN)
    observations, _ = market.reset(seed=1)
    kind = find_policy("mixed-nash")
    policy = kind.bind(kind.parse({}), Seat("left", 0, market, 1))
    rounds = 4000
    played = Counter(
        policy.act(observations["left"], None, None, Randomness(1, number, "left")).action.tolist()[0]
        for number in range(rounds)
    )
    # the other side is indifferent where -3 p + (1 - p) = p - (1 - p): p = 1/3
    assert played[0.0] / rounds == pytest.approx(1 / 3, abs=0.03)


def test_in_another_market_it_says_why_not():
    market = cournot_v0.parallel_env()
    kind = find_policy("mixed-nash")
    with pytest.raises(UsageError, match="matrix games only"):
        kind.bind(kind.parse({}), Seat("firm_1", 0, market, 1))


def test_it_takes_the_benchmarks_of_the_game_only():
    kind = find_policy("mixed-nash")
    with pytest.raises(UsageError, match="benchmark"):
        kind.bind(kind.parse({"benchmark": "naash"}), Seat("row", 0, matrix_v0.parallel_env(), 1))
