"""The campaign of audits by chance: a cartel pays more than it gains, who takes the hint asks less, Nash is let be."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.played import money_by_arm, play

ROOT = Path(__file__).resolve().parents[2]
NASH_PROFIT = 0.2229


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Profit, fines and what is left a round and firm, and the price, by arm; two seeds, learners for 60 rounds."""
    out = tmp_path_factory.mktemp("audit")
    folder = play("bertrand-audit", out, "seeds=2", "rosters.3.rounds=60", workers=1)
    return money_by_arm(folder)


def test_independent_firms_are_never_fined(found):
    assert found["institutional.nash"]["fine"] == 0.0
    assert found["institutional.nash"] == found["ungoverned.nash"]


def test_a_cartel_pays_more_than_it_gains(found):
    assert found["ungoverned.bertrand-cartel"]["net"] > 1.4 * NASH_PROFIT
    assert found["institutional.bertrand-cartel"]["net"] < NASH_PROFIT


def test_who_takes_the_hint_asks_less(found):
    free, watched = (found[f"{regime}.bertrand-gamer"] for regime in ("ungoverned", "institutional"))
    assert watched["price"] < free["price"] - 0.05
    assert watched["net"] < free["net"]


def test_learners_are_fined_for_what_they_try(found):
    assert found["institutional.q-learners"]["fine"] > 0.0
    assert found["ungoverned.q-learners"]["fine"] == 0.0
