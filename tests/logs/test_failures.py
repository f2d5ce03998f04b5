"""Every operation of the writer fails once: nothing that was acknowledged is lost, and nothing more is signed."""

import errno
import os

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import DiskStorage, WriteFailed, layout, read_recorded
from logs.building import TRUSTED, entries, open_log
from logs.fault_fs import FailingStorage


def drive(folder, durable, storage):
    """Write until something fails; returns the acknowledged entries, and whether it failed."""
    acknowledged, written, log, failure = 0, [], None, None
    try:
        log = open_log(folder, durable, storage)
        for size in (2, 3):
            log.put_blob(b"%d" % size)
            batch = entries(size, len(written))
            log.append(batch)
            written += batch
            acknowledged = len(written) if durable == "append" else 0
        log.close()
    except WriteFailed as error:
        failure = error
    if failure is None:
        return written, False
    assert failure.exit_code == MachineError.exit_code == 3
    assert failure.advice
    if log is not None:
        done = storage.done
        for act in (lambda: log.append(entries(1, len(written))), lambda: log.put_blob(b"no"), log.close):
            with pytest.raises(WriteFailed, match="takes no more entries"):
                act()
        assert storage.done == done, "a poisoned log touches nothing"
    return written[:acknowledged], True


@pytest.mark.parametrize("durable", ["append", "close"])
@pytest.mark.parametrize(
    ("error", "half"), [(errno.EIO, False), (errno.ENOSPC, True), (errno.EROFS, False), (errno.EMFILE, False)]
)
def test_an_error_at_every_operation(tmp_path, durable, error, half):
    failed = 0
    for at in range(1, 200):
        storage = FailingStorage(at, error, half=half)
        folder = tmp_path / str(at)
        acknowledged, broke = drive(folder, durable, storage)
        journal = folder / layout.JOURNAL
        before = journal.read_bytes() if journal.exists() else b""
        kept = read_recorded(folder, TRUSTED)
        assert list(kept[: len(acknowledged)]) == acknowledged
        assert list(kept) == entries(len(kept))
        assert (journal.read_bytes() if journal.exists() else b"") == before
        failed += broke
        if storage.done < at:
            break
    assert failed > 15
    assert not broke
    assert len(acknowledged) == 5


def test_the_message_says_what_to_do(tmp_path):
    with pytest.raises(WriteFailed, match="No space left") as caught:
        open_log(tmp_path / "log", "append", FailingStorage(9, errno.ENOSPC))
    assert "free some space" in str(caught.value)


def test_a_bit_that_rots_between_write_and_signature_is_never_signed(tmp_path):
    class Rotten(DiskStorage):
        def pread(self, handle, length, offset):
            data = bytearray(super().pread(handle, length, offset))
            data[0] ^= self.flip
            return bytes(data)

    storage = Rotten()
    storage.flip = 0
    log = open_log(tmp_path / "log", "append", storage)
    log.append(entries(1))
    storage.flip = 1
    with pytest.raises(WriteFailed, match="read back"):
        log.append(entries(1, 1))
    assert read_recorded(tmp_path / "log", TRUSTED) == tuple(entries(1))


def test_an_interrupt_within_an_append_ends_the_log(tmp_path):
    class Interrupted(DiskStorage):
        def fdatasync(self, handle):
            if self.now:
                raise KeyboardInterrupt
            super().fdatasync(handle)

    storage = Interrupted()
    storage.now = False
    log = open_log(tmp_path / "log", "append", storage)
    storage.now = True
    with pytest.raises(KeyboardInterrupt):
        log.append(entries(1))
    with pytest.raises(WriteFailed, match="KeyboardInterrupt"):
        log.append(entries(1))


def test_short_writes_are_finished(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    log = open_log(tmp_path / "log")
    log.append(entries(3))
    assert read_recorded(tmp_path / "log", TRUSTED) == tuple(entries(3))


def test_a_write_that_takes_nothing_is_an_error(tmp_path, monkeypatch):
    log = open_log(tmp_path / "log")
    monkeypatch.setattr(os, "write", lambda handle, data: 0)
    with pytest.raises(WriteFailed, match="nothing could be written"):
        log.append(entries(1))


def test_a_lock_that_is_held_is_an_error(tmp_path, monkeypatch):
    import fcntl

    def held(handle, flags):
        raise BlockingIOError(errno.EAGAIN, "held")

    monkeypatch.setattr(fcntl, "flock", held)
    with pytest.raises(UsageError, match="another process is writing"):
        open_log(tmp_path / "log")
