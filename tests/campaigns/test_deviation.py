"""Another plan than the one that was begun: refused, begun anew, or recorded as a deviation that keeps what was run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from agoranomos.campaigns import CampaignFolder, Plan, deviating, find_plan, refuse_another_plan
from agoranomos.campaigns.deviation import deviations, recorded_plan
from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.errors import Finding, UsageError
from agoranomos.logs import layout
from campaigns.laboratory import SCRIPTED, Lab

PLANNED = SCRIPTED + "outcome: price\nhypotheses: {h1: {first: governed, second: free, expects: lower}}\n"


def begun(lab: Lab, plan: Plan) -> CampaignFolder:
    """The folder that the campaign was begun in under this plan, whatever it follows now."""
    return CampaignFolder(lab.logs / plan.label)


def changed(lab: Lab, old: Plan, text: str, *settings: str) -> Plan:
    """The plan of another text as a deviation from what was run under `old`."""
    found, earlier = find_plan(lab.plan(text, *settings), lab.logs, lab.keys.trusted())
    assert [one.folder.root for one in earlier] == [begun(lab, old).root]
    with pytest.raises(UsageError, match="under another plan"):
        refuse_another_plan(found, earlier)
    return deviating(found, earlier)


def deviate(lab: Lab, plan: Plan, why: str = "more seeds were paid for") -> None:
    outcome = lab.run(plan, deviation=why)
    assert outcome.failures == ()
    assert outcome.finished + outcome.kept == outcome.planned


def test_more_seeds_are_a_deviation_that_keeps_every_run(lab: Lab) -> None:
    old = lab.plan(PLANNED)
    lab.run(old)
    folder = begun(lab, old)
    before = {path: path.read_bytes() for path in (folder.root / "runs").rglob("*") if path.is_file()}
    new = changed(lab, old, PLANNED, "seeds=3")
    deviate(lab, new)
    assert lab.folder(new).root == folder.root
    assert {path: path.read_bytes() for path in before} == before
    history, _ = read_ledger(folder.ledger, lab.keys.trusted())
    (told,) = deviations(folder.ledger, history)
    assert (told.opened, told.closed) == (12, 12)
    assert told.reason == "more seeds were paid for"
    assert (told.late, told.withdrawn) == (("h1",), ("h1",))  # its size was fixed, and is another after a look
    assert any(change.startswith("campaign.seeds") for change in told.changes)
    assert folder.plan_bytes() == new.json
    checked = verify_campaign(folder, lab.keys.trusted())
    assert checked.first_fault is None
    assert all(run.state == "verified" and run.registered for run in checked.runs)
    assert len(checked.runs) == 18


def test_the_same_command_again_finds_the_folder_and_repeats_nothing(lab: Lab) -> None:
    old = lab.plan(PLANNED)
    lab.run(old)
    deviate(lab, changed(lab, old, PLANNED, "seeds=3"))
    again, earlier = find_plan(lab.plan(PLANNED, "seeds=3"), lab.logs, lab.keys.trusted())
    assert earlier == ()
    outcome = lab.run(deviating(again, earlier), deviation="more seeds were paid for")
    assert (outcome.kept, outcome.finished) == (18, 0)
    history, _ = read_ledger(begun(lab, old).ledger, lab.keys.trusted())
    assert len(history.turns) == 1


def test_a_hypothesis_that_is_changed_after_runs_were_finished_is_told_to_be_late(lab: Lab) -> None:
    old = lab.plan(PLANNED)
    lab.run(old)
    text = PLANNED.replace("expects: lower}", "expects: higher}, h2: {first: told, second: free}")
    deviate(lab, changed(lab, old, text), "the sign was wrong")
    folder = begun(lab, old)
    history, _ = read_ledger(folder.ledger, lab.keys.trusted())
    (told,) = deviations(folder.ledger, history)
    assert told.late == ("h1", "h2")
    assert folder.plan_bytes() == lab.plan(text).json  # though no run was left to do


def test_the_first_plan_is_refused_after_a_deviation_and_may_be_gone_back_to(lab: Lab) -> None:
    old = lab.plan(PLANNED)
    lab.run(old)
    more = PLANNED.replace("hypotheses:", "batches: 2\nhypotheses:")
    deviate(lab, changed(lab, old, more))
    found, earlier = find_plan(lab.plan(PLANNED), lab.logs, lab.keys.trusted())
    with pytest.raises(UsageError, match="has deviated from it"):
        refuse_another_plan(found, earlier)
    deviate(lab, deviating(found, earlier), "back")
    history, _ = read_ledger(begun(lab, old).ledger, lab.keys.trusted())
    assert history.plans == (old.digest, lab.plan(more).digest, old.digest)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLANNED.replace("rounds: 12", "rounds: 13"), "is changed, and it has been run"),
        (PLANNED.replace("seeds: 2", "seeds: 1"), "seed 1 is gone"),
        (PLANNED.replace("  told: {told: antitrust-constitution}\n", ""), "is gone, and it has been run"),
        (PLANNED.replace("cournot-antitrust}", "cournot-antitrust-hardened}"), "is changed"),
    ],
)
def test_what_was_run_cannot_be_dropped_or_changed(lab: Lab, text: str, said: str) -> None:
    old = lab.plan(PLANNED)
    lab.run(old)
    with pytest.raises(UsageError, match=said):
        lab.run(changed(lab, old, text), deviation="because")
    assert begun(lab, old).plan_bytes() == old.json
    assert verify_campaign(begun(lab, old), lab.keys.trusted()).first_fault is None


def test_without_a_reason_another_plan_is_a_finding(lab: Lab) -> None:
    old = lab.plan(PLANNED)
    lab.run(old)
    with pytest.raises(Finding, match="is of another plan"):
        lab.run(changed(lab, old, PLANNED, "seeds=3"))


def test_what_is_begun_anew_says_what_was_begun_before(lab: Lab) -> None:
    old = lab.plan(PLANNED)
    lab.run(old)
    new, earlier = find_plan(lab.plan(PLANNED, "rounds=5"), lab.logs, lab.keys.trusted())
    lab.run(new, after=tuple(one.plan_sha256 for one in earlier))
    history, _ = read_ledger(lab.folder(new).ledger, lab.keys.trusted())
    assert history.planned is not None
    assert history.planned.after == (old.digest,)


def test_a_plan_with_which_nothing_was_run_is_in_nobodys_way(lab: Lab) -> None:
    lab.folder(lab.plan(PLANNED))
    found, earlier = find_plan(lab.plan(PLANNED, "seeds=3"), lab.logs, lab.keys.trusted())
    assert earlier == ()
    assert found.begun_as == ""


def test_plans_that_lie_beside_are_named_with_what_differs_and_copies_are_passed_over(lab: Lab) -> None:
    old, new = lab.plan(PLANNED), lab.plan(PLANNED, "rounds=5")
    lab.run(old)
    lab.run(new)
    third = lab.plan(PLANNED, "rounds=6")
    _, earlier = find_plan(third, lab.logs, lab.keys.trusted())
    assert {one.plan_sha256 for one in earlier} == {old.digest, new.digest}
    assert any("arms[free.nash-noisy].rounds: 12 -> 6" in one.changes for one in earlier)
    assert find_plan(third, Path("/nowhere"), lab.keys.trusted())[1] == ()
    begun(lab, old).root.rename(lab.logs / "scripted-00000000")
    (begun(lab, new).root / "ledger" / "checkpoint").write_bytes(b"damaged")
    assert find_plan(third, lab.logs, lab.keys.trusted())[1] == ()


def test_a_forged_chain_of_plans_is_found(lab: Lab, tmp_path: Path) -> None:
    old = lab.plan(PLANNED)
    lab.run(old)
    new = changed(lab, old, PLANNED, "seeds=3")
    deviate(lab, new)
    folder = lab.folder(new)
    document = json.loads(folder.plan_bytes())
    document["campaign"]["title"] = "forged"
    folder.plan_file.write_text(json.dumps(document))
    fault = verify_campaign(folder, lab.keys.trusted()).first_fault
    assert fault is not None
    assert "another plan than plan.json" in fault.message


def test_a_session_that_died_between_the_ledger_and_the_plan_is_gone_on_with(lab: Lab) -> None:
    old = lab.plan(PLANNED)
    lab.run(old)
    new = changed(lab, old, PLANNED, "batches=2")
    deviate(lab, new)
    folder = begun(lab, old)
    folder.plan_file.write_bytes(old.json)  # as it lay there when the ledger had recorded the deviation
    again, earlier = find_plan(lab.plan(PLANNED, "batches=2"), lab.logs, lab.keys.trusted())
    assert earlier == ()
    lab.run(again)
    assert folder.plan_bytes() == new.json
    assert replace(again, begun_as="").digest == new.digest


@pytest.mark.parametrize(
    "plan", [b"[]", b"{}", b'{"arms": []}', b'{"arms": [1], "seeds": []}', b'{"arms": [], "seeds": [{}]}']
)
def test_a_recorded_text_that_is_no_plan_is_a_finding(tmp_path: Path, plan: bytes) -> None:
    digest = hashlib.sha256(plan).hexdigest()
    (tmp_path / layout.blob_file(digest)).parent.mkdir(parents=True)
    (tmp_path / layout.blob_file(digest)).write_bytes(plan)
    with pytest.raises(Finding, match="is no plan"):
        recorded_plan(tmp_path, digest)
