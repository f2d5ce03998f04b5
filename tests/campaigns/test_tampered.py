"""T5: runs that are deleted, given up, repeated, or planned after they were made: the ledger lists each."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from agoranomos.campaigns import CampaignFolder, Plan
from agoranomos.campaigns.attack.campaign_twin import CampaignTwin, make_campaign_twin
from agoranomos.campaigns.ledger_entries import Planned, RunAbandoned, RunClosed, RunOpened
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.campaigns.verified_ledger import verify_ledger
from agoranomos.campaigns.verified_run import NO_ACTOR_SIGNED
from agoranomos.logs import LogFault
from campaigns.laboratory import SCRIPTED, Lab


@pytest.fixture
def ran(lab: Lab) -> tuple[Lab, Plan]:
    made = lab.plan(SCRIPTED)
    lab.run(made)
    return lab, made


@pytest.fixture
def twin(ran: tuple[Lab, Plan], tmp_path: Path) -> CampaignTwin:
    lab, made = ran
    return make_campaign_twin(lab.folder(made), tmp_path / "scratch", Random(1))


def verified(twin: CampaignTwin, root: Path) -> Any:
    return verify_campaign(CampaignFolder(root), (twin.keys.workspace.verifier,))


def test_each_run_that_is_deleted_is_named(ran: tuple[Lab, Plan]) -> None:
    lab, made = ran
    folder = lab.folder(made)
    for run in made.runs():
        place = folder.run(*run.key)
        place.rename(folder.root / "away")
        fault = verify_campaign(folder, lab.trusted(), level="full").first_fault
        assert isinstance(fault, LogFault)
        assert (fault.kind, f"runs/{run.arm.name}/{run.seed}" in fault.message) == ("damaged", True)
        (folder.root / "away").rename(place)
    assert verify_campaign(folder, lab.trusted(), level="full").first_fault is None


def test_every_attempt_is_listed_with_its_reason(twin: CampaignTwin) -> None:
    first = twin.runs[0]
    told = list(twin.ledger)
    base = first.key.name.rpartition("/")[0]
    at = next(i for i, body in enumerate(told) if isinstance(body, RunAbandoned))
    more = [
        RunOpened(first.arm, first.seed, 2, f"{base}/2", 1_700_000_000),
        RunAbandoned(first.arm, first.seed, 2, "not liked either", None, None, 1_700_000_000),
    ]
    told[at + 1 :] = [*more, *(_third(body) if _of(body, first) else body for body in told[at + 1 :])]
    root = twin.copy()
    twin.lay_ledger(root, told)
    found = verified(twin, root)
    # The log that is shown says in its origin that it is the second attempt: it cannot pass for the third.
    assert [(one.attempt, one.status, one.reason) for one in found.attempts] == [
        (1, "abandoned", "its outcome was not liked"),
        (2, "abandoned", "not liked either"),
    ]


def _of(body: object, run: object) -> bool:
    return (getattr(body, "arm", ""), getattr(body, "seed", None)) == (run.arm, run.seed)


def _third(body: RunOpened | RunClosed) -> RunOpened | RunClosed:
    return msgspec.structs.replace(body, attempt=3)


def test_a_plan_that_comes_after_a_run_is_refused(twin: CampaignTwin) -> None:
    root = twin.copy()
    planned = [body for body in twin.ledger if isinstance(body, Planned)]
    twin.lay_ledger(root, [*(body for body in twin.ledger if not isinstance(body, Planned)), *planned])
    fault = verified(twin, root).first_fault
    assert fault is not None
    assert "a ledger begins with the plan" in fault.message


def test_an_attempt_out_of_turn_is_refused(twin: CampaignTwin) -> None:
    """The first attempt is struck out, and the second left as the second: the gap shows."""
    root = twin.copy()
    first = twin.runs[0]
    struck = [body for body in twin.ledger if not (_of(body, first) and getattr(body, "attempt", 0) == 1)]
    twin.lay_ledger(root, struck)
    fault = verified(twin, root).first_fault
    assert fault is not None
    assert "out of turn" in fault.message


def test_a_run_of_the_twin_that_is_not_in_the_plan_is_not_believed(twin: CampaignTwin) -> None:
    root = twin.copy()
    run = twin.runs[-1]
    place = CampaignFolder(root).run(run.arm, run.seed)
    shutil.copytree(place, place.parent / "77")
    fault = verified(twin, root).first_fault
    assert fault is not None
    assert "the ledger knows no such run" in fault.message


def test_a_run_that_only_the_ledger_knows_is_told_of(twin: CampaignTwin) -> None:
    """The plan names every run that there may be: one more in the ledger was tried, and is shown to nobody."""
    root = twin.copy()
    closed = next(body for body in twin.ledger if isinstance(body, RunClosed) and _of(body, twin.runs[-1]))
    origin = twin.runs[-1].key.name.rpartition("/")[0].rpartition("/")[0] + "/77/1"
    hidden = [
        RunOpened(closed.arm, 77, 1, origin, closed.claimed_unix_s),
        msgspec.structs.replace(closed, seed=77, head=msgspec.structs.replace(closed.head, origin=origin)),
    ]
    at = twin.ledger.index(closed) + 1
    twin.lay_ledger(root, [*twin.ledger[:at], *hidden, *twin.ledger[at:]])
    fault = verified(twin, root).first_fault
    assert fault is not None
    assert fault.message == f"the ledger tells of a run {closed.arm}/77, which the plan does not name"


def test_a_folder_in_place_of_a_file_of_one_run_does_not_hide_the_others(twin: CampaignTwin) -> None:
    root = twin.copy()
    before = {(run.arm, run.seed): run.state for run in verified(twin, root).runs}
    first = (twin.runs[0].arm, twin.runs[0].seed)
    place = CampaignFolder(root).run(*first)
    (place / "log.vkey").unlink()
    (place / "log.vkey").mkdir()
    found = verified(twin, root)
    assert list(before.values()).count("verified") > 1
    assert {(run.arm, run.seed): run.state for run in found.runs} == {**before, first: "faulty"}
    assert getattr(found.first_fault, "kind", "") == "damaged"
    # No actor signs these runs, which is not excluded of the others either.
    assert NO_ACTOR_SIGNED in found.not_excluded


def test_a_run_that_begins_while_the_campaign_is_verified_is_no_stranger(
    twin: CampaignTwin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver is at work: its ledger was read, and then it opened one more run."""
    root = twin.copy()
    run = twin.runs[-1]
    place = CampaignFolder(root).run(run.arm, run.seed)

    def read_and_go_on(*given: Any, **options: Any) -> Any:
        found = verify_ledger(*given, **options)
        shutil.copytree(place, place.parent / "77")
        return found

    monkeypatch.setattr("agoranomos.campaigns.verification.verify_ledger", read_and_go_on)
    assert verified(twin, root).first_fault is None
    monkeypatch.undo()
    assert "runs/" in verified(twin, root).first_fault.message
