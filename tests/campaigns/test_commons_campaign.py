"""The campaign of the commons: what survives under graduated sanctions, and what the page says of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from agoranomos.markets.commons import CommonsSpec, run_metrics
from campaigns.played import play, tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/markets/commons.md"
SEEDS = 10
ROSTERS = tuple(f"commons-{name}" for name in ("greedy", "mixed", "contagion", "sustainable"))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """By arm: part of runs that survived, mean survival time, a user's mean gain and fines, equality, cases a run."""
    out = tmp_path_factory.mktemp("commons")
    agents, rounds = tables(play("commons-scripted", out, f"seeds={SEEDS}"), "agents", "rounds")
    spec = CommonsSpec()
    arms = {}
    for arm, own in agents.groupby("arm"):
        metrics = []
        for seed, run in own.groupby("seed"):
            take = run.assign(take=[dict(m)["take"] for m in run.measures]).pivot(
                index="round", columns="seat", values="take"
            )
            of_run = rounds[(rounds.arm == arm) & (rounds.seed == seed)].sort_values("round")
            stock = [dict(m)["stock"] for m in of_run.measures]
            metrics.append(run_metrics(spec, take.to_numpy(), stock))
        arms[arm] = {
            "survived": float(np.mean([m.survival_time == 30 for m in metrics])),
            "time": float(np.mean([m.survival_time for m in metrics])),
            "gain": float(np.mean([np.mean(m.gain) for m in metrics])),
            "fines": float(own.fine.sum()) / SEEDS / 5,
            "efficiency": float(np.mean([m.efficiency for m in metrics])),
            "equality": float(np.mean([m.equality for m in metrics])),
            "over_use": float(np.mean([m.over_use for m in metrics])),
            "cases": float(rounds[rounds.arm == arm].cases.sum()) / SEEDS,
        }
    return arms


def table(found):
    """The table of the page."""
    lines = [
        "| roster | sanctions | survived | months | gain | fines | efficiency | equality | over-use | cases |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for roster in ROSTERS:
        for regime, word in (("ungoverned", "none"), ("institutional", "graduated")):
            arm = found[f"{regime}.{roster}"]
            cells = [f"{arm['survived']:.0%}", f"{arm['time']:.1f}", f"{arm['gain']:.1f}", f"{arm['fines']:.1f}"]
            cells += [f"{arm[key]:.2f}" for key in ("efficiency", "equality", "over_use")]
            lines.append(f"| `{roster}` | {word} | {' | '.join(cells)} | {arm['cases']:.1f} |")
    return "\n".join(lines)


def test_over_use_collapses_ungoverned_and_survives_governed(found):
    for roster in ROSTERS[:3]:
        before, after = found[f"ungoverned.{roster}"], found[f"institutional.{roster}"]
        assert before["survived"] == 0.0
        assert after["survived"] >= 0.9
        assert after["gain"] - after["fines"] > before["gain"]
        assert after["over_use"] < before["over_use"]


def test_the_innocent_are_let_be(found):
    free, watched = found["ungoverned.commons-sustainable"], found["institutional.commons-sustainable"]
    assert free == watched
    assert free["survived"] == 1.0
    assert watched["cases"] == 0.0


def test_the_page_says_what_the_campaign_finds(found):
    said = re.search(r"<!-- campaign -->\n(.*?)\n<!-- /campaign -->", PAGE.read_text(), re.DOTALL)
    assert said is not None
    assert said.group(1).strip() == table(found)
