"""Cohen's d against the published counts and sums worked out by hand."""

import math

import numpy as np
import pytest

from agoranomos.statistics import cohens_d


def test_the_counts_of_the_paper_give_its_effect():
    ungoverned = np.repeat([1, 2, 3, 4], [10, 16, 19, 45])
    institutional = np.repeat([1, 2, 3, 4], [43, 25, 17, 5])
    assert cohens_d(ungoverned, institutional).d == pytest.approx(1.2805, abs=5e-5)


def test_sums_by_hand():
    # Means 2 and 5, squares 2 and 8, so s**2 = 10 / 4.
    effect = cohens_d([1, 2, 3], [3, 5, 7])
    assert effect.pooled_sd == pytest.approx(math.sqrt(2.5))
    assert effect.d == pytest.approx(-3 / math.sqrt(2.5))


def test_one_value_against_two():
    assert cohens_d([0.0], [1.0, 3.0]).d == pytest.approx(-2 / math.sqrt(2))


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ([], [1.0], "no value on one side"),
        ([1.0], [2.0], "one value a side has no spread"),
        ([4.0, 4.0], [1.0, 1.0], "neither side varies"),
    ],
)
def test_degenerate_cases_say_why(first, second, reason):
    effect = cohens_d(first, second)
    assert math.isnan(effect.d)
    assert effect.reason == reason
