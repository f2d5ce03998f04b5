"""Draws for many purposes from one recorded integer."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.institutions.draws import NORMAL_BITS, mix, normal, round_draws, run_draw, salt, uniform

MANY = round_draws(7, 1, [f"agent {k}" for k in range(40_000)])


def test_the_mixing_step_is_splitmix64s() -> None:
    # The first outputs of SplitMix64 from state 0: its state grows by the increment, its finaliser is `mix`.
    assert [mix(0), mix(0x9E3779B97F4A7C15)] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4]


def test_uniforms_of_a_purpose_are_uniform_and_those_of_two_are_unrelated() -> None:
    one, two = ([uniform(draw, salt(name)) / 2**53 for draw in MANY] for name in ("audit a", "audit b"))
    counts, _ = np.histogram(one, bins=20, range=(0, 1))
    assert np.abs(counts / len(one) - 0.05).max() < 0.005
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.02


def test_normals_have_mean_nothing_and_deviation_one() -> None:
    found = np.array([normal(draw, salt("error hhi")) for draw in MANY]) / 2**NORMAL_BITS
    assert abs(found.mean()) < 0.02
    assert abs(found.std() - 1) < 0.02
    assert np.abs(found).max() <= 6
    assert abs(np.mean(np.abs(found) < 1) - 0.6827) < 0.01


@given(st.integers(0, 2**53 - 1), st.text(min_size=1), st.text(min_size=1))
def test_a_purpose_changes_no_other(draw: int, one: str, two: str) -> None:
    assert (salt(one) == salt(two)) == (one == two)
    assert (uniform(draw, salt(one)) == uniform(draw, salt(two))) == (one == two)


def test_draws_come_from_seed_round_and_agent() -> None:
    assert round_draws(1, 2, ["a", "b"])[1] == round_draws(1, 2, ["b"])[0]
    assert len({*round_draws(1, 2, "ab"), *round_draws(1, 3, "ab"), *round_draws(2, 2, "ab"), run_draw(1)}) == 7
