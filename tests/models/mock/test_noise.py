"""Noise keeps numbers in their form and within their bounds; on options it has closed forms."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.markets.action_schema import number_schema
from agoranomos.markets.action_shape import ActionPart
from agoranomos.models.mock.noise import disturbed, noisy_scores
from agoranomos.models.mock.scores import log_shares


def shares(*arguments):
    return [math.exp(log) for log in log_shares(noisy_scores(*arguments))]


@given(st.integers(-50, 50), st.integers(1, 100), st.floats(0, 1), st.floats(0, 5), st.booleans(), st.integers(0, 99))
def test_a_number_stays_in_its_form_and_its_bounds(low, width, place, sd, whole, seed):
    part = ActionPart("x", float(low), float(low + width), whole)
    schema = number_schema(part)
    value = low + width * place
    start = round(value) if whole else f"{round(value, 2):.2f}"
    moved = disturbed(start, schema, sd, np.random.default_rng(seed))
    if whole:
        assert type(moved) is int
        assert low <= moved <= low + width
    else:
        assert re.fullmatch(schema["pattern"], moved) or float(start) == 0
        assert low <= float(moved) <= low + width


def test_a_text_moves_as_far_as_a_number_would():
    schema = number_schema(ActionPart("x", 0.0, 100.0))
    for seed in range(50):
        factor = 1 + 0.1 * np.random.default_rng(seed).standard_normal()
        moved = disturbed("50.00", schema, 0.1, np.random.default_rng(seed))
        assert float(moved) == pytest.approx(min(50 * factor, 100), abs=0.005 + 1e-9)
    beyond = {disturbed("99.00", schema, 3.0, np.random.default_rng(seed)) for seed in range(40)}
    assert "100.00" in beyond
    assert "0.00" in beyond or "0.01" in beyond


def test_options_that_are_numbers_have_the_density_of_the_noise():
    found = shares(["20", "22", "18.0"], "20", 0.1)
    density = math.exp(-0.5)
    assert found == pytest.approx([1 / (1 + 2 * density), density / (1 + 2 * density), density / (1 + 2 * density)])
    assert min(shares(["1", "100000"], "1", 0.05)) > 0


def test_words_are_picked_with_a_trembling_hand():
    assert shares(["stay", "go"], "go", 0.2) == pytest.approx([0.1, 0.9])
    assert shares(["stay", "go"], "go", 7.0) == pytest.approx([0.5, 0.5])
    assert shares(["stay", "go"], "go", 0.0) == pytest.approx([1 / 1001, 1000 / 1001])
    assert shares(["0", "1"], "0", 0.5) == pytest.approx([1000 / 1001, 1 / 1001])
