"""Closed forms of collusion in linear Cournot markets, and of the fine that ends it."""

import numpy as np
import pytest

from agoranomos.deterrence.incentives import (
    Stakes,
    critical_detection,
    critical_discount_factor,
    is_deterred,
    stakes,
    value_of_keeping,
    value_of_leaving,
)
from agoranomos.markets.cournot.division import market_division
from agoranomos.markets.cournot.equilibrium import joint_monopoly
from agoranomos.markets.cournot.spec import cournot_spec

SETS = 1000


def symmetric(rng: np.random.Generator, firms: int):
    """A market of one good in which firms are alike and capacity never binds."""
    alpha, beta = rng.uniform(20, 500), rng.uniform(0.2, 5)
    cost = rng.uniform(0, 0.9) * alpha
    return cournot_spec(marginal_cost=((cost,),) * firms, alpha=alpha, beta=beta, capacity=10 * alpha * beta)


def test_grim_trigger_in_linear_cournot():
    """delta* = (n + 1)^2 / ((n + 1)^2 + 4 n): Friedman (1971), with the joint monopoly divided equally."""
    rng = np.random.default_rng(20)
    worst = 0.0
    for _ in range(SETS):
        n = int(rng.integers(2, 9))
        spec = symmetric(rng, n)
        found = critical_discount_factor(stakes(spec, joint_monopoly(spec).quantity, int(rng.integers(n))))
        worst = max(worst, abs(found - (n + 1) ** 2 / ((n + 1) ** 2 + 4 * n)))
    assert worst < 1e-9


def test_the_fine_that_ends_a_plan():
    """Deterred iff p F > pi_C - (1 - delta) pi_D - delta pi_N."""
    rng = np.random.default_rng(21)
    worst = 0.0
    for _ in range(SETS):
        n = int(rng.integers(2, 9))
        spec = symmetric(rng, n)
        at_stake = stakes(spec, joint_monopoly(spec).quantity, 0)
        star = (n + 1) ** 2 / ((n + 1) ** 2 + 4 * n)
        discount = rng.uniform(star, 1)
        # From the formulas of the market, not from its solver.
        unit = (spec.alpha[0] - spec.marginal_cost[0][0]) ** 2 * spec.beta[0]
        collusion, at_nash = unit / (4 * n), unit / (n + 1) ** 2
        deviation = unit * ((n + 1) / (4 * n)) ** 2
        least = collusion - (1 - discount) * deviation - discount * at_nash
        fine = rng.uniform(0.5, 3) * unit
        worst = max(worst, abs(critical_detection(at_stake, fine, discount) * fine - least) / unit)
        for share, deterred in ((0.999, False), (1.001, True)):
            assert is_deterred(at_stake, discount, fine, share * least / fine) == deterred
    assert worst < 1e-9


def test_the_papers_duopoly():
    """Section 1.1 of the Institutional AI specification: temptation 200, rent 355.56, critical discount factor 0.36."""
    spec = cournot_spec()
    at_stake = stakes(spec, market_division(spec), 0)
    assert at_stake.collusion == pytest.approx(1800)
    assert at_stake.deviation == pytest.approx(2000)
    assert at_stake.nash == pytest.approx(13000 / 9)
    assert critical_discount_factor(at_stake) == pytest.approx(0.36)


def test_values_are_those_of_the_streams():
    at_stake = Stakes(10.0, 14.0, 7.0)
    rounds = 0.9 ** np.arange(2000)
    assert value_of_keeping(at_stake, 0.9, 1.5) == pytest.approx((8.5 * rounds).sum())
    assert value_of_leaving(at_stake, 0.9) == pytest.approx(14.0 + (7.0 * rounds[1:]).sum())


def test_where_patience_does_not_matter():
    assert critical_discount_factor(Stakes(10.0, 9.0, 7.0)) == 0.0
    assert critical_discount_factor(Stakes(10.0, 14.0, 7.0), expected_fine=3.0) is None
    assert critical_discount_factor(Stakes(6.0, 14.0, 7.0)) is None
    assert critical_detection(Stakes(10.0, 14.0, 7.0), 1.0, 0.1) == 0.0
    assert critical_detection(Stakes(10.0, 11.0, 7.0), 1.0, 0.9) == pytest.approx(2.6)


@pytest.mark.parametrize(("fine", "discount"), [(0.0, 0.5), (-1.0, 0.5), (1.0, 1.0), (1.0, -0.1)])
def test_what_makes_no_sense_is_refused(fine, discount):
    with pytest.raises(ValueError, match="a positive fine"):
        critical_detection(Stakes(10.0, 14.0, 7.0), fine, discount)
