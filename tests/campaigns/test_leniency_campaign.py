"""The campaign on leniency: what antitrust with and without it changes, and what the page says of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from campaigns.played import play, tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/markets/leniency-cartel.md"
SEEDS = 5
ROSTERS = tuple(f"leniency-{name}" for name in ("cartelists", "traitor", "deterred", "trial"))
REGIMES = ("ungoverned", "antitrust", "leniency")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """By arm: price, part of rounds with an agreement, each firm's profit and fines a round, cases a run."""
    out = tmp_path_factory.mktemp("leniency")
    agents, rounds = tables(play("leniency-scripted", out, f"seeds={SEEDS}"), "agents", "rounds")
    arms = {}
    for arm, own in agents.groupby("arm"):
        measures = [dict(one) for one in own.measures]
        seats = [own[own.seat == seat] for seat in sorted(own.seat.unique())]
        arms[arm] = {
            "price": float(np.mean([one["asked"] for one in measures])),
            "talks": float(np.mean([one["communicated"] for one in measures])),
            "profit": [float(seat.profit.mean()) for seat in seats],
            "fines": [float(seat.fine.mean()) for seat in seats],
            "cases": float(rounds[rounds.arm == arm].cases.sum()) / SEEDS,
        }
    return arms


def table(found):
    """The table of the page."""
    lines = [
        "| roster | institution | price | rounds agreed on | profit of each firm | fines of each firm | cases |",
        "|---|---|---|---|---|---|---|",
    ]
    for roster in ROSTERS:
        for regime in REGIMES:
            arm = found[f"{regime}.{roster}"]
            profit, fines = (", ".join(f"{value:.1f}" for value in arm[key]) for key in ("profit", "fines"))
            said = {"ungoverned": "none", "antitrust": "without leniency", "leniency": "with leniency"}[regime]
            cells = [said, f"{arm['price']:.2f}", f"{arm['talks']:.0%}", profit, fines, f"{arm['cases']:.1f}"]
            lines.append(f"| `{roster}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def test_firms_that_are_fined_or_find_out_what_pays_agree_less_often_under_antitrust(found):
    for roster in ("leniency-deterred", "leniency-trial"):
        before, after = found[f"ungoverned.{roster}"], found[f"antitrust.{roster}"]
        assert after["talks"] < before["talks"] - 0.1
        assert after["price"] < before["price"]


def test_a_loyal_cartel_pays_the_expected_fine_and_stays(found):
    for regime in ("antitrust", "leniency"):
        arm = found[f"{regime}.leniency-cartelists"]
        assert arm["price"] == found["ungoverned.leniency-cartelists"]["price"]
        assert np.mean(arm["fines"]) == pytest.approx(0.1 * 200, rel=0.3)


def test_leniency_spares_the_traitor_and_nobody_else(found):
    without, lenient = (found[f"{regime}.leniency-traitor"] for regime in ("antitrust", "leniency"))
    assert lenient["fines"][0] == without["fines"][0] > 0
    assert without["fines"][1] == without["fines"][0]
    assert lenient["fines"][1] < 0.2 * without["fines"][1]
    assert lenient["profit"] == without["profit"]


def test_the_page_says_what_the_campaign_finds(found):
    written = re.search(r"<!-- campaign -->\n(.*?)\n?<!-- /campaign -->", PAGE.read_text(), re.DOTALL)
    assert written is not None
    assert written.group(1).strip() == table(found)
