"""What scripted workers are predicted to cost, by hand and against simulated rounds."""

import numpy as np
import pytest

from agoranomos.contracts.predicted import plays, predicted
from agoranomos.scenarios.hidden_action.contract import Contract
from agoranomos.scenarios.hidden_action.technology import Technology

CONTRACT = Contract(wage=3, bonus=2, inspection=0.25, fine=1)
TECHNOLOGY = Technology(liability=1)


def test_a_diligent_worker_costs_wage_bonus_and_inspections():
    found = predicted(CONTRACT, TECHNOLOGY, 1, {1: 1.0})
    assert found.cost.mean == pytest.approx(3 + 0.8 * 2 + 0.25)
    assert found.cost.deviation**2 == pytest.approx(4 * 0.8 * 0.2 + 0.25 * 0.75)
    assert (found.accepted.mean, found.accepted.deviation) == (1, 0)
    assert found.effort is not None
    assert (found.effort.mean, found.effort.deviation) == (1, 0)


def test_a_shirker_forfeits_and_is_fined_when_it_is_caught():
    found = predicted(CONTRACT, TECHNOLOGY, 1, {0: 1.0})
    assert found.cost.mean == pytest.approx(0.75 * 3 - 0.25 + 0.4 * 2 + 0.25)
    assert found.effort is not None
    assert found.effort.mean == 0


def test_who_declines_costs_nothing_and_gives_nothing():
    found = predicted(CONTRACT, TECHNOLOGY, 1, {None: 1.0})
    assert (found.accepted.mean, found.cost.mean, found.cost.deviation, found.effort) == (0, 0, 0, None)


def test_moments_are_those_of_simulated_rounds():
    rng = np.random.default_rng(5)
    choices = plays(CONTRACT, TECHNOLOGY, 1)["random"]
    assert sum(choices.values()) == pytest.approx(1)
    count = 200_000
    drawn = rng.choice([-1, 0, 1], size=count)
    success = rng.random(count) < np.array([0.4, 0.8, 0])[drawn]
    inspected = rng.random(count) < CONTRACT.inspection
    caught = inspected & (drawn == 0)
    costs = np.where(drawn < 0, 0, success * 2 + np.where(caught, -1, 3) + inspected)
    found = predicted(CONTRACT, TECHNOLOGY, 1, choices)
    assert costs.mean() == pytest.approx(found.cost.mean, abs=4 * found.cost.error(count))
    assert costs.std() == pytest.approx(found.cost.deviation, rel=0.01)
    assert found.effort is not None
    assert (found.accepted.mean, found.effort.mean) == pytest.approx((2 / 3, 0.5))


def test_the_best_reply_follows_the_contract():
    assert plays(Contract(bonus=5), TECHNOLOGY, 1)["best-reply"] == {1: 1.0}
    assert plays(Contract(bonus=4.9), TECHNOLOGY, 1)["best-reply"] == {0: 1.0}
    assert plays(Contract(), Technology(outside_option=1), 1)["best-reply"] == {None: 1.0}
