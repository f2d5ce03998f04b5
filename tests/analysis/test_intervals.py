"""Intervals in words: from the intervals themselves, at the levels that they have."""

from agoranomos.analysis.intervals import interval_in_words
from agoranomos.statistics import mean_interval, rate_interval


def test_level_and_method_are_those_of_the_intervals():
    t, narrow = mean_interval([1.0, 2.0, 4.0]), mean_interval([1.0, 2.0, 4.0], level=0.9)
    assert interval_in_words([t, None, t], "over runs") == "95% intervals (Student t) over runs"
    assert interval_in_words([narrow]) == "90% intervals (Student t)"
    assert interval_in_words([t, rate_interval(1, 4)]) == "95% intervals (Student t; Clopper-Pearson)"
    assert interval_in_words([t, narrow], "over runs") == (
        "95% intervals (Student t), 90% intervals (Student t) over runs"
    )


def test_where_there_is_none_the_reason_stands():
    assert interval_in_words([mean_interval([2.0, 2.0])], "over runs") == "none (all 2 values are equal)"
    assert interval_in_words([]) == "none"
    assert interval_in_words([None]) == "none"
