"""Real kills of a campaign that withholds its calls and whose actors sign: the root is that of a run without a kill."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agoranomos.campaigns.verification import verify_campaign
from campaigns.laboratory import MOCK, SCRIPTED, Lab
from campaigns.test_killed import run_and_kill

OPTIONS = "privacy: committed\nsignatures: actors\n"


@pytest.mark.parametrize(("text", "workers", "after"), [(MOCK, 1, 30), (MOCK, 64, 55), (SCRIPTED, 2, 40)])
def test_a_killed_process_is_resumed_to_the_same_root(
    lab: Lab, second_lab: Lab, tmp_path: Path, text: str, workers: int, after: int
) -> None:
    text += OPTIONS
    run_and_kill(tmp_path, text, workers, after)
    shutil.copytree(lab.keys.folder, second_lab.keys.folder)
    broken, whole = lab.plan(text), second_lab.plan(text)
    assert lab.run(broken).finished > 0
    second_lab.run(whole)
    assert lab.entries(broken) == second_lab.entries(whole)
    assert lab.tables(broken) == second_lab.tables(whole)
    assert verify_campaign(lab.folder(broken), lab.trusted()).first_fault is None
    checked = verify_campaign(second_lab.folder(whole), second_lab.trusted()).runs
    assert all(run.verified is not None and run.verified.actors is not None for run in checked)
    assert all(run.verified.actors.signatures > 0 for run in checked)  # type: ignore[union-attr]
