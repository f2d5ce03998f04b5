"""Drift against brute-force integration, and against simulated worlds whose slope is known."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from agoranomos.statistics.tipping import drift
from agoranomos.statistics.tipping.drift import _Cells

NAN = float("nan")
STEP = "each setting goes over in one step, so no slope is the steepest"


def world(draws, slope=0.1, spread=1.0, settings=16, each=8, rounds=10):
    owners = np.repeat(np.arange(settings), each)
    line = -1.0 + draws.normal(0, spread, settings)[owners][:, None] + slope * np.arange(rounds)
    return (draws.random(line.shape) < expit(line)).astype(float), owners.tolist()


@pytest.mark.parametrize("spread", [0.05, 1.0, 3.0])
def test_the_likelihood_is_the_integral_over_what_settings_may_be(spread):
    sums, counts, at = np.array([[0.0, 2.0, 3.0], [5.0, 5.0, 4.0]]), np.full((2, 3), 5.0), np.arange(3.0)
    a, b = -0.4, 0.3

    def density(u, row):
        line = a + b * at + u
        return math.exp((row * line - 5.0 * np.logaddexp(0, line)).sum() - u * u / (2 * spread**2))

    expected = [
        math.log(quad(density, -12 * spread, 12 * spread, args=(row,), points=[0.0], limit=400)[0])
        - math.log(spread * math.sqrt(2 * math.pi))
        for row in sums
    ]
    found = _Cells(sums, counts, at).log_likelihoods(np.array([a, b, math.log(spread)]))
    assert found == pytest.approx(expected, abs=5e-5)


def test_the_slope_of_simulated_worlds_is_recovered_by_intervals_that_hold():
    found = [drift(*world(np.random.default_rng(seed))) for seed in range(40)]
    slopes = [one.slope.point for one in found]
    assert np.mean(slopes) == pytest.approx(0.1, abs=0.01)
    assert np.mean([one.spread for one in found]) == pytest.approx(1.0, abs=0.15)
    assert np.mean([one.slope.low < 0.1 < one.slope.high for one in found]) >= 0.85


def test_no_drift_is_rarely_found_where_there_is_none():
    found = [drift(*world(np.random.default_rng(100 + seed), slope=0.0)) for seed in range(40)]
    assert np.mean([one.slope.p < 0.05 for one in found]) <= 0.15


def test_settings_that_differ_do_not_flatten_the_slope():
    """A plain logit would: the population's curve is flatter than that of each setting."""
    draws = np.random.default_rng(6)
    moves, owners = world(draws, slope=0.3, spread=2.5, settings=40, each=10)
    import statsmodels.api as sm

    rounds = np.tile(np.arange(10.0), (len(moves), 1))
    plain = sm.Logit(moves.ravel(), sm.add_constant(rounds.ravel())).fit(disp=0).params[1]
    found = drift(moves, owners).slope.point
    assert plain < 0.25
    assert found == pytest.approx(0.3, abs=0.03)


def test_settings_alike_say_so():
    draws = np.random.default_rng(2)
    moves = (draws.random((32, 6)) < expit(-1 + 0.4 * np.arange(6))).astype(float)
    found = drift(moves, [k % 2 + 2 * (k // 8) for k in range(32)])
    assert found.slope.point == pytest.approx(0.4, abs=0.15)


def test_settings_with_equal_probabilities_have_a_slope_without_an_interval():
    found = drift([[0.2, 0.4, 0.6]] * 8, list("abcdefgh")).slope
    assert found.reason == "no spread in the slope"
    # The line nearest to logits of -1.39, -0.41 and 0.41.
    assert found.point == pytest.approx(0.89, abs=0.01)
    assert math.isnan(found.low)
    assert math.isnan(found.p)


@pytest.mark.parametrize(
    ("moves", "settings", "reason"),
    [
        ([[0, 0]] * 4, "abcd", "always or never violated"),
        ([[1, 1]] * 4, "abcd", "always or never violated"),
        ([[NAN, NAN]] * 4, "abcd", "no value"),
        ([[0, NAN], [1, NAN], [0, NAN]], "abc", "a slope needs two rounds"),
        ([[0, 1], [1, 1]], "ab", "a mixed model needs 3 settings, not 2"),
        (
            [[0, 0, 1, 0]] + [[0] * 4] * 15,
            "abcdefghijklmnop",
            "both ways were taken in 1 settings, and a slope needs 3",
        ),
        ([[0, 0, 1, 1]] * 8 + [[0] * 4] * 8, "abcdefghijklmnop", STEP),
        ([[1, 1, 0, NAN]] * 8 + [[1] * 4] * 8, "abcdefghijklmnop", STEP),
    ],
)
def test_what_cannot_be_fitted_says_why(moves, settings, reason):
    assert drift(moves, list(settings)).slope.reason == reason


def test_a_change_from_nobody_to_everybody_has_no_slope():
    assert drift([[0, 0, 1, 1]] * 12, [k % 4 for k in range(12)]).slope.reason == STEP


def test_beginning_with_one_hazard_and_never_stopping_is_no_slope():
    """One trajectory a setting: each a step, so that the likelihood rises without end."""
    for seed in range(20):
        begun = np.random.default_rng(seed).random((16, 6)) < 0.19
        assert drift(np.maximum.accumulate(begun, axis=1).astype(float), range(16)).slope.reason == STEP


def test_a_fit_that_runs_off_has_no_slope():
    """Half of the settings always break the rule, the others never, but for once each in six of them."""
    moves = np.zeros((16, 8))
    moves[:8], moves[:3, 2], moves[8:11, 5] = 1.0, 0.0, 1.0
    found = drift(moves, range(16))
    assert found.slope.reason == "the fit ran off towards a step"
    assert math.isnan(found.slope.point)
    assert math.isnan(found.slope.p)


@pytest.mark.parametrize(("rate", "each"), [(0.01, 4), (0.03, 1), (0.3, 1)])
def test_a_flat_rate_has_no_drift_however_low_it_is(rate, each):
    draws, found = np.random.default_rng(9), []
    for _ in range(25):
        moves = (draws.random((16 * each, 12)) < rate).astype(float)
        found.append(drift(moves, [k % 16 for k in range(16 * each)]).slope)
    tested = [one.p for one in found if not one.reason]
    assert len(tested) >= 20
    assert np.mean(np.array(tested) < 0.05) <= 0.1
    assert min(tested) > 1e-3


def test_probabilities_that_move_in_one_setting_are_no_slope_of_all():
    chances = np.full((16, 12), 1e-4)
    chances[0] = np.linspace(0.01, 0.99, 12)
    assert drift(chances, range(16)).slope.reason == "both ways were taken in 1 settings, and a slope needs 3"


def test_probabilities_tell_a_slope_better_than_moves_do():
    draws = np.random.default_rng(4)
    chances = expit(-1.0 + draws.normal(0, 0.5, 16)[:, None] + 0.2 * np.arange(8) + draws.normal(0, 0.05, (16, 8)))
    told, done = (
        drift(chances, range(16)).slope,
        drift((draws.random((16, 8)) < chances).astype(float), range(16)).slope,
    )
    assert told.point == pytest.approx(0.2, abs=0.02)
    assert told.se < 0.3 * done.se
