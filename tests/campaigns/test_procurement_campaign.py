"""The campaign of tenders: whom the institution accuses, what that costs them, and what the page says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campaigns.played import play, tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/markets/procurement.md"
SEEDS = 4
ROSTERS = tuple(f"procurement-{name}" for name in ("nash", "rotation", "favourite", "cartel", "gamer"))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """By arm: mean price, a supplier's mean profit net of fines, and cases a run."""
    out = tmp_path_factory.mktemp("procurement")
    agents, rounds = tables(play("procurement-scripted", out, f"seeds={SEEDS}"), "agents", "rounds")
    agents["net"] = agents.profit - agents.fine
    net, price = agents.groupby("arm").net.mean(), rounds.groupby("arm").price_mean.mean()
    cases = rounds.groupby("arm").cases.sum() / SEEDS
    return {arm: {"price": price[arm], "net": net[arm], "cases": cases[arm]} for arm in net.index}


def table(found) -> str:
    lines = [
        "| roster | price | profit | price, watched | profit, watched | cases |",
        "|---|---|---|---|---|---|",
    ]
    for roster in ROSTERS:
        free, watched = found[f"ungoverned.{roster}"], found[f"institutional.{roster}"]
        cells = [f"{free['price']:.2f}", f"{free['net']:.2f}", f"{watched['price']:.2f}", f"{watched['net']:.2f}"]
        lines.append(f"| `{roster}` | {' | '.join(cells)} | {watched['cases']:.2f} |")
    return "\n".join(lines)


def test_who_bids_the_equilibrium_is_let_be(found):
    assert found["institutional.procurement-nash"] == found["ungoverned.procurement-nash"]
    assert found["institutional.procurement-nash"]["cases"] == 0
    assert found["institutional.procurement-nash"]["net"] == pytest.approx(2.5, abs=0.25)


@pytest.mark.parametrize("roster", ["rotation", "favourite", "cartel"])
def test_rings_pay_without_the_institution_and_not_with_it(found, roster):
    free, watched = found[f"ungoverned.procurement-{roster}"], found[f"institutional.procurement-{roster}"]
    assert free["net"] > 5.0
    assert watched["net"] < 0.0 < watched["cases"]


def test_a_ring_that_heeds_its_notices_sells_for_less(found):
    free, watched = found["ungoverned.procurement-gamer"], found["institutional.procurement-gamer"]
    assert free["price"] == 100
    assert watched["price"] < 90
    assert watched["net"] < 2.5 < free["net"]


def test_the_page_shows_these_figures(found):
    shown = re.search(r"<!-- campaign -->\n(.*?)\n<!-- /campaign -->", PAGE.read_text(), re.DOTALL)
    assert shown is not None
    assert shown.group(1).strip() == table(found)
