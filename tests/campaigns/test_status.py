"""`status.json`: what it tells, to the schema that is published."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from agoranomos.campaigns.failure import failure_of
from agoranomos.campaigns.status import Status, StatusFile, status_schema
from agoranomos.campaigns.tally import Tally
from agoranomos.models.calls.traffic import Traffic
from campaigns.laboratory import MOCK, Lab


def read(path: Path) -> Status:
    """The file under its schema, members that the schema does not know refused."""
    found = path.read_bytes()
    assert set(json.loads(found)) <= set(status_schema()["$defs"]["Status"]["properties"])
    return msgspec.json.decode(found, type=Status)


def test_a_finished_campaign_tells_every_arm(lab: Lab) -> None:
    made = lab.plan(MOCK)
    lab.run(made)
    status = read(lab.folder(made).status_file)
    assert (status.state, status.plan, status.version, status.reason) == ("finished", made.digest, 1, "")
    assert (status.runs.planned, status.runs.finished, status.runs.open, status.runs.under_way) == (4, 4, 0, 0)
    assert (status.rounds.planned, status.rounds.done, status.seconds_left) == (12, 12, 0)
    assert [(arm.arm, arm.finished, arm.rounds, arm.calls) for arm in status.arms] == [
        ("free", 2, 6, 12),
        ("governed", 2, 6, status.arms[1].calls),
    ]
    assert status.calls.asked == sum(arm.calls for arm in status.arms)
    assert status.written_unix_s == 1_700_000_000
    lab.run(made)
    again = read(lab.folder(made).status_file)
    assert (again.runs, again.rounds.planned, again.calls.asked) == (status.runs, 0, 0)


def test_a_session_under_way_tells_rates_and_time_left(lab: Lab, tmp_path: Path) -> None:
    made, seconds = lab.plan(MOCK), [0.0]
    runs = made.runs()
    tally = Tally(runs, runs[:1], lambda: seconds[0])
    file = StatusFile(
        tmp_path / "status.json", made.digest, tally, process=7, clock=lambda: 12, traffic=lambda: Traffic(asked=5)
    )
    tally.begin()
    file.write("running")
    before = read(tmp_path / "status.json")
    assert (before.seconds_left, before.rounds.per_second, before.runs.finished) == (None, 0, 1)
    tally.opened(runs[1])
    tally.opened(runs[2])
    for _ in range(3):
        tally.round_done(runs[1], calls=2)
    tally.finished(runs[1])
    seconds[0] = 6.0
    file.write("draining")
    status = read(tmp_path / "status.json")
    assert (status.state, status.process, status.written_unix_s, status.calls.asked) == ("draining", 7, 12, 5)
    assert (status.rounds.done, status.rounds.per_second, status.seconds_left) == (3, 0.5, 12)
    assert (status.runs.finished, status.runs.under_way, status.runs.open) == (2, 1, 2)
    tally.gave_up(runs[2])
    file.failed(failure_of(*runs[2].key, 1, ValueError("odd")))
    file.write("failed", "because")
    failed = read(tmp_path / "status.json")
    assert (failed.runs.failed, failed.reason) == (1, "because")
    assert (failed.failures[0].arm, failed.failures[0].error) == (runs[2].arm.name, "ValueError: odd")
    assert "odd" in failed.failures[0].details


@pytest.mark.parametrize("state", ["running", "finished"])
def test_the_published_schema_names_every_member(state: str) -> None:
    schema = status_schema()["$defs"]
    assert state in schema["Status"]["properties"]["state"]["enum"]
    assert schema["Status"]["required"][:2] == ["version", "state"]
    assert set(schema["ArmCounts"]["required"]) == {
        "arm", "planned", "finished", "failed", "open", "under_way", "rounds", "calls"
    }  # fmt: skip
