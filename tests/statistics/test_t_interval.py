"""Student's interval against a published table and its degenerate cases."""

import math

import pytest

from agoranomos.statistics import mean_interval


def test_the_tabled_quantile():
    # t(0.975, 4) = 2.776 in every table; the sample has s = sqrt(2.5).
    found = mean_interval([1, 2, 3, 4, 5])
    margin = 2.7764451 * math.sqrt(2.5 / 5)
    assert (found.point, found.n) == (3.0, 5)
    assert (found.low, found.high) == (pytest.approx(3 - margin), pytest.approx(3 + margin))


@pytest.mark.parametrize(
    ("values", "point", "reason"),
    [([], math.nan, "no value"), ([2.0], 2.0, "one value has no spread"), ([4.0, 4.0], 4.0, "all 2 values are equal")],
)
def test_degenerate_cases_say_why(values, point, reason):
    found = mean_interval(values)
    assert found.point == pytest.approx(point, nan_ok=True)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.reason == reason
