"""A campaign leaves Python's collector as it found it."""

import gc
from collections.abc import Iterator

import pytest

from agoranomos.campaigns.collecting import ALLOCATIONS, seldom_collected


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Whatever a test sets."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_cycles_are_looked_for_less_often_and_then_as_before() -> None:
    gc.set_threshold(700, 10, 10)
    with seldom_collected():
        assert gc.get_threshold() == (ALLOCATIONS, 10, 10)
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("first", [0, ALLOCATIONS, 10 * ALLOCATIONS])
def test_a_collector_that_is_off_or_as_seldom_is_left_alone(first: int) -> None:
    gc.set_threshold(first, 3, 4)
    with seldom_collected():
        assert gc.get_threshold() == (first, 3, 4)
    assert gc.get_threshold() == (first, 3, 4)
