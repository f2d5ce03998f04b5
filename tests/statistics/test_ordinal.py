"""The proportional-odds model against statsmodels and a closed form; its jackknife against refits."""

import math

import numpy as np
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from agoranomos.statistics import ordinal_cluster_estimate, ordinal_estimate
from agoranomos.statistics.proportional_odds import proportional_odds

pytestmark = pytest.mark.filterwarnings("ignore:Maximum Likelihood optimization failed")

UNGOVERNED = np.repeat([1, 2, 3, 4], [10, 16, 19, 45])
INSTITUTIONAL = np.repeat([1, 2, 3, 4], [43, 25, 17, 5])


def theirs(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    x = np.repeat([1.0, 0.0], [first.size, second.size])[:, None]
    fit = OrderedModel(np.concatenate((first, second)), x, distr="logit").fit(method="bfgs", disp=0, gtol=1e-9)
    return float(fit.params[0]), float(fit.bse[0])


def test_the_tiers_of_the_paper_equal_statsmodels():
    found = ordinal_estimate(UNGOVERNED, INSTITUTIONAL)
    effect, se = theirs(UNGOVERNED, INSTITUTIONAL)
    assert found.point == pytest.approx(effect, abs=1e-5)
    # Ours is of the expected information, theirs of the observed one.
    assert found.se == pytest.approx(se, rel=0.02)
    assert found.point > 2


@pytest.mark.parametrize("seed", range(6))
def test_equal_to_statsmodels_on_odd_tables(seed):
    generator = np.random.default_rng(seed)
    first, second = generator.integers(0, 4, 25), generator.integers(1, 6, 31)
    assert ordinal_estimate(first, second).point == pytest.approx(theirs(first, second)[0], abs=1e-4)


def test_two_values_are_the_odds_ratio():
    found = proportional_odds(np.array([[30.0, 10.0], [12.0, 28.0]]))
    assert found.effect == pytest.approx(math.log(28 * 30 / (12 * 10)))
    assert found.se == pytest.approx(math.sqrt(1 / 30 + 1 / 10 + 1 / 12 + 1 / 28))


def test_the_sides_mirror():
    one, other = ordinal_estimate(UNGOVERNED, INSTITUTIONAL), ordinal_estimate(INSTITUTIONAL, UNGOVERNED)
    assert (one.point, one.p) == pytest.approx((-other.point, other.p))


def test_the_jackknife_is_of_refits_without_each_cluster():
    generator = np.random.default_rng(8)
    clusters = np.repeat(np.arange(5), 12)
    first, second = generator.integers(0, 4, 60), generator.integers(1, 5, 60)
    found = ordinal_cluster_estimate(first, clusters, second, clusters)
    whole = theirs(first, second)[0]
    without = np.array([theirs(first[clusters != g], second[clusters != g])[0] for g in range(5)])
    assert found.se == pytest.approx(math.sqrt(4 / 5 * ((without - whole) ** 2).sum()), rel=1e-3)
    assert (found.df, found.clusters, found.n) == (4, 5, 120)


@pytest.mark.parametrize(
    ("first", "second", "point", "reason"),
    [
        ([], [1], math.nan, "no value on one side"),
        ([1, 1], [1], math.nan, "all values are equal"),
        ([3, 4], [1, 2, 3], math.inf, "no value of one side lies within the other's range"),
        ([1, 1], [1, 2, 3], -math.inf, "no value of one side lies within the other's range"),
    ],
)
def test_degenerate_cases_say_why(first, second, point, reason):
    found = ordinal_estimate(first, second)
    assert found.point == pytest.approx(point, nan_ok=True)
    assert math.isnan(found.p)
    assert found.reason == reason


def test_few_clusters_and_one_that_holds_it_all_say_why():
    first, second, names = [1, 2, 3, 1], [2, 3, 1, 2], list("aabb")
    assert "needs 3 clusters, not 2" in ordinal_cluster_estimate(first, names, second, names).reason
    apart = ordinal_cluster_estimate([3, 4, 1], list("abc"), [1, 2, 2], list("abc"))
    assert apart.reason.startswith("without one of the clusters: ")
