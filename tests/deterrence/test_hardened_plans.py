"""The hardened ladder in the papers' market: what harm pays is bounded, whatever the quantities."""

import numpy as np
import pytest
from scipy.optimize import minimize

from agoranomos.deterrence.certificate import certify
from agoranomos.deterrence.corners import corner_plans
from agoranomos.deterrence.play import PlanSet
from agoranomos.institutions import bind

from .solving import NASH, duopoly, model_of, shipped, solve

COST = np.array([[40.0, 50.0], [50.0, 40.0]])
NASH_TOTAL, MONOPOLY_TOTAL = 220 / 3, 60.0
LAWFUL = 15400 / 9
"""Each firm sells its cheap good alone, at the Nash price of 190/3: 220/3 (190/3 - 40)."""


def _profits(q):
    quantity = np.reshape(q, (2, 2))
    return ((100 - quantity.sum(axis=0) / 2 - COST) * quantity).sum(axis=1)


def _elevation(q):
    return float(np.mean((NASH_TOTAL - np.reshape(q, (2, 2)).sum(axis=0)) / (NASH_TOTAL - MONOPOLY_TOTAL)))


def _restraint(q, firm):
    return 2 * (NASH_TOTAL - np.reshape(q, (2, 2))[firm].sum()) / (2 * (NASH_TOTAL - MONOPOLY_TOTAL))


def _best(constraints):
    """The greatest mean profit over all four quantities, from many starts."""
    rng = np.random.default_rng(5)
    capacity = [{"type": "ineq", "fun": lambda q, i=i: 100 - np.reshape(q, (2, 2))[i].sum()} for i in range(2)]
    best = -np.inf
    for _ in range(25):
        found = minimize(
            lambda q: -_profits(q).mean(),
            rng.uniform(0, 60, 4),
            bounds=[(0, 100)] * 4,
            method="SLSQP",
            constraints=[*capacity, *({"type": "ineq", "fun": fun} for fun in constraints)],
            options={"maxiter": 400, "ftol": 1e-12},
        )
        if found.success and all(fun(found.x) > -1e-6 for fun in constraints):
            best = max(best, -found.fun)
    return best


def test_prices_parked_at_a_fifth_of_the_way_earn_2_2_per_cent_through_harm():
    assert _best([lambda q: 0.2 - _elevation(q)]) == pytest.approx(1743.11, abs=0.01)
    assert _best([lambda q: -_elevation(q)]) == pytest.approx(LAWFUL, abs=0.01)
    assert pytest.approx(0.0222, abs=1e-4) == (1743.11 - LAWFUL) / NASH


def test_what_is_earned_is_concave_in_elevation_so_that_no_mixture_beats_parking():
    levels = np.linspace(-0.4, 1.0, 8)
    earned = [_best([lambda q, e=e: e - _elevation(q)]) for e in levels]
    assert np.all(np.diff(np.diff(earned)) < 1e-3)


def test_a_scapegoat_that_earns_nash_profit_keeps_less():
    """Firm 1 holds back and is fined the floor of 200 in ten rounds; firm 2's restraint stays below 0.1."""
    free = 200 / 1.5 / 10  # what the lowest rate leaves a round before the floor is passed
    gross = _best([lambda q: NASH + free - _profits(q)[0], lambda q: 0.1 - _restraint(q, 1)])
    assert gross - 200 / 10 / 2 == pytest.approx(1733.9, abs=0.1)
    quantities = np.array([[[48_000_000, 0], [12_010_000, 60_000_000]]])
    model = model_of(shipped("cournot-antitrust-hardened"), PlanSet(("scapegoat",), quantities, ""))
    assert solve(model).average == pytest.approx(1729.95, abs=0.01)


def test_the_exact_programme_finds_the_parked_plan():
    market, governing = duopoly(), shipped("cournot-antitrust-hardened")
    plans = corner_plans(market.spec, bind(governing, market.facts))
    model = model_of(governing, plans.only([0, 1]))
    assert plans.names[1] in {"monopoly", "division"}
    assert solve(model).average == pytest.approx(1743.11, abs=0.01)


@pytest.mark.long
def test_the_certificate_holds():
    found = certify(shipped("cournot-antitrust-hardened"), duopoly())
    assert found.holds
    assert found.harmful_gain_per_round == pytest.approx(32.0, abs=0.01)
    assert found.lawful_plan.gain_per_round == pytest.approx(LAWFUL - NASH, abs=0.01)
    assert found.best_plan.consumer_harm_per_round == pytest.approx(192.0, abs=0.01)
    assert found.best_plan.fines_per_round == 0


@pytest.mark.long
def test_the_published_ladder_lets_well_more_through():
    found = certify(shipped("cournot-antitrust"), duopoly())
    assert not found.holds
    assert found.harmful_gain_per_round > 120
    assert found.best_plan.consumer_harm_per_round > 1000
