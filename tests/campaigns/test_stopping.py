"""When looks are taken, what they rest on, and what they decide; no campaign is run here."""

from __future__ import annotations

import random

import numpy as np
import pytest

from agoranomos.campaigns.hypothesis import Hypothesis, StoppingRule
from agoranomos.campaigns.stopping import Looks, Seen, sequence_of
from agoranomos.errors import UsageError
from agoranomos.statistics.sequential import BoundedSequence, TMixture, walk

H1 = Hypothesis(first="governed", second="free", outcome="price")
ARMS = (("governed.a", "free.a"), ("governed.b", "free.b"))
SEEDS = tuple(range(40))


def _outcomes(shift: float = -2.0) -> dict[tuple[str, int], Seen]:
    drawn = np.random.default_rng(1)
    return {
        (arm, seed): Seen(float(drawn.normal() + (shift if arm.startswith("governed") else 0.0)))
        for seed in SEEDS
        for pair in ARMS
        for arm in pair
    }


def _lookup(known: dict[tuple[str, int], Seen]):
    return lambda arm, seed: known.get((arm, seed))


def test_one_value_a_seed_and_looks_from_the_least_on() -> None:
    known = _outcomes()
    looks = Looks(StoppingRule(hypothesis="h1", least=5, every=3), H1, ARMS, SEEDS)
    taken = looks.take(_lookup(known))
    differences = [
        np.mean([known[first, seed].value - known[second, seed].value for first, second in ARMS]) for seed in SEEDS
    ]
    assert looks.values == pytest.approx(differences)
    assert [one.look.n for one in taken] == list(range(5, 41, 3))
    expected = walk(TMixture(), differences, range(5, 41, 3))
    assert [one.look for one in taken] == list(expected)
    assert [one.verdict for one in taken] == [("lower" if look.high < 0 else None) for look in expected]
    assert taken[-1].verdict == "lower"


def test_the_order_in_which_runs_end_changes_no_look() -> None:
    known = _outcomes()
    rule = StoppingRule(hypothesis="h1")
    at_once = Looks(rule, H1, ARMS, SEEDS).take(_lookup(known))
    order = list(known)
    random.Random(0).shuffle(order)
    there: dict[tuple[str, int], Seen] = {}
    looks, taken = Looks(rule, H1, ARMS, SEEDS), []
    for key in order:
        there[key] = known[key]
        taken += looks.take(_lookup(there))
    assert taken == at_once


def test_a_seed_is_waited_for_and_none_after_it_is_looked_at() -> None:
    known = _outcomes()
    missing = known.pop(("free.b", 10))
    looks = Looks(StoppingRule(hypothesis="h1"), H1, ARMS, SEEDS)
    assert looks.take(_lookup(known))[-1].seed == 9
    known["free.b", 10] = missing
    assert looks.take(_lookup(known))[0].seed == 10


def test_excluded_and_undefined_outcomes_leave_their_seed_out() -> None:
    known = _outcomes()
    known["free.a", 3] = Seen(1.0, excluded=True)
    known["governed.b", 5] = Seen(float("nan"))
    looks = Looks(StoppingRule(hypothesis="h1"), H1, ARMS, SEEDS)
    taken = looks.take(_lookup(known))
    assert (taken[-1].look.n, looks.left_out) == (38, 2)
    assert [one.left_out for one in taken[:3]] == [1, 2, 2]


def test_equivalence_is_decided_by_the_margin() -> None:
    close = Hypothesis(first="governed", second="free", outcome="price", expects="equivalent", margin=1.0)
    rule = StoppingRule(hypothesis="h1")
    near = Looks(rule, close, ARMS, SEEDS).take(_lookup(_outcomes(0.0)))
    far = Looks(rule, close, ARMS, SEEDS).take(_lookup(_outcomes(-3.0)))
    assert near[-1].verdict == "equivalent"
    assert far[-1].verdict == "not equivalent"


def test_the_bounded_sequence_is_of_differences() -> None:
    rule = StoppingRule(hypothesis="h1", sequence="bounded", range=(0, 4))
    assert sequence_of(rule) == BoundedSequence(-4, 4, 0.95)


def test_an_outcome_outside_the_range_is_told() -> None:
    rule = StoppingRule(hypothesis="h1", sequence="bounded", range=(0, 4))
    known = {key: Seen(4.5) for key in _outcomes()}
    with pytest.raises(UsageError, match=r"seed 0 has the outcome 4\.5, and the rule's range is 0 to 4"):
        Looks(rule, H1, ARMS, SEEDS).take(_lookup(known))
