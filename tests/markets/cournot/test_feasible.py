import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.markets.cournot.feasible import countable, counted, feasible


def project(action, limit_e6=100_000_000):
    return feasible(counted("firm_1", action, len(action)), limit_e6)


def test_a_feasible_action_is_rounded_to_millionths():
    assert project([46.66666666, 26.6666666]) == ((46_666_667, 26_666_667), False)


def test_negative_quantities_become_zero():
    assert project([-1.0, 50.0]) == ((0, 50_000_000), True)


def test_too_much_is_scaled_down_in_proportion():
    assert project([150.0, 50.0]) == ((75_000_000, 25_000_000), True)
    assert project([-10.0, 200.0]) == ((0, 100_000_000), True)


def test_minus_zero_and_what_rounds_to_it_are_zero():
    assert project([-0.0, -4e-7]) == ((0, 0), False)


def test_rounding_over_the_capacity_is_brought_back_and_not_held_against_the_agent():
    row, projected = project([50.0000005, 50.0000005])
    assert sum(row) <= 100_000_000
    assert not projected


@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False, max_value=1e300, min_value=-1e300), min_size=1, max_size=5
    ),
    st.integers(0, 10**15),
)
def test_whatever_is_asked_the_result_is_feasible_and_keeps_the_order(action, limit):
    row, projected = project(action, limit)
    assert all(type(quantity) is int and quantity >= 0 for quantity in row)
    assert sum(row) <= limit
    assert feasible(row, limit) == (row, False)
    for a, b in zip(range(len(row)), range(1, len(row)), strict=False):
        if action[a] >= action[b]:
            assert row[a] >= row[b]
    if not projected:
        assert all(
            abs(quantity / 1e6 - asked) <= 1e-5 + 1e-9 * abs(asked) for quantity, asked in zip(row, action, strict=True)
        )


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ([np.nan, 1.0], "finite number"),
        ([np.inf, 1.0], "finite number"),
        ([1e308, 1.0], "finite number"),
        ([1.0], "shape (1,); (2,) was expected"),
        ([[1.0, 2.0]], "shape (1, 2)"),
        (3.0, "shape ()"),
        (None, "shape ()"),
        ("much", "no array of numbers"),
        ({"A": 1}, "no array of numbers"),
    ],
)
def test_nonsense_is_refused_in_words_that_name_the_agent(action, message):
    with pytest.raises(UsageError) as caught:
        counted("firm_2", action, 2)
    assert "firm_2" in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(("capacity", "units"), [(100, 100_000_000), (0.29, 290_000), (33.3333339, 33_333_333)])
def test_capacity_in_millionths_is_never_more_than_it_is(capacity, units):
    assert countable(capacity) == units
