"""The bids are an equilibrium: against a differential equation, a quadrature, and every deviation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.stats import uniform

from agoranomos.markets.procurement import ProcurementSpec
from agoranomos.markets.procurement.bidding import mean_nash_bid, nash_bid, nash_bids
from agoranomos.markets.procurement.clear import clear
from markets.procurement.procurement_specs import random_spec

SETS = 200


def grid(spec: ProcurementSpec, points: int) -> np.ndarray:
    low, high = spec.cost[0]
    return np.linspace(low, min(high, spec.reserve), points)


def test_without_a_binding_reserve_price_a_bid_is_shaded_by_a_share_of_the_room_above() -> None:
    spec = ProcurementSpec(cost=(50, 100), reserve=100, value=120)
    for cost in (50.0, 61.5, 80.0, 99.0, 100.0):
        assert nash_bid(spec, cost) == pytest.approx(cost + (100 - cost) / 4, abs=1e-12)


@pytest.mark.parametrize("block", range(4))
def test_first_price_bids_are_those_of_the_quadrature(block: int) -> None:
    for number in range(block * SETS // 4, (block + 1) * SETS // 4):
        spec = random_spec(number)
        (low, high), rivals = spec.cost[0], len(spec.firms) - 1
        drawn = uniform(low, high - low)
        for cost in grid(spec, 7)[:-1]:
            chances = quad(
                lambda x, n=rivals, drawn=drawn: drawn.sf(x) ** n, cost, min(spec.reserve, high), epsabs=1e-12
            )[0]
            expected = cost + chances / drawn.sf(cost) ** rivals
            assert nash_bid(spec, float(cost)) == pytest.approx(expected, rel=1e-9), spec


@pytest.mark.parametrize("block", range(4))
def test_first_price_bids_solve_the_differential_equation(block: int) -> None:
    """b' = (N - 1) f (b - c) / (1 - F), b(r) = r: the first-order condition, backwards from the reserve price."""
    for number in range(block * SETS // 4, (block + 1) * SETS // 4):
        spec = random_spec(number, binding=True)
        (low, high), rivals = spec.cost[0], len(spec.firms) - 1
        start = min(spec.reserve, high - 1e-3 * (high - low))  # At the highest cost the equation is singular.
        found = solve_ivp(
            lambda c, b, h=high, n=rivals: n * (b - c) / (h - c),
            (start, low),
            [nash_bid(spec, start)],
            rtol=1e-9,
            atol=1e-10,
            dense_output=True,
        )
        assert nash_bid(spec, spec.reserve) == spec.reserve
        costs = np.linspace(low, start, 9)
        np.testing.assert_allclose(nash_bids(spec, costs), found.sol(costs)[0], rtol=1e-6)


def test_no_deviation_from_the_first_price_bids_pays() -> None:
    """Rivals' bids are strictly rising, so a bid of b(z) wins against the costs above z; other bids do no better."""
    for number in range(SETS):
        spec = random_spec(number)
        low, high = spec.cost[0]
        types = grid(spec, 400)
        bids = nash_bids(spec, types)
        assert np.all(np.diff(bids) > 0)
        assert bids[-1] <= spec.reserve
        wins = ((high - types) / (high - low)) ** (len(spec.firms) - 1)
        costs = np.append(types[::20], np.linspace(types[-1], high, 5))
        payoff = (bids[None, :] - costs[:, None]) * wins[None, :]
        own = (nash_bids(spec, costs) - costs) * np.maximum((high - costs) / (high - low), 0) ** (len(spec.firms) - 1)
        own = np.where(costs <= spec.reserve, own, 0.0)
        assert np.all(payoff <= own[:, None] + 1e-9 * spec.reserve), spec


def test_no_deviation_from_the_cost_pays_at_the_second_price() -> None:
    for number in range(SETS):
        spec = random_spec(number, rule="second-price", equal=False)
        rng = np.random.default_rng(number)
        firms = len(spec.firms)
        cost = np.array([rng.uniform(*own) for own in spec.cost])
        tried = np.concatenate([np.linspace(0, spec.ceiling, 60), cost])
        rivals = rng.uniform(0, spec.ceiling, (20, 1, firms))
        bids = np.repeat(rivals, len(tried) + 1, axis=1)
        bids[:, 0, 0], bids[:, 1:, 0] = nash_bid(spec, float(cost[0])), tried
        earned = clear(spec, bids[..., None], cost).profit[..., 0]
        assert np.all(earned[:, 1:] <= earned[:, :1] + 1e-9)


@pytest.mark.parametrize("rule", ["first-price", "second-price"])
def test_the_mean_bid_is_the_integral_of_the_bids(rule: str) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(400)
    for number in range(SETS):
        spec = random_spec(number, rule=rule)
        low, high = spec.cost[0]
        most = min(spec.reserve, high)
        costs = low + (most - low) * (nodes + 1) / 2
        assert mean_nash_bid(spec, 0) == pytest.approx(float(weights @ nash_bids(spec, costs)) / 2, rel=1e-5)


def test_who_can_never_bid_has_no_mean_bid() -> None:
    spec = ProcurementSpec(rule="second-price", cost=((10, 20), (60, 70)), reserve=50)
    assert mean_nash_bid(spec, 0) == 15.0
    assert mean_nash_bid(spec, 1) is None


def test_bids_of_many_costs_are_those_of_each() -> None:
    for number in range(40):
        for rule in ("first-price", "second-price"):
            spec = random_spec(number, rule=rule)
            costs = np.linspace(spec.cost[0][0], spec.cost[0][1], 21)
            one_by_one = [nash_bid(spec, cost) for cost in costs.tolist()]
            np.testing.assert_allclose(nash_bids(spec, costs), one_by_one, rtol=1e-13)
