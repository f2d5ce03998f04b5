"""A log that goes on: whatever a crash left, what was promised is there, and nothing else is ever signed."""

import errno
import os
import shutil

import pytest

from agoranomos.errors import UsageError
from agoranomos.logs import (
    DiskStorage,
    LogFault,
    LogReader,
    LogWriter,
    SigningKey,
    WriteFailed,
    heads,
    layout,
    reader,
    recorded,
    verify_log,
)
from agoranomos.logs.journal import frame, read_journal, read_notes
from agoranomos.logs.merkle import leaf_hashes, root_of
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries, lines_of
from logs.fault_fs import FailingStorage, RecordingStorage, put_image


def create(folder, storage=None):
    return LogWriter.create(
        folder, ORIGIN, key=RUN, certifier=WORKSPACE, durable="append", goes_on=True, storage=storage
    )


def reopen(folder, storage=None):
    return LogWriter.reopen(folder, key=RUN, certifier=WORKSPACE, storage=storage)


def make(folder, sizes=(3, 2, 1)):
    log = create(folder)
    for size in sizes:
        log.append(entries(size, log.size))
    log.close()
    return folder


@pytest.fixture
def log(tmp_path):
    return make(tmp_path / "log")


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_clean_log_goes_on_and_nothing_is_written_before(log):
    before = files_of(log)
    writer, recovery = reopen(log)
    assert files_of(log) == before
    assert recovery.clean
    assert (recovery.size, recovery.root) == (6, root_of(leaf_hashes(entries(6))))
    writer.append(entries(4, 6))
    writer.close()
    assert list(LogReader(log).entries()) == entries(10)
    assert verify_log(log, TRUSTED).checkpoints == 4


def test_while_one_writes_a_second_is_refused(log):
    writer, _ = reopen(log)
    with pytest.raises(UsageError, match="another process is writing"):
        reopen(log)
    writer.append(entries(1, 6))
    writer.abandon()
    reopen(log)[0].abandon()


@pytest.mark.parametrize("tail", [b"\0" * 40, b'{"half', entries(2, 6)[0] + b"\n", b"\n", b"x" * 70_000 + b"\n"])
def test_what_stands_after_the_signed_state_is_moved_away(log, tail):
    path = log / layout.entries_file(0)
    path.write_bytes(path.read_bytes() + tail)
    writer, recovery = reopen(log)
    assert [(one.size, len(one.sha256)) for one in recovery.tails] == [(len(tail), 64)]
    assert [one.read_bytes() for one in (log / layout.RECOVERY).iterdir()] == [tail]
    assert not recovery.clean
    writer.append(entries(2, 6))
    writer.close()
    assert list(LogReader(log).entries()) == entries(8)
    verify_log(log, TRUSTED)
    again = reopen(log)[1]
    assert again.clean  # it was told once: the entry that tells of it came after


def test_a_recovery_that_nobody_lived_to_tell_of_is_told_again(log):
    path = log / layout.entries_file(0)
    path.write_bytes(path.read_bytes() + b"tail")
    first = reopen(log)
    first[0].abandon()
    second = reopen(log)
    assert second[1].tails == first[1].tails
    assert second[1].size == first[1].size


def test_a_torn_last_note_is_cut(log):
    journal = log / layout.JOURNAL
    whole = journal.read_bytes()
    for torn in (b"\0\0", frame(b"x" * 90)[:50], frame(b"no note"), b"\0" * 600):
        journal.write_bytes(whole + torn)
        writer, recovery = reopen(log)
        writer.abandon()
        assert layout.JOURNAL in recovery.rebuilt
        assert journal.read_bytes() == whole


def test_an_older_published_checkpoint_is_replaced(log):
    notes = (log / layout.JOURNAL).read_bytes()
    first = int.from_bytes(notes[:4], "big")
    (log / layout.CHECKPOINT).write_bytes(notes[4 : 4 + first])
    writer, recovery = reopen(log)
    writer.abandon()
    assert layout.CHECKPOINT in recovery.rebuilt
    assert LogReader(log).size == 6


def test_a_journal_that_lost_what_was_published_is_never_signed_again(log):
    notes = (log / layout.JOURNAL).read_bytes()
    (log / layout.JOURNAL).write_bytes(notes[: 4 + int.from_bytes(notes[:4], "big")])
    with pytest.raises(LogFault, match="does not hold the checkpoint of size 6 that was published"):
        reopen(log)


def test_a_bad_note_before_a_good_one_is_fatal(log):
    notes = bytearray((log / layout.JOURNAL).read_bytes())
    notes[40] ^= 1
    (log / layout.JOURNAL).write_bytes(notes)
    before = files_of(log)
    with pytest.raises(LogFault, match="never signed again"):
        reopen(log)
    assert files_of(log) == before


@pytest.mark.parametrize("kept", range(6))
def test_signed_entries_that_are_gone_are_fatal(log, kept):
    (log / layout.entries_file(0)).write_bytes(b"".join(line + b"\n" for line in entries(kept)))
    before = files_of(log)
    with pytest.raises(LogFault, match=f"entry {kept} is missing") as caught:
        reopen(log)
    assert caught.value.entry == kept
    assert files_of(log) == before


def test_a_missing_file_of_entries_is_fatal(log):
    (log / layout.entries_file(0)).unlink()
    with pytest.raises(LogFault, match="is missing"):
        reopen(log)


@pytest.mark.parametrize("index", range(6))
def test_a_changed_entry_of_the_last_tile_is_fatal(log, index):
    lines = lines_of(log)
    lines[index] = lines[index].replace(b"a", b"b", 1)
    (log / layout.entries_file(0)).write_bytes(b"".join(line + b"\n" for line in lines))
    with pytest.raises(LogFault, match="not those that the last checkpoint signs"):
        reopen(log)


@pytest.mark.parametrize("sizes", [(3, 2, 1), (3,)])
@pytest.mark.parametrize("published", [True, False])
def test_another_key_does_not_go_on(tmp_path, sizes, published):
    """Also where one note alone is signed, which under another key looks like a torn one."""
    log = make(tmp_path / "log", sizes)
    if not published:
        (log / layout.CHECKPOINT).unlink()
    before = files_of(log)
    with pytest.raises(LogFault, match="and the key at hand is") as caught:
        LogWriter.reopen(log, key=SigningKey.generate(ORIGIN), certifier=WORKSPACE)
    assert "AGORA_HOME" in caught.value.advice
    assert files_of(log) == before


@pytest.mark.parametrize("harm", ["gone", "short", "long", "other", "zeros"])
@pytest.mark.parametrize("name", [layout.leaves_file(512), layout.hashes_file(1)])
def test_kept_hashes_are_made_anew_from_the_entries(tmp_path, monkeypatch, name, harm):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 512)
    log = make(tmp_path / "log", (300, 300, 77))
    path = log / name
    right = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        wrong = {
            "short": right[:-5],
            "long": right + b"x" * 32,
            "other": bytes(32) + right[32:],
            "zeros": bytes(len(right)),
        }
        path.write_bytes(wrong[harm])
    writer, recovery = reopen(log)
    assert name in recovery.rebuilt
    assert path.read_bytes() == right
    assert not recovery.tails
    writer.append(entries(600, 677))
    writer.close()
    assert verify_log(log, TRUSTED).size == 1277


def test_hashes_of_a_full_segment_are_not_read(tmp_path, monkeypatch):
    """They were synced when it was full; whether they were changed since is for `verify` to say."""
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 512)
    log = make(tmp_path / "log", (300, 300, 77))
    path = log / layout.leaves_file(0)
    path.write_bytes(bytes(32) + path.read_bytes()[32:])
    writer, recovery = reopen(log)
    assert recovery.clean
    writer.close()
    with pytest.raises(LogFault, match="leaf hash of entry 0"):
        verify_log(log, TRUSTED)


@pytest.mark.parametrize("size", [511, 512, 513, 1023, 1024])
def test_it_goes_on_at_the_border_of_a_segment(tmp_path, monkeypatch, size):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 512)
    log = make(tmp_path / "log", (size,))
    for more in (1, 2, 700):
        writer, recovery = reopen(log)
        assert recovery.clean
        writer.append(entries(more, writer.size))
        writer.close()
    assert verify_log(log, TRUSTED).size == size + 703


def test_a_segment_that_was_never_signed_is_moved_away(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 4)
    log = make(tmp_path / "log", (4,))
    (log / layout.entries_file(4)).write_bytes(b"tail\n")
    (log / layout.leaves_file(4)).write_bytes(b"x" * 32)
    writer, recovery = reopen(log)
    assert [one.size for one in recovery.tails] == [5]
    writer.append(entries(3, 4))
    writer.close()
    assert verify_log(log, TRUSTED).size == 7


def states_of(folder):
    """Every state that a crash may leave while a log is made, appended to and closed, with what was promised."""
    storage = RecordingStorage(folder.parent)
    log = create(folder, storage)
    for size in (2, 3):
        log.append(entries(size, log.size))
        storage.promised = log.size
        storage._after()
    log.close()
    storage._after()
    return storage.crashes


def check(place, promised, more=2):
    """Recover, hold the promises, go on, and verify."""
    writer, recovery = reopen(place)
    assert promised <= recovery.size <= 5
    signed = read_journal(place / layout.JOURNAL, RUN.verifier).checkpoints
    assert all(one.root == root_of(leaf_hashes(entries(one.size))) for one in signed)
    writer.append(entries(more, recovery.size))
    writer.close()
    assert list(LogReader(place).entries()) == entries(recovery.size + more)
    verify_log(place, TRUSTED)
    return recovery


@pytest.fixture
def quick(monkeypatch):
    """Nothing is synced: what a crash leaves is computed, not provoked."""
    monkeypatch.setattr(os, "fdatasync", lambda handle: None)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.mark.usefixtures("quick")
def test_no_crash_breaks_a_promise_of_a_log_that_goes_on(tmp_path):
    folder = tmp_path / "disk/log"
    folder.parent.mkdir()
    crashes = states_of(folder)
    assert len(crashes) > 100
    for promised, image in crashes:
        shutil.rmtree(tmp_path / "crash", ignore_errors=True)
        put_image(image, folder.parent, tmp_path / "crash")
        place = tmp_path / "crash" / folder.name
        if place.is_dir():
            check(place, promised)
        else:
            assert promised == 0


@pytest.mark.usefixtures("quick")
def test_a_crash_within_recovery_is_recovered_from(tmp_path):
    """At every step of a recovery, and of the recovery of that one: the same end, and the tail is told of."""
    for tail, journal, whole in ((b"tail", b"\0\0\0", True), (b"", b"", False), (entries(1, 6)[0] + b"\n", b"", True)):
        shutil.rmtree(tmp_path / "disk", ignore_errors=True)
        (tmp_path / "disk").mkdir()
        log = make(tmp_path / "disk/log")
        if not whole:
            notes = (log / layout.JOURNAL).read_bytes()
            (log / layout.CHECKPOINT).write_bytes(notes[4 : 4 + int.from_bytes(notes[:4], "big")])
        for name, more in ((layout.entries_file(0), tail), (layout.JOURNAL, journal)):
            (log / name).write_bytes((log / name).read_bytes() + more)
        storage = RecordingStorage(tmp_path / "disk")
        storage.adopt(log)
        writer, recovery = reopen(log, storage)
        writer.abandon()
        assert storage.operations > 5
        for _, image in storage.crashes:
            shutil.rmtree(tmp_path / "crash", ignore_errors=True)
            put_image(image, tmp_path / "disk", tmp_path / "crash")
            again = RecordingStorage(tmp_path / "crash")
            again.adopt(tmp_path / "crash/log")
            second, found = reopen(tmp_path / "crash/log", again)
            second.abandon()
            assert (found.size, found.root, found.tails) == (6, recovery.root, recovery.tails)
            step = max(1, len(again.crashes) // 5)
            for _, deeper in again.crashes[::step]:
                shutil.rmtree(tmp_path / "deeper", ignore_errors=True)
                put_image(deeper, tmp_path / "crash", tmp_path / "deeper")
                third, last = reopen(tmp_path / "deeper/log")
                third.abandon()
                assert (last.size, last.tails) == (6, recovery.tails)


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_fails_while_a_log_is_taken_up(tmp_path, error):
    at = 0
    while True:
        at += 1
        shutil.rmtree(tmp_path / "log", ignore_errors=True)
        log = make(tmp_path / "log")
        (log / layout.entries_file(0)).write_bytes((log / layout.entries_file(0)).read_bytes() + b"tail")
        failing = FailingStorage(at, error)
        try:
            writer, _ = reopen(log, failing)
        except WriteFailed:
            continue
        finally:
            after = reopen(log) if failing.done >= at and at < 30 else None
            if after is not None:
                after[0].abandon()
                assert after[1].size == 6
                assert [one.size for one in after[1].tails] == [4]
        writer.abandon()
        break
    assert at > 8


def test_taking_up_reads_only_the_end(tmp_path, monkeypatch):
    """Whole tiles are not hashed again: a changed entry far from the end is for `verify` to find."""
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 512)
    log = make(tmp_path / "log", (500, 400))
    first = log / layout.entries_file(0)
    first.write_bytes(first.read_bytes().replace(b"a", b"b", 1))
    writer, recovery = reopen(log)
    writer.abandon()
    assert recovery.clean
    with pytest.raises(LogFault, match="entry 0"):
        verify_log(log, TRUSTED)


def test_storage_of_the_disk(tmp_path):
    disk = DiskStorage()
    (tmp_path / "a").write_bytes(b"0123456789")
    disk.rewrite(tmp_path / "a", 4)
    assert (tmp_path / "a").read_bytes() == b"0123"
    with pytest.raises(OSError, match="shorter"):
        disk.rewrite(tmp_path / "a", 5)
    assert (tmp_path / "a").read_bytes() == b"0123"
    handle = disk.open(tmp_path / "a")
    disk.append(handle, b"4")
    disk.close(handle)
    assert (tmp_path / "a").read_bytes() == b"01234"
    disk.remove(tmp_path / "a")
    with pytest.raises(FileNotFoundError):
        disk.open(tmp_path / "a")


@pytest.mark.parametrize("module", [reader, heads])
def test_a_log_that_grows_while_it_is_read_is_not_taken_for_a_forged_one(tmp_path, monkeypatch, module):
    """The writer commits just after the journal was read: what it published then is in none of those notes."""
    log = tmp_path / "log"
    writer = create(log)
    writer.append(entries(3))

    def read(path, verifier):
        found = read_journal(path, verifier)
        writer.append(entries(2, writer.size))
        return found

    monkeypatch.setattr(module, "read_journal", read)
    if module is reader:
        assert recorded(log, TRUSTED, goes_on=True).entries == tuple(entries(3))
    else:
        assert verify_log(log, TRUSTED, still_open=True).size == 3
    writer.close()
    assert writer.size == 5


def test_notes_that_are_added_while_a_journal_is_read_wait_for_the_next_reading(tmp_path):
    path = tmp_path / "journal"
    path.write_bytes(frame(b"one") + frame(b"two"))
    read = []
    for note in read_notes(path):
        read.append(note)
        with path.open("ab") as file:
            file.write(frame(b"more"))
    assert read == [b"one", b"two"]


def test_a_journal_that_lost_every_note_is_no_log_in_which_nothing_was_signed(log):
    (log / layout.JOURNAL).write_bytes(frame(b"no note"))
    for goes_on in (True, False):
        with pytest.raises(LogFault, match="but the journal holds none"):
            recorded(log, TRUSTED, goes_on=goes_on)
