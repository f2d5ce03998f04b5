"""Firth's logit: against the closed form of saturated tables, an optimiser that knows no derivative, and its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from agoranomos.statistics.firth_logit import firth_logit

FOUR = [[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]]
NAMES = ("none", "first", "second", "both")


def odds(count: int, of: int) -> float:
    return math.log((count + 0.5) / (of - count + 0.5))


@pytest.mark.parametrize("counts", [(2, 39, 0, 43), (60, 60, 60, 53), (0, 0, 0, 0), (7, 30, 11, 12)])
def test_a_saturated_table_has_the_odds_of_its_counts_with_a_half_on_either_side(counts: tuple[int, ...]) -> None:
    found = firth_logit(counts, [60] * 4, FOUR, NAMES)
    none, first, second, both = (odds(count, 60) for count in counts)
    expected = [none, first - none, second - none, both - first - second + none]
    assert [one.estimate for one in found] == pytest.approx(expected, abs=1e-6)
    assert all(one.low < one.estimate < one.high for one in found)


def penalised(beta: np.ndarray, y: np.ndarray, n: np.ndarray, X: np.ndarray) -> float:
    p = 1 / (1 + np.exp(-X @ beta))
    information = sum(n[i] * p[i] * (1 - p[i]) * np.outer(X[i], X[i]) for i in range(len(y)))
    return float(np.sum(y * np.log(p) + (n - y) * np.log1p(-p)) + 0.5 * math.log(np.linalg.det(information)))


def test_an_optimiser_without_derivatives_finds_the_same_maximum_and_profile() -> None:
    generator = np.random.default_rng(4)
    X = np.column_stack([np.ones(12), generator.normal(size=(12, 2))])
    n = np.full(12, 9.0)
    y = generator.binomial(9, 1 / (1 + np.exp(-X @ [0.3, 1.0, -0.5]))).astype(float)
    simplex = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000}
    best = optimize.minimize(lambda beta: -penalised(beta, y, n, X), np.zeros(3), method="Nelder-Mead", options=simplex)
    found = firth_logit(y, n, X, ("a", "b", "c"))
    assert [one.estimate for one in found] == pytest.approx(best.x, abs=1e-5)
    for end in (found[1].low, found[1].high):
        held = optimize.minimize(
            lambda rest, end=end: -penalised(np.array([rest[0], end, rest[1]]), y, n, X),
            best.x[[0, 2]], method="Nelder-Mead", options=simplex,
        )  # fmt: skip
        assert 2 * (held.fun - best.fun) == pytest.approx(stats.chi2.ppf(0.95, 1), abs=1e-5)


def test_what_is_separated_has_a_finite_estimate_and_its_p_says_so() -> None:
    (_, slope) = firth_logit([0, 30], [30, 30], [[1, 0], [1, 1]], ("a", "b"))
    assert slope.estimate == pytest.approx(2 * math.log(61))
    assert 0 < slope.low < slope.estimate < slope.high
    assert slope.p < 1e-9


def test_no_difference_has_a_p_of_one() -> None:
    (_, slope) = firth_logit([7, 7], [30, 30], [[1, 0], [1, 1]], ("a", "b"))
    assert slope.estimate == pytest.approx(0, abs=1e-8)
    assert slope.p == pytest.approx(1)


def test_faults_are_named() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        firth_logit([1], [2, 2], [[1], [1]], ("a",))
    with pytest.raises(ValueError, match="outside of its trials"):
        firth_logit([3], [2], [[1]], ("a",))
    with pytest.raises(ValueError, match="depend on each other"):
        firth_logit([1, 1], [2, 2], [[1, 1], [1, 1]], ("a", "b"))
    with pytest.raises(ValueError, match="depend on each other"):
        firth_logit([1, 0], [2, 0], [[1, 0], [1, 1]], ("a", "b"))
