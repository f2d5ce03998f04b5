"""The campaign on credence goods: what liability and verifiability change, and what the page says of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from campaigns.played import play, tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/markets/credence-goods.md"
SEEDS = 5
ROSTERS = tuple(f"credence-goods-{name}" for name in ("honest", "undertreaters", "mixed", "trial"))
REGIMES = ("ungoverned", "liability", "verifiability")
RATES = ("undertreatment", "overtreatment", "overcharging")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """By arm: rates among those who could be wronged, efficiency, an expert's profit and fines a round, cases a run."""
    out = tmp_path_factory.mktemp("credence")
    agents, rounds = tables(play("credence-goods-scripted", out, f"seeds={SEEDS}"), "agents", "rounds")
    arms = {}
    for arm, own in agents.groupby("arm"):
        measures = [dict(one) for one in own.measures]
        customers = np.array([one["customers"] for one in measures])
        arms[arm] = {rate: _rate(measures, rate) for rate in RATES}
        of_run = rounds[rounds.arm == arm]
        arms[arm] |= {
            "efficiency": float(np.mean([dict(one)["efficiency"] for one in of_run.measures])),
            "trade": float(customers.sum() / len(of_run) / 4),
            "profit": float(own.profit.mean()),
            "fines": float(own.fine.mean()),
            "cases": float(of_run.cases.sum()) / SEEDS,
        }
    return arms


def _rate(measures, name):
    """The mean over the rounds and experts in which somebody could be wronged."""
    return float(np.nanmean([np.nan if one.get(name) is None else one[name] for one in measures]))


def table(found):
    """The table of the page."""
    lines = [
        "| roster | institution | undertreated | overtreated | overcharged | efficiency | profit | fines | cases |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for roster in ROSTERS:
        for regime in REGIMES:
            arm = found[f"{regime}.{roster}"]
            cells = [f"{arm[rate]:.1%}" for rate in RATES]
            cells += [f"{arm[key]:.2f}" for key in ("efficiency", "profit", "fines")]
            said = "none" if regime == "ungoverned" else regime
            lines.append(f"| `{roster}` | {said} | {' | '.join(cells)} | {arm['cases']:.1f} |")
    return "\n".join(lines)


def test_honest_experts_are_let_be(found):
    for regime in REGIMES:
        arm = found[f"{regime}.credence-goods-honest"]
        assert [arm[rate] for rate in RATES] == [0, 0, 0]
        assert (arm["efficiency"], arm["cases"], arm["fines"]) == (pytest.approx(1), 0, 0)


def test_liability_removes_undertreatment_where_experts_find_out_what_pays(found):
    before, after = found["ungoverned.credence-goods-trial"], found["liability.credence-goods-trial"]
    assert after["undertreatment"] < 0.4 * before["undertreatment"]
    assert after["efficiency"] > before["efficiency"]
    assert after["cases"] > 0


def test_verifiability_removes_overcharging(found):
    before, after = found["ungoverned.credence-goods-trial"], found["verifiability.credence-goods-trial"]
    assert after["overcharging"] < 0.4 * before["overcharging"]


def test_who_undertreats_whatever_it_costs_pays_for_it(found):
    before, after = (found[f"{regime}.credence-goods-undertreaters"] for regime in ("ungoverned", "liability"))
    assert before["undertreatment"] == after["undertreatment"] == 1
    assert after["fines"] > after["profit"]


def test_the_page_says_what_the_campaign_finds(found):
    written = re.search(r"<!-- campaign -->\n(.*?)\n?<!-- /campaign -->", PAGE.read_text(), re.DOTALL)
    assert written is not None
    assert written.group(1).strip() == table(found)
