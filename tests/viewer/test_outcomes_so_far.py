"""Outcomes of a campaign that is under way: those of its finished runs, and nobody waits for them."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.viewer import outcomes_so_far
from agoranomos.viewer.campaign_page import NO_TABLES, NOT_JUDGED, SO_FAR, STALE, WORKING_OUT
from agoranomos.viewer.outcomes_so_far import TOO_MANY, OutcomesSoFar, SoFar
from agoranomos.viewer.summary_page import summary_page
from campaigns.laboratory import Lab, make_lab
from viewer.conftest import SCRIPTED, Viewer
from viewer.test_campaigns import write_status

Over = Callable[..., Viewer]
PLANNED, BEGUN = 8, 3
PATIENCE_S = 300
SO_FAR_3 = SO_FAR.format(finished=BEGUN, planned=PLANNED)
HYPOTHESIS = (
    SCRIPTED
    + """
hypotheses:
  it-lowers-prices: {first: governed, second: free, expects: lower}
"""
)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made, so that none is left unseen; and nobody rests."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(outcomes_so_far, "LEAST_REST_S", 0.0)
    monkeypatch.setattr(outcomes_so_far, "RESTS", 0.0)
    return tmp_path / "tmp"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Three of eight runs are finished, and the status says that somebody is at work on the others."""
    lab = make_lab(tmp_path)
    lab.run(lab.plan(SCRIPTED), limit=BEGUN)
    write_status(folder_of(lab).root, state="running")
    return lab


@pytest.fixture
def so_far(lab: Lab) -> Iterator[OutcomesSoFar]:
    made = OutcomesSoFar(lab.logs, workspace_of(lab))
    yield made
    made.close()


def workspace_of(lab: Lab) -> Any:
    return replace(lab.workspace, keys=lab.keys.folder)


def folder_of(lab: Lab) -> CampaignFolder:
    return lab.folder(lab.plan(SCRIPTED))


def waited_for(asked: Callable[[], Any]) -> Any:
    """What is asked for, as soon as it is there."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := asked():
            return found
        time.sleep(0.02)
    raise AssertionError(f"it did not come in {PATIENCE_S} seconds")


def worked_out(so_far: OutcomesSoFar, folder: CampaignFolder, finished: int = BEGUN) -> SoFar:
    """What is held once so many runs were tried."""
    found: SoFar = waited_for(
        lambda: held if (held := so_far.of(folder, finished, under_way=True)).tried == finished else None
    )
    return found


def page_of(viewer: Viewer, folder: CampaignFolder) -> dict[str, Any]:
    """The campaign's page, when nothing more of it is worked out."""
    address = f"campaigns/{folder.root.name}"
    page: dict[str, Any] = waited_for(lambda: page if not (page := viewer.json(address))["working_out"] else None)
    return page


def has_outcomes(page: dict[str, Any]) -> bool:
    return any(arm["measures"] for arm in page["arms"])


def test_the_page_has_the_outcomes_of_what_is_finished_and_says_of_how_many(lab: Lab, over: Over) -> None:
    folder = folder_of(lab)
    viewer = over(lab.logs, workspace_of(lab))
    first = viewer.json(f"campaigns/{folder.root.name}")
    assert (first["caveats"], first["working_out"]) == ([WORKING_OUT], True)
    assert not has_outcomes(first)
    page = page_of(viewer, folder)
    assert page["caveats"] == [SO_FAR_3]
    assert page["incomplete"] is True
    assert [arm["finished"] for arm in page["arms"]] == [1, 1, 1, 0]
    assert [arm["measures"].get("price", {}).get("n") for arm in page["arms"]] == [1, 1, 1, None]
    lab.tables(lab.plan(SCRIPTED))
    expected = json.loads(json.dumps(summary_page(summarise(folder.root))))
    assert [arm["measures"] for arm in page["arms"]] == [arm["measures"] for arm in expected["arms"]]
    assert page["comparisons"] == expected["comparisons"]


def test_they_stand_before_tables_that_are_older_and_stay_until_there_are_newer_ones(lab: Lab, over: Over) -> None:
    plan, folder = lab.plan(SCRIPTED), folder_of(lab)
    lab.tables(plan)
    lab.run(plan, limit=6)
    write_status(folder.root, state="running")
    viewer = over(lab.logs, workspace_of(lab))
    first = viewer.json(f"campaigns/{folder.root.name}")
    assert first["caveats"] == [STALE]
    assert has_outcomes(first), "those of the tables, meanwhile"
    said = SO_FAR.format(finished=6, planned=PLANNED)
    assert page_of(viewer, folder)["caveats"] == [said]
    write_status(folder.root, state="interrupted")
    over_now = page_of(viewer, folder)
    assert over_now["caveats"] == [said, STALE]
    assert has_outcomes(over_now)
    lab.tables(plan)
    assert page_of(viewer, folder)["caveats"] == []


def test_they_stay_when_a_campaign_ends_before_its_tables_are_written(lab: Lab, over: Over) -> None:
    folder = folder_of(lab)
    viewer = over(lab.logs, workspace_of(lab))
    assert has_outcomes(page_of(viewer, folder))
    write_status(folder.root, state="finished")
    page = page_of(viewer, folder)
    assert page["caveats"] == [SO_FAR_3, NO_TABLES]
    assert has_outcomes(page)


def test_no_hypothesis_is_judged_half_way(tmp_path: Path, over: Over) -> None:
    lab = make_lab(tmp_path)
    plan = lab.plan(HYPOTHESIS.replace("seeds: 2", "seeds: 8"))
    lab.run(plan, limit=24)
    folder = lab.folder(plan)
    write_status(folder.root, state="running")
    (row,) = (row for row in page_of(over(lab.logs, workspace_of(lab)), folder)["comparisons"] if row["name"])
    assert (row["kind"], row["verdict"], row["p"], row["holm"]) == ("confirmatory", NOT_JUDGED, None, None)
    assert row["difference"] is not None
    lab.run(plan)
    lab.tables(plan)
    (row,) = (row for row in page_of(over(lab.logs, workspace_of(lab)), folder)["comparisons"] if row["name"])
    assert row["verdict"] not in ("", NOT_JUDGED)


def test_nothing_is_written_where_campaigns_lie_and_nothing_is_left(
    lab: Lab, so_far: OutcomesSoFar, place: Path
) -> None:
    def files() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in sorted(lab.logs.rglob("*"))}

    before = files()
    assert worked_out(so_far, folder_of(lab)).page is not None
    assert files() == before
    assert list(place.iterdir()) == []


def test_runs_that_share_files_are_worked_out_and_leave_nothing(tmp_path: Path, place: Path) -> None:
    lab = make_lab(tmp_path)
    plan = lab.plan(SCRIPTED)
    lab.run(plan, packed=True)
    so_far = OutcomesSoFar(lab.logs, workspace_of(lab))
    try:
        found = worked_out(so_far, lab.folder(plan), PLANNED)
    finally:
        so_far.close()
    assert found.page is not None
    assert sum(arm["finished"] for arm in found.page["arms"]) == PLANNED
    assert list(place.iterdir()) == []


def test_a_ledger_that_is_not_ours_gives_no_outcomes_and_says_why(lab: Lab, over: Over, tmp_path: Path) -> None:
    stranger = make_lab(tmp_path / "stranger")
    page = page_of(over(lab.logs, workspace_of(stranger)), folder_of(lab))
    why = page["caveats"][-1]
    assert why.startswith("Newer figures could not be worked out: ")
    assert "signed by no key" in why
    assert not has_outcomes(page)


@pytest.mark.parametrize("linked", ["ledger/certificate", "runs/free.nash-noisy/0", "plan.json"])
def test_a_link_that_leads_out_is_not_followed(lab: Lab, over: Over, tmp_path: Path, linked: str) -> None:
    folder = folder_of(lab)
    outside = tmp_path / "outside"
    (folder.root / linked).rename(outside)
    (folder.root / linked).symlink_to(outside)
    page = page_of(over(lab.logs, workspace_of(lab)), folder)
    assert not has_outcomes(page)
    assert linked == "plan.json" or "leads out of the folder that is shown" in page["caveats"][-1]


def test_what_was_known_stays_where_the_newer_cannot_be_worked_out_and_the_page_says_so(lab: Lab, over: Over) -> None:
    plan, folder = lab.plan(SCRIPTED), folder_of(lab)
    viewer = over(lab.logs, workspace_of(lab))
    assert page_of(viewer, folder)["caveats"] == [SO_FAR_3]
    lab.run(plan, limit=4)
    write_status(folder.root, state="running")
    ledger = next((folder.ledger / "entries").iterdir())
    ledger.write_bytes(ledger.read_bytes().replace(b'"arm":"free', b'"arm":"fred', 1))
    page = page_of(viewer, folder)
    assert page["caveats"][0] == SO_FAR_3
    assert "entry 2 was changed" in page["caveats"][1]
    assert has_outcomes(page)


def test_a_fault_of_the_program_is_said_and_tried_again(
    lab: Lab, so_far: OutcomesSoFar, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, asked = folder_of(lab), so_far._asked

    def broken(_: CampaignFolder) -> Any:
        raise KeyError("price")

    monkeypatch.setattr(so_far, "_asked", broken)
    found = worked_out(so_far, folder)
    assert (found.page, found.fault, found.wanted) == (None, "KeyError: 'price'", False)
    monkeypatch.setattr(so_far, "_asked", asked)
    assert waited_for(lambda: so_far.of(folder, BEGUN, under_way=True).page)


def test_it_rests_between_two_of_them_also_of_two_campaigns(
    lab: Lab, so_far: OutcomesSoFar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes_so_far, "LEAST_REST_S", 3600.0)
    folder = folder_of(lab)
    first = worked_out(so_far, folder)
    assert first.page is not None
    held = so_far.of(folder, BEGUN + 1, under_way=True)
    assert (held.page, held.tried, held.wanted) == (first.page, BEGUN, True)
    other = lab.plan(HYPOTHESIS)
    lab.run(other, limit=1)
    assert so_far.of(lab.folder(other), 1, under_way=True) == SoFar(wanted=True)
    assert so_far._thread is None


def test_nothing_is_begun_before_a_run_is_finished_or_after_the_campaign_is_over(
    lab: Lab, so_far: OutcomesSoFar
) -> None:
    assert so_far.of(folder_of(lab), 0, under_way=True) == SoFar()
    assert so_far.of(folder_of(lab), BEGUN, under_way=False) == SoFar()
    assert so_far._thread is None


def test_figures_of_a_campaign_that_lay_in_the_same_place_are_not_shown(lab: Lab, so_far: OutcomesSoFar) -> None:
    folder = folder_of(lab)
    assert worked_out(so_far, folder).page is not None
    assert so_far.of(folder, BEGUN - 1, under_way=False).page is None
    status = folder.plan_file.stat()
    os.utime(folder.plan_file, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert so_far.of(folder, BEGUN, under_way=False).page is None


def test_what_takes_too_long_is_given_up_for_good(lab: Lab, place: Path) -> None:
    hurried = OutcomesSoFar(lab.logs, workspace_of(lab), seconds=0.01)
    try:
        found = worked_out(hurried, folder_of(lab))
        assert (found.page, found.fault, found.wanted) == (None, TOO_MANY, False)
        assert hurried.of(folder_of(lab), BEGUN + 1, under_way=True).wanted is False
        assert hurried._thread is None
    finally:
        hurried.close()
    assert list(place.iterdir()) == []


def test_a_server_that_ends_ends_it_too_and_leaves_nothing(lab: Lab, place: Path) -> None:
    ended = OutcomesSoFar(lab.logs, workspace_of(lab))
    ended.of(folder_of(lab), BEGUN, under_way=True)
    ended.close()
    assert [one for one in threading.enumerate() if one is ended._thread] == []
    assert list(place.iterdir()) == []
    assert ended.of(folder_of(lab), BEGUN + 1, under_way=True).wanted is False
