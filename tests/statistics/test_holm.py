"""Holm's procedure against statsmodels, and what a test that does not exist does to the others."""

import math

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from agoranomos.statistics import holm


@pytest.mark.parametrize("size", range(1, 12))
def test_equal_to_statsmodels(size):
    p = np.round(np.random.default_rng(size).random(size) ** 3, 2)  # rounded, so that some are equal
    assert holm(p).tolist() == pytest.approx(multipletests(p, method="holm")[1].tolist())


def test_one_alone_is_not_adjusted_and_none_is_none():
    assert holm([0.03]).tolist() == [0.03]
    assert holm([]).size == 0


def test_a_test_that_does_not_exist_makes_the_others_no_easier():
    adjusted = holm([0.01, math.nan, 0.02])
    assert np.isnan(adjusted[1])
    assert adjusted[[0, 2]].tolist() == pytest.approx([0.03, 0.04])


@pytest.mark.parametrize("bad", [[-0.1], [1.1], [[0.1]]])
def test_what_is_no_p_is_refused(bad):
    with pytest.raises(ValueError):
        holm(bad)
