"""Estimators and tests: pure functions on arrays, each with its source; a number that does not exist says why."""

from agoranomos.statistics.agreement import cohens_kappa, krippendorff_alpha
from agoranomos.statistics.block_bootstrap import BlockBootstrap, circular_block_bootstrap
from agoranomos.statistics.bootstrap import FEW_CLUSTERS, bootstrap_cluster_mean, bootstrap_mean
from agoranomos.statistics.cohens_d import EffectSize, cohens_d
from agoranomos.statistics.effect_size import cohens_d_interval, hedges_g_interval, paired_effect_interval
from agoranomos.statistics.equivalence import Equivalence, equivalence_test
from agoranomos.statistics.firth_logit import Coefficient, firth_logit
from agoranomos.statistics.fisher import FisherTest, fisher_exact_test
from agoranomos.statistics.hierarchical_bootstrap import bootstrap_hierarchical_mean
from agoranomos.statistics.holm import holm
from agoranomos.statistics.icc import intraclass_correlation
from agoranomos.statistics.mixed_logit import MixedLogit, mixed_logit
from agoranomos.statistics.mixed_model import mixed_model_estimate
from agoranomos.statistics.ordinal import ordinal_cluster_estimate, ordinal_estimate
from agoranomos.statistics.permutation import Permutation, permutation_test
from agoranomos.statistics.proportion import rate_interval, upper_bound_of_rate, wilson_interval
from agoranomos.statistics.result import Estimate, Interval
from agoranomos.statistics.sign_flip import SignFlip, sign_flip_test
from agoranomos.statistics.t_estimate import (
    cluster_difference_estimate,
    cluster_mean_estimate,
    mean_estimate,
    welch_estimate,
)
from agoranomos.statistics.t_interval import mean_interval
from agoranomos.statistics.welch import WelchTest, welch_test
from agoranomos.statistics.wild_bootstrap import wild_bootstrap_t
from agoranomos.statistics.worst_case import WorstCase, worst_case_difference, worst_case_mean

__all__ = [
    "FEW_CLUSTERS",
    "BlockBootstrap",
    "Coefficient",
    "EffectSize",
    "Equivalence",
    "Estimate",
    "FisherTest",
    "Interval",
    "MixedLogit",
    "Permutation",
    "SignFlip",
    "WelchTest",
    "WorstCase",
    "bootstrap_cluster_mean",
    "bootstrap_hierarchical_mean",
    "bootstrap_mean",
    "circular_block_bootstrap",
    "cluster_difference_estimate",
    "cluster_mean_estimate",
    "cohens_d",
    "cohens_d_interval",
    "cohens_kappa",
    "equivalence_test",
    "firth_logit",
    "fisher_exact_test",
    "hedges_g_interval",
    "holm",
    "intraclass_correlation",
    "krippendorff_alpha",
    "mean_estimate",
    "mean_interval",
    "mixed_logit",
    "mixed_model_estimate",
    "ordinal_cluster_estimate",
    "ordinal_estimate",
    "paired_effect_interval",
    "permutation_test",
    "rate_interval",
    "sign_flip_test",
    "upper_bound_of_rate",
    "welch_estimate",
    "welch_test",
    "wild_bootstrap_t",
    "wilson_interval",
    "worst_case_difference",
    "worst_case_mean",
]
