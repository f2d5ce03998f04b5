"""A logit model of groups with intercepts of their own: against adaptive integration, and where it has no estimate."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import integrate, optimize

from agoranomos.statistics.mixed_logit import mixed_logit

NAMES = ("constant", "treated")


def sample(groups: int, spread: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[int]]:
    generator = np.random.default_rng(seed)
    owner = [group for group in range(groups) for _ in range(2)]
    X = np.column_stack([np.ones(2 * groups), np.tile([0.0, 1.0], groups)])
    intercepts = np.repeat(spread * generator.normal(size=groups), 2)
    n = np.full(2 * groups, 10.0)
    y = generator.binomial(10, 1 / (1 + np.exp(-(X @ [-0.4, 1.1] + intercepts)))).astype(float)
    return y, n, X, owner


def integrated(parameters: np.ndarray, y: np.ndarray, n: np.ndarray, X: np.ndarray) -> float:
    """The log-likelihood with each group's intercept integrated by adaptive quadrature."""
    total = 0.0
    for start in range(0, len(y), 2):

        def density(z: float, at: range = range(start, start + 2)) -> float:
            found = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
            for i in at:
                p = 1 / (1 + math.exp(-(X[i, 0] * parameters[0] + X[i, 1] * parameters[1] + parameters[2] * z)))
                found *= p ** y[i] * (1 - p) ** (n[i] - y[i])
            return float(found)

        total += math.log(integrate.quad(density, -8, 8, epsabs=1e-14)[0])
    return total


def test_an_adaptive_integral_and_a_simplex_find_the_same() -> None:
    y, n, X, owner = sample(8, 1.0, 3)
    found = mixed_logit(y, n, X, NAMES, owner)
    best = optimize.minimize(
        lambda at: -integrated(at, y, n, X), np.array([-0.2, 0.8, 0.6]), method="Nelder-Mead",
        options={"xatol": 1e-5, "fatol": 1e-8},
    )  # fmt: skip
    here = [*(one.estimate for one in found.coefficients), found.spread]
    assert here == pytest.approx(best.x, abs=2e-3)


def test_without_spread_it_is_the_plain_model() -> None:
    y, n, X, owner = sample(40, 0.0, 1)
    y = np.tile([4.0, 7.0, 5.0, 8.0], 20)
    found = mixed_logit(y, n, X, NAMES, owner)
    plain = sm.GLM(np.column_stack([y, n - y]), X, family=sm.families.Binomial()).fit()
    assert found.spread == 0.0
    assert [one.estimate for one in found.coefficients] == pytest.approx(plain.params, abs=1e-4)
    assert [one.high - one.low for one in found.coefficients] == pytest.approx(2 * 1.959964 * plain.bse, rel=1e-3)


def test_its_interval_holds_the_true_effect_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(60):
        y, n, X, owner = sample(25, 1.2, 100 + seed)
        (_, effect) = mixed_logit(y, n, X, NAMES, owner).coefficients
        held += effect.low <= 1.1 <= effect.high
    assert 51 <= held <= 60  # Binomial(60, 0.95): below 51 with probability 0.001


def test_it_says_why_there_is_no_estimate() -> None:
    y, n, X, owner = sample(5, 1.0, 3)
    assert "3 groups" in mixed_logit(y[:4], n[:4], X[:4], NAMES, owner[:4]).reason
    y[X[:, 1] == 0] = 0
    found = mixed_logit(y, n, X, NAMES, owner)
    assert found.coefficients == ()
    assert "all or none" in found.reason
    with pytest.raises(ValueError, match="do not fit"):
        mixed_logit(y, n, X, ("constant",), owner)


def test_groups_of_one_kind_each_have_a_spread_without_bound() -> None:
    _, n, X, owner = sample(12, 1.0, 3)
    y = np.repeat([0.0, 10.0] * 6, 2)
    found = mixed_logit(y, n, X, NAMES, owner)
    assert found.coefficients == ()
    assert found.spread == math.inf
    assert "unbounded" in found.reason
