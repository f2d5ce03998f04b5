"""What reports say of markets without prices, without a Nash benchmark, in stages, or with costs that are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.analysis.campaign import CampaignSummary, summarise
from agoranomos.analysis.figures import PANEL_TITLE, draw_prices
from agoranomos.analysis.words import answer
from agoranomos.cli.entry import run_command

ROOT = Path(__file__).resolve().parents[2]


def summary_of(folder: Path, campaign: str, *settings: str) -> CampaignSummary:
    sets = [part for setting in settings for part in ("--set", setting)]
    assert run_command(["run", str(ROOT / f"campaigns/{campaign}.yaml"), *sets, "--out", str(folder)]) == 0
    return summarise(next(folder.iterdir()))


@pytest.fixture(scope="module")
def public_goods(tmp_path_factory: pytest.TempPathFactory) -> CampaignSummary:
    return summary_of(tmp_path_factory.mktemp("goods"), "public-goods-scripted", "seeds=1", "rounds=10")


@pytest.fixture(scope="module")
def double_auction(tmp_path_factory: pytest.TempPathFactory) -> CampaignSummary:
    return summary_of(tmp_path_factory.mktemp("auction"), "double-auction-scripted", "seeds=1")


def test_stages_are_held_against_nash_play_of_as_many_stages(public_goods: CampaignSummary) -> None:
    """A punishment stage earns nothing at Nash: who contributes and is not punished is above Nash play in both."""
    arms = {arm.arm.name: arm for arm in public_goods.arms}
    alone, punishing = (arms[f"ungoverned.public-goods-cooperators.public-goods{one}"] for one in ("", "-punishment"))
    assert alone.nash.total_profit == alone.nash.welfare == pytest.approx(80.0)
    assert punishing.nash.total_profit == punishing.nash.welfare == pytest.approx(40.0)
    ratios = [arm.means["profit"].point / arm.nash.total_profit for arm in (alone, punishing)]
    assert ratios[0] > 1.3
    assert ratios[1] == pytest.approx(ratios[0], rel=0.02)
    assert "above Nash" in answer(punishing, public_goods.comparisons)


def test_what_is_not_defined_is_not_spoken_of(public_goods: CampaignSummary, double_auction: CampaignSummary) -> None:
    for summary in (public_goods, double_auction):
        for arm in summary.arms:
            said = answer(arm, summary.comparisons)
            assert "–" not in said
            assert "undefined" not in said
    said = answer(double_auction.arms[0], double_auction.comparisons)
    assert "Nash" not in said
    assert "welfare averaged" in said


def test_titles_of_panels_stay_within_their_panels(double_auction: CampaignSummary) -> None:
    drawing = draw_prices(double_auction.arms)
    assert drawing is not None
    lines = [line.split("<")[0] for line in drawing.svg.split(">") if line.startswith("double-auction")]
    assert lines
    assert max(len(line) for line in lines) <= PANEL_TITLE


DRAWN = """\
kind: campaign
version: 1
name: drawn
title: Nash play where each run draws its costs
regimes: {ungoverned: {}}
rosters: [{roster: nash, market: cournot-relabelled}]
seeds: 3
rounds: 5
"""


def test_each_run_is_held_against_the_costs_that_it_drew(tmp_path: Path) -> None:
    (tmp_path / "drawn.yaml").write_text(DRAWN)
    assert run_command(["run", str(tmp_path / "drawn.yaml"), "--out", str(tmp_path / "logs")]) == 0
    (arm,) = summarise(next((tmp_path / "logs").iterdir())).arms
    profits = [run.nash.total_profit for run in arm.arm.runs if run.nash is not None]
    assert len({round(profit, 3) for profit in profits}) == 3
    assert [result.outcomes.profit for result in arm.results] == pytest.approx(profits, rel=1e-4)
    assert [result.outcomes.surplus_ratio for result in arm.results] == pytest.approx([1.0] * 3, rel=1e-4)
    assert arm.means["profit"].point == pytest.approx(arm.nash.total_profit, rel=1e-4)


GAME = """\
kind: campaign
version: 1
name: pennies
market: matching-pennies
rosters: [random]
regimes:
  ungoverned: {}
seeds: 2
rounds: 4
"""


def test_a_market_without_goods_has_a_table_and_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pennies.yaml").write_text(GAME)
    assert run_command(["run", str(tmp_path / "pennies.yaml"), "--out", str(tmp_path / "logs")]) == 0
    assert "ungoverned" in capsys.readouterr().out
    folder = next((tmp_path / "logs").iterdir())
    assert run_command(["report", str(folder)]) == 0
    assert "agents together earned 0.00 a round" in (folder / "report/index.html").read_text()
