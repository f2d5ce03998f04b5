"""Best responders turn from collusion to Nash where the closed form says that they should."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.deterrence.incentives import critical_detection, stakes
from agoranomos.deterrence.population import CONDUCTS, World, conducted, net_profits, settle, turning_point, worth
from agoranomos.documents import Source
from agoranomos.institutions import bind, load_institution
from agoranomos.markets import build_market
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.spec import CournotSpec, cournot_spec

FINES = """\
kind: institution
version: 1
name: fines
states: {free: {label: FREE}}
initial: free
audits: {look: {probability: PROBABILITY, of: market}}
signals: {high: {statistic: mean, measure: price_elevation, window: 1, at_least: 0.9, goods: mean}}
events: {found: {when: look && high, accuses: R}}
transitions: [{rule: R, from: free, to: free, on: found, fine: {rate: 0, floor: FLOOR}}]
"""


def fined(spec: CournotSpec, probability: float, fine: float):
    text = FINES.replace("PROBABILITY", f"{probability:.6f}").replace("FLOOR", f"{fine:.6f}")
    return bind(load_institution(Source("fines.yaml", text)), build_market(spec).facts)


def world(spec: CournotSpec, discount: float, **options: int) -> World:
    return World(spec, np.asarray(benchmarks(spec).monopoly.quantity), discount, **options)


@pytest.mark.parametrize(
    ("spec", "discount", "fine"),
    [
        (cournot_spec(), 0.8, 1000.0),
        (cournot_spec(), 0.6, 600.0),
        (cournot_spec(marginal_cost=((40.0,), (40.0,), (40.0,)), capacity=200.0), 0.9, 500.0),
    ],
    ids=["the papers' duopoly", "less patient", "three firms"],
)
def test_the_population_turns_within_one_step_of_the_predicted_probability(spec, discount, fine):
    settled = world(spec, discount, horizon=60 if discount < 0.85 else 120)
    predicted = max(
        critical_detection(stakes(spec, settled.plan, firm), fine, discount) for firm in range(len(spec.firms))
    )
    step = 0.05
    grid = [step * k for k in range(1, 20)]
    assert grid[0] < predicted < grid[-1]
    where, colluding = turning_point(settled, lambda p: fined(spec, p, fine), grid)
    assert where is not None
    assert abs(where - predicted) <= step
    assert list(colluding) == sorted(colluding, reverse=True), "it turns once"


def test_with_a_fine_too_small_it_colludes_for_ever():
    spec = cournot_spec()
    where, colluding = turning_point(world(spec, 0.9, runs=100), lambda p: fined(spec, p, 50.0), [0.2, 0.5, 0.9])
    assert where is None
    assert all(colluding)


def test_where_nobody_is_patient_the_plan_ends_without_a_fine_and_nash_stays():
    spec = cournot_spec()
    generations = settle(world(spec, 0.2, runs=5), fined(spec, 0.5, 1.0))
    assert generations[0] == ("keep", "keep")
    assert generations[1] == ("leave", "leave")
    assert generations[-1] == ("compete", "compete")


def test_ties_go_to_what_was_done():
    spec = cournot_spec()
    # At the critical discount factor of the papers' duopoly keeping and leaving are worth the same; the horizon is
    # long enough for what is left out to vanish.
    generations = settle(world(spec, 0.36, horizon=60, runs=1), fined(spec, 0.000001, 0.000001))
    assert generations[-1] == ("keep", "keep")


def test_what_is_worth_is_what_is_earned():
    spec = cournot_spec()
    own = world(spec, 0.5, horizon=40, runs=3)
    none = fined(spec, 0.000001, 1.0)
    assert worth(own, none, ("keep", "keep")) == pytest.approx([3600, 3600], rel=1e-9)
    assert worth(own, none, ("leave", "keep"))[0] == pytest.approx(
        2000 + 13000 / 9, abs=1e-3
    )  # quantities are counted in millionths
    assert conducted(own, ("leave", "keep"))[0].tolist() == [[60, 20], [0, 60]]
    assert set(CONDUCTS) == {"keep", "leave", "compete"}


def test_fines_fall_as_often_as_audits_take_place():
    spec = cournot_spec()
    own = world(spec, 0.5, horizon=50, runs=200)
    net = net_profits(own, fined(spec, 0.3, 100.0), conducted(own, ("keep", "keep")))
    assert np.mean(net < 1799) == pytest.approx(0.3, abs=0.01)
    assert np.array_equal(net[..., 0] < 1799, net[..., 1] < 1799)
