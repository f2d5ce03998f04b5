"""Accounts: transfers cancel, what bearers gain adds up to society, and only the judged seeds count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agoranomos.analysis.arms import ArmSummary, summarise_arm
from agoranomos.analysis.costs import Line, accounts
from agoranomos.analysis.runs import Null
from agoranomos.analysis.tables import arms_from, read_tables
from agoranomos.markets.cournot.clear import clear
from analysis.synthetic import DIVISION, NASH, SPEC, Arm, Run, noisy, steady, write_campaign

ROUNDS = 20


def _arms(folder: Path) -> dict[str, ArmSummary]:
    fines = np.zeros((ROUNDS, 2))
    fines[4:8] = 250.0
    governed = [
        Run(noisy(NASH, ROUNDS, seed), fines=fines * (1 + seed), acts=[(4, "firm_1", "case"), (4, "firm_1", "fine")])
        for seed in range(4)
    ]
    write_campaign(
        folder,
        [Arm("governed", governed, institution="x"), Arm("free", [Run(steady(DIVISION, ROUNDS)) for _ in range(4)])],
    )
    return {arm.name: summarise_arm(arm, Null()) for arm in arms_from(read_tables(folder))}


def _lines(arms: dict[str, ArmSummary], cost: float = 0.0, seeds: tuple[int, ...] = (0, 1, 2, 3)) -> dict[str, Line]:
    found = accounts(arms, {("governed", "free"): seeds}, None, cost, {})
    return {f"{line.item.bearer}: {line.item.name}": line for line in found}


def test_what_bearers_gain_adds_up_to_what_society_gains(tmp_path: Path) -> None:
    lines = _lines(_arms(tmp_path / "c"), cost=40.0)

    def difference(name: str) -> float:
        return lines[name].difference.point

    parts = ("consumers: consumer surplus", "firms: profit after fines", "authority: balance")
    whole = "society: surplus and profit less cost of cases"
    assert sum(map(difference, parts)) == pytest.approx(difference(whole))
    assert difference("authority: fines received") == pytest.approx(difference("firms: fines paid"))
    assert lines["authority: cost of its cases"].first == 40.0


def test_amounts_are_of_whole_runs(tmp_path: Path) -> None:
    lines = _lines(_arms(tmp_path / "c"))
    divided = clear(SPEC, DIVISION)
    assert lines["consumers: consumer surplus"].second == pytest.approx(ROUNDS * divided.consumer_surplus)
    assert lines["firms: profit before fines"].second == pytest.approx(ROUNDS * divided.profit.sum())
    assert lines["firms: fines paid"].first == pytest.approx(4 * 2 * 250 * np.mean([1, 2, 3, 4]))
    assert lines["acts: cases"].first == 1


def test_only_the_seeds_that_are_judged_by_count(tmp_path: Path) -> None:
    lines = _lines(_arms(tmp_path / "c"), seeds=(1,))
    assert lines["firms: fines paid"].first == pytest.approx(4000.0)
    assert "one value" in lines["firms: fines paid"].difference.reason


def test_clusters_are_the_units_where_the_plan_names_them(tmp_path: Path) -> None:
    arms = _arms(tmp_path / "c")
    found = accounts(arms, {("governed", "free"): (0, 1, 2, 3)}, ("a", "a", "b", "b"), 0.0, {})
    fines = next(line for line in found if line.item.name == "fines paid")
    assert (fines.difference.clusters, fines.difference.method) == (2, "t over clusters")
    assert fines.difference.point == pytest.approx(5000.0)


def test_no_pair_has_no_accounts(tmp_path: Path) -> None:
    assert accounts(_arms(tmp_path / "c"), {("governed", "free"): ()}, None, 0.0, {}) == ()
