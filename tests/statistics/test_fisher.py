"""Fisher's test on the published counts and against SciPy; Newcombe's interval against statsmodels and his example."""

import math

import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from agoranomos.statistics import fisher_exact_test


def test_the_severe_runs_of_the_paper():
    found = fisher_exact_test(5, 90, 45, 90)
    assert found.difference == pytest.approx(-40 / 90)
    assert found.p == pytest.approx(9.5e-12, rel=0.01)
    assert found.p == stats.fisher_exact([[5, 85], [45, 45]]).pvalue


def test_the_example_of_newcombe():
    # Newcombe (1998), table II, (a) 56/70 - 48/80, method 10: 0.0524 to 0.3339.
    found = fisher_exact_test(56, 70, 48, 80)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize("counts", [(0, 5, 3, 7), (5, 5, 0, 4), (0, 6, 0, 9), (11, 40, 30, 41)])
def test_equal_to_statsmodels(counts):
    found = fisher_exact_test(*counts, level=0.9)
    theirs = confint_proportions_2indep(*counts, method="newcomb", alpha=0.1)
    assert (found.low, found.high) == pytest.approx(theirs, abs=1e-9)


def test_odds_where_a_side_has_all_or_none():
    assert math.isinf(fisher_exact_test(5, 5, 1, 4).odds_ratio)
    assert math.isnan(fisher_exact_test(0, 5, 0, 4).odds_ratio)
    assert fisher_exact_test(2, 5, 1, 4).odds_ratio == pytest.approx(2)


def test_an_empty_side_and_an_impossible_count():
    assert fisher_exact_test(0, 0, 1, 2).reason == "no value on one side"
    with pytest.raises(ValueError, match="between 0 and n = 2"):
        fisher_exact_test(3, 2, 0, 1)
