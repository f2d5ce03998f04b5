import multiprocessing
import os
import shutil

import pytest

from agoranomos.errors import UsageError
from agoranomos.logs import (
    DiskStorage,
    LogReader,
    LogWriter,
    MemoryLog,
    SigningKey,
    WriteFailed,
    kept_tree,
    layout,
    read_recorded,
    segment_tree,
    verify_log,
)
from agoranomos.logs.merkle import leaf_hashes, root_of
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries, entry, make_log, open_log


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_append_is_on_disk_and_signed_when_it_returns(tmp_path):
    log = open_log(tmp_path / "log")
    written = []
    for size in (1, 4, 2):
        batch = entries(size, len(written))
        acknowledgement = log.append(batch)
        written += batch
        assert acknowledgement.first == len(written) - size
        assert acknowledgement.size == log.size == len(written)
        assert acknowledgement.root == root_of(leaf_hashes(written))
        assert read_recorded(tmp_path / "log", TRUSTED) == tuple(written)
    assert log.close().root == root_of(leaf_hashes(written))
    assert verify_log(tmp_path / "log", TRUSTED).checkpoints == 3


def test_nothing_but_the_empty_folder_before_the_close(tmp_path):
    log = open_log(tmp_path / "log", "close")
    for batch in (entries(3), entries(2, 3)):
        log.append(batch)
    log.put_blob(b"content")
    assert list((tmp_path / "log").iterdir()) == []
    acknowledgement = log.close()
    assert (acknowledgement.first, acknowledgement.size) == (5, 5)
    verification = verify_log(tmp_path / "log", TRUSTED)
    assert (verification.size, verification.root, verification.checkpoints) == (5, acknowledgement.root, 1)


@pytest.mark.parametrize("durable", ["append", "close"])
def test_one_seed_gives_one_folder(tmp_path, durable):
    for name in ("one", "two"):
        make_log(tmp_path / name, durable=durable)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_memory_and_disk_agree(tmp_path):
    memory, disk = MemoryLog(), open_log(tmp_path / "log", "close")
    for batch in (entries(3), [], entries(5, 3)):
        assert memory.append(batch) == disk.append(batch)
    assert memory.put_blob(b"x") == disk.put_blob(b"x")
    assert memory.close() == disk.close()
    assert memory.entries == list(LogReader(tmp_path / "log").entries())


@pytest.mark.parametrize("durable", ["append", "close"])
def test_segments_are_cuts_of_one_tree(tmp_path, durable, monkeypatch):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 4)
    written = make_log(tmp_path / "log", (3, 1, 4, 6, 2), durable)
    assert sorted(path.name for path in (tmp_path / "log/entries").iterdir()) == [
        f"{first:012d}.jsonl" for first in (0, 4, 8, 12)
    ]
    assert verify_log(tmp_path / "log", TRUSTED).root == root_of(leaf_hashes(written))
    assert list(LogReader(tmp_path / "log").entries()) == list(read_recorded(tmp_path / "log")) == written


def test_a_log_that_passes_the_first_segment(tmp_path):
    log = open_log(tmp_path / "log", "close")
    log.append(entries(65_537))
    log.close()
    assert (tmp_path / "log/entries/000000065536.jsonl").read_bytes() == entry(65_536) + b"\n"
    assert verify_log(tmp_path / "log", TRUSTED).size == 65_537


@pytest.mark.parametrize("durable", ["append", "close"])
@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b'{"seq":4}', "ends in"),
        (b'{"body":1}', "ends in"),
        (b'{"a":"\n","seq":3}', "one line"),
        (b'{"a":"' + b"x" * 65_535 + b'","seq":3}', "at most 65,535"),
        (b"", "ends in"),
    ],
)
def test_an_entry_that_no_log_takes_changes_nothing(tmp_path, durable, bad, why):
    log, memory = open_log(tmp_path / "log", durable), MemoryLog()
    for each in (log, memory):
        each.append(entries(2))
        with pytest.raises(UsageError, match=why):
            each.append([entry(2), bad])
        each.append(entries(1, 2))
        each.close()
    assert verify_log(tmp_path / "log", TRUSTED).size == 3


def test_the_longest_entry_is_taken(tmp_path):
    log = open_log(tmp_path / "log")
    longest = b'{"a":"' + b"x" * (65_535 - 16) + b'","seq":0}'
    assert len(longest) == 65_535
    log.append([longest])
    log.close()
    assert verify_log(tmp_path / "log", TRUSTED).size == 1


@pytest.mark.parametrize("durable", ["append", "close"])
def test_a_folder_in_use_is_refused(tmp_path, durable):
    make_log(tmp_path / "log")
    before = files_of(tmp_path / "log")
    with pytest.raises(UsageError, match="is not empty"):
        open_log(tmp_path / "log", durable)
    assert files_of(tmp_path / "log") == before


def test_two_writers_that_found_one_folder_empty(tmp_path):
    first, second = open_log(tmp_path / "log", "close"), open_log(tmp_path / "log", "close")
    for log in (first, second):
        log.append(entries(1))
    first.close()
    with pytest.raises(WriteFailed, match="File exists"):
        second.close()
    assert verify_log(tmp_path / "log", TRUSTED).size == 1


def test_a_place_that_cannot_be_a_folder(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for place in (tmp_path / "file", tmp_path / "file/log"):
        with pytest.raises(WriteFailed, match="Not a directory"):
            open_log(place)


def test_the_key_signs_its_own_origin_only(tmp_path):
    with pytest.raises(UsageError, match="cannot sign"):
        LogWriter.create(tmp_path, "other", key=RUN, certifier=WORKSPACE, durable="close")
    with pytest.raises(UsageError, match="not a key name"):
        LogWriter.create(tmp_path, "a b", key=RUN, certifier=WORKSPACE, durable="close")


@pytest.mark.parametrize("durable", ["append", "close"])
@pytest.mark.parametrize("end", [LogWriter.close, LogWriter.abandon])
def test_after_the_end_nothing_is_taken_and_the_key_is_gone(tmp_path, durable, end):
    log = open_log(tmp_path / "log", durable)
    log.append(entries(1))
    end(log)
    before = files_of(tmp_path / "log")
    for act in (lambda: log.append(entries(1, 1)), lambda: log.put_blob(b""), log.close):
        with pytest.raises(WriteFailed, match="takes no more entries"):
            act()
    with pytest.raises(WriteFailed, match="is gone"):
        log._signer  # noqa: B018
    assert files_of(tmp_path / "log") == before


def _fork(log, results):
    for act in (lambda: log.append(entries(1, 1)), lambda: log.put_blob(b""), log.close):
        try:
            act()
            results.put("written")
        except WriteFailed as error:
            results.put(error.message)


def test_a_fork_may_not_write(tmp_path):
    log = open_log(tmp_path / "log")
    log.append(entries(1))
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    child = context.Process(target=_fork, args=(log, results))
    child.start()
    messages = [results.get() for _ in range(3)]
    child.join()
    assert all(f"belongs to process {os.getpid()}" in message for message in messages)
    log.append(entries(1, 1))
    log.close()
    assert verify_log(tmp_path / "log", TRUSTED).size == 2


@pytest.mark.parametrize("durable", ["append", "close"])
def test_blobs_are_kept_once_under_their_digest(tmp_path, durable):
    log = open_log(tmp_path / "log", durable)
    digests = [log.put_blob(b"content %d" % (index % 100)) for index in range(200)]
    log.append(entries(1))
    assert digests[:100] == digests[100:]
    log.close()
    reader = LogReader(tmp_path / "log")
    assert [reader.blob(digest) for digest in digests[:100]] == [b"content %d" % index for index in range(100)]
    assert verify_log(tmp_path / "log", TRUSTED).size == 1


def test_a_blob_that_no_verifier_would_read_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("agoranomos.logs.log.MAX_BLOB_BYTES", 7)
    log = open_log(tmp_path / "log")
    log.put_blob(b"content")
    for keeper in (log, MemoryLog()):
        with pytest.raises(UsageError, match="8 bytes: at most 7"):
            keeper.put_blob(b"content!")
    log.close()


def test_a_log_that_is_open_is_locked(tmp_path):
    disk = DiskStorage()
    log = open_log(tmp_path / "log")
    with pytest.raises(BlockingIOError):
        disk.lock(tmp_path / "log")
    log.close()
    disk.close(disk.lock(tmp_path / "log"))


@pytest.mark.parametrize("then", ["deleted", "moved", "replaced"])
def test_a_folder_that_is_gone_ends_its_writer(tmp_path, then):
    log = open_log(tmp_path / "log")
    log.append(entries(1))
    (tmp_path / "log").rename(tmp_path / "elsewhere")
    if then == "deleted":
        shutil.rmtree(tmp_path / "elsewhere")
    elif then == "replaced":
        shutil.copytree(tmp_path / "elsewhere", tmp_path / "log")
    with pytest.raises(WriteFailed, match="moved or deleted under its writer"):
        log.append(entries(1, 1))
    with pytest.raises(WriteFailed, match="takes no more entries"):
        log.append(entries(1, 1))


@pytest.mark.parametrize("durable", ["append", "close"])
@pytest.mark.parametrize("size", [0, 255, 256, 257, 1024, 1300])
def test_hashes_of_complete_tiles_are_kept(tmp_path, monkeypatch, durable, size):
    monkeypatch.setattr(kept_tree, "TILE_ENTRIES", 4)
    monkeypatch.setattr(segment_tree, "TILE_ENTRIES", 4)
    log = open_log(tmp_path / "log", durable)
    done = 0
    for batch in (1, 2, 250, 3, 700, 500):
        lines = entries(max(0, min(batch, size - done)), done)
        log.append(lines)
        done += len(lines)
    log.close()
    leaves = leaf_hashes(entries(size))
    for level, width in ((1, 4), (2, 16)):
        expected = b"".join(root_of(leaves[at : at + width]) for at in range(0, size // width * width, width))
        path = tmp_path / "log" / layout.hashes_file(level)
        assert (path.read_bytes() if path.exists() else b"") == expected


def test_a_log_that_goes_on_publishes_every_append(tmp_path):
    log = LogWriter.create(tmp_path / "log", ORIGIN, key=RUN, certifier=WORKSPACE, durable="append", goes_on=True)
    for size in (1, 2, 3):
        log.append(entries(1, size - 1))
        assert LogReader(tmp_path / "log").size == size
    with pytest.raises(UsageError, match="durable with every append"):
        LogWriter.create(tmp_path / "b", ORIGIN, key=RUN, certifier=WORKSPACE, durable="close", goes_on=True)


def test_missing_folders_on_the_way_are_made(tmp_path):
    make_log(tmp_path / "a/b/c/log")
    assert verify_log(tmp_path / "a/b/c/log", TRUSTED).origin == ORIGIN


def test_a_run_key_is_never_on_disk(tmp_path):
    key = SigningKey.generate(ORIGIN)
    log = LogWriter.create(tmp_path / "log", ORIGIN, key=key, certifier=WORKSPACE, durable="append")
    log.append(entries(1))
    log.close()
    secret = key._private.private_bytes_raw()
    assert not any(secret in data or secret.hex().encode() in data for data in files_of(tmp_path / "log").values())
