"""Copies of a market under an institution: what learners live through is what happened."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.documents import Source
from agoranomos.institutions import load_institution
from agoranomos.markets.matrix.spec import MatrixSpec

pytest.importorskip("torch")

from agoranomos.learning.ppo.arena import Arena

SUSPENDS = """\
kind: institution
version: 1
name: suspends
states:
  free: {label: FREE}
  out: {label: OUT}
initial: free
signals:
  cooperative: {statistic: mean, measure: action, window: 1, at_most: 0.5}
events:
  offence: {when: cooperative, accuses: S1}
rules:
  S1: {attribute: A player, deontic: must not, aim: cooperate}
transitions:
  - {rule: S1, from: free, to: out, on: offence, suspend: true, fine: {rate: 0.1, floor: 2}, lasts: 2}
  - {rule: S1, from: out, to: free, on: expiry}
notices:
  template: "{agent}: {status}."
"""


def test_rewards_are_net_of_fines_and_a_suspended_agent_does_not_act() -> None:
    spec = MatrixSpec(rounds=6, outside=-1.0)
    arena = Arena(spec, load_institution(Source("suspends.yaml", SUSPENDS)), 2, menu=False, horizon=12)
    row, column = arena.play(5, 0, [lambda t, seen: np.zeros(2, dtype=int), lambda t, seen: np.ones(2, dtype=int)])
    # The row player cooperates: 0 against a defector less a fine of 2, then it is out for two rounds.
    assert row.acted[:6, 0].tolist() == [True, False, False, True, False, False]
    assert row.rewards[:6, 0].tolist() == [-2.0, -1.0, -1.0, -2.0, -1.0, -1.0]
    assert column.rewards[:6, 0].tolist() == [5.0, -1.0, -1.0, 5.0, -1.0, -1.0]
    assert column.acted.all()
    assert row.over[:, 0].tolist() == [False] * 5 + [True] + [False] * 5 + [True]
    # The last two features are the standing: free, or out.
    assert row.features[:4, 1, -2:].tolist() == [[1, 0], [0, 1], [0, 1], [1, 0]]
    assert row.after[:3, 1, -2:].tolist() == [[0, 1], [0, 1], [1, 0]]
    assert row.features[6, 1].tolist() == row.features[0, 1].tolist()


def test_batches_depend_on_seed_and_number_alone() -> None:
    spec = MatrixSpec(rounds=4)
    plays = [
        Arena(spec, None, 2, menu=False, horizon=8).play(5, 3, [lambda t, seen: np.full(2, t % 2)] * 2)[0]
        for _ in range(2)
    ]
    assert np.array_equal(plays[0].features, plays[1].features)
    assert plays[0].features.shape == (8, 2, plays[0].features.shape[-1])
