"""The threshold game of the scenarios' theory, whose benchmarks are named as theirs: to violate is to contribute."""

import numpy as np

from agoranomos.errors import unknown_name
from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.threshold_public_goods import ThresholdPublicGoods, ThresholdPublicGoodsSpec

PLAYS = {"comply": 0.0, "violate": 1.0}


class ThresholdGame(ThresholdPublicGoods):
    def play(self, benchmark, agent, observation):
        if benchmark not in PLAYS:
            raise unknown_name("benchmark", benchmark, PLAYS)
        return np.array([PLAYS[benchmark]])


def threshold_game(*, members=8, threshold=4, ratio=1.0, rounds=12):
    """`ratio` is k: what success gains over what failure loses."""
    given = {
        "members": members,
        "threshold": threshold,
        "success_contributor": 1 + 0.2 * ratio,
        "success_other": 1 + 0.2 * ratio,
        "failure_contributor": 0.8,
        "failure_other": 1.0,
        "rounds": rounds,
    }
    return ThresholdGame(spec_of(ThresholdPublicGoodsSpec, given))
