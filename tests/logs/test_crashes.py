"""What a power cut leaves: every acknowledged entry, readable and verified, and no checkpoint without its entries."""

import shutil
from contextlib import suppress

import pytest

from agoranomos.logs import LogFault, layout, recorded, verify_log
from agoranomos.logs.journal import read_checkpoints
from agoranomos.logs.merkle import leaf_hashes, root_of
from logs.building import RUN, TRUSTED, entries, open_log
from logs.fault_fs import RecordingStorage, put_image

BATCHES = (2, 3, 3)


def record(folder, durable, *, liar="", blob=False, batches=BATCHES):
    """Write a log on a recording file system; returns it and the entries."""
    storage = RecordingStorage(folder.parent, liar=liar)
    log = open_log(folder, durable, storage)
    written = []
    for size in batches:
        if blob:
            log.put_blob(b"blob %d" % len(written))
        batch = entries(size, len(written))
        log.append(batch)
        written += batch
        if durable == "append":
            storage.promised = len(written)
            storage._after()
    log.close()
    storage.promised = len(written)
    storage._after()
    return storage, written


def violations(storage, written, folder, scratch):
    """Why each crash state that breaks a promise does."""
    for promised, image in storage.crashes:
        shutil.rmtree(scratch, ignore_errors=True)
        put_image(image, folder.parent, scratch)
        place = scratch / folder.name
        try:
            kept = recorded(place, TRUSTED)
        except LogFault as fault:
            yield f"{promised} promised: {fault}"
            continue
        if list(kept.entries) != written[: len(kept.entries)]:
            yield "other entries"
        if len(kept.entries) < promised:
            yield f"{promised} promised, {len(kept.entries)} kept"
        if kept.checkpoint is not None and kept.checkpoint.root != root_of(leaf_hashes(kept.entries)):
            yield "a checkpoint of something else"
        if place.is_dir():
            with suppress(LogFault):  # what a crash cut short need not verify whole, but nothing else may be raised
                if not promised <= verify_log(place, TRUSTED).size <= len(written):
                    yield f"{promised} promised, and something else verifies"


@pytest.mark.parametrize("durable", ["append", "close"])
def test_no_crash_breaks_a_promise(tmp_path, durable):
    folder = tmp_path / "disk/log"
    folder.parent.mkdir()
    storage, written = record(folder, durable, blob=True)
    assert len(storage.crashes) > 100
    assert list(violations(storage, written, folder, tmp_path / "crash")) == []
    signed = read_checkpoints(folder / layout.JOURNAL, RUN.verifier)
    assert [checkpoint.root for checkpoint in signed] == [
        root_of(leaf_hashes(written[: checkpoint.size])) for checkpoint in signed
    ]


@pytest.mark.parametrize("liar", ["entries/", "checkpoints/", "log.vkey", "certificate", "folder"])
def test_a_sync_that_was_left_out_would_be_found(tmp_path, liar):
    folder = tmp_path / "disk/log"
    folder.parent.mkdir()
    storage, written = record(folder, "append", liar=liar, batches=(1, 1))
    assert next(violations(storage, written, folder, tmp_path / "crash"), None) is not None


def test_a_new_segment_is_found_again(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 4)
    folder = tmp_path / "disk/log"
    folder.parent.mkdir()
    storage, written = record(folder, "append")
    assert list(violations(storage, written, folder, tmp_path / "crash")) == []


def test_two_syncs_an_append_and_no_more(tmp_path):
    class Counting(RecordingStorage):
        syncs = 0

        def _after(self):
            """No images are wanted."""

        def fdatasync(self, handle):
            self.syncs += 1
            super().fdatasync(handle)

        def fsync_folder(self, path):
            self.syncs += 1
            super().fsync_folder(path)

    storage = Counting(tmp_path)
    log = open_log(tmp_path / "log", "append", storage)
    for number in range(5):
        before = storage.syncs
        log.append(entries(2, 2 * number))
        assert storage.syncs - before == 2
