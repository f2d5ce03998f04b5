"""The campaign on cheap talk, and the figures that the page about it gives."""

from __future__ import annotations

from pathlib import Path

from agoranomos.analysis.campaign import summarise
from agoranomos.cli.entry import run_command

ROOT = Path(__file__).resolve().parents[2]


def test_talk_raises_the_price_and_an_institution_lowers_it_again(tmp_path: Path) -> None:
    assert (
        run_command(["run", str(ROOT / "campaigns/cournot-talk.yaml"), "--set", "seeds=1", "--out", str(tmp_path)]) == 0
    )
    arms = {arm.arm.name: arm for arm in summarise(next(tmp_path.iterdir())).arms}
    page = (ROOT / "docs/how-to/let-agents-talk.md").read_text()
    shown = {
        "talking, ungoverned": "ungoverned.talking",
        "mute, ungoverned": "ungoverned.mute",
        "talking, `cournot-antitrust-hardened`": "hardened.talking",
        "mute, `cournot-antitrust-hardened`": "hardened.mute",
    }
    for words, name in shown.items():
        arm = arms[name]
        price, profit = arm.means["price"].point, arm.means["profit"].point / arm.nash.total_profit
        assert f"| {words} | {price:.2f} | {profit:.0%} |" in page
