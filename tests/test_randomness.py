"""Draws depend on their name and on nothing else."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest

from agoranomos.randomness import MAX_EXACT_INTEGER, Randomness, named_generator, named_integer

NAMES = st.tuples(
    st.integers(0, 2**63),
    st.text(max_size=8).filter(lambda s: "\0" not in s),
    st.integers(0, 10**6),
    st.sampled_from("ab"),
)


@given(NAMES, NAMES)
def test_equal_names_give_equal_draws_and_other_names_others(
    one: tuple[int, str, int, str], other: tuple[int, str, int, str]
) -> None:
    assert named_integer(*one) == named_integer(*one)
    assert (named_integer(*one) == named_integer(*other)) == (one == other)


@given(NAMES)
def test_integers_are_exact_in_json(name: tuple[int, str, int, str]) -> None:
    assert 0 <= named_integer(*name) <= MAX_EXACT_INTEGER == 2**53 - 1


def test_the_draws_are_these_for_ever() -> None:
    # Records of earlier versions are replayed with these draws: a change here breaks every one of them.
    assert named_integer(7, "report", 3, "a") == 5975648556972581
    assert named_generator(7, "noise", 3, "a").integers(0, 1000, 4).tolist() == [8, 158, 199, 792]


def test_the_name_parts_are_kept_apart() -> None:
    assert named_integer(1, "a", 11) != named_integer(1, "a1", 1)
    assert named_integer(11, "a") != named_integer(1, "1a")


def test_the_draws_of_neighbouring_names_are_uniform_and_independent() -> None:
    draws = np.array([named_integer(seed, "report", 1, "a") for seed in range(4000)]) / 2**53
    assert kstest(draws, "uniform").pvalue > 1e-3
    cells, _, _ = np.histogram2d(draws[:-1], draws[1:], bins=5, range=[[0, 1], [0, 1]])
    assert chisquare(cells.ravel()).pvalue > 1e-3


def test_a_rounds_randomness_is_bound_to_its_agent_and_round() -> None:
    draws = Randomness(5, 2, "a")
    assert draws.integer("report") == named_integer(5, "report", 2, "a")
    first, again = draws.generator("noise"), draws.generator("noise")
    assert np.array_equal(first.random(8), again.random(8))
    assert not np.array_equal(draws.generator("noise").random(8), draws.generator("other").random(8))


def test_another_process_with_another_hash_seed_draws_the_same() -> None:
    script = (
        "from agoranomos.randomness import *; print(named_integer(9, 'x', 1, 'b'), named_generator(9, 'x').random())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    printed = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert printed.stdout.split() == [str(named_integer(9, "x", 1, "b")), str(named_generator(9, "x").random())]
