"""The t-mixture: its closed form against the integral it stands for, its interval, and how often it errs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from agoranomos.statistics.sequential import TMixture


def _by_integration(values: np.ndarray, effect: float) -> float:
    """The likelihood ratio of the shape, by integrating scale (right Haar) and effect numerically."""

    def likelihood(delta: float) -> float:
        def over_log_scale(log_sigma: float) -> float:
            sigma = np.exp(log_sigma)
            return float(np.exp(stats.norm.logpdf(values, delta * sigma, sigma).sum()))

        return float(integrate.quad(over_log_scale, -6, 6, limit=200)[0])

    mixed = integrate.quad(lambda delta: likelihood(delta) * stats.norm.pdf(delta, 0, effect), -8, 8, limit=200)[0]
    return float(mixed / likelihood(0.0))


@pytest.mark.parametrize("effect", [0.5, 1.0, 2.0])
def test_evidence_is_the_integral_over_scale_and_effect(effect: float) -> None:
    values = np.array([0.4, -0.2, 1.1, 0.9])
    evidence = np.exp(TMixture(effect=effect).log_evidence(values))
    assert evidence == pytest.approx(_by_integration(values, effect), rel=1e-6)


def test_the_bounds_are_where_the_evidence_reaches_one_over_alpha() -> None:
    values = np.random.default_rng(3).normal(2, 3, 40)
    sequence = TMixture(level=0.9, effect=0.7)
    found = sequence.interval(values)
    for bound in (found.low, found.high):
        assert sequence.log_evidence(values, bound) == pytest.approx(np.log(10), rel=1e-9)
    assert found.point == pytest.approx(values.mean())
    assert found.n == 40


def test_the_unit_of_the_outcome_makes_no_difference() -> None:
    values = np.random.default_rng(4).normal(1, 1, 12)
    one, other = TMixture().interval(values), TMixture().interval(1000 * values)
    assert other.low == pytest.approx(1000 * one.low)
    assert TMixture().log_evidence(1000 * values) == pytest.approx(TMixture().log_evidence(values))


def test_one_value_says_nothing_and_few_values_have_no_bounds() -> None:
    assert TMixture().log_evidence([5.0]) == 0.0
    assert "one value" in TMixture().interval([5.0]).reason
    assert np.isinf(TMixture().interval([5.0, 5.1]).high)


def test_equal_values_decide_nothing() -> None:
    found = TMixture().interval([-1.0] * 30)
    assert np.isnan(found.low)
    assert "equal" in found.reason
    assert TMixture().log_evidence([-1.0] * 30) == 0.0


def test_type_one_error_over_all_looks_together() -> None:
    """400 normal samples of 200, a look after every value: at most 5%, where a t test errs in more than a fifth."""
    drawn = np.random.default_rng(5).normal(0, 2, (400, 200))
    sequence = TMixture()
    wrong = np.mean([max(sequence.log_evidence(row[:n]) for n in range(2, 201)) >= np.log(20) for row in drawn])
    n = np.arange(1, 201)
    sums, squares = drawn.cumsum(1), (drawn**2).cumsum(1)
    t = sums / np.sqrt(np.maximum(squares - sums**2 / n, 1e-300) * n / np.maximum(n - 1, 1))
    peeking = np.mean((np.abs(t) > stats.t.ppf(0.975, np.maximum(n - 1, 1)))[:, 3:].any(1))
    assert wrong <= 0.05
    assert peeking > 0.2


@pytest.mark.parametrize(("level", "effect"), [(1.0, 1.0), (0.95, 0.0)])
def test_what_makes_no_sequence_is_refused(level: float, effect: float) -> None:
    with pytest.raises(ValueError, match="level in"):
        TMixture(level, effect)
