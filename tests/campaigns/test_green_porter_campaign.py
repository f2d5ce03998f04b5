"""The campaign of the trigger-price cartel: what it earns, what an institution takes, and what the page says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campaigns.played import play, tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/markets/cournot.md"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """By arm: mean price, a firm's mean profit a round before and after fines, and cases a run."""
    out = tmp_path_factory.mktemp("green-porter")
    agents, rounds = tables(play("cournot-green-porter", out), "agents", "rounds")
    agents["net"] = agents.profit - agents.fine
    arms = {}
    for arm, own in agents.groupby("arm"):
        there = rounds[rounds.arm == arm]
        arms[arm] = (there.price_mean.mean(), own.profit.mean(), own.net.mean(), there.cases.sum() / 10)
    return arms


def test_the_page_has_its_figures(found):
    lines = ["| play | institution | price | profit | profit less fines | cases a run |", "|---|---|---|---|---|---|"]
    for roster in ("nash", "trigger-price"):
        for regime in ("ungoverned", "hardened"):
            price, profit, net, cases = found[f"{regime}.{roster}"]
            shown = "none" if regime == "ungoverned" else "`cournot-antitrust-hardened`"
            lines.append(f"| `{roster}` | {shown} | {price:.2f} | {profit:.2f} | {net:.2f} | {cases:.1f} |")
    table = re.search(r"<!-- green-porter -->\n(.*?)\n<!-- /green-porter -->", PAGE.read_text("utf-8"), re.DOTALL)
    assert table is not None
    assert table.group(1).strip() == "\n".join(lines)


def test_the_cartel_pays_until_somebody_watches_more_than_the_price(found):
    assert found["ungoverned.trigger-price"][1] > 1.1 * found["ungoverned.nash"][1]
    assert found["hardened.trigger-price"][2] < found["hardened.nash"][2]
    assert found["hardened.trigger-price"][3] > 1


def test_who_competes_is_let_be_in_boom_and_slump(found):
    assert found["hardened.nash"] == found["ungoverned.nash"]
    assert found["hardened.nash"][3] == 0
