"""A run's log, damaged anywhere: each route answers, and the verifier's verdict is never better than the log."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viewer.asked import ask
from viewer.conftest import TOKEN, Made, Viewer

Over = Callable[..., Viewer]
ROUTES = ("seals", "leaves", "entries", "drawings", "verdict", "spoken", "under/cournot-antitrust-hardened")


def api(app: Any, path: str) -> Any:
    return ask(app, f"/{TOKEN}/api/{path}".encode())


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_no_damage_breaks_a_route(copied: Made, over: Over, data: st.DataObject) -> None:
    folder = copied.mock / "runs" / "governed" / "0"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    file = data.draw(st.sampled_from(files))
    whole = file.read_bytes()
    damaged = data.draw(damage(whole))
    shown = over(copied.logs, copied.workspace)
    try:
        file.write_bytes(damaged)
        for what in ROUTES:
            answer = api(shown.app, f"runs/{copied.mock.name}/governed/0/{what}")
            assert answer.status < 500, (what, answer.body)
        verdict = json.loads(api(shown.app, f"runs/{copied.mock.name}/governed/0/verdict").body)
        if damaged != whole and file.parent.name == "entries":
            assert verdict["verdict"] in ("tampered", "damaged")
    finally:
        file.write_bytes(whole)


def damage(whole: bytes) -> st.SearchStrategy[bytes]:
    places = st.integers(0, len(whole) - 1)
    return st.one_of(
        st.builds(
            lambda at, bit: whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :], places, st.integers(0, 7)
        ),
        st.builds(lambda at: whole[:at], places),
        st.builds(lambda at, more: whole[:at] + more + whole[at:], places, st.binary(min_size=1, max_size=50)),
        st.binary(max_size=100),
    )


@pytest.mark.parametrize("file", ["entries", "leaves", "checkpoint", "checkpoints", "log.vkey", "certificate"])
@pytest.mark.parametrize("becomes", ["nothing", "a folder", "a pipe", "a link to itself"])
def test_what_is_no_file_breaks_no_route(copied: Made, over: Over, file: str, becomes: str) -> None:
    place = copied.mock / "runs" / "governed" / "0" / file
    if place.is_dir():
        (place,) = place.iterdir()
    place.unlink()
    if becomes == "a folder":
        place.mkdir()
    elif becomes == "a pipe":
        os.mkfifo(place)
    elif becomes == "a link to itself":
        place.symlink_to(place)
    shown = over(copied.logs, copied.workspace)
    for what in ROUTES:
        answer = shown.get(shown.run(copied.mock, "governed", 0, what))
        assert answer.status_code < 500, (what, answer.text)
    shutil.rmtree(copied.mock / "runs" / "governed" / "0")


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), bytes(4096)])
def test_a_pack_that_is_none_breaks_no_route(copied: Made, over: Over, content: bytes) -> None:
    shutil.rmtree(copied.mock / "runs" / "governed" / "0")
    pack = copied.mock / "packs" / "governed" / "0-0.zip"
    pack.parent.mkdir(parents=True)
    pack.write_bytes(content)
    shown = over(copied.logs, copied.workspace)
    for what in ROUTES:
        answer = shown.get(shown.run(copied.mock, "governed", 0, what))
        assert answer.status_code in (200, 404, 422), (what, answer.text)


def test_a_ledger_that_is_none_breaks_no_page(copied: Made, over: Over) -> None:
    ledger = next((copied.mock / "ledger" / "entries").iterdir())
    whole = ledger.read_bytes()
    (copied.mock / "tables" / "attempts.parquet").unlink()
    for content in (b"", b"\n\n\n", b"x" * 70_000, whole[:-9], whole.replace(b'"seed":0', b'"seed":"x"'), b"\xff\n"):
        ledger.write_bytes(content)
        shown = over(copied.logs, copied.workspace)
        assert shown.json(f"campaigns/{copied.mock.name}/runs")["total"] == 4
        shown.json(f"campaigns/{copied.mock.name}")


def test_runs_of_a_ledger_that_the_plan_does_not_know_are_not_made_up(copied: Made, over: Over) -> None:
    """Only what plan and tables name is looked up, whatever else a ledger tells of."""
    ledger = next((copied.mock / "ledger" / "entries").iterdir())
    lines = ledger.read_bytes().splitlines(keepends=True)
    more = [line.replace(b'"arm":"governed"', b'"arm":"../../x"') for line in lines if b'"kind":"opened"' in line]
    ledger.write_bytes(b"".join([*lines, *more]))
    for path in (copied.mock / "tables").iterdir():
        path.unlink()
    rows = over(copied.logs, copied.workspace).json(f"campaigns/{copied.mock.name}/runs")["rows"]
    assert {row["arm"] for row in rows} == {"free", "governed"}


def test_a_folder_that_may_not_be_read_is_told(copied: Made, over: Over, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("agoranomos.viewer.confined.open_plain", refused)
    answer = over(copied.logs, copied.workspace).get(f"runs/{copied.mock.name}/governed/0/seals")
    assert answer.status_code == 500
    assert "Permission denied" in answer.json()["error"]
