"""Looks: when they are taken, that bounds only tighten, and what they decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import ArrayLike

from agoranomos.statistics import Interval
from agoranomos.statistics.sequential import BoundedSequence, Look, TMixture, look_sizes, walk


@dataclass
class _Given:
    """A sequence whose intervals are written down."""

    bounds: dict[int, tuple[float, float]]
    level: float = 0.95
    method: str = "given"

    def interval(self, values: ArrayLike) -> Interval:
        n = len(np.asarray(values))
        return Interval(0.0, *self.bounds[n], self.level, n, self.method)

    def log_evidence(self, values: ArrayLike, null: float = 0.0) -> float:
        return float(len(np.asarray(values)) == 2)


def test_looks_begin_with_the_least_and_go_on_in_steps() -> None:
    assert list(look_sizes(11, 4, 3)) == [4, 7, 10]
    assert list(look_sizes(3, 4, 1)) == []


def test_bounds_tighten_and_evidence_is_never_forgotten() -> None:
    looks = walk(_Given({2: (-1, 3), 3: (-2, 2), 4: (0.5, 4)}), [0.0] * 4, [2, 3, 4])
    assert [(look.low, look.high) for look in looks] == [(-1, 3), (-1, 2), (0.5, 2)]
    assert [look.p for look in looks] == pytest.approx([np.exp(-1)] * 3)


def test_looks_that_contradict_each_other_are_told() -> None:
    looks = walk(_Given({2: (0, 1), 3: (2, 3)}), [0.0] * 3, [2, 3])
    assert (looks[1].low, looks[1].high) == (0, 1)
    assert "nothing in common" in looks[1].reason


def test_what_a_look_decides() -> None:
    lower = Look(9, -0.6, -1.0, -0.2, 0.95, 0.01)
    assert lower.excludes_zero
    assert not lower.within(0.5)
    assert lower.beyond(0.1)
    assert not lower.beyond(0.3)
    assert Look(9, 0.0, -0.2, 0.3, 0.95, 1.0).within(0.31)


@pytest.mark.parametrize("sequence", [TMixture(), BoundedSequence(-10, 10)])
def test_zero_is_excluded_exactly_when_the_p_value_says_so(sequence: TMixture | BoundedSequence) -> None:
    drawn = np.clip(np.random.default_rng(6).normal(1.0, 2.0, (40, 60)), -10, 10)
    for row in drawn:
        for look in walk(sequence, row, range(2, 61, 7)):
            assert look.excludes_zero == (look.p < 0.05)


def test_a_look_beyond_the_values_is_refused() -> None:
    with pytest.raises(ValueError, match="a look at 5 of 3"):
        walk(TMixture(), [1.0, 2.0, 3.0], [5])
