"""Checkpoints that were verified before: rollback and second histories are found, and only what was added is read."""

import json
import shutil

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import LogFault, LogWriter, SigningKey, layout, verify_log
from agoranomos.logs.certificate import Certificate
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.journal import frame
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.remembered import HistoryFault, RememberedCheckpoints
from agoranomos.logs.signing import sign_note
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries, entry, lines_of, open_log, put_lines

TIME = 1_767_225_600  # 2026-01-01T00:00:00Z


def note_of(lines, key=RUN) -> bytes:
    return sign_note(Checkpoint(ORIGIN, len(lines), root_of(leaf_hashes(lines))).text, key)


def lay(folder, lines, sizes, key=RUN):
    """A closed log of these lines with checkpoints at `sizes`, whoever signs."""
    shutil.rmtree(folder, ignore_errors=True)
    log = LogWriter.create(folder, ORIGIN, key=key, certifier=WORKSPACE, durable="append")
    for first, end in zip((0, *sizes), sizes, strict=False):
        log.append(lines[first:end])
    log.close()


@pytest.fixture
def store(tmp_path):
    return RememberedCheckpoints(tmp_path / "state" / "remembered")


@pytest.fixture
def log(tmp_path, store):
    """Twelve entries, of which the first seven were verified before."""
    lay(tmp_path / "log", entries(12), (7,))
    store.remember(verify_log(tmp_path / "log", TRUSTED, remembered=store).seen(TIME))
    lay(tmp_path / "log", entries(12), (3, 7, 9, 12))
    return tmp_path / "log"


def history_fault(folder, store, **options) -> HistoryFault:
    with pytest.raises(HistoryFault) as caught:
        verify_log(folder, TRUSTED, remembered=store, **options)
    assert caught.value.kind == "tampered"
    assert caught.value.exit_code == 1
    return caught.value


def test_what_is_remembered_is_what_was_verified(log, store):
    known = store.of(ORIGIN)
    assert known.checkpoint == Checkpoint(ORIGIN, 7, root_of(leaf_hashes(entries(7))))
    assert known.note == note_of(entries(7))
    assert (known.signer, known.verified_unix_s, len(known.subtrees)) == (RUN.vkey, TIME, 3)
    assert store.of("lab/other") is None


def test_a_log_that_continues_what_was_seen_verifies_and_says_so(log, store):
    found = verify_log(log, TRUSTED, remembered=store)
    assert (found.size, found.remembered.checkpoint.size, found.read_from) == (12, 7, 0)
    assert found.not_excluded[0].startswith("rollback of what was added after entry 6: ")
    assert "2026-01-01T00:00:00Z" in found.not_excluded[0]
    assert found.not_excluded[1].startswith("a second history shown to others")
    without = verify_log(log, TRUSTED, remembered=RememberedCheckpoints(store.folder / "empty"))
    assert without.remembered is None
    assert without.not_excluded[0].startswith("rollback: the whole folder may be an older state")
    assert sum("replacement" in line for line in without.not_excluded) == 1
    assert not any("replacement" in line for line in found.not_excluded)


@pytest.mark.parametrize("incremental", [False, True])
@pytest.mark.parametrize("level", ["structure", "full"])
def test_a_rollback_is_found_with_both_signed_checkpoints(log, store, incremental, level):
    store.remember(verify_log(log, TRUSTED, remembered=store).seen(TIME + 1))
    lay(log, entries(12), (3, 11))
    fault = history_fault(log, store, incremental=incremental, level=level)
    assert fault.message == "rollback: the log has 11 entries; it had 12 when it was verified before"
    assert fault.evidence == (note_of(entries(12)), note_of(entries(11)))
    assert "evidence" in fault.advice


@pytest.mark.parametrize("incremental", [False, True])
@pytest.mark.parametrize("level", ["structure", "full"])
@pytest.mark.parametrize("sizes", [(3, 7, 12), (12,), (6, 8, 12), (7,)])
@pytest.mark.parametrize("at", [0, 6])
def test_another_history_is_found_whatever_its_checkpoints(log, store, incremental, level, sizes, at):
    other = [*entries(12)[:at], entry(at, "other"), *entries(12)[at + 1 :]]
    lay(log, other, sizes)
    fault = history_fault(log, store, incremental=incremental, level=level)
    assert fault.message.startswith("another history: the first 7 entries are not those")
    assert fault.evidence == (note_of(entries(7)), note_of(other[: sizes[-1]]))


def test_another_key_for_the_same_entries_is_another_history(log, store):
    other = SigningKey.from_seed(ORIGIN, b"X" * 32)
    lay(log, entries(12), (7, 12), other)
    fault = history_fault(log, store)
    assert fault.message == (
        f"another history: the log is signed by {other.vkey}; when it was verified before, by {RUN.vkey}"
    )
    assert fault.evidence == (note_of(entries(7)), note_of(entries(12), other))


def test_a_changed_byte_is_named_rather_than_another_history(log, store):
    put_lines(log, [*entries(12)[:2], entry(2, "b"), *entries(12)[3:]])
    with pytest.raises(LogFault, match="entry 2 was changed") as caught:
        verify_log(log, TRUSTED, remembered=store)
    assert not isinstance(caught.value, HistoryFault)


def test_only_what_was_added_is_read(log, store):
    put_lines(log, [b"not read", *[b""] * 6, *entries(12)[7:]])
    found = verify_log(log, TRUSTED, remembered=store, incremental=True)
    assert (found.size, found.read_from) == (12, 7)
    assert found.subtrees == verify_log(_restored(log), TRUSTED).subtrees
    assert any("entries 0 to 6 since they were verified before" in line for line in found.not_excluded)
    seen = []
    verify_log(log, TRUSTED, remembered=store, incremental=True, consume=seen.extend)
    assert seen == entries(12)[7:]
    put_lines(log, [*entries(12)[:9], entry(9, "b"), *entries(12)[10:]])
    with pytest.raises(LogFault, match="entry 9 was changed") as caught:
        verify_log(log, TRUSTED, remembered=store, incremental=True)
    assert caught.value.entry == 9


def _restored(log):
    put_lines(log, entries(12))
    return log


def test_a_wrong_checkpoint_after_the_remembered_one_is_found_incrementally(log, store):
    notes = [note_of(entries(7)), sign_note(Checkpoint(ORIGIN, 9, bytes(32)).text, RUN), note_of(entries(12))]
    (log / layout.JOURNAL).write_bytes(b"".join(map(frame, notes)))
    with pytest.raises(LogFault, match="entries 7 to 8 hold one that was not signed") as caught:
        verify_log(log, TRUSTED, remembered=store, incremental=True)
    assert caught.value.entry == 7


def test_the_structure_is_all_that_is_read_of_what_was_added_too(log, store):
    put_lines(log, [b"not read"] * 12)
    assert verify_log(log, TRUSTED, remembered=store, incremental=True, level="structure").size == 12
    leaves = log / layout.leaves_file(0)
    leaves.write_bytes(leaves.read_bytes()[:-32] + bytes([1]) * 32)
    for options in ({"incremental": True}, {}):
        with pytest.raises(LogFault, match="leaf hashes of entries 9 to 11 are not those that were signed") as caught:
            verify_log(log, TRUSTED, remembered=store, level="structure", **options)
        assert caught.value.entry == 9


def test_nothing_was_added(log, store):
    store.remember(verify_log(log, TRUSTED, remembered=store).seen(TIME))
    (log / layout.entries_file(0)).write_bytes(b"x" * 5)
    found = verify_log(log, TRUSTED, remembered=store, incremental=True)
    assert (found.size, found.read_from, found.root) == (12, 12, root_of(leaf_hashes(entries(12))))
    assert found.subtrees == store.of(ORIGIN).subtrees


@pytest.mark.parametrize("segment", [2, 4, 8])
@pytest.mark.parametrize("before", range(1, 12))
def test_incremental_begins_anywhere_in_a_segment(tmp_path, monkeypatch, segment, before):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", segment)
    store = RememberedCheckpoints(tmp_path / "remembered")
    lay(tmp_path / "log", entries(12), (before,))
    store.remember(verify_log(tmp_path / "log", TRUSTED).seen(TIME))
    lay(tmp_path / "log", entries(12), (before, 12))
    whole = verify_log(tmp_path / "log", TRUSTED, remembered=store)
    added = verify_log(tmp_path / "log", TRUSTED, remembered=store, incremental=True)
    assert (added.size, added.root, added.subtrees) == (whole.size, whole.root, whole.subtrees)
    assert added.read_from == before
    store.remember(added.seen(TIME))
    assert store.of(ORIGIN).checkpoint.size == 12


def test_kept_hashes_are_compared_from_within_a_group_of_segments(tmp_path, monkeypatch):
    from logs.building import keep_hashes

    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 64)
    store = RememberedCheckpoints(tmp_path / "remembered")
    log = tmp_path / "log"
    lay(log, entries(600), (330,))
    store.remember(verify_log(log, TRUSTED).seen(TIME))
    lay(log, entries(600), (330, 600))
    keep_hashes(log, entries(600))
    assert verify_log(log, TRUSTED, remembered=store, incremental=True).noted == ()
    path = log / "hashes/1.sha256"
    intact = path.read_bytes()
    path.write_bytes(intact[:32] + bytes([1]) * 32)
    with pytest.raises(LogFault, match=r"hash 1 of hashes/1\.sha256 was changed"):
        verify_log(log, TRUSTED, remembered=store, incremental=True)
    path.write_bytes(bytes([1]) * 32 + intact[32:])
    assert verify_log(log, TRUSTED, remembered=store, incremental=True).size == 600  # of entries that were not read


def test_incremental_needs_something_to_go_on_from(log, store, tmp_path):
    with pytest.raises(UsageError, match="nothing is remembered") as caught:
        verify_log(log, TRUSTED, remembered=RememberedCheckpoints(tmp_path / "none"), incremental=True)
    assert "--remember" in caught.value.advice
    with pytest.raises(UsageError, match="nothing is remembered"):
        verify_log(log, TRUSTED, incremental=True)


def test_an_open_log_continues_too(tmp_path, store):
    log = open_log(tmp_path / "log")
    log.append(entries(3))
    store.remember(verify_log(tmp_path / "log", TRUSTED, still_open=True).seen(TIME))
    log.append(entries(4, 3))
    found = verify_log(tmp_path / "log", TRUSTED, still_open=True, remembered=store, incremental=True)
    assert (found.size, found.read_from) == (7, 3)
    log.abandon()


def test_a_smaller_or_another_checkpoint_never_replaces_what_is_remembered(log, store):
    verified = verify_log(log, TRUSTED)
    store.remember(verified.seen(TIME))
    before = store.file(ORIGIN).read_bytes()
    lay(log, entries(12), (3,))
    with pytest.raises(HistoryFault, match="rollback"):
        store.remember(verify_log(log, TRUSTED).seen(TIME))
    lay(log, [*entries(11), entry(11, "b")], (12,))
    with pytest.raises(HistoryFault, match="another history"):
        store.remember(verify_log(log, TRUSTED).seen(TIME))
    assert store.file(ORIGIN).read_bytes() == before
    store.remember(verified.seen(TIME + 5))
    assert store.of(ORIGIN).verified_unix_s == TIME + 5
    assert [path.name for path in store.folder.iterdir() if path.suffix == ".new"] == []


def damages(document):
    note = document["note"]
    yield b""
    yield b"{"
    yield b"[]"
    yield b"[" * 100_000
    yield b"\xff" * 40
    for key in document:
        yield {name: value for name, value in document.items() if name != key}
        yield {**document, key: None}
        yield {**document, key: [1]}
    yield {**document, "more": 1}
    yield {**document, "format": "agoranomos remembered checkpoint v2"}
    yield {**document, "note": note.replace("\n7\n", "\n8\n")}
    yield {**document, "note": note[:-2]}
    yield {**document, "note": note + "\ud800"}
    yield {**document, "signer": WORKSPACE.vkey}
    yield {**document, "signer": "x"}
    yield {**document, "verified_unix_s": 1.5}
    yield {**document, "verified_unix_s": True}
    for subtrees in (
        document["subtrees"][:-1],
        [*document["subtrees"], document["subtrees"][0]],
        document["subtrees"][::-1],
        [*document["subtrees"][:-1], "AAAA"],
        [*document["subtrees"][:-1], "*"],
        [*document["subtrees"][:-1], 5],
    ):
        yield {**document, "subtrees": subtrees}
    yield b" " * (1 << 22) + b"{}"


def test_a_damaged_file_is_refused_and_never_replaced(log, store):
    path = store.file(ORIGIN)
    intact = path.read_bytes()
    for damage in damages(json.loads(intact)):
        content = damage if isinstance(damage, bytes) else json.dumps(damage).encode()
        path.write_bytes(content)
        for call in (
            lambda: store.of(ORIGIN),
            lambda: verify_log(log, TRUSTED, remembered=store),
            lambda: store.remember(verify_log(log, TRUSTED).seen(TIME)),
        ):
            with pytest.raises(LogFault, match="cannot be read") as caught:
                call()
            assert caught.value.kind == "damaged"
            assert str(path) in caught.value.message
            assert "move the file away" in caught.value.advice
        assert path.read_bytes() == content
    path.write_bytes(intact)
    assert verify_log(log, TRUSTED, remembered=store).size == 12


def test_the_file_of_another_origin_is_refused(log, store):
    store.file(ORIGIN).rename(store.file("lab/other"))
    with pytest.raises(LogFault, match=f"it is of {ORIGIN}"):
        store.of("lab/other")


def test_every_byte_of_the_file_counts_but_the_time(log, store):
    path = store.file(ORIGIN)
    intact = path.read_bytes()
    begin = intact.index(b'"note"')
    for at in range(begin, intact.index(b'"verified_unix_s"') - 6, 3):
        path.write_bytes(intact[:at] + bytes([intact[at] ^ 1]) + intact[at + 1 :])
        with pytest.raises(LogFault):
            store.of(ORIGIN)


def test_a_folder_that_cannot_be_used_is_the_machines_fault(log, store, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MachineError, match="cannot write"):
        RememberedCheckpoints(tmp_path / "file" / "x").remember(verify_log(log, TRUSTED).seen(TIME))
    store.file(ORIGIN).unlink()
    store.file(ORIGIN).mkdir()
    with pytest.raises(MachineError, match="cannot read"):
        store.of(ORIGIN)


def test_the_certificate_may_be_renewed_but_the_key_stays(log, store):
    other = SigningKey.from_seed("workspace", b"Z" * 32)
    (log / "certificate").write_bytes(sign_note(Certificate(RUN.verifier).text, other))
    assert verify_log(log, (other.verifier,), remembered=store).trusted_by == other.vkey
    assert lines_of(log) == entries(12)


@pytest.mark.parametrize(("before", "pools"), [(1, 1), (3, 1), (4, 1), (7, 1), (8, 0), (11, 0), (12, 0)])
def test_one_segment_that_is_left_needs_no_second_process(tmp_path, monkeypatch, before, pools):
    """Segments of four: after eight entries one is left to be read, or none."""
    from agoranomos.logs import verify as verifying

    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", 4)
    store = RememberedCheckpoints(tmp_path / "remembered")
    lay(tmp_path / "log", entries(12), (before,))
    store.remember(verify_log(tmp_path / "log", TRUSTED).seen(TIME))
    if before < 12:
        lay(tmp_path / "log", entries(12), (before, 12))
    opened = []

    def here(extent, workers, **manner):
        opened.append(workers)
        return verifying.folded(extent, read_entries=manner["read_entries"])

    monkeypatch.setattr(verifying, "fold_in_parallel", here)
    found = verify_log(tmp_path / "log", TRUSTED, remembered=store, incremental=True, jobs=5)
    assert (found.size, found.read_from) == (12, before)
    assert opened == [5] * pools
