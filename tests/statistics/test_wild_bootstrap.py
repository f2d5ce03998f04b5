"""The wild cluster bootstrap-t against a loop of refitted regressions, and its p against its bounds."""

import itertools
import math

import numpy as np
import pytest
import statsmodels.api as sm

from agoranomos.statistics import cluster_mean_estimate, sign_flip_test, wild_bootstrap_t
from agoranomos.statistics import wild_bootstrap as module


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


def sandwich_t(y: np.ndarray, X: np.ndarray, owner: np.ndarray, null: float) -> float:
    """t of the last coefficient by statsmodels, with the plain cluster sandwich."""
    fit = sm.OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": owner, "use_correction": False})
    return float((fit.params[-1] - null) / fit.bse[-1])


def by_loop(y: np.ndarray, X: np.ndarray, owner: np.ndarray, null: float, weights: np.ndarray) -> float:
    """The share of reweighed samples with a t as far out, each drawn and regressed anew, with the null imposed."""
    others, x = X[:, :-1], X[:, -1]
    restricted = y - null * x
    restricted = null * x + (others @ np.linalg.lstsq(others, restricted, rcond=None)[0] if others.shape[1] else 0)
    residuals = y - restricted
    observed = abs(sandwich_t(y, X, owner, null))
    ts = [abs(sandwich_t(restricted + row[owner] * residuals, X, owner, null)) for row in weights]
    return float(np.mean(np.array(ts) >= observed * (1 - 1e-9)))


SIZES = np.array([3, 5, 2, 4, 6])
OWNER = np.repeat(np.arange(5), SIZES)
Y = np.random.default_rng(2).normal(size=20) + np.repeat(np.random.default_rng(3).normal(size=5), SIZES) + 0.6


@pytest.mark.parametrize("null", [0.0, 0.4])
@pytest.mark.parametrize("treated", [None, np.arange(20) % 3 == 0, OWNER < 2])
def test_equal_to_a_loop_of_regressions_over_all_signs(treated, null, monkeypatch):
    monkeypatch.setattr(module, "RADEMACHER_FROM", 2)
    X = np.ones((20, 1)) if treated is None else np.column_stack([np.ones(20), treated])
    weights = np.array(list(itertools.product([-1.0, 1.0], repeat=5)))
    expected = by_loop(Y, X, OWNER, null, weights)
    shifted = Y - null * X[:, -1]
    assert wild_bootstrap_t(shifted, OWNER, generator(), treated=treated).p == pytest.approx(expected)


def test_signs_over_single_values_are_the_sign_flip_test(monkeypatch):
    monkeypatch.setattr(module, "RADEMACHER_FROM", 2)
    differences = [1.2, 0.7, 1.9, -0.3, 0.9, 1.6]
    found = wild_bootstrap_t(differences, range(6), generator())
    assert found.p == sign_flip_test(differences).p


def test_the_bounds_are_where_p_meets_alpha():
    found = wild_bootstrap_t(Y, OWNER, generator(), resamples=1_999)
    for bound, inward in ((found.low, 1), (found.high, -1)):
        assert wild_bootstrap_t(Y - bound - inward * 1e-3, OWNER, generator(), resamples=1_999).p > 0.05
        assert wild_bootstrap_t(Y - bound + inward * 1e-3, OWNER, generator(), resamples=1_999).p <= 0.05
    assert (found.low < 0 < found.high) == (found.p > 0.05)


def test_close_to_t_over_many_equal_clusters():
    y = generator().normal(size=(40, 5)) + generator().normal(size=(40, 1))
    clusters = np.repeat(np.arange(40), 5)
    found, student = wild_bootstrap_t(y.ravel(), clusters, generator()), cluster_mean_estimate(y.ravel(), clusters)
    assert found.point == pytest.approx(student.point)
    assert (found.low, found.high) == pytest.approx((student.low, student.high), abs=0.03)
    assert found.clusters == 40


def test_three_clusters_have_a_p_and_say_that_bounds_need_more():
    found = wild_bootstrap_t([1.0, 2.0, 3.0, 3.5, 2.5, 1.5], list("aabbcc"), generator(), level=0.999)
    assert 0 < found.p < 1
    assert math.isnan(found.low)
    assert found.reason == "3 clusters are too few for bounds at 99.9%"


@pytest.mark.parametrize(
    ("values", "clusters", "treated", "reason"),
    [
        ([], [], None, "no value"),
        ([1.0, 2.0], ["a", "a"], None, "one cluster has no spread between clusters"),
        ([1.0, 1.0], ["a", "b"], None, "all 2 values are equal"),
        ([1.0, 2.0], ["a", "b"], [True, True], "no value on one side"),
        ([1.0, 2.0, 1.0, 2.0], ["a", "a", "b", "b"], None, "the clusters do not differ"),
    ],
)
def test_degenerate_cases_say_why(values, clusters, treated, reason):
    found = wild_bootstrap_t(values, clusters, generator(), treated=treated)
    assert math.isnan(found.low)
    assert math.isnan(found.p)
    assert found.reason == reason


def test_marks_of_treatment_must_match_the_values():
    with pytest.raises(ValueError, match="2 values but 1"):
        wild_bootstrap_t([1.0, 2.0], ["a", "b"], generator(), treated=[True])
