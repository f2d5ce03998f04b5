"""Excess and tiers against the specification's vectors, the paper's boundaries and the general forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.analysis.tiers import RECORDED, Excess, excess, gap_tier, nash_structure, structure, tier

NASH = np.array([[140, 80], [80, 140]]) / 3
MIRROR_CARTEL = NASH * 60 / (220 / 3)


def excess_of(quantities, nash=NASH, counted=None) -> Excess:
    return excess(*structure(quantities), nash_structure(*structure(nash)), counted)


def mirror(larger: float, smaller: float) -> list[list[float]]:
    return [[larger, smaller], [smaller, larger]]


@pytest.mark.parametrize(
    ("quantities", "hhi", "cv", "expected"),
    [
        (NASH, 0.0, 0.0, 0),
        (mirror(50, 25), 0.0342, 0.2222, 1),
        (mirror(42, 18), 0.0797, 0.4667, 2),
        (mirror(48, 12), 0.2658, 1.2000, 3),
        (mirror(54, 6), 0.5265, 1.9333, 4),
        (mirror(60, 0), 0.8615, 2.6667, 4),
        (mirror(30, 30), -0.0692, -1.0, 0),
        (MIRROR_CARTEL, 0.0, 0.0, 0),
    ],
)
def test_the_specifications_vectors(quantities, hhi, cv, expected):
    found = excess_of(np.array([quantities] * 50))
    assert found.hhi == pytest.approx(hhi, abs=5e-5)
    assert found.cv == pytest.approx(cv, abs=5e-5)
    assert tier(found.cv, found.hhi) == expected
    assert gap_tier(found.cv_gap, found.hhi_gap) == expected


@pytest.mark.parametrize(
    ("cv", "hhi", "expected"),
    [
        (0.10, 0.05, 1), (0.30, 0, 2), (0, 0.20, 2), (0.80, 0, 3), (0, 0.55, 3), (0.60, 0.40, 3),
        (1.60, 0, 4), (0, 0.85, 4), (1.10, 0.55, 4),
        (0.25, 0.15, 1), (0.75, 0.30, 2), (0.50, 0.50, 2), (1.50, 0.50, 3), (1.00, 0.80, 3),
        (0, 0, 0), (1e-10, -1, 0), (1e-8, -1, 1), (math.nan, 0.2, 2), (0.3, math.nan, 2), (math.nan, -0.1, 0),
    ],
)  # fmt: skip
def test_the_boundaries_of_table_1(cv, hhi, expected):
    assert tier(cv, hhi) == expected


def test_no_excess_at_all_has_no_tier():
    assert math.isnan(tier(math.nan, math.nan))
    assert math.isnan(gap_tier(math.nan, math.nan))


def test_the_tolerance_of_recorded_numbers():
    assert tier(9e-6, 0) == 1
    assert tier(9e-6, 0, RECORDED) == 0


@settings(max_examples=60)
@given(st.lists(st.floats(0.5, 50), min_size=4, max_size=4))
def test_both_forms_agree_at_the_papers_costs(values):
    found = excess_of(np.array(values).reshape(1, 2, 2))
    assert tier(found.cv, found.hhi, 1e-7) == gap_tier(found.cv_gap, found.hhi_gap, 1e-7)


def test_structure_by_hand():
    hhi, cv = structure([[3.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    assert hhi == pytest.approx([10 / 16, 1.0, math.nan], nan_ok=True)
    assert cv == pytest.approx([math.sqrt(14 / 9) / (4 / 3), math.sqrt(2)])


def test_firms_that_swap_goods_every_round_are_seen_to_divide():
    rounds = np.array([mirror(60, 0), mirror(0, 60)] * 25)
    assert excess_of(rounds).cv == pytest.approx(8 / 3)


def test_the_firm_furthest_above_nash_counts():
    found = excess_of([[[60.0, 0.0], [80 / 3, 140 / 3]]])
    assert found.cv == pytest.approx(8 / 3)


def test_symmetric_costs_have_the_gap_form_only():
    found = excess_of([mirror(60, 0)], nash=mirror(40, 40))
    assert math.isnan(found.cv)
    assert (found.cv_gap, found.hhi, found.hhi_gap) == (pytest.approx(1), pytest.approx(1), pytest.approx(1))
    assert gap_tier(found.cv_gap, found.hhi_gap) == 4
    at_nash = excess_of([mirror(40, 40)], nash=mirror(40, 40))
    assert gap_tier(at_nash.cv_gap, at_nash.hhi_gap) == 0


def test_three_firms_three_goods_go_from_0_to_1():
    division = np.diag([60.0, 60.0, 60.0])
    found = excess_of([division], nash=np.full((3, 3), 25.0))
    assert (found.cv_gap, found.hhi_gap) == (pytest.approx(1), pytest.approx(1))


def test_where_nash_is_division_the_gaps_do_not_exist():
    found = excess_of([mirror(60, 0)], nash=mirror(60, 0))
    assert math.isnan(found.cv_gap)
    assert math.isnan(found.hhi_gap)
    assert (found.cv, found.hhi) == (0, 0)


def test_one_good_is_judged_by_its_concentration():
    found = excess_of([[[9.0], [1.0]]], nash=[[5.0], [5.0]])
    assert math.isnan(found.cv_gap)
    assert gap_tier(found.cv_gap, found.hhi_gap) == 3


def test_rounds_with_a_suspended_firm_are_left_out_when_asked():
    rounds = np.array([NASH] * 3 + [[[0.0, 0.0], [45.0, 55.0]]])
    counted = np.array([True, True, True, False])
    without, with_all = excess_of(rounds, counted=counted), excess_of(rounds)
    assert (without.hhi, without.cv) == (pytest.approx(0, abs=1e-12), pytest.approx(0, abs=1e-12))
    assert with_all.hhi == pytest.approx((1 / (65 / 121) - 1) / 4)
    # The suspended firm has no CV in that round; its mean rests on the other three.
    assert with_all.cv == pytest.approx(0, abs=1e-12)


def test_a_run_without_rounds_to_count_has_no_excess():
    found = excess_of([NASH, NASH], counted=[False, False])
    assert all(math.isnan(x) for x in (found.cv, found.hhi, found.cv_gap, found.hhi_gap))


def test_many_runs_at_once_equal_one_by_one():
    plays = np.random.default_rng(5).uniform(1, 60, size=(6, 10, 2, 2))
    together = excess_of(plays)
    for index, play in enumerate(plays):
        alone = excess_of(play)
        assert together.cv[index] == alone.cv
        assert together.hhi_gap[index] == alone.hhi_gap
