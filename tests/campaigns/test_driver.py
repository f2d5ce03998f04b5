from __future__ import annotations

import json
import shutil
from typing import NamedTuple

import pytest

from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.errors import Finding, MachineError, UsageError
from agoranomos.logs import DiskStorage, recorded, verify_log
from campaigns.laboratory import MOCK, SCRIPTED, CountingEngine, Died, DyingStorage, Lab, full_disk


def test_same_entries_roots_and_tables_for_one_and_for_many_workers(lab: Lab, second_lab: Lab) -> None:
    one, many = lab.plan(SCRIPTED), second_lab.plan(SCRIPTED)
    lab.run(one)
    outcome = second_lab.run(many, workers=8)
    assert outcome.finished == len(many.runs()) == 12
    assert lab.entries(one) == second_lab.entries(many)
    assert lab.tables(one) == second_lab.tables(many)


def test_an_added_arm_changes_no_other(lab: Lab) -> None:
    small, larger = lab.plan(), lab.plan(MOCK.replace("seeds:", "  told: {told: antitrust-constitution}\nseeds:"))
    lab.run(small)
    lab.run(larger)
    before, after = lab.entries(small), lab.entries(larger)
    assert small.digest != larger.digest
    assert len(after) == 6
    assert {key: after[key] for key in before} == before


def test_told_text_changes_nothing_for_agents_that_cannot_read(lab: Lab) -> None:
    made = lab.plan(SCRIPTED)
    lab.run(made)
    entries = lab.entries(made)
    for (arm, seed), run in entries.items():
        if arm.startswith("told."):
            assert run == entries[arm.replace("told.", "free."), seed]


def test_every_log_verifies_and_the_ledger_holds_every_head(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made)
    folder = lab.folder(made)
    history, previous = read_ledger(folder.ledger, lab.trusted())
    assert previous is not None
    verify_log(folder.ledger, lab.trusted(), origin=f"lab/{made.label}/ledger")
    for run in made.runs():
        closed = history.of(*run.key)[0].closed
        assert closed is not None
        verified = verify_log(
            folder.run(*run.key), lab.trusted(), origin=f"lab/{made.label}/{run.arm.name}/{run.seed}/1"
        )
        assert (closed.head.size, closed.head.root) == (verified.size, verified.root.hex())


def test_the_plan_is_a_blob_of_the_ledger(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made)
    blob = lab.folder(made).ledger / "blobs" / "sha256" / made.digest[:2] / made.digest
    assert blob.read_bytes() == made.json == lab.folder(made).plan_file.read_bytes()


def test_the_same_command_again_does_nothing(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made)
    before = read_ledger(lab.folder(made).ledger, lab.trusted())[1]
    engine = CountingEngine()
    again = lab.run(made, open_engine=lambda _: engine)
    assert (again.kept, again.finished) == (4, 0)
    assert engine.asked == []
    assert read_ledger(lab.folder(made).ledger, lab.trusted())[1] == before


def test_a_limit_takes_every_arm_first_and_the_rest_follows_later(lab: Lab) -> None:
    made = lab.plan()
    assert lab.run(made, limit=2).finished == 2
    assert set(lab.entries(made)) == {("free", 0), ("governed", 0)}
    assert [row["status"] for row in lab.tables(made)["runs"]] == ["closed", "open", "closed", "open"]
    rest = lab.run(made)
    assert (rest.kept, rest.finished) == (2, 2)


class Unbroken(NamedTuple):
    """What a run that nothing broke off ends with, and how many writes it took."""

    result: tuple[dict, dict]
    writes: int


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Unbroken:
    from campaigns.laboratory import make_lab

    lab = make_lab(tmp_path_factory.mktemp("unbroken"))
    made = lab.plan(KILLED)
    storage = DyingStorage(10**6, Died)
    lab.run(made, storage)
    return Unbroken((lab.entries(made), lab.tables(made)), 10**6 - storage.left)


KILLED = MOCK.replace("free: {}", "").replace("seeds: 2", "seeds: [7]")


@pytest.mark.parametrize("part", range(30))
def test_a_kill_at_any_write_loses_nothing_and_asks_nothing_twice(lab: Lab, unbroken: Unbroken, part: int) -> None:
    made = lab.plan(KILLED)
    after = unbroken.writes * part // 30
    first, second = CountingEngine(), CountingEngine()
    with pytest.raises(Died):
        lab.run(made, DyingStorage(after, Died), open_engine=lambda _: first)
    kept = calls_recorded(lab, made)
    outcome = lab.run(made, open_engine=lambda _: second)
    assert outcome.failures == ()
    assert kept.isdisjoint(caller for caller, _ in second.asked)
    assert (lab.entries(made), lab.tables(made)) == unbroken.result


@pytest.mark.parametrize("part", range(1, 6))
def test_two_kills_in_a_row_lose_nothing(lab: Lab, unbroken: Unbroken, part: int) -> None:
    made = lab.plan(KILLED)
    for after in (unbroken.writes * part // 6, 8):
        with pytest.raises(Died):
            lab.run(made, DyingStorage(after, Died))
    kept = calls_recorded(lab, made)
    engine = CountingEngine()
    lab.run(made, open_engine=lambda _: engine)
    assert kept.isdisjoint(caller for caller, _ in engine.asked)
    assert (lab.entries(made), lab.tables(made)) == unbroken.result


def calls_recorded(lab: Lab, made) -> set:
    """The callers of every model call that is durably recorded, in whichever attempt."""
    from agoranomos.campaigns.recorded import recording_of

    folder = lab.folder(made)
    places = [folder.run(*run.key) for run in made.runs()]
    places += [path for run in made.runs() for path in folder.abandoned(*run.key, 1).parent.glob("*")]
    found: set = set()
    for place in places:
        entries = recorded(place, lab.trusted()).entries
        found |= set(recording_of(entries, lambda digest: b"").calls)
    return found


def test_a_kill_of_a_scripted_campaign_is_resumed_with_the_same_tables(lab: Lab, second_lab: Lab) -> None:
    whole, broken = second_lab.plan(SCRIPTED), lab.plan(SCRIPTED)
    second_lab.run(whole)
    for after in (30, 60, 90, 120):
        with pytest.raises(Died):
            lab.run(broken, DyingStorage(after, Died))
    lab.run(broken)
    assert lab.entries(broken) == second_lab.entries(whole)
    assert lab.tables(broken) == second_lab.tables(whole)


def test_a_full_disk_ends_the_session_and_loses_nothing(lab: Lab, unbroken: Unbroken) -> None:
    made = lab.plan(KILLED)
    with pytest.raises(MachineError, match="No space left"):
        lab.run(made, DyingStorage(unbroken.writes * 2 // 3, full_disk))
    status = json.loads(lab.folder(made).status_file.read_bytes())
    assert status["state"] == "broken off"
    kept = calls_recorded(lab, made)
    assert kept
    engine = CountingEngine()
    lab.run(made, open_engine=lambda _: engine)
    assert kept.isdisjoint(caller for caller, _ in engine.asked)
    assert (lab.entries(made), lab.tables(made)) == unbroken.result


def test_a_run_that_fails_is_abandoned_and_the_others_go_on(lab: Lab) -> None:
    made = lab.plan()

    def storage_of(origin: str) -> DiskStorage:
        return DyingStorage(25, full_disk) if "/governed/1/" in origin else DiskStorage()

    outcome = lab.run(made, storage_of=storage_of)
    assert [(f.arm, f.seed, f.attempt) for f in outcome.failures] == [("governed", 1, 1)]
    assert outcome.finished == 3
    assert lab.folder(made).abandoned("governed", 1, 1).is_dir()
    status = json.loads(lab.folder(made).status_file.read_bytes())
    assert status["state"] == "failed"
    assert status["runs"] == {"planned": 4, "finished": 3, "failed": 1, "open": 0, "under_way": 0}
    assert "No space left" in status["failures"][0]["error"]
    rows = {(row["arm"], row["seed"]): row for row in lab.tables(made)["runs"]}
    assert rows["governed", 1]["status"] == "failed"
    assert "No space left" in rows["governed", 1]["failure"]
    again = lab.run(made)
    assert (again.kept, again.finished, again.failures) == (3, 1, ())
    assert verify_campaign(lab.folder(made), lab.trusted()).first_fault is None
    assert {row["status"] for row in lab.tables(made)["runs"]} == {"closed"}


def test_two_drivers_cannot_run_one_campaign(lab: Lab) -> None:
    made = lab.plan()
    with lab.folder(made).locked(), pytest.raises(UsageError, match="another `agora run` is at work"):
        lab.run(made)
    assert lab.run(made).finished == 4


def test_a_resume_with_other_answers_recorded_is_refused(
    lab: Lab, unbroken: Unbroken, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lab.plan(KILLED)
    with pytest.raises(Died):
        lab.run(made, DyingStorage(unbroken.writes * 2 // 3, Died))
    assert calls_recorded(lab, made)
    # A market that clears otherwise, as after a change of the code: the recorded entries do not come again.
    from agoranomos.markets.cournot.env import Cournot

    clear = Cournot.measures
    monkeypatch.setattr(Cournot, "measures", lambda self: {**clear(self), "welfare_e6": 1})
    outcome = lab.run(made)
    assert [type(failure.error) for failure in outcome.failures] == [Finding]
    assert "comes out differently from what is recorded" in outcome.failures[0].error.message
    monkeypatch.undo()
    assert lab.run(made).finished == 1


def test_a_resume_with_another_prompt_is_refused(lab: Lab, unbroken: Unbroken, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lab.plan(KILLED)
    with pytest.raises(Died):
        lab.run(made, DyingStorage(unbroken.writes * 2 // 3, Died))
    monkeypatch.setattr("agoranomos.campaigns.recorded.prompt_sha256", lambda request: "0" * 64)
    outcome = lab.run(made)
    assert "would ask something else than what is recorded" in outcome.failures[0].error.message


def test_a_finished_run_that_is_missing_is_a_finding(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made)
    place = lab.folder(made).run("free", 0)
    place.rename(place.with_name("elsewhere"))
    with pytest.raises(Finding, match="is missing, but the ledger says"):
        lab.run(made)


def test_a_finished_run_that_was_swapped_is_a_finding(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made)
    one, other = lab.folder(made).run("free", 0), lab.folder(made).run("free", 1)
    one.rename(one.with_name("aside"))
    other.rename(one)
    one.with_name("aside").rename(other)
    with pytest.raises(Finding, match="is not the log that the ledger closed"):
        lab.run(made)


def test_a_run_that_the_ledger_does_not_know_is_a_finding(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made, limit=1)
    lab.folder(made).run("governed", 1).mkdir(parents=True)
    with pytest.raises(Finding, match="the ledger does not know"):
        lab.run(made)


def test_a_ledger_that_was_put_back_is_a_finding(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made, limit=1)
    ledger = lab.folder(made).ledger
    shutil.copytree(ledger, lab.folder(made).root / "older")
    lab.run(made, limit=2)
    shutil.rmtree(ledger)
    (lab.folder(made).root / "older").rename(ledger)
    with pytest.raises(Finding, match="a run that the ledger does not know"):
        lab.run(made)


def test_every_session_and_every_recovery_is_in_the_ledger(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made, limit=1)
    with pytest.raises(Died):
        lab.run(made, DyingStorage(12, Died))
    lab.run(made)
    history, head = read_ledger(lab.folder(made).ledger, lab.trusted())
    assert head is not None
    assert head.origin == f"lab/{made.label}/ledger"
    assert (len(history.sessions), len(history.recoveries), history.ended) == (3, 1, True)
    assert history.sessions[0].size == 0
    assert len({session.host for session in history.sessions}) == 1
    assert verify_log(lab.folder(made).ledger, lab.trusted()).closed


def test_a_ledger_in_which_nothing_was_signed_begins_anew(lab: Lab, unbroken: Unbroken) -> None:
    made = lab.plan(KILLED)
    for after in range(1, 14):
        with pytest.raises(Died):
            lab.run(made, DyingStorage(after, Died))
    lab.run(made)
    assert (lab.entries(made), lab.tables(made)) == unbroken.result
    assert verify_campaign(lab.folder(made), lab.trusted()).first_fault is None


def test_a_ledger_of_another_plan_is_a_finding(lab: Lab) -> None:
    made, other = lab.plan(), lab.plan(MOCK, "seeds=3")
    lab.run(made, limit=1)
    shutil.copytree(lab.folder(made).ledger, lab.folder(other).ledger)
    with pytest.raises(Finding, match="another plan"):
        lab.run(other)


def test_a_clock_that_goes_back_is_recorded(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made, limit=1)
    ticks = iter(range(1_600_000_000, 1_700_000_000))
    lab.run(made, clock=lambda: next(ticks))
    history, _ = read_ledger(lab.folder(made).ledger, lab.trusted())
    (step,) = history.clock_steps
    assert (step.before_unix_s, step.claimed_unix_s) == (1_700_000_000, 1_600_000_000)
    assert verify_campaign(lab.folder(made), lab.trusted()).first_fault is None


def test_a_ledger_of_the_first_form_is_refused(lab: Lab) -> None:
    made = lab.plan()
    (lab.folder(made).ledger / "1").mkdir(parents=True)
    with pytest.raises(UsageError, match="a ledger of an earlier version"):
        lab.run(made)


def test_an_engine_that_does_not_open_ends_the_session_before_any_run(lab: Lab) -> None:
    made = lab.plan()

    def refuse(name: str):
        raise UsageError(f"the weights of {name} are not here", advice="Pull them.")

    with pytest.raises(UsageError, match="the weights of mock/valid"):
        lab.run(made, open_engine=refuse)
    assert not lab.folder(made).ledger.exists()


def test_a_defect_of_a_policy_fails_its_run_with_details(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lab.plan(SCRIPTED, "rosters=[nash-noisy]", "seeds=1")
    from agoranomos.markets.cournot.env import Cournot

    monkeypatch.setattr(Cournot, "actions_e6", lambda self: 1 / 0)
    outcome = lab.run(made)
    assert len(outcome.failures) == 3
    assert "ZeroDivisionError" in outcome.failures[0].error.message
    assert "Traceback" in json.loads(lab.folder(made).status_file.read_bytes())["failures"][0]["details"]
