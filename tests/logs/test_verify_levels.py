"""Level by level, what a planted fault is found by; kept hashes; and logs that are still open."""

import shutil

import pytest

from agoranomos.errors import UsageError
from agoranomos.logs import LogFault, layout, verify_log
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.journal import frame
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.signing import sign_note
from logs.building import ORIGIN, RUN, TRUSTED, entries, entry, keep_hashes, lines_of, make_log, open_log, put_lines


def fault_of(folder, **options) -> LogFault:
    with pytest.raises(LogFault) as caught:
        verify_log(folder, TRUSTED, **options)
    return caught.value


@pytest.fixture
def log(tmp_path):
    """Six entries in three appends."""
    make_log(tmp_path / "log")
    return tmp_path / "log"


@pytest.fixture(scope="module")
def long_log(tmp_path_factory):
    """66,000 entries: two segments, 257 whole tiles, one whole tile of tiles."""
    folder = tmp_path_factory.mktemp("long") / "log"
    lines = make_log(folder, (40_000, 26_000), "close")
    keep_hashes(folder, lines)
    return folder


@pytest.fixture
def tiled(tmp_path):
    """600 entries with kept hashes: two whole tiles and a part."""
    lines = make_log(tmp_path / "log", (200, 400), "close")
    keep_hashes(tmp_path / "log", lines)
    return tmp_path / "log"


def test_the_structure_is_verified_without_reading_an_entry(log):
    for path in (log / "entries").iterdir():
        path.write_bytes(b"none of these was signed\n")
    found = verify_log(log, TRUSTED, level="structure")
    assert (found.size, found.level, found.root) == (6, "structure", root_of(leaf_hashes(entries(6))))
    assert any(line.startswith("a changed entry: no entry was read") for line in found.not_excluded)
    assert fault_of(log).entry == 0


def test_the_structure_needs_every_leaf_hash_and_each_must_be_the_signed_one(log):
    leaves = log / layout.leaves_file(0)
    intact = leaves.read_bytes()
    for at, good, end in ((0, 0, 3), (2, 0, 3), (3, 3, 5), (5, 5, 6)):
        leaves.write_bytes(intact[: 32 * at] + bytes(32) + intact[32 * at + 32 :])
        fault = fault_of(log, level="structure")
        assert (fault.kind, fault.entry) == ("tampered", good)
        assert f"leaf hashes of entries {good} to {end - 1} are not those that were signed" in fault.message
        assert "--level full" in fault.advice
    for length in (0, 31, 32, 6 * 32 - 1):
        leaves.write_bytes(intact[:length])
        fault = fault_of(log, level="structure")
        assert (fault.kind, fault.entry) == ("damaged", length // 32)
        assert f"missing or cut short from entry {length // 32} on" in fault.message
    leaves.unlink()
    assert (fault_of(log, level="structure").kind, fault_of(log, level="structure").entry) == ("damaged", 0)
    leaves.write_bytes(intact + bytes(32))
    assert "more leaf hashes than entries" in fault_of(log, level="structure").message


def test_blobs_are_no_part_of_the_structure(tmp_path):
    log = open_log(tmp_path / "log")
    digest = log.put_blob(b"content")
    log.append(entries(1))
    log.close()
    (tmp_path / "log" / layout.blob_file(digest)).write_bytes(b"other")
    assert verify_log(tmp_path / "log", TRUSTED, level="structure").size == 1
    assert digest in fault_of(tmp_path / "log").message


def test_every_level_says_what_it_did_not_look_at(log):
    structure = verify_log(log, TRUSTED, level="structure").not_excluded
    full = verify_log(log, TRUSTED).not_excluded
    strict = verify_log(log, TRUSTED, check=len).not_excluded
    assert verify_log(log, TRUSTED, check=len).level == "strict"
    assert len(structure) == len(full) + 1
    assert len(full) == len(strict) + 2
    assert any("--level strict does" in line for line in full)
    assert not any("--level strict does" in line for line in strict)
    assert any("a blob that was removed" in line for line in full)
    assert not any("a blob that was removed" in line for line in strict)
    assert any("--level replay does" in line for line in strict)


@pytest.mark.parametrize("level", ["structure", "full"])
@pytest.mark.parametrize(("name", "width", "count"), [("hashes/1.sha256", 256, 257), ("hashes/2.sha256", 65_536, 1)])
def test_kept_hashes_are_made_anew_and_compared(long_log, tmp_path, level, name, width, count):
    log = shutil.copytree(long_log, tmp_path / "copy")
    assert verify_log(log, TRUSTED, level=level).noted == ()
    intact = (log / name).read_bytes()
    assert len(intact) == 32 * count
    for number in {0, count // 2, count - 1}:
        changed = bytearray(intact)
        changed[32 * number + 5] ^= 1
        (log / name).write_bytes(changed)
        for jobs in (1, 2) if number == count - 1 and level == "full" else (1,):
            fault = fault_of(log, level=level, jobs=jobs)
            assert (fault.kind, fault.entry) == ("tampered", number * width)
            assert f"hash {number} of {name} was changed; the entries themselves are" in fault.message
    (log / name).write_bytes(intact[:-32])
    assert fault_of(log, level=level).kind == "tampered"  # a hash that is not there is not the one that follows
    (log / name).write_bytes(intact + bytes(32))
    fault = fault_of(log, level=level)
    assert (fault.kind, f"{name} has {len(intact) + 32} bytes, not {len(intact)}" in fault.message) == ("damaged", True)
    (log / name).unlink()
    assert f"{name} is missing" in verify_log(log, TRUSTED, level=level).noted[0]


def test_hashes_of_a_log_that_has_none_are_refused(log):
    (log / "hashes").mkdir()
    (log / "hashes/1.sha256").write_bytes(bytes(32))
    assert "has 32 bytes, not 0" in fault_of(log).message


@pytest.mark.parametrize("segment", [4, 64, 256, 512])
def test_kept_hashes_are_found_wrong_whatever_a_segment_holds(tmp_path, monkeypatch, segment):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", segment)
    lines = make_log(tmp_path / "log", (130, 670), "close")
    keep_hashes(tmp_path / "log", lines)
    assert verify_log(tmp_path / "log", TRUSTED).noted == ()
    path = tmp_path / "log/hashes/1.sha256"
    intact = path.read_bytes()
    assert len(intact) == 3 * 32
    for number in range(3):
        path.write_bytes(intact[: 32 * number] + bytes([1]) * 32 + intact[32 * number + 32 :])
        assert fault_of(tmp_path / "log").entry == number * 256
        path.write_bytes(intact[: 32 * number] + bytes(32) + intact[32 * number + 32 :])
        assert fault_of(tmp_path / "log").entry == number * 256
    for damage in (b"", bytes(96), bytes([1]) * 96):
        path.write_bytes(damage)
        assert fault_of(tmp_path / "log").entry == 0
    path.write_bytes(intact[:32])
    assert fault_of(tmp_path / "log").entry == 256
    path.write_bytes(intact[:64])
    assert fault_of(tmp_path / "log").entry == 512
    assert "hashes/1.sha256 is cut short" in verify_log(tmp_path / "log", TRUSTED, still_open=True).noted[0]


def test_both_levels_wrong_names_the_lower(long_log, tmp_path):
    log = shutil.copytree(long_log, tmp_path / "copy")
    for name in ("hashes/1.sha256", "hashes/2.sha256"):
        content = bytearray((log / name).read_bytes())
        content[0] ^= 1
        (log / name).write_bytes(content)
    assert "hashes/1.sha256" in fault_of(log).message
    lines = (log / layout.entries_file(0)).read_bytes()
    (log / layout.entries_file(0)).write_bytes(lines.replace(b'"a', b'"b', 1))
    assert "entry 0 was changed" in fault_of(log).message


# A log that is still open.


def died(folder, sizes=(3, 2)):
    """A log whose writer died after these appends."""
    log = open_log(folder)
    done = 0
    for size in sizes:
        log.append(entries(size, done))
        done += size
    log.abandon()
    return folder


def test_a_log_whose_writer_died_is_verified_as_far_as_it_is_signed(tmp_path):
    log = died(tmp_path / "log")
    fault = fault_of(log)
    assert "never closed (its journal signs 5 entries)" in fault.message
    assert "--open" in fault.advice
    found = verify_log(log, TRUSTED, still_open=True)
    assert (found.size, found.closed, found.checkpoints, found.noted) == (5, False, 2, ())
    assert found.root == root_of(leaf_hashes(entries(5)))


def test_a_closed_log_is_closed_also_when_nobody_says_so(log):
    found = verify_log(log, TRUSTED, still_open=True)
    assert (found.size, found.closed, found.noted) == (6, True, ())
    assert found == verify_log(log, TRUSTED)


def test_what_a_crash_left_is_noted_and_not_refused(tmp_path):
    log = died(tmp_path / "log")
    with (log / layout.entries_file(0)).open("ab") as file:
        file.write(entry(5) + b"\n" + b'{"body":')
    with (log / layout.leaves_file(0)).open("ab") as file:
        file.write(b"torn")
    with (log / layout.JOURNAL).open("ab") as file:
        file.write(frame(b"a note that was cut")[:9])
    found = verify_log(log, TRUSTED, still_open=True)
    tail = len(entry(5)) + 9
    assert (found.size, found.closed) == (5, False)
    assert found.noted == (
        "checkpoints/000.notes ends in a note that was torn: note 2: it ends within a note",
        f"{tail} bytes follow entry 4: nobody signed them",
    )


@pytest.mark.parametrize("torn", [b"\0\0\0\0", b"\0\0", b"\xff\xff\xff\xff", frame(b"no note\n")])
def test_only_the_last_note_may_be_torn(tmp_path, torn):
    log = died(tmp_path / "log")
    journal = log / layout.JOURNAL
    intact = journal.read_bytes()
    journal.write_bytes(intact + torn)
    found = verify_log(log, TRUSTED, still_open=True)
    assert (found.size, len(found.noted)) == (5, 1)
    assert "ends in a note that was torn" in found.noted[0]
    fault = fault_of(log)
    assert layout.JOURNAL in fault.message
    good = frame(sign_note(Checkpoint(ORIGIN, 6, bytes(32)).text, RUN))
    if torn == frame(b"no note\n"):
        journal.write_bytes(intact + torn + good)
        assert "note 2: not a signed note" in fault_of(log, still_open=True).message
        journal.write_bytes(intact + torn + b"\0")
        assert "note 2: not a signed note" in fault_of(log, still_open=True).message


def test_a_torn_note_alone_signs_nothing(tmp_path):
    log = died(tmp_path / "log", ())
    for content in (b"", b"\0\0", frame(b"no note\n")):
        (log / layout.JOURNAL).write_bytes(content)
        fault = fault_of(log, still_open=True)
        assert (fault.kind, "nothing in the log is signed" in fault.message) == ("damaged", True)
    (log / layout.JOURNAL).unlink()
    assert f"{layout.JOURNAL} is missing" in fault_of(log, still_open=True).message


def test_notes_of_an_open_log_must_grow(tmp_path):
    log = died(tmp_path / "log")
    notes = [sign_note(Checkpoint(ORIGIN, n, root_of(leaf_hashes(entries(n)))).text, RUN) for n in (5, 5, 3)]
    for second in notes[1:]:
        (log / layout.JOURNAL).write_bytes(frame(notes[0]) + frame(second))
        fault = fault_of(log, still_open=True)
        assert (fault.kind, "note 1: size" in fault.message) == ("tampered", True)


def test_a_checkpoint_behind_the_journal_is_no_fault_of_an_open_log(log):
    notes = {n: sign_note(Checkpoint(ORIGIN, n, root_of(leaf_hashes(entries(n)))).text, RUN) for n in (3, 4, 5, 6)}
    (log / "checkpoint").write_bytes(notes[3])
    found = verify_log(log, TRUSTED, still_open=True)
    assert (found.size, found.closed) == (6, False)
    assert found.noted == ("checkpoint is of size 3; the journal goes on to size 6",)
    assert "an older checkpoint was put back" in fault_of(log).message
    (log / "checkpoint").write_bytes(notes[4])
    assert "which checkpoints/000.notes does not hold" in fault_of(log, still_open=True).message
    (log / "checkpoint").write_bytes(sign_note(Checkpoint(ORIGIN, 5, bytes(32)).text, RUN))
    assert "signs with another root" in fault_of(log, still_open=True).message
    assert "signs with another root" in fault_of(log).message
    (log / "checkpoint").write_bytes(notes[6])
    (log / layout.JOURNAL).write_bytes(frame(notes[3]))
    for still_open in (False, True):
        assert "was cut: it does not hold the checkpoint of size 6" in fault_of(log, still_open=still_open).message
    (log / "checkpoint").write_bytes(b"no note")
    assert fault_of(log, still_open=True).message.startswith("checkpoint: ")


def test_entries_below_the_head_of_an_open_log_are_held_to_it(tmp_path):
    log = died(tmp_path / "log")
    put_lines(log, [*entries(3), entry(3, "b"), entry(4)])
    assert (fault_of(log, still_open=True).kind, fault_of(log, still_open=True).entry) == ("tampered", 3)
    put_lines(log, entries(4))
    assert (fault_of(log, still_open=True).kind, fault_of(log, still_open=True).entry) == ("damaged", 4)


def test_leaf_hashes_that_never_reached_the_disk_are_noted_and_changed_ones_refused(tmp_path):
    log = died(tmp_path / "log")
    leaves = log / layout.leaves_file(0)
    intact = leaves.read_bytes()
    assert len(intact) == 5 * 32
    for content, first in ((b"", 0), (intact[:70], 2), (intact[:96] + bytes(64), 3), (intact[:96] + bytes(32), 3)):
        leaves.write_bytes(content)
        found = verify_log(log, TRUSTED, still_open=True)
        assert found.noted == (
            f"leaf hashes are missing or cut short from entry {first} on; the entries themselves are those that were "
            "signed",
        )
    leaves.unlink()
    assert "from entry 0 on" in verify_log(log, TRUSTED, still_open=True).noted[0]
    leaves.write_bytes(intact[:96] + bytes([7]) * 32 + intact[128:])
    fault = fault_of(log, still_open=True)
    assert (fault.kind, fault.entry) == ("tampered", 3)
    assert "the leaf hash of entry 3 was changed" in fault.message


def test_zeros_among_the_leaf_hashes_of_a_closed_log_are_a_change(log):
    leaves = log / layout.leaves_file(0)
    intact = leaves.read_bytes()
    leaves.write_bytes(intact[:64] + bytes(32) + intact[96:])
    assert (fault_of(log).kind, fault_of(log).entry) == ("tampered", 2)


def test_segments_that_a_writer_began_are_noted(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 4)
    log = died(tmp_path / "log", (4,))
    later = log / layout.entries_file(4)
    later.write_bytes(entry(4) + b"\n")
    (log / layout.leaves_file(4)).write_bytes(b"")
    found = verify_log(log, TRUSTED, still_open=True)
    assert found.size == 4
    assert found.noted == tuple(
        f"{name} follows the last signed entry: nobody signed what is in it"
        for name in (layout.entries_file(4), layout.leaves_file(4))
    )
    for name in ("entries/000000000005.jsonl", "entries/4.jsonl", "leaves/000000000008.jsonl", "entries/x.jsonl"):
        (log / name).write_bytes(b"")
        fault = fault_of(log, still_open=True)
        assert (fault.kind, fault.entry) == ("tampered", 4)
        assert f"{name} is no part of a log of 4 entries" in fault.message
        (log / name).unlink()
    put_lines(log, [*entries(4), entry(4)])
    found = verify_log(log, TRUSTED, still_open=True)
    assert f"{len(entry(4)) + 1} bytes follow entry 3" in found.noted[-1]


def test_too_many_leaf_hashes_are_refused_where_a_segment_is_full(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 4)
    log = died(tmp_path / "log", (4, 2))
    for first, refused in ((0, True), (4, False)):
        path = log / layout.leaves_file(first)
        intact = path.read_bytes()
        path.write_bytes(intact + bytes(32))
        if refused:
            assert "more leaf hashes than entries" in fault_of(log, still_open=True).message
        else:
            assert verify_log(log, TRUSTED, still_open=True).size == 6
        path.write_bytes(intact)


def test_trust_comes_last_in_an_open_log_too(tmp_path):
    log = died(tmp_path / "log")
    with pytest.raises(LogFault, match="consistent in itself") as caught:
        verify_log(log, (), still_open=True)
    assert caught.value.kind == "undecided"
    put_lines(log, [entry(0, "b"), *entries(5)[1:]])
    with pytest.raises(LogFault, match="entry 0") as caught:
        verify_log(log, (), still_open=True)
    assert caught.value.kind == "tampered"


def test_the_key_of_the_log_itself_can_be_trusted(log):
    assert verify_log(log, (RUN.verifier,)).trusted_by == RUN.vkey


def test_lines_can_be_pulled_while_they_are_hashed(log):
    from agoranomos.logs import Verifying

    under_way = Verifying(log, TRUSTED)
    assert under_way.origin == ORIGIN
    pulled = under_way.lines()
    assert [next(pulled), next(pulled)] == entries(2)
    assert under_way.finish().size == 6
    assert list(pulled) == entries(6)[2:]
    assert under_way.finish().size == 6
    put_lines(log, [*entries(5), entry(5, "b")])
    under_way = Verifying(log, TRUSTED)
    assert len(list(under_way.lines())) == 6
    assert list(under_way.lines()) == []
    with pytest.raises(LogFault, match="entry 5 was changed"):
        under_way.finish()


def test_a_pass_that_was_begun_is_taken_up_where_it_stands(tmp_path, monkeypatch):
    from agoranomos.logs import Verifying

    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 4)
    make_log(tmp_path / "log", (4, 4, 3))
    followed: list[object] = []
    under_way = Verifying(
        tmp_path / "log", TRUSTED, check=bytes, follow=lambda first, checked: followed.extend(checked), jobs=2
    )
    assert next(under_way.batches()) == entries(4)
    assert next(under_way.batches()) == entries(8)[4:]
    assert under_way.finish().size == 11
    assert followed == entries(11)


def test_what_was_judged_is_told_before_trust_and_after_every_byte(log):
    from agoranomos.logs import Verifying

    def judged():
        raise LogFault("tampered", "misjudged")

    with pytest.raises(LogFault, match="misjudged"):
        Verifying(log, ()).finish(judged)
    with pytest.raises(LogFault, match="consistent in itself"):
        Verifying(log, ()).finish(lambda: None)
    put_lines(log, [*entries(5), entry(5, "b")])
    with pytest.raises(LogFault, match="entry 5"):
        Verifying(log, ()).finish(judged)


def test_a_folder_that_is_none_is_wrong_usage(tmp_path):
    from agoranomos.logs import Verifying

    with pytest.raises(UsageError, match="no such folder") as caught:
        Verifying(tmp_path / "nothing", TRUSTED)
    assert "Give the folder" in caught.value.advice


def test_the_lines_beyond_the_signed_ones_are_not_handed_on(tmp_path):
    log = died(tmp_path / "log")
    put_lines(log, entries(7))
    seen = []
    assert verify_log(log, TRUSTED, still_open=True, consume=seen.extend).size == 5
    assert seen == entries(5)
    assert lines_of(log) == entries(7)


def test_what_follows_the_last_of_several_segments_leaves_the_log_open(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 4)
    make_log(tmp_path / "log", (4, 2))
    with (tmp_path / "log" / layout.entries_file(4)).open("ab") as file:
        file.write(b"torn")
    found = verify_log(tmp_path / "log", TRUSTED, still_open=True)
    assert (found.closed, found.noted) == (False, ("4 bytes follow entry 5: nobody signed them",))


def test_a_copy_that_a_writer_left_is_noted_in_an_open_log_alone(log):
    (log / "entries/.000000000000.jsonl.new").write_bytes(b"")
    name = "entries/.000000000000.jsonl.new"
    noted = verify_log(log, TRUSTED, still_open=True).noted
    assert noted == (f"{name} was left by a writer that died: it is no part of the log",)
    assert f"{name} is no part of a log of 6 entries" in fault_of(log).message


def test_an_open_log_may_lack_the_folder_of_leaf_hashes(log):
    shutil.rmtree(log / "leaves")
    assert "from entry 0 on" in verify_log(log, TRUSTED, still_open=True).noted[0]


def test_a_trusted_signature_that_is_wrong_is_not_an_open_question(log):
    path = log / layout.CERTIFICATE
    note = path.read_bytes()
    path.write_bytes(note[:-12] + (b"A" if note[-12:-11] != b"A" else b"B") + note[-11:])
    assert fault_of(log).kind == "tampered"


def test_a_blob_may_be_as_long_as_any_and_no_longer(tmp_path, monkeypatch):
    log = open_log(tmp_path / "log")
    log.put_blob(b"content")
    log.append(entries(1))
    log.close()
    monkeypatch.setattr("agoranomos.logs.verify.MAX_BLOB_BYTES", 7)
    assert verify_log(tmp_path / "log", TRUSTED).size == 1
    monkeypatch.setattr("agoranomos.logs.verify.MAX_BLOB_BYTES", 6)
    assert fault_of(tmp_path / "log").kind == "tampered"


def test_unasked_a_log_is_read_here_and_held_to_be_closed(tmp_path, monkeypatch):
    from agoranomos.logs import Verifying

    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 4)
    monkeypatch.setattr("agoranomos.logs.verify.fold_in_parallel", None)
    make_log(tmp_path / "log", (4, 2))
    assert verify_log(tmp_path / "log", TRUSTED).size == 6
    assert Verifying(tmp_path / "log", TRUSTED).finish().size == 6
    with pytest.raises(LogFault, match="never closed"):
        Verifying(died(tmp_path / "died"), TRUSTED)
