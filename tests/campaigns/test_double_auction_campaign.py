"""The campaign of traders with and without intelligence, and what the page says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campaigns.played import play, tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/markets/double-auction.md"
SEEDS = 4
BOOK, CALL = "double-auction-continuous", "double-auction-clearing-house"
ROSTERS = tuple(f"double-auction-{name}" for name in ("zi-unconstrained", "zi-constrained", "truthful", "zip"))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """By roster and market: the mean of a day's efficiency and alpha."""
    out = tmp_path_factory.mktemp("double-auction")
    rounds, runs = tables(play("double-auction-scripted", out, f"seeds={SEEDS}"), "rounds", "runs")
    for name in ("efficiency", "alpha"):
        rounds[name] = rounds.measures.map(lambda pairs, name=name: dict(pairs)[name])
    days = rounds[rounds.efficiency.notna()].groupby("arm")[["efficiency", "alpha"]].mean()
    places = runs.drop_duplicates("arm").set_index("arm")[["roster", "market"]]
    return {tuple(places.loc[arm]): tuple(values) for arm, values in zip(days.index, days.to_numpy(), strict=True)}


def table(found) -> str:
    lines = ["| roster | market | efficiency | alpha |", "|---|---|---|---|"]
    for roster in ROSTERS:
        for market in (BOOK, CALL):
            if (roster, market) in found:
                efficiency, alpha = found[roster, market]
                lines.append(f"| `{roster}` | `{market}` | {efficiency:.3f} | {alpha:.3f} |")
    return "\n".join(lines)


def test_the_constraint_brings_what_intelligence_would(found):
    free, constrained, smart = (
        found[f"double-auction-{name}", BOOK][0] for name in ("zi-unconstrained", "zi-constrained", "zip")
    )
    assert free == pytest.approx(0.79, abs=0.01)
    assert constrained > 0.95
    assert smart > constrained - 0.01


def test_truthful_orders_lose_nothing(found):
    assert found["double-auction-truthful", BOOK][0] == pytest.approx(1.0)
    assert found["double-auction-truthful", CALL] == pytest.approx((1.0, 0.0), abs=1e-6)


def test_the_page_shows_these_figures(found):
    shown = re.search(r"<!-- campaign -->\n(.*?)\n<!-- /campaign -->", PAGE.read_text(), re.DOTALL)
    assert shown is not None
    assert shown.group(1).strip() == table(found)
