"""The seed test must catch what it is there to catch; PettingZoo's own one does not."""

from pathlib import Path

import pytest
from pettingzoo.test import parallel_seed_test

from conformance.market import differing_step, make

PLANTED = Path(__file__).parent / "planted"
UNSEEDED = f"{PLANTED / 'unseeded_rewards.py'}:parallel_env"


def test_rewards_that_are_unseeded_from_the_second_step_on_are_found():
    found = differing_step(UNSEEDED, seeds=(7,))
    assert "differs from step 2 on" in found


def test_pettingzoos_seed_test_lets_them_pass():
    parallel_seed_test(lambda: make(UNSEEDED, {}), num_cycles=100)


def test_the_same_environment_with_seeded_rewards_passes():
    assert differing_step(UNSEEDED, {"honest": True}, seeds=(7,)) == ""


def test_an_order_that_depends_on_hashes_is_found():
    found = differing_step(f"{PLANTED / 'hash_ordered.py'}:parallel_env", seeds=(7,))
    assert found.startswith("seed 7: process ")


def test_a_factory_that_is_not_there_fails_loudly():
    with pytest.raises(FileNotFoundError):
        make(f"{PLANTED / 'nothing.py'}:parallel_env", {})
