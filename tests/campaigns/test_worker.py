from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from agoranomos.campaigns import worker
from agoranomos.campaigns.logbook import Logbook
from agoranomos.campaigns.players import WorkerDied, WorkerPlayer
from agoranomos.campaigns.run_secrets import RunSecrets
from agoranomos.errors import MachineError
from campaigns.laboratory import SCRIPTED, Lab


def test_a_run_played_in_a_worker_is_the_run(lab: Lab) -> None:
    made = lab.plan(SCRIPTED)
    run = made.runs()[0]
    lab.run(made, limit=1)
    assert list(worker.play(run.arm, run.seed).entries) == lab.entries(made)[run.key][1]


def die(*whole: object) -> None:
    os._exit(9)


def test_a_worker_that_dies_ends_the_session_and_the_next_one_goes_on(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lab.plan(SCRIPTED, "seeds=1", "rosters=[nash]")
    with monkeypatch.context() as patch:
        patch.setattr("agoranomos.campaigns.players.play", die)
        with pytest.raises(WorkerDied, match="ended without a word"):
            lab.run(made, workers=2)
    outcome = lab.run(made)
    assert (outcome.finished, outcome.failures) == (3, ())


def test_blobs_of_a_worker_s_run_reach_its_log(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = lab.plan(SCRIPTED)
    run = made.runs()[0]
    entry = b'{"seq":0}'
    monkeypatch.setattr(
        "agoranomos.campaigns.players.play", lambda arm, seed, _: worker.Played((entry,), (b"a long reply",))
    )
    secrets = RunSecrets(made, tmp_path, lab.keys)
    player = WorkerPlayer(Logbook(made, lab.keys), secrets, 1)
    head = asyncio.run(player.play(run, tmp_path / "run", "lab/x/y/0/1"))
    assert (head.origin, head.size) == ("lab/x/y/0/1", 1)
    (blob,) = (tmp_path / "run" / "blobs" / "sha256").glob("*/*")
    assert blob.read_bytes() == b"a long reply"


def test_a_collected_blob_is_kept_under_its_digest() -> None:
    collected = worker._Collected()
    digest = collected.put_blob(b"x")
    assert collected.blobs == [b"x"]
    assert digest.startswith("2d711642")


def test_a_log_whose_folder_cannot_be_made_is_the_machine_s_fault(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    logbook = Logbook(lab.plan(), lab.keys)
    with pytest.raises(MachineError, match="cannot make"):
        logbook.create(tmp_path / "file" / "arm" / "0", "o", "append")
