"""The campaigns of the public goods: what dues, punishment and duties do, and what the pages say of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from agoranomos.cli.entry import run_command

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "markets"
SEEDS = 5


def played(tmp_path_factory, name):
    """The tables of agents and rounds of a campaign over a few seeds."""
    out = tmp_path_factory.mktemp(name)
    campaign = str(ROOT / "campaigns" / f"{name}.yaml")
    assert run_command(["run", campaign, "--set", f"seeds={SEEDS}", "--out", str(out)]) == 0
    tables = next(out.iterdir()) / "tables"
    return tuple(pq.read_table(tables / f"{table}.parquet").to_pandas() for table in ("agents", "rounds"))


def mean_of(rounds, measure):
    """The mean over rounds of a measure of the market, where it is defined."""
    values = [dict(m).get(measure) for m in rounds.measures]
    return float(np.mean([v for v in values if v is not None]))


@pytest.fixture(scope="module")
def giving(tmp_path_factory):
    """By arm of `public-goods-scripted`: part contributed, a member's payoff and fines a period, cases a run."""
    agents, rounds = played(tmp_path_factory, "public-goods-scripted")
    found = {}
    for arm, own in agents.groupby("arm"):
        periods = 20 if arm.endswith("punishment") else 40
        found[arm] = {
            "contributed": mean_of(rounds[rounds.arm == arm], "share_contributed"),
            "payoff": float(own.profit.sum()) / SEEDS / 4 / periods,
            "fines": float(own.fine.sum()) / SEEDS / 4 / periods,
            "cases": float(rounds[rounds.arm == arm].cases.sum()) / SEEDS,
        }
    return found


@pytest.fixture(scope="module")
def tipping(tmp_path_factory):
    """By arm of `threshold-public-goods-scripted`: part of contributors and of successes, payoff and fines a round."""
    agents, rounds = played(tmp_path_factory, "threshold-public-goods-scripted")
    return {
        arm: {
            "contributed": mean_of(rounds[rounds.arm == arm], "share_contributed"),
            "success": mean_of(rounds[rounds.arm == arm], "success"),
            "payoff": float(own.profit.mean()),
            "fines": float(own.fine.mean()),
        }
        for arm, own in agents.groupby("arm")
    }


def giving_table(found):
    lines = [
        "| roster | punishment | dues | contributed | payoff | fines | cases |",
        "|---|---|---|---|---|---|---|",
    ]
    for roster in ("free-rider", "punishers", "cooperators"):
        for market, points in (("public-goods", "no"), ("public-goods-punishment", "yes")):
            for regime, dues in (("ungoverned", "no"), ("institutional", "yes")):
                arm = found[f"{regime}.public-goods-{roster}.{market}"]
                cells = [f"{arm[key]:.2f}" for key in ("contributed", "payoff", "fines")]
                lines.append(
                    f"| `public-goods-{roster}` | {points} | {dues} | {' | '.join(cells)} | {arm['cases']:.1f} |"
                )
    return "\n".join(lines)


def tipping_table(found):
    lines = ["| roster | duty | contributed | success | payoff | fines |", "|---|---|---|---|---|---|"]
    for roster in ("belief", "reinforcement", "regret"):
        for regime, duty in (("ungoverned", "no"), ("institutional", "yes")):
            arm = found[f"{regime}.threshold-public-goods-{roster}"]
            cells = " | ".join(f"{arm[key]:.3f}" for key in ("contributed", "success", "payoff", "fines"))
            lines.append(f"| `threshold-public-goods-{roster}` | {duty} | {cells} |")
    return "\n".join(lines)


def marked(page):
    found = re.search(r"<!-- campaign -->\n(.*?)\n<!-- /campaign -->", (PAGES / page).read_text(), re.DOTALL)
    assert found is not None
    return found.group(1).strip()


def test_dues_stop_the_decay_of_giving(giving):
    free = giving["ungoverned.public-goods-free-rider.public-goods"]
    paid = giving["institutional.public-goods-free-rider.public-goods"]
    assert free["contributed"] < 0.1
    assert paid["contributed"] > 0.5
    assert paid["payoff"] - paid["fines"] > free["payoff"]


def test_punishment_among_members_makes_free_riders_give(giving):
    free = giving["ungoverned.public-goods-punishers.public-goods"]
    punished = giving["ungoverned.public-goods-punishers.public-goods-punishment"]
    assert free["contributed"] < 0.55
    assert punished["contributed"] > 0.8


@pytest.mark.parametrize("market", ["public-goods", "public-goods-punishment"])
def test_cooperators_are_let_be(giving, market):
    free = giving[f"ungoverned.public-goods-cooperators.{market}"]
    assert giving[f"institutional.public-goods-cooperators.{market}"] == free
    assert free["cases"] == 0


@pytest.mark.parametrize("roster", ["belief", "reinforcement"])
def test_a_duty_tips_the_group(tipping, roster):
    free = tipping[f"ungoverned.threshold-public-goods-{roster}"]
    bound = tipping[f"institutional.threshold-public-goods-{roster}"]
    assert free["contributed"] < 0.4
    assert bound["contributed"] > 0.6
    assert bound["success"] > free["success"] + 0.4


def test_who_begins_above_the_tipping_point_needs_no_duty(tipping):
    free = tipping["ungoverned.threshold-public-goods-regret"]
    assert free["success"] == 1.0
    assert tipping["institutional.threshold-public-goods-regret"] == free


def test_the_pages_show_these_figures(giving, tipping):
    assert marked("public-goods.md") == giving_table(giving)
    assert marked("threshold-public-goods.md") == tipping_table(tipping)
