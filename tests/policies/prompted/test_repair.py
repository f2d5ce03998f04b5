import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.policies.prompted.repair import project

quantities = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6)
capacities = st.floats(1e-3, 1e9)


@given(quantities, capacities)
def test_a_projection_is_feasible(asked, capacity):
    made = project(asked, capacity)
    assert all(0 <= quantity < math.inf for quantity in made)
    assert math.fsum(made) <= capacity * (1 + 1e-9)


@given(quantities, capacities)
def test_projecting_twice_is_projecting_once(asked, capacity):
    once = project(asked, capacity)
    assert project(once, capacity) == pytest.approx(once, rel=1e-9)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=6), capacities)
def test_shares_stay_when_it_scales(asked, capacity):
    made = project(asked, capacity)
    if math.fsum(asked) > capacity:
        assert math.fsum(made) == pytest.approx(capacity, rel=1e-9)
    for a, b in zip(asked[1:], made[1:], strict=True):
        assert a * made[0] == pytest.approx(b * asked[0], rel=1e-6, abs=1e-6 * capacity)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_what_is_feasible_stays_as_it_is(asked):
    assert project(asked, 6.5) == tuple(asked)
