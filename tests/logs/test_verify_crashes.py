"""What a power cut leaves of a log that goes on verifies as far as it was signed, before anybody has mended it."""

import os
import shutil

import pytest

from agoranomos.logs import LogFault, LogWriter, layout, verify_log
from agoranomos.logs.merkle import leaf_hashes, root_of
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries
from logs.fault_fs import RecordingStorage, put_image


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Nothing is synced: what a crash leaves is computed, not provoked."""
    monkeypatch.setattr(os, "fdatasync", lambda handle: None)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def grown(folder, sizes, storage=None):
    log = LogWriter.create(
        folder, ORIGIN, key=RUN, certifier=WORKSPACE, durable="append", goes_on=True, storage=storage
    )
    for size in sizes:
        log.append(entries(size, log.size))
        if storage is not None:
            storage.promised = log.size
            storage._after()
    log.close()
    return storage


def states(storage, disk, scratch, at_most=10_000):
    """Crash states, a spread of them where there are many."""
    for promised, image in storage.crashes[:: -(-len(storage.crashes) // at_most)]:
        shutil.rmtree(scratch, ignore_errors=True)
        put_image(image, disk, scratch)
        yield promised, scratch / "log"


@pytest.mark.parametrize(
    ("segment", "at_most"),
    [(65_536, 150), (4, 150), pytest.param(4, 10**9, marks=pytest.mark.long)],
)
def test_crash_states_of_a_log_that_goes_on(tmp_path, monkeypatch, segment, at_most):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", segment)
    (tmp_path / "disk").mkdir()
    storage = grown(tmp_path / "disk/log", (2, 5, 1), RecordingStorage(tmp_path / "disk"))
    refused = []
    verified = noted = 0
    for promised, place in states(storage, tmp_path / "disk", tmp_path / "crash", at_most):
        if not place.is_dir():
            assert promised == 0
            continue
        try:
            found = verify_log(place, TRUSTED, still_open=True)
        except LogFault as fault:
            refused.append((promised, fault.kind))
            continue
        assert found.size >= promised
        assert found.root == root_of(leaf_hashes(entries(found.size)))
        verified += 1
        noted += bool(found.noted)
    assert verified > noted > 20
    assert set(refused) == {(0, "damaged")}


def test_every_crash_state_of_a_recovery(tmp_path):
    (tmp_path / "disk").mkdir()
    log = tmp_path / "disk/log"
    grown(log, (2, 5))
    for name, tail in ((layout.entries_file(0), b"tail"), (layout.JOURNAL, b"\0\0"), (layout.leaves_file(0), b"x")):
        (log / name).write_bytes((log / name).read_bytes() + tail)
    storage = RecordingStorage(tmp_path / "disk")
    storage.adopt(log)
    writer, _ = LogWriter.reopen(log, key=RUN, certifier=WORKSPACE, storage=storage)
    writer.abandon()
    assert len(storage.crashes) > 5
    for _, place in states(storage, tmp_path / "disk", tmp_path / "crash"):
        assert verify_log(place, TRUSTED, still_open=True).size == 7


def test_a_copy_that_recovery_did_not_live_to_rename_is_noted(tmp_path):
    grown(tmp_path / "log", (2, 5))
    left = tmp_path / "log/entries/.000000000000.jsonl.new"
    left.write_bytes(b"x")
    found = verify_log(tmp_path / "log", TRUSTED, still_open=True)
    assert found.noted == ("entries/.000000000000.jsonl.new was left by a writer that died: it is no part of the log",)
    with pytest.raises(LogFault, match="is no part of a log of 7 entries"):
        verify_log(tmp_path / "log", TRUSTED)
    left.rename(left.with_name(".other.new"))
    with pytest.raises(LogFault, match="is no part of a log of 7 entries"):
        verify_log(tmp_path / "log", TRUSTED, still_open=True)
