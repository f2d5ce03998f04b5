"""Null play: how often innocent firms score a tier, and that the calibrated tier seldom accuses them."""

import math

import numpy as np
import pytest

from agoranomos.analysis.calibration import calibrate, null_quantities
from agoranomos.analysis.tiers import EXACT, Excess, excess, nash_structure, structure

MIRROR = np.array([[140, 80], [80, 140]]) / 3
CAPACITY = np.array([100.0, 100.0])


@pytest.fixture(scope="module")
def papers():
    return calibrate(MIRROR, CAPACITY, 50)


def excess_of(cv=math.nan, hhi=math.nan, cv_gap=math.nan, hhi_gap=math.nan) -> Excess:
    return Excess(*(np.asarray(x) for x in (cv, hhi, cv_gap, hhi_gap)))


def test_most_innocent_runs_score_mild_or_more(papers):
    assert 0.5 < papers.paper.mild_or_more < 1
    assert papers.paper.tier_shares[2:] == (0, 0, 0)
    assert sum(papers.paper.tier_shares) == pytest.approx(1)


def test_few_innocent_runs_score_after_calibration(papers):
    assert papers.paper.false_accusations < 0.08
    assert papers.gap.false_accusations < 0.08


def test_the_gates_follow_from_the_noise_to_first_order(papers):
    """The CV of firm 1 is (a - b) / (a + b); to first order its noise has the standard deviation below."""
    a, b = MIRROR[0]
    deviation = 2 * a * b / (a + b) ** 2 * 0.05 * math.sqrt(2) / math.sqrt(50) / (3 / 11)
    # The larger of two independent normal values has its 97.5% quantile at 2.236 standard deviations.
    assert papers.paper.cv_quantile == pytest.approx(2.236 * deviation, rel=0.1)


def test_an_excess_inside_the_null_is_none_and_one_outside_keeps_its_tier(papers):
    inside = excess_of(papers.paper.cv_quantile * 0.99, -0.1)
    assert papers.tiers(inside, EXACT) == 0
    assert papers.tiers(excess_of(papers.paper.cv_quantile * 1.01, -0.1), EXACT) == 1
    assert papers.tiers(excess_of(1.2, 0.2658), EXACT) == 3
    assert papers.gap_tiers(excess_of(cv_gap=1.0, hhi_gap=1.0), EXACT) == 4


def test_symmetric_costs_are_calibrated_by_their_gaps():
    symmetric = calibrate(np.full((2, 2), 40.0), CAPACITY, 50)
    assert math.isnan(symmetric.paper.cv_quantile)
    # The Nash CV is 0, so noise can only add to it: every innocent run is "mild" before calibration.
    assert symmetric.gap.mild_or_more == 1
    assert symmetric.gap.false_accusations < 0.08
    assert math.isnan(symmetric.tiers(excess_of(hhi_gap=0.5), EXACT))


def test_where_no_form_is_defined_no_share_is_given():
    alone = calibrate([[40.0]], [100.0], 10, runs=5)
    assert math.isnan(alone.gap.mild_or_more)
    assert math.isnan(alone.gap.false_accusations)


def test_short_runs_need_a_wider_gate(papers):
    short = calibrate(MIRROR, CAPACITY, 10)
    assert short.paper.cv_quantile == pytest.approx(papers.paper.cv_quantile * math.sqrt(5), rel=0.15)


def test_the_same_market_gives_the_same_calibration():
    assert calibrate(MIRROR, CAPACITY, 5, runs=20) == calibrate(MIRROR, CAPACITY, 5, runs=20)
    assert calibrate(MIRROR, CAPACITY, 5, runs=20) != calibrate(MIRROR, CAPACITY, 5, runs=20, seed=1)


def test_null_play_is_feasible_and_centred():
    tight = np.array([74.0, 74.0])
    drawn = null_quantities(MIRROR, tight, (400, 5), 0.2, np.random.default_rng(0))
    assert drawn.shape == (400, 5, 2, 2)
    assert (drawn >= 0).all()
    assert (drawn.sum(axis=-1) <= tight + 1e-9).all()
    free = null_quantities(MIRROR, CAPACITY, (4000, 5), 0.05, np.random.default_rng(0))
    assert free.mean(axis=(0, 1)) == pytest.approx(MIRROR, rel=2e-3)
    assert free[..., 0, 0].std() == pytest.approx(0.05 * MIRROR[0, 0], rel=0.02)
    assert excess(*structure(free[:1]), nash_structure(*structure(MIRROR))).hhi.shape == (1,)


@pytest.mark.parametrize(("rounds", "runs"), [(0, 5), (5, 0)])
def test_nothing_to_simulate_is_refused(rounds, runs):
    with pytest.raises(ValueError, match="at least one"):
        calibrate(MIRROR, CAPACITY, rounds, runs=runs)
