"""A run's log, damaged anywhere: each route answers, and the verifier's verdict is never better than the log."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agoranomos.campaigns.verification_json import fault_json, kind_of
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.errors import Finding
from agoranomos.logs.journal import read_notes
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


def flip(path: Path) -> None:
    whole = path.read_bytes()
    at = len(whole) // 2
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def append(path: Path, more: bytes) -> None:
    path.write_bytes(path.read_bytes() + more)


def wrong_blob(folder: Path) -> None:
    content = "00" * 32
    place = folder / "blobs" / "sha256" / content[:2] / content
    place.parent.mkdir(parents=True)
    place.write_bytes(b"something else")


def wrong_hashes(folder: Path) -> None:
    (folder / "hashes").mkdir()
    (folder / "hashes" / "1.sha256").write_bytes(bytes(32))


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "a flip in the notes": lambda run: flip(run / "checkpoints" / "000.notes"),
    "notes removed": lambda run: (run / "checkpoints" / "000.notes").unlink(),
    "checkpoint removed": lambda run: (run / "checkpoint").unlink(),
    "checkpoint emptied": lambda run: (run / "checkpoint").write_bytes(b""),
    "wrong content of a blob": wrong_blob,
    "forged octets after the last entry": lambda run: append(only_file(run / "entries"), b'{"forged":true}'),
    "a stray file among the entries": lambda run: (run / "entries" / "stray").write_bytes(b"x\n"),
    "wrong hashes": wrong_hashes,
    "a flip in the certificate": lambda run: flip(run / "certificate"),
    "a flip in the leaf hashes": lambda run: flip(only_file(run / "leaves")),
    "a flip in the key": lambda run: flip(run / "log.vkey"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_the_verdict_told_is_the_verifier_s_also_where_it_was_asked_before(copied: Made, over: Over, name: str) -> None:
    folder = copied.mock / "runs" / "governed" / "0"
    shown = over(copied.logs, copied.workspace)
    at = shown.run(copied.mock, "governed", 0, "verdict")
    assert shown.json(at)["verdict"] == "verified"
    DAMAGES[name](folder)
    with pytest.raises(Finding) as found:
        verify_run(folder, copied.workspace.key_store.trusted(), level="strict")
    said = shown.json(at)
    assert said["verdict"] == kind_of(found.value)
    assert said["entry"] == fault_json(found.value)["entry"]
    assert said["message"] == found.value.message.replace(str(folder), "runs/governed/0")


def test_the_verdict_follows_the_keys_that_are_trusted(copied: Made, over: Over, tmp_path: Path) -> None:
    shutil.copytree(copied.workspace.key_store.folder, tmp_path / "keys")
    shown = over(copied.logs, replace(copied.workspace, keys=tmp_path / "keys"))
    at = shown.run(copied.mock, "governed", 0, "verdict")
    assert shown.json(at)["verdict"] == "verified"
    (tmp_path / "keys" / copied.workspace.key_store.keyring.name).unlink()
    assert shown.json(at)["verdict"] == "undecided"


def test_a_log_that_goes_on_is_told_as_one(copied: Made, over: Over) -> None:
    """As one whose writer stopped: signed up to an entry, and never closed."""
    folder = copied.mock / "runs" / "governed" / "0"
    (folder / "checkpoint").unlink()
    notes, entries = folder / "checkpoints" / "000.notes", only_file(folder / "entries")
    signed = list(read_notes(notes))
    assert len(signed) > 1
    whole = notes.read_bytes()
    notes.write_bytes(whole[: whole.rindex(signed[-1])])
    entries.write_bytes(b"".join(entries.read_bytes().splitlines(keepends=True)[:-1]))
    shown = over(copied.logs, copied.workspace)
    said = shown.json(shown.run(copied.mock, "governed", 0, "verdict"))
    assert (said["verdict"], said["closed"]) == ("verified", False)


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
