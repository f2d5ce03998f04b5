"""Outcomes of a campaign that is under way: those of its finished runs, and nobody waits for them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.viewer import outcomes_so_far
from agoranomos.viewer.campaign_page import NOT_YET, SO_FAR, STALE, summary_page
from agoranomos.viewer.outcomes_so_far import OutcomesSoFar, SoFar
from campaigns.laboratory import Lab, make_lab
from viewer.conftest import SCRIPTED, Viewer
from viewer.test_campaigns import write_status

Over = Callable[..., Viewer]
PLANNED, BEGUN = 8, 3


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Three of eight runs are finished, and the status says that somebody is at work on the others."""
    lab = make_lab(tmp_path)
    lab.run(lab.plan(SCRIPTED), limit=BEGUN)
    write_status(folder_of(lab).root, state="running")
    return lab


@pytest.fixture
def so_far(lab: Lab) -> Iterator[OutcomesSoFar]:
    made = OutcomesSoFar(workspace_of(lab))
    yield made
    made.close()


def workspace_of(lab: Lab) -> Any:
    return replace(lab.workspace, keys=lab.keys.folder)


def folder_of(lab: Lab) -> CampaignFolder:
    return lab.folder(lab.plan(SCRIPTED))


def waited_for(asked: Callable[[], Any]) -> Any:
    """What is asked for, as soon as it is there."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := asked():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come in a minute")


def has_outcomes(page: dict[str, Any]) -> bool:
    return any(arm["measures"] for arm in page["arms"])


def test_the_page_has_the_outcomes_of_what_is_finished_and_says_of_how_many(lab: Lab, over: Over) -> None:
    folder = folder_of(lab)
    viewer, address = over(lab.logs, workspace_of(lab)), f"campaigns/{folder.root.name}"
    first = viewer.json(address)
    assert first["caveats"] == [NOT_YET]
    assert not has_outcomes(first)
    page = waited_for(lambda: page if has_outcomes(page := viewer.json(address)) else None)
    assert page["caveats"] == [SO_FAR.format(finished=BEGUN, planned=PLANNED)]
    assert page["incomplete"] is True
    assert [arm["finished"] for arm in page["arms"]] == [1, 1, 1, 0]
    assert [arm["measures"].get("price", {}).get("n") for arm in page["arms"]] == [1, 1, 1, None]
    lab.tables(lab.plan(SCRIPTED))
    expected = json.loads(json.dumps(summary_page(summarise(folder.root))))
    assert [arm["measures"] for arm in page["arms"]] == [arm["measures"] for arm in expected["arms"]]
    assert page["comparisons"] == expected["comparisons"]


def test_they_stand_before_tables_that_are_older(lab: Lab, over: Over) -> None:
    plan, folder = lab.plan(SCRIPTED), folder_of(lab)
    lab.tables(plan)
    lab.run(plan, limit=6)
    write_status(folder.root, state="running")
    viewer, address = over(lab.logs, workspace_of(lab)), f"campaigns/{folder.root.name}"
    assert STALE in viewer.json(address)["caveats"]
    page = waited_for(lambda: page if STALE not in (page := viewer.json(address))["caveats"] else None)
    assert page["caveats"] == [SO_FAR.format(finished=6, planned=PLANNED)]


def test_nothing_is_written_where_the_campaign_lies(lab: Lab, so_far: OutcomesSoFar) -> None:
    folder = folder_of(lab)

    def files() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in sorted(lab.logs.rglob("*"))}

    before = files()
    found = waited_for(lambda: so_far.of(folder, BEGUN))
    assert found.page is not None
    assert files() == before
    assert so_far._place is not None
    assert list(Path(so_far._place.name).iterdir()) == []


def test_a_ledger_that_is_not_ours_gives_no_outcomes_and_says_why(lab: Lab, over: Over, tmp_path: Path) -> None:
    stranger = make_lab(tmp_path / "stranger")
    folder = folder_of(lab)
    viewer, address = over(lab.logs, workspace_of(stranger)), f"campaigns/{folder.root.name}"
    page = waited_for(lambda: page if (page := viewer.json(address))["caveats"] != [NOT_YET] else None)
    (caveat,) = page["caveats"]
    assert caveat.startswith("What the finished runs come to so far could not be worked out: ")
    assert not has_outcomes(page)


def test_what_was_known_stays_where_the_newer_cannot_be_worked_out(
    lab: Lab, so_far: OutcomesSoFar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes_so_far, "LEAST_REST_S", 0.0)
    monkeypatch.setattr(outcomes_so_far, "RESTS", 0.0)
    folder = folder_of(lab)
    first: SoFar = waited_for(lambda: so_far.of(folder, BEGUN))
    ledger = next((folder.ledger / "entries").iterdir())
    ledger.write_bytes(ledger.read_bytes().replace(b'"seed"', b'"sead"', 1))
    later = waited_for(lambda: held if (held := so_far.of(folder, BEGUN + 1)) and held.fault else None)
    assert (later.page, later.runs) == (first.page, BEGUN)
    assert later.fault == "entry 2 was changed: its bytes are not those that were signed"


def test_it_rests_between_two_of_them(lab: Lab, so_far: OutcomesSoFar) -> None:
    folder = folder_of(lab)
    first = waited_for(lambda: so_far.of(folder, BEGUN))
    assert first.due > time.monotonic() + outcomes_so_far.LEAST_REST_S / 2
    assert so_far.of(folder, BEGUN + 1) is first
    assert so_far._busy is False


def test_nothing_is_worked_out_before_a_run_is_finished(lab: Lab, so_far: OutcomesSoFar) -> None:
    assert so_far.of(folder_of(lab), 0) is None
    assert so_far._busy is False


def test_one_that_takes_too_long_is_ended_and_says_so(lab: Lab) -> None:
    hurried = OutcomesSoFar(workspace_of(lab), seconds=0.01)
    try:
        found = waited_for(lambda: hurried.of(folder_of(lab), BEGUN))
        assert found.page is None
        assert "0.01 seconds" in found.fault
    finally:
        hurried.close()
