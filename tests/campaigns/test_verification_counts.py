"""After a kill at any operation, `verify` and the tables count the same runs, and every attempt is listed."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from agoranomos.campaigns import build_tables
from agoranomos.campaigns.ledger import Ledger
from agoranomos.campaigns.ledger_entries import LedgerBody, RunClosed
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.errors import Finding
from campaigns.laboratory import MOCK, SCRIPTED, Died, DyingStorage, Lab


@pytest.mark.parametrize("text", [MOCK, SCRIPTED.replace("rounds: 12", "rounds: 4")], ids=["append", "close"])
def test_runs_are_counted_alike(lab: Lab, text: str) -> None:
    made = lab.plan(text)
    folder = lab.folder(made)
    compared = 0
    after = 25
    while True:
        try:
            lab.run(made, DyingStorage(after, Died))
            finished = True
        except Died:
            finished = False
        after += 37
        checked = verify_campaign(folder, lab.trusted(), level="strict")
        if checked.ledger is None:
            with pytest.raises(Finding):
                build_tables(folder, lab.trusted())
            continue
        assert checked.first_fault is None
        tables = {row["arm"] + str(row["seed"]): row["status"] for row in _rows(lab, made, "runs")}
        states = {run.arm + str(run.seed): run.state for run in checked.runs}
        assert [status == "closed" for status in tables.values()] == [states[key] == "verified" for key in tables]
        attempts = [row for row in _rows(lab, made, "attempts") if row["status"] != "closed"]
        assert sorted((row["arm"], row["seed"], row["attempt"], row["status"]) for row in attempts) == sorted(
            (one.arm, one.seed, one.attempt, one.status) for one in checked.attempts
        )
        compared += 1
        if finished:
            break
    assert compared > 2
    assert all(run.state == "verified" and run.registered for run in checked.runs)


def _rows(lab: Lab, made, name: str):
    folder = build_tables(lab.folder(made), lab.trusted())
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def test_a_run_that_the_ledger_was_not_told_of_is_verified_and_counts_as_unfinished(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver died after the run's log was closed, and before the ledger said so."""
    made = lab.plan(SCRIPTED, "rosters=[nash-noisy]", "regimes={free: {}}", "seeds=1", "rounds=3")
    folder = lab.folder(made)
    record = Ledger.record

    async def dying(ledger: Ledger, *bodies: LedgerBody) -> None:
        if any(isinstance(body, RunClosed) for body in bodies):
            raise Died
        await record(ledger, *bodies)

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "record", dying)
        with pytest.raises(Died):
            lab.run(made)
    assert (folder.run("free", 0) / "checkpoint").exists()
    checked = verify_campaign(folder, lab.trusted())
    (run,) = checked.runs
    assert (run.state, run.told, run.verified is not None, run.fault) == ("unfinished", False, True, None)
    assert [(one.status, one.attempt) for one in checked.attempts] == [("open", 1)]
    lab.run(made)
    (run,) = verify_campaign(folder, lab.trusted()).runs
    assert (run.state, run.told) == ("verified", True)
