"""Synthetic trajectories against the probabilities that they are drawn with."""

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.statistics.tipping import KINDS, synthetic
from agoranomos.statistics.tipping.synthetic import chances


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_moves_and_another_gives_others(kind):
    once = synthetic(kind, 1, trajectories=3)
    assert once.shape == (3, 8, 50)
    assert set(np.unique(once)) == {0.0, 1.0}
    assert (once == synthetic(kind, 1, trajectories=3)).all()
    assert (once != synthetic(kind, 2, trajectories=3)).any()


@pytest.mark.parametrize("kind", ["tipping", "drift", "none"])
def test_rates_are_the_chances(kind):
    moves = synthetic(kind, 1, trajectories=500, rounds=10)
    assert moves.mean(axis=(0, 1)) == pytest.approx(chances(kind, 10), abs=0.04)


def test_a_tip_is_in_the_round_that_is_asked_for():
    assert chances("tipping", 6, tip=3).tolist() == [0.2, 0.2, 0.6, 0.6, 0.6, 0.6]
    assert chances("tipping", 6).tolist() == [0.2] * 3 + [0.6] * 3


def test_drift_and_tipping_begin_and_end_alike():
    drifting = chances("drift", 9, low=0.1, high=0.8)
    assert drifting[[0, -1]] == pytest.approx([0.1, 0.8])
    assert (np.diff(drifting) > 0).all()


def test_unknown_kinds_name_the_nearest():
    with pytest.raises(UsageError) as error:
        synthetic("tiping", 1)
    assert "tipping" in error.value.advice
    with pytest.raises(UsageError):
        chances("constant-hazard", 5)
