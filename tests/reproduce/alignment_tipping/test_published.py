"""Each published percentage is one count, and the counts have the intervals and the null that they have."""

from __future__ import annotations

import pytest

from agoranomos.reproduce.alignment_tipping.published import interval_of, published, recovered
from agoranomos.statistics.tipping import constant_hazard


def test_every_percentage_is_exactly_one_count_out_of_its_denominator() -> None:
    counts = {
        (series.testbed.partition(",")[0], percent): recovered(percent, series.of)
        for series in published().series
        for _, percent in series.points
    }
    role_play = [count for (testbed, _), count in counts.items() if testbed == "role-play"]
    assert role_play == [12, 29, 15, 26, 5, 13]
    assert [count for (testbed, _), count in counts.items() if testbed == "coordination"] == [43, 32, 20]
    assert len([count for (testbed, _), count in counts.items() if testbed == "tool use"]) == 13


def test_a_percentage_that_is_no_count_is_refused() -> None:
    with pytest.raises(ValueError, match="0 counts out of 64"):
        recovered("18.9", 64)
    with pytest.raises(ValueError, match="counts out of 2000; one was expected"):
        recovered("18.8", 2000)


@pytest.mark.parametrize(
    ("percent", "of", "low", "high"),
    [
        ("18.8", 64, 11, 30),
        ("45.3", 64, 34, 57),
        ("23.4", 64, 15, 35),
        ("40.6", 64, 29, 53),
        ("76.8", 56, 64, 86),
        ("57.1", 56, 44, 69),
        ("35.7", 56, 24, 49),
    ],
)
def test_the_intervals_are_as_wide_as_they_are(percent: str, of: int, low: int, high: int) -> None:
    found = interval_of(percent, of)
    assert (round(100 * found.low), round(100 * found.high)) == (low, high)


def test_a_constant_hazard_gives_more_than_the_rise_that_was_published() -> None:
    curve = constant_hazard(12 / 64, 6).tolist()
    assert curve[0] == 12 / 64
    assert curve[-1] == pytest.approx(0.71, abs=0.005)
    assert curve[-1] > 29 / 64
    assert curve == sorted(set(curve))


def test_conflicting_sources_are_marked_and_nothing_missing_is_filled_in() -> None:
    told = published()
    assert sum(claim.mark == "sources conflict" for claim in told.claims) == 3
    assert len(told.missing) == 5
    assert {series.version for series in told.series} == {"v1", "v1 and v2", "v2"}
