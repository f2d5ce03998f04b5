import os
import tracemalloc
from hashlib import sha256

import pytest

from agoranomos.logs import LogFault, LogReader, SigningKey, layout, read_blob, read_recorded, recorded
from agoranomos.logs.certificate import Certificate
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.journal import frame
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.signing import sign_note
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries, entry, make_log, open_log, put_lines


@pytest.fixture
def log(tmp_path):
    """Six entries in three appends (3, 2, 1)."""
    make_log(tmp_path / "log")
    return tmp_path / "log"


def note(size):
    return sign_note(Checkpoint(ORIGIN, size, root_of(leaf_hashes(entries(size)))).text, RUN)


def test_what_the_checkpoint_covers(log):
    reader = LogReader(log)
    assert (reader.origin, reader.size) == (ORIGIN, 6)
    (log / "checkpoint").write_bytes(note(3))
    assert list(LogReader(log).entries()) == entries(3)


def test_what_is_missing_is_said(log):
    put_lines(log, entries(5))
    with pytest.raises(LogFault, match="entry 5 is missing") as caught:
        list(LogReader(log).entries())
    assert caught.value.entry == 5
    (log / "checkpoint").unlink()
    with pytest.raises(LogFault, match="checkpoint: checkpoint is missing"):
        LogReader(log)
    with pytest.raises(LogFault, match="is missing"):
        LogReader(log / "checkpoints/000.notes")


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 63 + "g"])
def test_a_blob_is_asked_for_by_its_digest_only(log, digest):
    with pytest.raises(LogFault, match="not a SHA-256"):
        LogReader(log).blob(digest)


def test_a_blob_that_is_missing(log):
    with pytest.raises(LogFault, match="is missing"):
        read_blob(log, "0" * 64)


def blob_place(log, content):
    path = log / layout.blob_file(sha256(content).hexdigest())
    path.parent.mkdir(parents=True)
    return path, sha256(content).hexdigest()


def test_a_long_blob_is_read_whole_and_one_that_is_not_it_takes_no_memory(log):
    content = bytes((1 << 24) + 5)
    path, digest = blob_place(log, content)
    for size, known in (((1 << 24) + 5, True), (1 << 24, False), ((1 << 24) + 6, False), (1 << 27, False)):
        path.write_bytes(b"")
        os.truncate(path, size)
        if known:
            assert read_blob(log, digest) == content
            continue
        tracemalloc.start()
        with pytest.raises(LogFault, match="not what its name says"):
            read_blob(log, digest)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most < 40 << 20


def test_what_is_no_file_in_place_of_a_blob_is_refused(log):
    path, digest = blob_place(log, b"x")
    os.mkfifo(path)
    with pytest.raises(LogFault, match="no plain file"):
        read_blob(log, digest)
    path.unlink()
    path.mkdir()
    with pytest.raises(LogFault, match="is a folder, and no file"):
        read_blob(log, digest)


def test_nothing_is_recorded_where_nothing_was_signed(tmp_path):
    assert read_recorded(tmp_path / "nothing") == ()
    log = open_log(tmp_path / "log")
    assert recorded(tmp_path / "log", TRUSTED).checkpoint is None
    log.abandon()
    (tmp_path / "log" / layout.JOURNAL).write_bytes(frame(note(1))[:-5])
    put_lines(tmp_path / "log", entries(1))
    assert read_recorded(tmp_path / "log", TRUSTED) == ()


def test_every_torn_tail_is_passed_over(log):
    (log / "checkpoint").unlink()  # its writer died before it closed the log
    journal, lines = (log / layout.JOURNAL).read_bytes(), (log / layout.entries_file(0)).read_bytes()
    for tail in (b"\x00", b"\xff\xff\xff\xff", frame(note(7))[:-1], frame(note(7))[:40], bytes(300), frame(b"x" * 150)):
        (log / layout.JOURNAL).write_bytes(journal + tail)
        assert read_recorded(log, TRUSTED) == tuple(entries(6))
    (log / layout.JOURNAL).write_bytes(journal)
    for tail in (b"{", entry(6), entry(6) + b"\n", b"\0" * 100_000):
        (log / layout.entries_file(0)).write_bytes(lines + tail)
        assert read_recorded(log, TRUSTED) == tuple(entries(6))
    for cut in range(len(frame(note(6)))):
        (log / layout.JOURNAL).write_bytes(journal[: len(journal) - cut])
        assert len(read_recorded(log, TRUSTED)) == (6 if cut == 0 else 5)


def test_a_journal_that_lost_what_was_published_is_no_torn_tail(log):
    journal = (log / layout.JOURNAL).read_bytes()
    (log / layout.JOURNAL).write_bytes(journal[: -len(frame(note(6)))])
    with pytest.raises(LogFault, match="size 6, but the journal ends with one of size 5") as caught:
        read_recorded(log, TRUSTED)
    assert caught.value.kind == "tampered"


def test_an_old_note_put_behind_a_new_one_is_no_torn_tail(log):
    journal = (log / layout.JOURNAL).read_bytes()
    (log / layout.JOURNAL).write_bytes(journal + frame(note(3)))
    with pytest.raises(LogFault, match="size 3 follows size 6"):
        read_recorded(log, TRUSTED)


def test_a_bad_note_before_a_good_one_is_no_torn_tail(log):
    bad = bytearray(frame(note(3)))
    bad[40] ^= 1
    (log / layout.JOURNAL).write_bytes(bytes(bad) + frame(note(5)))
    with pytest.raises(LogFault, match="stands before another") as caught:
        read_recorded(log)
    assert caught.value.kind == "tampered"


def test_signed_entries_that_are_gone_or_changed(log):
    put_lines(log, entries(4))
    with pytest.raises(LogFault, match="entry 4 is missing"):
        read_recorded(log)
    with (log / layout.entries_file(0)).open("ab") as file:
        file.write(entry(4)[:3])
    with pytest.raises(LogFault, match="cut short"):
        read_recorded(log)
    put_lines(log, [*entries(5), entry(5, "b")])
    with pytest.raises(LogFault, match="entry 5 was changed"):
        read_recorded(log)


def test_trust_is_asked_for_when_it_is_given(log):
    stranger = SigningKey.generate("workspace")
    assert len(read_recorded(log)) == 6
    with pytest.raises(LogFault) as caught:
        read_recorded(log, [stranger.verifier])
    assert caught.value.kind == "undecided"
    (log / "certificate").write_bytes(sign_note(Certificate(SigningKey.generate(ORIGIN).verifier).text, WORKSPACE))
    with pytest.raises(LogFault, match="certifies another key"):
        read_recorded(log, TRUSTED)


def test_a_folder_in_place_of_a_segment_is_damage(log):
    (log / layout.entries_file(0)).unlink()
    (log / layout.entries_file(0)).mkdir()
    with pytest.raises(LogFault, match="is a folder, and no file"):
        read_recorded(log)
