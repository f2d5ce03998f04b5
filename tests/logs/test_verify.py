"""Break a log in every way that files can be broken; verify must refuse it and say which entry and why."""

import itertools
import os
import random
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import (
    LogFault,
    LogReader,
    LogWriter,
    SigningKey,
    Verifier,
    layout,
    read_recorded,
    verify_log,
)
from agoranomos.logs.certificate import Certificate
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.diagnosis import folded
from agoranomos.logs.journal import frame
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.signing import sign_note
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries, entry, lines_of, make_log, open_log, put_lines

FILES = ("checkpoint", layout.JOURNAL, "log.vkey", "certificate", layout.entries_file(0), layout.leaves_file(0))


def fault_of(folder, **options) -> LogFault:
    with pytest.raises(LogFault) as caught:
        verify_log(folder, TRUSTED, **options)
    assert caught.value.exit_code == 1
    return caught.value


@pytest.fixture
def log(tmp_path):
    """Six entries in three appends, in `tmp_path/log`."""
    make_log(tmp_path / "log")
    return tmp_path / "log"


@pytest.fixture
def once(tmp_path):
    """Twelve entries under one checkpoint, in `tmp_path/log`."""
    make_log(tmp_path / "log", (12,), "close")
    return tmp_path / "log"


def test_an_intact_log_and_an_intact_copy(log, tmp_path):
    verification = verify_log(log, TRUSTED, origin=ORIGIN)
    assert (verification.origin, verification.size) == (ORIGIN, 6)
    assert verification.root == root_of(leaf_hashes(entries(6)))
    assert verification.signer == RUN.vkey
    assert verification.trusted_by == WORKSPACE.vkey
    assert any("rollback" in line for line in verification.not_excluded)
    shutil.copytree(log, tmp_path / "elsewhere/copy")
    assert verify_log(tmp_path / "elsewhere/copy", TRUSTED) == verification


def test_what_is_consumed_is_what_was_verified(log):
    seen = []
    verify_log(log, TRUSTED, consume=seen.extend)
    assert seen == entries(6)


@pytest.mark.parametrize("name", FILES)
def test_every_bit_of_every_file(log, name):
    intact = (log / name).read_bytes()
    starts = list(itertools.accumulate((len(line) + 1 for line in lines_of(log)), initial=0))
    # A signature is dear to check: of the notes, one bit of each byte. The tamper matrix flips them all.
    notes = name in {"checkpoint", layout.JOURNAL, "certificate"}
    for at, bit in itertools.product(range(len(intact)), range(8)):
        if notes and bit != at * 5 % 8:
            continue
        (log / name).write_bytes(intact[:at] + bytes([intact[at] ^ 1 << bit]) + intact[at + 1 :])
        fault = fault_of(log)
        if name == layout.entries_file(0):
            bad = next(index for index in range(6) if at < starts[index + 1])
            assert fault.entry == bad, (at, bit, fault)
            assert f"entry {bad}" in fault.message
        elif name == layout.leaves_file(0):
            assert fault.entry == at // 32
            assert f"leaf hash of entry {at // 32}" in fault.message
            assert "entries themselves are" in fault.message
        elif fault.kind != "undecided":
            assert name in fault.message
        else:
            assert name == "certificate"
    (log / name).write_bytes(intact)
    verify_log(log, TRUSTED)


def test_sampled_bytes_of_a_longer_log(tmp_path):
    make_log(tmp_path / "log", (300,), "close")
    draw = random.Random(1)
    for name, value in itertools.product(FILES, (0, 255)):
        intact = (tmp_path / "log" / name).read_bytes()
        for at in draw.sample(range(len(intact)), 12):
            if intact[at] != value:
                (tmp_path / "log" / name).write_bytes(intact[:at] + bytes([value]) + intact[at + 1 :])
                fault = fault_of(tmp_path / "log")
                if name == layout.entries_file(0):
                    assert fault.entry == intact[:at].count(b"\n")
        (tmp_path / "log" / name).write_bytes(intact)


@pytest.mark.parametrize("name", FILES)
def test_every_cut_of_every_file(log, name):
    intact = (log / name).read_bytes()
    for length in range(len(intact)):
        (log / name).write_bytes(intact[:length])
        fault = fault_of(log)
        if name == layout.entries_file(0):
            assert fault.entry == intact[:length].count(b"\n")
            assert fault.kind == "damaged"


@pytest.mark.parametrize("name", FILES)
def test_every_missing_file_is_named(log, name):
    (log / name).unlink()
    fault = fault_of(log)
    assert fault.kind == "damaged"
    assert name in fault.message or "leaf hashes are missing" in fault.message


def test_all_files_missing(tmp_path):
    assert fault_of(tmp_path).kind == "damaged"
    with pytest.raises(UsageError, match="no such folder"):
        verify_log(tmp_path / "nothing", TRUSTED)


def renumbered(lines):
    """What a careful forger writes: each line says the index of its new place."""
    return [line[: line.rindex(b'"seq":')] + b'"seq":%d}' % index for index, line in enumerate(lines)]


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("leaves", ["kept", "missing", "rewritten"])
def test_swaps_deletions_duplicates_and_insertions(once, careful, leaves):
    intact = lines_of(once)
    tampered = {f"swap {i}": [*intact[:i], intact[i + 1], intact[i], *intact[i + 2 :]] for i in range(11)}
    tampered |= {f"delete {i}": intact[:i] + intact[i + 1 :] for i in range(12)}
    tampered |= {f"duplicate {i}": intact[: i + 1] + intact[i:] for i in range(12)}
    tampered |= {f"insert {i}": [*intact[:i], entry(i, "new"), *intact[i:]] for i in range(13)}
    kept = (once / layout.leaves_file(0)).read_bytes()
    for what, made in tampered.items():
        lines = renumbered(made) if careful else made
        put_lines(once, lines)
        (once / layout.leaves_file(0)).unlink(missing_ok=True)
        if leaves != "missing":
            content = kept if leaves == "kept" else b"".join(leaf_hashes(lines))
            (once / layout.leaves_file(0)).write_bytes(content)
        fault = fault_of(once)
        first = next((i for i, line in enumerate(intact) if i >= len(lines) or lines[i] != line), 12)
        assert fault.kind in {"tampered", "damaged"}
        if (
            leaves == "kept"
            or first >= min(len(lines), 12)
            or (not careful and lines[first][-10:] != intact[first][-10:])
        ):
            assert fault.entry == first, (what, fault)
        else:
            assert fault.entry is not None, (what, fault)


def test_the_reason_is_told(once):
    intact = lines_of(once)

    def reason(lines):
        put_lines(once, lines)
        return fault_of(once).message

    assert "entry 3 was removed: entry 4 stands in its place" in reason(intact[:3] + intact[4:])
    assert "entry 4 stands in the place of entry 3: lines were moved" in reason(
        [*intact[:3], intact[4], intact[3], *intact[5:]]
    )
    assert "entry 3 stands a second time, in the place of entry 4" in reason(intact[:4] + intact[3:])
    assert "entry 11 is missing" in reason(intact[:11])
    assert "entry 12 is not signed" in reason([*intact, entry(12)])
    assert "entry 5 was changed" in reason([*intact[:5], entry(5, "b"), *intact[6:]])
    assert "(1 more after it)" in reason([*intact[:5], entry(5, "b"), entry(6, "b"), *intact[7:]])


def test_without_good_leaf_hashes_the_journal_bounds_the_place(log):
    lines = lines_of(log)
    lines[4] = entry(4, "forged")
    put_lines(log, lines)
    (log / layout.leaves_file(0)).write_bytes(b"".join(leaf_hashes(lines)))
    fault = fault_of(log)
    assert fault.message.startswith("entries 3 to 4 hold one that was not signed")
    (log / layout.leaves_file(0)).write_bytes(b"".join(leaf_hashes(entries(5))) + bytes(32))
    assert "entry 4 differs from its leaf hash" in fault_of(log).message
    lines[4] = b'{"no":"seq"}'
    put_lines(log, lines)
    assert "does not say which it is" in fault_of(log).message


def test_leaf_hashes_that_are_too_many(log):
    with (log / layout.leaves_file(0)).open("ab") as file:
        file.write(bytes(32))
    assert "more leaf hashes than entries" in fault_of(log).message


def test_an_entry_that_was_signed_under_a_wrong_number(tmp_path, monkeypatch):
    monkeypatch.setattr("agoranomos.logs.writer.check_entries", lambda entries, first: None)
    log = open_log(tmp_path / "log", "close")
    log.append([entry(0), entry(7)])
    log.close()
    fault = fault_of(tmp_path / "log")
    assert fault.entry == 1
    assert "says that it is entry 7" in fault.message


def test_an_older_checkpoint_put_back(log):
    notes = [sign_note(Checkpoint(ORIGIN, size, root_of(leaf_hashes(entries(size)))).text, RUN) for size in (3, 5, 6)]
    assert (log / layout.JOURNAL).read_bytes() == b"".join(map(frame, notes))
    (log / "checkpoint").write_bytes(notes[0])
    assert "an older checkpoint was put back" in fault_of(log).message
    (log / layout.JOURNAL).write_bytes(frame(notes[0]))
    assert "entry 3 is not signed" in fault_of(log).message
    (log / "checkpoint").write_bytes(notes[2])
    assert "was cut" in fault_of(log).message
    (log / layout.JOURNAL).write_bytes(frame(notes[2]) + frame(notes[1]))
    assert "size 5 follows size 6" in fault_of(log).message


def test_a_whole_older_state_verifies_and_says_that_it_cannot_tell(log):
    note = sign_note(Checkpoint(ORIGIN, 3, root_of(leaf_hashes(entries(3)))).text, RUN)
    (log / "checkpoint").write_bytes(note)
    (log / layout.JOURNAL).write_bytes(frame(note))
    put_lines(log, entries(3))
    (log / layout.leaves_file(0)).write_bytes(b"".join(leaf_hashes(entries(3))))
    verification = verify_log(log, TRUSTED)
    assert verification.size == 3
    assert verification.not_excluded[0].startswith("rollback")


def test_two_checkpoints_of_one_size(log):
    other = sign_note(Checkpoint(ORIGIN, 6, bytes(32)).text, RUN)
    (log / "checkpoint").write_bytes(other)
    assert fault_of(log).kind == "tampered"


def test_another_key_and_another_origin(log, tmp_path):
    stranger = SigningKey.generate("workspace")
    for certifier, key, kind in (
        (stranger, RUN, "undecided"),
        (WORKSPACE, SigningKey.generate("lab/plan/arm/2/1"), "tampered"),
    ):
        other = LogWriter.create(tmp_path / kind, key.name, key=key, certifier=certifier, durable="close")
        other.append(entries(6))
        other.close()
    assert fault_of(tmp_path / "undecided").kind == "undecided"
    assert "Give the public key" in fault_of(tmp_path / "undecided").advice
    fault = fault_of(tmp_path / "tampered", origin=ORIGIN)
    assert (fault.kind, "not of lab/plan/arm/1/1" in fault.message) == ("tampered", True)
    for name in FILES[:4]:
        intact = (log / name).read_bytes()
        (log / name).write_bytes((tmp_path / "tampered" / name).read_bytes())
        assert fault_of(log).kind == "tampered"
        (log / name).write_bytes(intact)


def test_a_rewritten_log_under_a_key_that_nobody_certified(log, tmp_path):
    forger = SigningKey.generate(ORIGIN)
    shutil.rmtree(log)
    forged = LogWriter.create(log, ORIGIN, key=forger, certifier=SigningKey.generate("workspace"), durable="close")
    forged.append([entry(0, "forged")])
    forged.close()
    assert fault_of(log).kind == "undecided"
    (log / "certificate").write_bytes(sign_note(Certificate(RUN.verifier).text, WORKSPACE))
    assert "certifies another key" in fault_of(log).message


def test_no_trust_is_no_verdict_and_a_broken_log_is_named_first(log):
    with pytest.raises(LogFault, match="consistent in itself") as caught:
        verify_log(log, ())
    assert caught.value.kind == "undecided"
    put_lines(log, [*entries(5), entry(5, "b")])
    with pytest.raises(LogFault, match="entry 5") as caught:
        verify_log(log, ())
    assert caught.value.kind == "tampered"


def test_one_key_given_twice_is_one_key(log):
    assert verify_log(log, (*TRUSTED, Verifier.from_vkey(WORKSPACE.vkey))).trusted_by == WORKSPACE.vkey


@pytest.mark.parametrize("durable", ["append", "close"])
def test_an_empty_log_does_not_verify(tmp_path, durable):
    open_log(tmp_path / "log", durable).close()
    assert "the log is empty" in fault_of(tmp_path / "log").message
    assert read_recorded(tmp_path / "log") == ()


def test_a_log_whose_writer_died(tmp_path):
    log = open_log(tmp_path / "log")
    assert fault_of(tmp_path / "log").kind == "damaged"
    log.append(entries(2))
    log.abandon()
    fault = fault_of(tmp_path / "log")
    assert fault.kind == "damaged"
    assert "never closed (its journal signs 2 entries)" in fault.message
    with (tmp_path / "log" / layout.entries_file(0)).open("ab") as file:
        file.write(entry(2) + b"\n" + entry(3)[:5])
    fault = fault_of(tmp_path / "log")
    assert fault.kind == "damaged"
    assert read_recorded(tmp_path / "log", TRUSTED) == tuple(entries(2))


@pytest.mark.parametrize("name", ["entries/000000065536.jsonl", "leaves/000000065536.sha256", "entries/x"])
def test_files_that_belong_to_no_entry_are_refused(log, name):
    (log / name).write_bytes(b"")
    assert name in fault_of(log).message


def test_segments_cut_missing_and_moved(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 4)
    make_log(tmp_path / "log", (10,), "close")
    log = tmp_path / "log"
    for first in (0, 4, 8):
        shutil.copytree(log, tmp_path / "copy")
        (tmp_path / "copy" / layout.entries_file(first)).unlink()
        fault = fault_of(tmp_path / "copy")
        assert (fault.entry, fault.kind) == (first, "damaged")
        (tmp_path / "copy" / layout.entries_file(first)).write_bytes(b"")
        assert fault_of(tmp_path / "copy").entry == first
        shutil.rmtree(tmp_path / "copy")
    for first in (0, 4):
        intact = lines_of(log, first)
        put_lines(log, [*intact, entry(first + 4)], first)
        assert fault_of(log).entry == first + 4
        put_lines(log, intact, first)
    (log / layout.leaves_file(4)).write_bytes(bytes(32 * 5))
    assert "leaf hashes" in fault_of(log).message


def test_hostile_sizes_end_at_once(log):
    with (log / layout.entries_file(0)).open("r+b") as file:
        file.truncate(1 << 40)
    assert fault_of(log).entry == 6
    put_lines(log, [*entries(4), b"x" * 70_000, entry(5)])
    assert "entry 4: its line in entries/000000000000.jsonl is longer than any entry" in fault_of(log).message
    put_lines(log, entries(6))
    for name in ("checkpoint", "certificate", "log.vkey", layout.leaves_file(0), layout.JOURNAL):
        intact = (log / name).read_bytes()
        with (log / name).open("r+b") as file:
            file.truncate(1 << 40)
        assert fault_of(log).kind == "damaged"
        (log / name).write_bytes(intact)
    (log / "checkpoint").write_bytes(b"o\n1\n\n" + "— a AAAAAAAA\n".encode() * 60_000)
    assert "at most 100" in fault_of(log).message


def test_files_that_change_while_they_are_read(log, monkeypatch):
    """Mended between the first reading and the second, which looks for the reason."""
    intact = lines_of(log)
    put_lines(log, [*intact[:2], entry(2, "b"), *intact[3:]])

    def mend(extent, *, read_entries):
        put_lines(log, intact)
        return folded(extent, read_entries=read_entries)

    monkeypatch.setattr("agoranomos.logs.diagnosis.folded", mend)
    fault = fault_of(log)
    assert (fault.kind, fault.entry) == ("damaged", None)
    assert "verify again" in fault.message


def test_leaf_hashes_that_change_while_they_are_read(log, monkeypatch):
    """Entry and leaf hash forged alike, and the leaf hash mended before it is read again."""
    intact, leaves = lines_of(log), log / layout.leaves_file(0)
    kept = leaves.read_bytes()
    forged = [*intact[:2], entry(2, "b"), *intact[3:]]
    put_lines(log, forged)
    leaves.write_bytes(b"".join(leaf_hashes(forged)))

    def mend(extent, *, read_entries):
        leaves.write_bytes(kept)
        return folded(extent, read_entries=read_entries)

    monkeypatch.setattr("agoranomos.logs.diagnosis.folded", mend)
    assert "verify again" in fault_of(log).message


def test_what_is_shown_holds_no_control_character(log):
    for name in ("log.vkey", "certificate", "checkpoint"):
        intact = (log / name).read_bytes()
        (log / name).write_bytes(b"\x1b[31m" + intact)
        assert "\x1b" not in fault_of(log).message
        (log / name).write_bytes(intact)


def test_a_blob_that_was_changed(tmp_path):
    log = open_log(tmp_path / "log")
    digest = log.put_blob(b"content")
    log.append(entries(1))
    log.close()
    path = tmp_path / "log" / layout.blob_file(digest)
    path.write_bytes(b"Content")
    assert digest in fault_of(tmp_path / "log").message
    with pytest.raises(LogFault, match="not what its name says"):
        LogReader(tmp_path / "log").blob(digest)


def test_a_blob_longer_than_any_may_be_is_refused_unread(tmp_path):
    log = open_log(tmp_path / "log")
    digest = log.put_blob(b"content")
    log.append(entries(1))
    log.close()
    with (tmp_path / "log" / layout.blob_file(digest)).open("r+b") as file:
        file.truncate((1 << 28) + 1)  # sparse
    assert "longer than any may be" in fault_of(tmp_path / "log").message


def test_every_blob_is_read_and_lies_where_its_name_says(tmp_path):
    log = open_log(tmp_path / "log")
    digests = [log.put_blob(b"content %d" % number) for number in range(5)]
    log.append(entries(1))
    log.close()
    assert verify_log(tmp_path / "log", TRUSTED).size == 1
    path = tmp_path / "log" / layout.blob_file(digests[3])
    elsewhere = tmp_path / "log/blobs/sha256/zz" / path.name
    elsewhere.parent.mkdir()
    path.rename(elsewhere)
    assert digests[3] in fault_of(tmp_path / "log").message
    elsewhere.rename(path)
    path.write_bytes(b"x" * (1 << 20) + b"content 3")
    assert digests[3] in fault_of(tmp_path / "log").message


IN_THE_WAY = {
    "folder": Path.mkdir,
    "loop": lambda path: path.symlink_to(path.name),
    "nowhere": lambda path: path.symlink_to("nowhere"),
    "device": lambda path: path.symlink_to("/dev/zero"),
    "pipe": lambda path: os.mkfifo(path),
    "file": lambda path: path.write_bytes(b"x"),
}


@pytest.mark.parametrize("what", IN_THE_WAY)
@pytest.mark.parametrize("still_open", [False, True])
def test_whatever_stands_in_the_place_of_a_file_the_log_is_at_fault(log, what, still_open):
    """Of many logs, one that a stranger laid a trap in must not end the verification of the others."""
    places = ["certificate", "log.vkey", layout.JOURNAL, "checkpoint", layout.entries_file(0), layout.leaves_file(0)]
    for name in [*places, "entries", "leaves", "checkpoints", "blobs/sha256/ab/" + "ab" * 32]:
        place, away = log / name, log / "away"
        place.parent.mkdir(parents=True, exist_ok=True)
        there = place.exists()
        if there:
            place.rename(away)
        IN_THE_WAY[what](place)
        if still_open and ("leaves" in name or (what in ("loop", "nowhere") and name == "checkpoint")):
            with suppress(LogFault):  # kept hashes, and a published checkpoint, may be missing from an open log
                verify_log(log, TRUSTED, still_open=True)
        else:
            with pytest.raises(LogFault) as caught:
                verify_log(log, TRUSTED, still_open=still_open)
            assert caught.value.kind in ("damaged", "tampered")
        place.rmdir() if what == "folder" else place.unlink()
        if there:
            away.rename(place)
    assert verify_log(log, TRUSTED).size


def test_a_file_that_cannot_be_read_is_the_machines_fault(log, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "a/b")

    monkeypatch.setattr("agoranomos.logs.verify.read_vkey", refuse)
    with pytest.raises(MachineError, match="cannot read a/b: Permission denied"):
        verify_log(log, TRUSTED)
