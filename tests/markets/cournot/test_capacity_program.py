import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.errors import MachineError
from agoranomos.markets.cournot import capacity_program
from agoranomos.markets.cournot.capacity_program import maximise


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_kkt_conditions_hold_for_any_strictly_concave_objective(seed, firms, goods):
    """With a positive definite Hessian these conditions are necessary and sufficient, and the maximiser is unique."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(firms * goods, firms * goods))
    hessian = root @ root.T + 0.1 * np.eye(firms * goods)
    gradient, capacity = rng.normal(0, 10, (firms, goods)), rng.uniform(0.1, 5, firms)
    solved = maximise(gradient, hessian, capacity)
    q, shadow = solved.quantity, solved.shadow_price
    slope = gradient - (hessian @ q.ravel()).reshape(firms, goods) - shadow[:, None]
    assert np.all(q >= 0)
    assert np.all(shadow >= 0)
    assert np.all(q.sum(axis=1) <= capacity + 1e-8)
    assert np.all(slope <= 1e-7)
    assert np.all(np.abs(slope * q) <= 1e-6)
    assert np.all(np.abs(shadow * (capacity - q.sum(axis=1))) <= 1e-6)


def test_costs_that_differ_by_little_still_decide():
    # The dearer unit costs one ten-thousandth more: all of it goes to the cheaper firm.
    gradient, hessian = np.array([[60.0], [59.9999]]), np.ones((2, 2))
    assert maximise(gradient, hessian, np.array([100.0, 100.0])).quantity.ravel() == pytest.approx([60, 0], abs=1e-9)


def test_capacity_exactly_at_the_unconstrained_plan_is_worth_nothing():
    solved = maximise(np.array([[10.0, 10.0]]), np.eye(2), np.array([20.0]))
    assert solved.quantity.ravel() == pytest.approx([10, 10], abs=1e-9)
    assert solved.shadow_price == pytest.approx([0], abs=1e-9)


def test_a_late_search_goes_by_smallest_index_and_ends_at_the_same_plan(monkeypatch):
    gradient, hessian = np.array([[3.0, 8.0, 5.0]]), np.eye(3)
    early = maximise(gradient, hessian, np.array([9.0]))
    monkeypatch.setattr(capacity_program, "PATIENCE", 0)
    late = maximise(gradient, hessian, np.array([9.0]))
    assert late.quantity == pytest.approx(early.quantity, abs=1e-9)


def test_numbers_beyond_the_precision_are_refused_not_answered(monkeypatch):
    monkeypatch.setattr(capacity_program, "TOLERANCE", -1.0)
    with pytest.raises(MachineError, match="nine digits"):
        maximise(np.array([[1.0]]), np.array([[1.0]]), np.array([1.0]))
