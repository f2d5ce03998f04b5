"""Mean prices and profits: against order statistics, another quadrature, and draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from agoranomos.markets.procurement import ProcurementSpec
from agoranomos.markets.procurement.benchmarks import benchmarks
from agoranomos.markets.procurement.bidding import nash_bids
from agoranomos.markets.procurement.clear import clear
from markets.procurement.procurement_specs import random_spec

SETS = 200


@pytest.mark.parametrize("firms", [2, 3, 4, 7, 30])
@pytest.mark.parametrize("rule", ["first-price", "second-price"])
def test_the_mean_price_is_the_mean_of_the_second_lowest_cost(firms: int, rule: str) -> None:
    """Order statistics of the uniform distribution: E c_(k) = k / (N + 1); revenue equivalence of the two rules."""
    spec = ProcurementSpec(rule=rule, firms=tuple(f"s{i}" for i in range(firms)), cost=(0, 1), reserve=1, value=2)
    known = benchmarks(spec)
    assert known.nash.price == pytest.approx(2 / (firms + 1), abs=1e-13)
    assert known.nash.profit == pytest.approx([1 / (firms * (firms + 1))] * firms, abs=1e-13)
    assert known.nash.welfare == pytest.approx(2 - 1 / (firms + 1), abs=1e-13)
    assert known.monopoly.price == 1
    assert sum(known.monopoly.profit) == pytest.approx(1 - 1 / (firms + 1), abs=1e-13)
    assert known.competitive.price == pytest.approx((1 if rule == "first-price" else 2) / (firms + 1), abs=1e-13)


def second_lowest_above(spec: ProcurementSpec, x: float) -> tuple[float, float]:
    """The chances that all costs are above x, and that all but at most one are."""
    below = [min(max((x - low) / (high - low), 0.0), 1.0) for low, high in spec.cost]
    none, one = 1.0, 0.0
    for chance in below:
        none, one = none * (1 - chance), one * (1 - chance) + none * chance
    return none, none + one


def integral_above(spec: ProcurementSpec, losers: int, unsold: float, corners: list[float]) -> float:
    """int_0^r (P(all but at most `losers` costs are above x) - P(no contract)) dx, adaptively."""
    return float(
        quad(lambda x: second_lowest_above(spec, x)[losers] - unsold, 0, spec.reserve, points=corners, limit=300)[0]
    )


@pytest.mark.parametrize("block", range(4))
def test_payments_and_costs_of_unequal_suppliers_are_those_of_another_quadrature(block: int) -> None:
    """E[min(c_(2), r); c_(1) <= r] = int_0^r (P(c_(2) > x) - P(c_(1) > r)) dx, and E[c_(1); c_(1) <= r] likewise."""
    for number in range(block * SETS // 4, (block + 1) * SETS // 4):
        spec = random_spec(number, rule="second-price", equal=number % 4 == 0)
        known = benchmarks(spec)
        reserve = spec.reserve
        unsold = second_lowest_above(spec, reserve)[0]
        corners = sorted({c for own in spec.cost for c in own if c < reserve})
        payment, cost = (integral_above(spec, k, unsold, corners) for k in (1, 0))
        assert known.nash.awarded == pytest.approx(1 - unsold, abs=1e-12)
        assert known.nash.price * known.nash.awarded == pytest.approx(payment, rel=1e-7)
        assert known.competitive == known.nash
        assert sum(known.nash.profit) == pytest.approx(payment - cost, rel=1e-6, abs=1e-7)
        assert sum(known.monopoly.profit) == pytest.approx(reserve * (1 - unsold) - cost, rel=1e-6, abs=1e-7)
        assert sum(known.nash.win) == pytest.approx(1 - unsold, abs=1e-12)
        assert known.nash.consumer_surplus == pytest.approx(spec.value * (1 - unsold) - payment, rel=1e-7, abs=1e-6)


@pytest.mark.parametrize("number", range(6))
def test_tenders_that_are_drawn_bring_the_means(number: int) -> None:
    """Within 4.5 standard errors of 40,000 tenders, through the array kernel."""
    rule = ("first-price", "second-price")[number % 2]
    spec = random_spec(number + 900, rule=rule, equal=rule == "first-price")
    known = benchmarks(spec)
    low, high = np.array(spec.cost).T
    cost = low + (high - low) * np.random.default_rng(number).random((40_000, len(spec.firms)))
    nash = clear(spec, nash_bids(spec, cost)[..., None], cost)

    def agrees(values: np.ndarray, mean: float) -> bool:
        values = values[np.isfinite(values)]
        return abs(values.mean() - mean) <= 4.5 * values.std() / np.sqrt(len(values)) + 1e-9

    assert agrees(nash.price, known.nash.price)
    assert agrees(nash.welfare, known.nash.welfare)
    assert agrees(nash.consumer_surplus, known.nash.consumer_surplus)
    for i, profit in enumerate(known.nash.profit):
        assert agrees(nash.profit[:, i], profit)
        assert agrees((nash.winner == i).astype(float), known.nash.win[i])
    lowest = np.argmin(cost, axis=1)
    out = np.where(np.arange(len(spec.firms)) == lowest[:, None], spec.reserve, spec.ceiling)
    out = np.where(cost <= spec.reserve, out, spec.ceiling)
    cartel = clear(spec, out[..., None], cost)
    for i, profit in enumerate(known.monopoly.profit):
        assert agrees(cartel.profit[:, i], profit)
