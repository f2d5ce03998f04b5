"""Mixed models against the closed forms of balanced designs, against statsmodels, and where there are none."""

import math

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from agoranomos.statistics import cluster_difference_estimate, cluster_mean_estimate, mixed_model_estimate
from agoranomos.statistics import mixed_model as module

G, SIZE = 8, 10
TOO_FEW = "too few values a group to tell its effect from chance"
OWNER = np.repeat(np.arange(G), SIZE)
TREATED = np.tile([True, False], G * SIZE // 2)


def world(seed: int, slope: float = 0.8) -> np.ndarray:
    drawn = np.random.default_rng(seed)
    return (
        10
        + np.repeat(drawn.normal(size=G), SIZE)
        + TREATED * (0.5 + slope * np.repeat(drawn.normal(size=G), SIZE))
        + drawn.normal(size=G * SIZE)
    )


def test_a_balanced_mean_is_t_over_cluster_means():
    found, means = mixed_model_estimate(world(1), OWNER), cluster_mean_estimate(world(1), OWNER)
    assert (found.point, found.se, found.p) == pytest.approx((means.point, means.se, means.p), rel=1e-3)
    assert found.df == G - 1
    assert found.warning == ""


def test_a_balanced_treatment_with_slopes_is_t_over_differences_of_clusters():
    y = world(2, slope=2.0)
    found = mixed_model_estimate(y, OWNER, treated=TREATED)
    pairs = cluster_difference_estimate(y[TREATED], OWNER[TREATED], y[~TREATED], OWNER[~TREATED])
    assert (found.point, found.se) == pytest.approx((pairs.point, pairs.se), rel=1e-3)
    assert found.df == G - 1
    assert found.warning == ""
    alike = mixed_model_estimate(world(2, slope=0.8), OWNER, treated=TREATED)
    assert alike.warning == "no spread was found between groups in the effect"


def test_equal_to_statsmodels_where_that_converges():
    y = world(3, slope=0.0)
    uneven = np.ones(y.size, dtype=bool)
    uneven[[0, 1, 2, 13, 47]] = False
    frame = pd.DataFrame({"y": y, "x": TREATED.astype(float), "g": OWNER})[uneven]
    theirs = MixedLM.from_formula("y ~ x", groups="g", data=frame).fit(reml=True)
    assert theirs.converged
    found = mixed_model_estimate(y[uneven], OWNER[uneven], treated=TREATED[uneven], slopes=False)
    assert (found.point, found.se) == pytest.approx((theirs.fe_params["x"], theirs.bse_fe["x"]), rel=1e-3)
    assert found.df == y[uneven].size - G - 1


def test_a_treatment_between_groups_has_two_groups_less():
    between = OWNER % 2 == 0
    found = mixed_model_estimate(world(4), OWNER, treated=between)
    means = [world(4)[g == OWNER].mean() for g in range(G)]
    pooled = math.sqrt((np.var(means[::2], ddof=1) + np.var(means[1::2], ddof=1)) / 2)
    assert found.df == G - 2
    assert found.se == pytest.approx(pooled * math.sqrt(2 / 4), rel=1e-3)


def test_nested_batches_widen_the_interval():
    drawn = np.random.default_rng(6)
    rosters, batches = np.repeat(np.arange(6), 30), np.tile(np.repeat(np.arange(3), 10), 6)
    effects = drawn.normal(size=18)
    y = effects[rosters * 3 + batches] + drawn.normal(size=180)
    found = mixed_model_estimate(y, rosters, nested=batches)
    assert found.se == pytest.approx(cluster_mean_estimate(y, rosters).se, rel=0.35)
    alone = mixed_model_estimate(y, rosters)
    assert found.se >= alone.se * (1 - 1e-4)
    assert found.reason == ""


def test_no_spread_between_groups_is_said():
    drawn = np.random.default_rng(0)
    y = drawn.normal(size=(6, 10))
    y -= y.mean(axis=1, keepdims=True)
    found = mixed_model_estimate((y + 3).ravel(), np.repeat(np.arange(6), 10))
    assert found.warning == "no spread was found between groups"
    assert found.point == pytest.approx(3)


def test_a_fit_that_does_not_converge_says_so(monkeypatch):
    monkeypatch.setattr(module, "OPTIMISERS", ())
    found = mixed_model_estimate(world(1), OWNER)
    assert math.isnan(found.low)
    assert found.reason == "the fit did not converge"


@pytest.mark.parametrize(
    ("values", "groups", "treated", "reason"),
    [
        ([], [], None, "no value"),
        ([1.0, 2.0, 3.0], list("aab"), None, "a mixed model needs 3 groups, not 2"),
        ([1.0, 2.0, 3.0], list("abc"), None, TOO_FEW),
        ([1.0] * 6, list("aabbcc"), None, "all 6 values are equal"),
        ([1.0, 2.0] * 3, list("aabbcc"), [True] * 6, "no value on one side"),
        ([1.0, 2.0, 4.0] * 2, list("aabbcc"), [True, False] * 3, TOO_FEW),
    ],
)
def test_degenerate_cases_say_why(values, groups, treated, reason):
    found = mixed_model_estimate(values, groups, treated=treated)
    assert math.isnan(found.low)
    assert found.reason == reason
