"""Estimators and tests: pure functions on arrays, each with its source; a number that does not exist says why."""

from agoranomos.statistics.block_bootstrap import BlockBootstrap, circular_block_bootstrap
from agoranomos.statistics.bootstrap import bootstrap_cluster_mean, bootstrap_mean
from agoranomos.statistics.cohens_d import EffectSize, cohens_d
from agoranomos.statistics.proportion import rate_interval, upper_bound_of_rate
from agoranomos.statistics.result import Interval
from agoranomos.statistics.sign_flip import SignFlip, sign_flip_test
from agoranomos.statistics.t_interval import mean_interval
from agoranomos.statistics.welch import WelchTest, welch_test

__all__ = [
    "BlockBootstrap",
    "EffectSize",
    "Interval",
    "SignFlip",
    "WelchTest",
    "bootstrap_cluster_mean",
    "bootstrap_mean",
    "circular_block_bootstrap",
    "cohens_d",
    "mean_interval",
    "rate_interval",
    "sign_flip_test",
    "upper_bound_of_rate",
    "welch_test",
]
