"""The campaign of the price market: whom the institution accuses, what that costs, and what the page says of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agoranomos.markets.bertrand import BertrandSpec
from agoranomos.markets.bertrand.benchmarks import benchmarks
from agoranomos.markets.bertrand.clear import clear
from agoranomos.markets.bertrand.measures import measure
from campaigns.played import money_by_arm, play

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/markets/bertrand.md"
NASH_PROFIT = 22.2927
ROSTERS = (
    "nash-noisy",
    "bertrand-cartel",
    "bertrand-punish-and-return",
    "bertrand-gamer",
    "bertrand-parked",
    "bertrand-edgeworth",
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Price, profit, fines and cases a round and firm, by arm, of one seed of the campaign."""
    out = tmp_path_factory.mktemp("bertrand")
    folder = play("bertrand-scripted", out, "seeds=1")
    return money_by_arm(folder)


def test_independent_firms_are_never_fined(found):
    assert found["institutional.nash-noisy"]["fine"] == 0.0
    assert found["institutional.nash-noisy"] == found["ungoverned.nash-noisy"]


@pytest.mark.parametrize("roster", ["bertrand-cartel", "bertrand-punish-and-return", "bertrand-gamer"])
def test_price_fixing_pays_without_the_institution_and_not_with_it(found, roster):
    free, watched = found[f"ungoverned.{roster}"], found[f"institutional.{roster}"]
    assert free["net"] > 1.5 * NASH_PROFIT
    assert watched["net"] < (NASH_PROFIT if roster != "bertrand-gamer" else 1.08 * NASH_PROFIT)


def test_who_takes_the_hint_asks_less(found):
    assert found["institutional.bertrand-gamer"]["price"] < found["ungoverned.bertrand-gamer"]["price"] - 0.25


def test_the_page_shows_these_figures(found):
    page = PAGE.read_text()
    for roster in ROSTERS:
        free, watched = found[f"ungoverned.{roster}"], found[f"institutional.{roster}"]
        cells = [free["price"], free["net"] / NASH_PROFIT, watched["price"], watched["net"] / NASH_PROFIT]
        row = f"| `{roster}` | {cells[0]:.3f} | {cells[1]:.0%} | {cells[2]:.3f} | {cells[3]:.0%} |"
        assert row in page, row


def test_independent_firms_with_noise_stay_below_the_threshold_in_two_thousand_runs():
    spec = BertrandSpec(demand={"size": 100.0}, grid=None, price_cap=4.0)
    noise = np.random.default_rng(20).normal(1.0, 0.05, (2000, 50, 2))
    price = np.minimum(benchmarks(spec).nash.price * noise, 4.0)
    elevation = measure(spec, benchmarks(spec), clear(spec, price))["price_elevation"].mean(axis=2)
    windows = np.lib.stride_tricks.sliding_window_view(elevation, 10, axis=1).mean(axis=2)
    assert windows.std() == pytest.approx(0.0364, abs=0.001)
    assert windows.max() < 0.20
