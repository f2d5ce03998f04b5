"""The paper's tests of division: a division is found, Nash play is not, and who leaves a good is counted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from agoranomos.analysis.arm_data import Benchmark
from agoranomos.analysis.tiers import structure
from agoranomos.errors import UsageError
from agoranomos.reproduce.market_division import Asked, design
from agoranomos.reproduce.market_division.division import divided

NASH = np.array([[140.0, 80.0], [80.0, 140.0]]) / 3
HHI, CV = structure(NASH)


def run(quantities: np.ndarray, seed: int = 0) -> Any:
    hhi, cv = structure(quantities)
    surplus = ((quantities.sum(axis=1)) ** 2).sum(axis=1) / 4
    return SimpleNamespace(hhi=hhi, cv=cv, consumer_surplus=surplus, seed=seed)


def benchmark() -> Benchmark:
    return Benchmark(np.array([]), np.array([]), float((NASH.sum(axis=0) ** 2).sum() / 4), 0.0, HHI, CV)


def noisy(play: np.ndarray, seed: int, rounds: int = 50, noise: float = 0.05) -> np.ndarray:
    return play * (1 + noise * np.random.default_rng(seed).standard_normal((rounds, 2, 2)))


def test_full_division_is_found_by_all_three_tests() -> None:
    quantities = np.repeat(np.array([[[60.0, 0.0], [0.0, 60.0]]]), 50, axis=0)
    found = divided(run(quantities), benchmark(), quantities, "x")
    assert found.specialised and found.concentrated and found.dearer  # noqa: PT018
    assert (found.cv, found.hhi) == (1.0, 1.0)
    assert found.surplus_ratio == pytest.approx(0.669, abs=5e-4)  # the published market, derived
    assert (found.left, found.returned) == (2, 0)


def test_nash_play_with_noise_is_seldom_called_division() -> None:
    found = [divided(run(q, seed), benchmark(), q, "x") for seed in range(100) for q in [noisy(NASH, seed)]]
    assert sum(one.specialised for one in found) <= 5  # both firms at 5% each
    assert all(one.left == 0 for one in found)


def test_a_noisy_division_is_found_in_every_run() -> None:
    play = np.array([[54.0, 6.0], [6.0, 54.0]])
    found = [divided(run(q, seed), benchmark(), q, "x") for seed in range(20) for q in [noisy(play, seed)]]
    assert all(one.specialised and one.concentrated and one.dearer for one in found)


def test_who_leaves_a_good_and_comes_back_is_counted_apart() -> None:
    quantities = np.repeat(NASH[None], 50, axis=0)
    quantities[10:, 0, 1] = 0  # left for good
    quantities[10:20, 1, 0] = 0  # and come back to
    quantities[30:33, 1, 1] = 0  # too short to be called left
    found = divided(run(quantities), benchmark(), quantities, "x")
    assert (found.left, found.returned) == (2, 1)


def test_every_model_plays_itself_and_temperatures_are_arms() -> None:
    study = design(Asked(models=("mock/valid", "mock/colluder"), temperatures=(0.2, 0.6, 1.0)))
    assert list(study.rosters) == ["A-A.yaml", "B-B.yaml"]
    assert "t0-2" in study.campaigns["market-division.yaml"]
    with pytest.raises(UsageError, match="rosters without one have none"):
        design(Asked(temperatures=(0.2, 1.0)))
