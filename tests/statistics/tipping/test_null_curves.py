"""The constant hazard against its recursion, a simulation, and the numbers that are quoted of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.statistics.tipping import constant_hazard, synthetic


def test_a_rate_of_12_in_64_becomes_71_percent_in_round_6_though_nothing_is_learned():
    curve = constant_hazard(12 / 64, 6)
    assert curve[0] == 0.1875
    assert round(float(curve[-1]), 2) == 0.71
    assert curve == pytest.approx(1 - (1 - 12 / 64) ** np.arange(1, 7))


@given(st.floats(0, 1), st.floats(0, 1))
def test_equal_to_its_recursion(hazard, persistence):
    rate, expected = 0.0, []
    for _ in range(9):
        rate = persistence * rate + hazard * (1 - rate)
        expected.append(rate)
    assert constant_hazard(hazard, 9, persistence=persistence) == pytest.approx(expected, abs=1e-9)


def test_close_to_a_simulation():
    moves = synthetic("constant-hazard", 2, trajectories=4_000, agents=1, rounds=8, hazard=0.2, persistence=0.7)
    assert moves[:, 0].mean(axis=0) == pytest.approx(constant_hazard(0.2, 8, persistence=0.7), abs=0.03)


def test_other_numbers_than_probabilities_are_refused():
    with pytest.raises(ValueError, match="hazard"):
        constant_hazard(1.5, 3)
    with pytest.raises(ValueError, match="persistence"):
        constant_hazard(0.5, 3, persistence=-0.1)
