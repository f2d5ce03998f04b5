"""What verification believes, and what it does not: resumed campaigns, owners who lie, and parts that are gone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agoranomos.campaigns import Plan
from agoranomos.campaigns.checked import CheckedRun
from agoranomos.campaigns.checked_opening import check_opening
from agoranomos.campaigns.verification import verify_campaign, verify_run
from agoranomos.institutions import ReplayMismatch
from agoranomos.institutions.entries import Closed, decode_entry, encode_entry
from agoranomos.logs import LogFault, LogReader, LogWriter, SigningKey
from campaigns.laboratory import MOCK, SCRIPTED, Died, DyingStorage, Lab

DIVIDED = SCRIPTED.replace("[nash-noisy, ladder-gamer]", "[ladder-gamer]").replace(
    "  told: {told: antitrust-constitution}\n", ""
)


def rewritten(lab: Lab, place: Path, change: Callable[[list[bytes]], list[bytes]]) -> Path:
    """The log as its owner could write it anew, with a new run key and whatever entries: everything is signed."""
    reader = LogReader(place)
    lines = change(list(reader.entries()))
    forged = place.parent / "forged"
    certifier = lab.keys.signing_key("workspace")
    key = SigningKey.generate(reader.origin)
    log = LogWriter.create(forged, reader.origin, key=key, certifier=certifier, durable="close")
    log.append(lines)
    log.close()
    return forged


@pytest.fixture
def finished(lab: Lab) -> tuple[Lab, Plan, Path]:
    made = lab.plan(DIVIDED)
    lab.run(made)
    return lab, made, lab.folder(made).run("governed", 0)


def test_a_campaign_that_was_killed_and_resumed_is_believed(lab: Lab) -> None:
    made = lab.plan(MOCK)
    with pytest.raises(Died):
        lab.run(made, DyingStorage(60, Died))
    lab.run(made)
    checked = verify_campaign(lab.folder(made), lab.trusted())
    assert checked.first_fault is None
    assert checked.abandoned > 0
    assert all(run.verified is not None for run in checked.runs)


def test_what_an_abandoned_attempt_had_signed_may_not_be_changed(lab: Lab) -> None:
    made = lab.plan(MOCK)
    with pytest.raises(Died):
        lab.run(made, DyingStorage(60, Died))
    lab.run(made)
    folder = lab.folder(made)
    place = next(
        path for path in sorted((folder.root / "abandoned").glob("*/*/*")) if any((path / "entries").glob("*"))
    )
    entries = next((place / "entries").iterdir())
    whole = entries.read_bytes()
    entries.write_bytes(whole.replace(b'"seed":', b'"sead":', 1))
    fault = verify_campaign(folder, lab.trusted()).first_fault
    assert fault is not None
    assert fault.message.startswith(f"{place.relative_to(folder.root)}: ")
    shutil.rmtree(place)
    fault = verify_campaign(folder, lab.trusted()).first_fault
    assert fault is not None
    assert "not what the ledger says was signed of the attempt" in fault.message


def test_a_signed_lie_about_a_judgement_is_found_by_judging_again(finished: tuple[Lab, Plan, Path]) -> None:
    lab, _, place = finished
    lines = list(LogReader(place).entries())
    lied = next(index for index, line in enumerate(lines) if b'"kind":"sanction"' in line)

    def halve(lines: list[bytes]) -> list[bytes]:
        return [line.replace(b'"amount_e6":', b'"amount_e6":1') if n == lied else line for n, line in enumerate(lines)]

    forged = rewritten(lab, place, halve)
    verify_run(forged, lab.trusted(), level="full")  # every byte is signed
    with pytest.raises(ReplayMismatch) as caught:
        verify_run(forged, lab.trusted())
    assert caught.value.entry == lied


def test_a_run_that_did_not_end_is_seen(finished: tuple[Lab, Plan, Path]) -> None:
    lab, _, place = finished
    forged = rewritten(lab, place, lambda lines: lines[:-1])
    replayed = verify_run(forged, lab.trusted()).replayed
    assert replayed is not None
    assert not replayed.closed


def test_a_run_that_was_written_anew_is_not_the_one_that_the_ledger_closed(finished: tuple[Lab, Plan, Path]) -> None:
    lab, made, place = finished
    forged = rewritten(lab, place, lambda lines: lines[:-1])
    shutil.rmtree(place)
    forged.rename(place)
    checked = verify_campaign(lab.folder(made), lab.trusted())
    faults = [run.fault for run in checked.runs if run.fault is not None]
    assert len(faults) == 1
    assert faults[0].message.startswith("runs/governed/0: it ends at entry ")
    assert "the ledger closed it at entry " in faults[0].message


def test_under_a_broken_ledger_runs_are_still_held_against_the_plan(finished: tuple[Lab, Plan, Path]) -> None:
    lab, made, place = finished
    folder = lab.folder(made)
    shutil.rmtree(place)
    shutil.copytree(folder.run("governed", 1), place)
    entries = next((folder.ledger / "entries").iterdir())
    entries.write_bytes(entries.read_bytes().replace(b"planned", b"plamned"))
    shutil.rmtree(folder.run("free", 1))
    checked = verify_campaign(folder, lab.trusted())
    assert checked.first_fault is checked.faults[0]
    assert checked.faults[0].message.startswith("ledger: ")
    found = {(run.arm, run.seed): run for run in checked.runs}
    assert "its seed is 1, the plan says 0" in str(found["governed", 0].fault)
    assert found["governed", 1].verified is not None
    assert (found["free", 1].fault, found["free", 1].verified) == (None, None)


def test_another_institution_in_the_plan_is_found_in_every_run_of_it(finished: tuple[Lab, Plan, Path]) -> None:
    lab, made, _ = finished
    folder = lab.folder(made)
    digest = made.arm("governed").institution_sha256
    text = folder.plan_file.read_text()
    folder.plan_file.write_text(text.replace(digest, "0" * 64))
    checked = verify_campaign(folder, lab.trusted())
    assert [fault.message for fault in checked.faults] == [
        "ledger: the ledger was signed for another plan than plan.json"
    ]
    assert not any(run.registered for run in checked.runs)  # this plan was never in the ledger
    told = {(run.arm, run.seed): str(run.fault) for run in checked.runs if run.fault is not None}
    assert set(told) == {("governed", 0), ("governed", 1)}
    assert all("its institution is not the one that the plan names" in words for words in told.values())


def test_a_reply_that_is_kept_beside_the_log_must_be_there(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agoranomos.campaigns.runner.LONGEST_REPLY", 4)
    made = lab.plan(MOCK)
    lab.run(made)
    place = lab.folder(made).run("free", 0)
    verify_run(place, lab.trusted())
    for blob in (place / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    with pytest.raises(LogFault, match=r"entry 1: blob .* is missing") as caught:
        verify_run(place, lab.trusted())
    assert (caught.value.kind, caught.value.entry) == ("damaged", 1)


def flip_last(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("name", ["checkpoint", "checkpoints/000.notes", "leaves/000000000000.sha256"])
def test_a_byte_of_the_ledger_may_not_be_changed(finished: tuple[Lab, Plan, Path], name: str) -> None:
    lab, made, _ = finished
    folder = lab.folder(made)
    flip_last(folder.ledger / name)
    assert verify_campaign(folder, lab.trusted()).first_fault is not None


def test_the_plan_that_the_ledger_keeps_must_be_there(finished: tuple[Lab, Plan, Path]) -> None:
    lab, made, _ = finished
    folder = lab.folder(made)
    shutil.rmtree(folder.ledger / "blobs")
    assert verify_campaign(folder, lab.trusted()).first_fault is not None


def test_a_ledger_that_was_cut_back_does_not_hide_a_run_that_was_changed(finished: tuple[Lab, Plan, Path]) -> None:
    """Cut to its first two notes and without its checkpoint, the ledger is that of a driver that died early."""
    lab, made, place = finished
    folder = lab.folder(made)
    journal = folder.ledger / "checkpoints/000.notes"
    notes = journal.read_bytes()
    first = 4 + int.from_bytes(notes[:4], "big")
    journal.write_bytes(notes[: first + 4 + int.from_bytes(notes[first : first + 4], "big")])
    (folder.ledger / "checkpoint").unlink()
    entries = next((place / "entries").iterdir())
    entries.chmod(0o644)
    entries.write_bytes(entries.read_bytes().replace(b"price_e6", b"pryce_e6", 1))
    checked = verify_campaign(folder, lab.trusted())
    assert checked.first_fault is not None
    changed = next(run for run in checked.runs if (run.arm, run.seed) == ("governed", 0))
    assert changed.fault is not None
    assert changed.fault.entry is not None


@pytest.mark.parametrize("damage", [{"drop": True}, {"value": "none"}])
def test_a_plan_that_names_no_institution_properly_is_damaged(
    finished: tuple[Lab, Plan, Path], damage: dict[str, object]
) -> None:
    lab, made, _ = finished
    folder = lab.folder(made)
    document = json.loads(folder.plan_file.read_bytes())
    for arm in document["arms"]:
        if "drop" in damage:
            del arm["institution"]
        else:
            arm["institution"] = damage["value"]
    folder.plan_file.write_text(json.dumps(document))
    checked = verify_campaign(folder, lab.trusted())
    assert checked.first_fault is not None
    assert all(run.fault is not None for run in checked.runs)


def planned_otherwise(lab: Lab, made: Plan, change: Callable[[dict[str, Any]], None]) -> list[str]:
    """The faults where the plan in the folder says something else of every arm, and the ledger would agree."""
    folder = lab.folder(made)
    checked = verify_campaign(folder, lab.trusted())
    assert checked.first_fault is None
    found = []
    for run in checked.runs:
        arm = next(arm for arm in json.loads(made.json)["arms"] if arm["name"] == run.arm)
        assert run.verified is not None
        check_opening(run.verified, run, arm)
        change(arm)
        with pytest.raises(LogFault) as fault:
            check_opening(run.verified, run, arm)
        found.append(fault.value.message)
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda arm: arm["market"]["specification"].update(rounds=13), "market is not the one"),
        (lambda arm: arm["market"]["specification"].update(capacity=99), "market is not the one"),
        (lambda arm: arm["roster"]["agents"][0].update(description_sha256="0" * 64), "follows another policy"),
        (lambda arm: arm["roster"]["agents"].reverse(), "agents are not those"),
        (lambda arm: arm.update(roster={}), "seats nobody"),
    ],
)
def test_a_run_of_another_market_or_roster_than_planned_is_found(
    lab: Lab, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    made = lab.plan(DIVIDED)
    lab.run(made)
    faults = planned_otherwise(lab, made, change)
    assert len(faults) == 4
    assert all(said in fault for fault in faults)


def test_a_run_that_its_owner_cut_short_is_found(finished: tuple[Lab, Plan, Path]) -> None:
    lab, made, place = finished

    def shortened(lines: list[bytes]) -> list[bytes]:
        kept = [line for line in lines if decode_entry(line).round <= 5 and decode_entry(line).kind != "closed"]
        return [*kept, encode_entry(Closed(5), 5, len(kept))]

    verified = verify_run(rewritten(lab, place, shortened), lab.trusted())
    arm = next(arm for arm in json.loads(made.json)["arms"] if arm["name"] == "governed")
    with pytest.raises(LogFault, match="closed after 5 rounds, the plan says 12"):
        check_opening(verified, CheckedRun("governed", 0), arm)
