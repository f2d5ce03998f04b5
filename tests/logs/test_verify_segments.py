"""The verdict on a log does not depend on how many processes read it, wherever the fault lies among its segments."""

import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import pytest

from agoranomos.errors import MachineError
from agoranomos.logs import LogFault, layout, segment_run, verify_log
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.journal import frame
from agoranomos.logs.merkle import CompactRange, leaf_hashes, root_of
from agoranomos.logs.remembered import Remembered, RememberedCheckpoints
from agoranomos.logs.segment_fold import Covered, Extent, _KeptAbove
from agoranomos.logs.signing import sign_note
from logs.building import ORIGIN, RUN, TRUSTED, entries, entry, lines_of, make_log, open_log, put_lines

SEGMENT = 8
SIZE = 35  # four whole segments and a part
SIZES = (3, 4, 1, 6, 2, 12, 7)  # checkpoints at 3, 7, 8, 14, 16, 28, 35: on borders, beside them, and over them


class HonestThreads(ThreadPoolExecutor):
    """Worker processes as far as a value can tell: what goes in and comes out is pickled. Starts in no time."""

    def __init__(self, workers, mp_context, initializer):
        assert mp_context.get_start_method() == "spawn"
        super().__init__(workers)

    def submit(self, function, *arguments):
        sent = pickle.dumps((function, arguments))

        def work():
            called, given = pickle.loads(sent)
            return pickle.dumps(called(*given))

        future = super().submit(work)
        answer = future.result
        future.result = lambda timeout=None: pickle.loads(answer(timeout))
        return future


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The same entries under many checkpoints (`often`) and under one (`once`), in segments of eight."""
    place = tmp_path_factory.mktemp("segments")
    before, layout.SEGMENT_ENTRIES = layout.SEGMENT_ENTRIES, SEGMENT
    try:
        make_log(place / "often", SIZES)
        make_log(place / "once", (SIZE,), "close")
    finally:
        layout.SEGMENT_ENTRIES = before
    return place


@pytest.fixture(params=["often", "once"])
def log(request, made, tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", SEGMENT)
    return shutil.copytree(made / request.param, tmp_path / "log")


def verdict(folder, jobs, **options):
    try:
        found = verify_log(folder, TRUSTED, jobs=jobs, **options)
    except LogFault as fault:
        return fault.kind, fault.entry, fault.message
    return found


def forge(folder, lines, leaves="kept"):
    """Put `lines` into the segments as a forger would who knows the layout."""
    shutil.rmtree(folder / "entries")
    (folder / "entries").mkdir()
    for first in range(0, max(len(lines), 1), SEGMENT):
        put_lines(folder, lines[first : first + SEGMENT], first)
        if leaves == "rewritten":
            (folder / layout.leaves_file(first)).write_bytes(b"".join(leaf_hashes(lines[first : first + SEGMENT])))
        elif leaves == "missing":
            (folder / layout.leaves_file(first)).unlink(missing_ok=True)


BORDERS = (0, 7, 8, 9, 15, 16, 31, 32, 34)


def tamperings():
    intact = entries(SIZE)
    for at in BORDERS:
        yield f"change {at}", [*intact[:at], entry(at, "b"), *intact[at + 1 :]], at
        yield f"delete {at}", intact[:at] + intact[at + 1 :], at
        yield f"insert {at}", [*intact[:at], entry(at, "new"), *intact[at:]], at
        yield f"duplicate {at}", intact[: at + 1] + intact[at:], at + 1
    for at in (6, 7, 8, 15, 33):
        yield f"swap {at}", [*intact[:at], intact[at + 1], intact[at], *intact[at + 2 :]], at
    yield "exchange over segments", [*intact[:3], intact[27], *intact[4:27], intact[3], *intact[28:]], 3
    yield "two changes", [*intact[:9], entry(9, "b"), *intact[10:20], entry(20, "b"), *intact[21:]], 9
    for size in (0, 1, 7, 8, 9, 16, 34):
        yield f"cut to {size}", intact[:size], size


@pytest.mark.parametrize(
    ("lines", "first"), [case[1:] for case in tamperings()], ids=[case[0] for case in tamperings()]
)
@pytest.mark.parametrize("leaves", ["kept", "rewritten", "missing"])
def test_one_and_many_processes_find_the_same(log, monkeypatch, lines, first, leaves):
    monkeypatch.setattr(segment_run, "ProcessPoolExecutor", HonestThreads)
    forge(log, lines, leaves)
    alone = verdict(log, 1)
    assert verdict(log, 3) == alone
    assert isinstance(alone, tuple)
    kind, found, message = alone
    assert kind in {"tampered", "damaged"}
    if leaves == "kept":
        assert found == first, message
    else:
        assert found is not None
        assert found <= first + 1  # a line that was pushed on still says where it stood
    if first < SIZE and leaves == "kept":
        assert f"entry {first}" in message or f"{first:012d}.jsonl is missing" in message


def test_real_processes_agree_and_need_nothing_of_this_one(log):
    """Segments of eight are nothing that a new process could know."""
    whole = verdict(log, 2)
    assert whole == verdict(log, 1)
    assert whole.size == SIZE
    forge(log, [*entries(17), entry(17, "b"), *entries(SIZE)[18:]])
    assert verdict(log, 2) == verdict(log, 1)
    assert verdict(log, 2)[1] == 17


def test_a_file_that_is_missing_cut_or_too_long(log, monkeypatch):
    monkeypatch.setattr(segment_run, "ProcessPoolExecutor", HonestThreads)
    for first in (0, 8, 32):
        intact = (log / layout.entries_file(first)).read_bytes()
        for name, content in (("missing", None), ("empty", b""), ("cut", intact[:-3]), ("long", b"x" * 70_000)):
            path = log / layout.entries_file(first)
            path.unlink()
            if content is not None:
                path.write_bytes(content)
            alone = verdict(log, 1)
            assert alone == verdict(log, 2), name
            assert alone[0] == "damaged"
            size = min(SEGMENT, SIZE - first)
            assert alone[1] == (first + size - 1 if name == "cut" else first), (name, alone)
            path.write_bytes(intact)
    assert verdict(log, 2).size == SIZE


def test_a_segment_that_goes_on_is_told_apart_from_one_that_was_changed(log):
    intact = lines_of(log, 8)
    put_lines(log, [*intact, entry(16)], 8)
    kind, found, message = verdict(log, 1)
    assert (kind, found) == ("tampered", 16)
    assert "entries/000000000008.jsonl holds more than 8 lines" in message
    put_lines(log, [*intact[:2], entry(10, "b"), *intact[2:]], 8)
    assert verdict(log, 1)[1] == 10
    put_lines(log, [*intact, entry(16)], 8)
    for first in range(0, SIZE, SEGMENT):
        (log / layout.leaves_file(first)).unlink()
    assert "holds more lines than a segment; the kept leaf hashes are not the signed ones" in verdict(log, 1)[2]


def test_reasons_reach_over_segments(log):
    intact = entries(SIZE)
    forge(log, intact[:7] + intact[8:])
    assert "entry 7 was removed: entry 8 stands in its place" in verdict(log, 1)[2]
    forge(log, [*intact[:7], intact[8], intact[7], *intact[9:]])
    assert "entry 8 stands in the place of entry 7: lines were moved" in verdict(log, 1)[2]
    forge(log, [*intact[:3], intact[27], *intact[4:]])
    assert "entry 3 was removed: entry 27 stands in its place" in verdict(log, 1)[2]
    forge(log, [*intact[:8], intact[7], *intact[8:]])
    assert "entry 7 stands a second time, in the place of entry 8" in verdict(log, 1)[2]


def test_every_checkpoint_must_come_out_and_the_first_that_does_not_bounds_the_place(log):
    """The journal signs another history in the middle: nothing but its own roots shows it."""
    roots = {size: root_of(leaf_hashes(entries(size))) for size in range(1, SIZE + 1)}
    for wrong, good in ((8, 3), (16, 14), (20, 16), (35, 28)):
        sizes = [size for size in (3, 14, 16, 28, 35) if size < wrong] + [wrong]
        sizes += [size for size in (3, 14, 16, 28, 35) if size > wrong]
        notes = [sign_note(Checkpoint(ORIGIN, n, bytes(32) if n == wrong else roots[n]).text, RUN) for n in sizes]
        (log / layout.JOURNAL).write_bytes(b"".join(map(frame, notes)))
        (log / "checkpoint").write_bytes(notes[-1])
        kind, found, message = verdict(log, 1)
        assert (kind, found) == ("tampered", good)
        assert message.startswith(f"entries {good} to {wrong - 1} hold one that was not signed")
        assert verdict(log, 2) == (kind, found, message)


def test_a_worker_that_dies_is_the_machines_fault(log, monkeypatch):
    class Dying(HonestThreads):
        def submit(self, function, *arguments):
            raise BrokenProcessPool

    monkeypatch.setattr(segment_run, "ProcessPoolExecutor", Dying)
    with pytest.raises(MachineError, match="worker process of the verification died"):
        verify_log(log, TRUSTED, jobs=2)
    assert verify_log(log, TRUSTED, jobs=1).size == SIZE


def test_one_segment_needs_no_second_process(tmp_path, monkeypatch):
    make_log(tmp_path / "log")
    monkeypatch.setattr(segment_run, "ProcessPoolExecutor", None)
    assert verify_log(tmp_path / "log", TRUSTED, jobs=8).size == 6


def check_line(line):
    """Refuses entry 20, and tells the length of every other."""
    if line.endswith(b'"seq":20}'):
        raise LogFault("damaged", "entry 20: refused", advice="why")
    return len(line)


@pytest.mark.parametrize("jobs", [1, 2])
def test_lines_are_checked_where_they_are_hashed_and_followed_in_order(log, monkeypatch, jobs):
    monkeypatch.setattr(segment_run, "ProcessPoolExecutor", HonestThreads)
    followed, behind = [], []
    with pytest.raises(LogFault, match=r"^entry 20: refused") as caught:
        verify_log(
            log,
            TRUSTED,
            jobs=jobs,
            check=check_line,
            follow=lambda first, checked: followed.append((first, list(checked))),
            watch=lambda done, size: behind.append((done, size)),
        )
    assert (caught.value.kind, caught.value.entry, caught.value.advice) == ("damaged", 20, "why")
    lengths = [len(line) for line in entries(SIZE)]
    assert followed == [(0, lengths[:8]), (8, lengths[8:16]), (16, lengths[16:20])]
    assert behind == [(8, 35), (16, 35), (24, 35), (32, 35), (35, 35)]


def accept(line):
    return line


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_out_of_order_waits_until_every_byte_was_seen(log, monkeypatch, jobs):
    monkeypatch.setattr(segment_run, "ProcessPoolExecutor", HonestThreads)
    calls = []

    def follow(first, checked):
        calls.append(first)
        raise LogFault("tampered", f"out of order from {first}", entry=first)

    assert verdict(log, jobs, check=accept, follow=follow) == ("tampered", 0, "out of order from 0")
    assert calls == [0]
    put_lines(log, [*entries(3, 32)[:2], entry(34, "b")], 32)
    assert verdict(log, jobs, check=accept, follow=follow)[1] == 34
    assert verify_log_level(log, "strict") is None


def verify_log_level(log, level):
    """The level that is reached; None where the log is not verified."""
    try:
        return verify_log(log, TRUSTED, check=accept, level=level).level
    except LogFault:
        return None


# A segment that is read in several portions of a megabyte.

PADDED = 12_000


def padded(index: int, text: str = "x") -> bytes:
    return b'{"body":"%s","seq":%d}' % (text.encode() * PADDED, index)


@pytest.fixture
def wide(tmp_path, monkeypatch):
    """300 entries of 12 kB under three checkpoints, of which some were signed under a wrong number."""
    monkeypatch.setattr("agoranomos.logs.writer.check_entries", lambda entries, first: None)

    def make(*misnumbered: int):
        lines = [padded(999 if index in misnumbered else index) for index in range(300)]
        log = open_log(tmp_path / "wide")
        for first, end in ((0, 120), (120, 250), (250, 300)):
            log.append(lines[first:end])
        log.close()
        return tmp_path / "wide"

    return make


def refuse_some(line):
    for index in (30, 260):
        if line.endswith(b'"seq":%d}' % index):
            raise LogFault("tampered", f"entry {index}: refused")


def test_the_first_fault_is_told_whichever_portion_it_is_in(wide):
    folder = wide()
    assert verify_log(folder, TRUSTED).size == 300
    assert verdict(folder, 1, check=refuse_some)[1:] == (30, "entry 30: refused")
    batches = []
    verify_log(folder, TRUSTED, consume=lambda lines: batches.append(len(lines)))
    assert len(batches) > 3
    assert sum(batches) == 300
    lines = lines_of(folder)
    put_lines(folder, [padded(n, "y") if n in (40, 270) else line for n, line in enumerate(lines)])
    assert verdict(folder, 1)[1:] == (
        40,
        "entry 40 was changed: its bytes are not those that were signed (1 more after it)",
    )
    put_lines(folder, [*lines[:270], padded(270, "y"), *lines[271:]])
    assert verdict(folder, 1)[1] == 270
    leaves = folder / layout.leaves_file(0)
    intact = leaves.read_bytes()
    put_lines(folder, lines)
    for first, second in ((50, 280), (200, 201)):
        changed = bytearray(intact)
        changed[32 * first] ^= 1
        changed[32 * second] ^= 1
        leaves.write_bytes(changed)
        assert verdict(folder, 1)[1] == first


def test_the_first_wrong_number_is_told_whichever_portion_it_is_in(wide):
    assert verdict(wide(60, 290), 1)[1:] == (60, "entry 60 was signed although its line says that it is entry 999")


def test_a_changed_entry_after_a_wrong_number_that_was_signed(wide):
    """Without leaf hashes, only what lies beyond the last good checkpoint is blamed."""
    folder = wide(60)
    lines = lines_of(folder)
    (folder / layout.leaves_file(0)).unlink()
    put_lines(folder, [*lines[:200], padded(200, "y"), *lines[201:]])
    assert verdict(folder, 1)[1:] == (
        120,
        "entries 120 to 249 hold one that was not signed; the kept leaf hashes are not the signed ones either, so the "
        "entry cannot be named for certain",
    )


def test_skipped_entries_may_fill_whole_portions(wide, tmp_path):
    folder = wide()
    store = RememberedCheckpoints(tmp_path / "remembered")
    lines = lines_of(folder)
    known = CompactRange()
    known.extend(leaf_hashes(lines[:250]))
    root = known.root()
    note = sign_note(Checkpoint(ORIGIN, 250, root).text, RUN)
    store.remember(Remembered(Checkpoint(ORIGIN, 250, root), note, RUN.vkey, known.subtrees, 1))
    seen = []
    found = verify_log(folder, TRUSTED, remembered=store, incremental=True, consume=seen.extend)
    assert (found.size, found.read_from) == (300, 250)
    assert seen == lines[250:]


def test_a_reason_is_found_also_beside_a_segment_that_cannot_be_read(made, tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "SEGMENT_ENTRIES", SEGMENT)
    log = shutil.copytree(made / "once", tmp_path / "log")
    intact = entries(SIZE)
    forge(log, [*intact[:2], intact[20], *intact[3:]])
    path = log / layout.entries_file(16)
    path.write_bytes(path.read_bytes()[:-4])
    assert verdict(log, 1)[1:] == (2, "entry 2 was removed: entry 20 stands in its place")
    put_lines(log, [*intact[:2], intact[20], *intact[3:8]], 0)
    put_lines(log, [*intact[16:20], intact[2], *intact[21:24]], 16)
    assert verdict(log, 1)[1:] == (2, "entry 20 stands in the place of entry 2: lines were moved")


def test_a_worker_ends_with_the_process_that_started_it(monkeypatch):
    """A process that was killed closes no queue: its workers wait for its end, and then go."""
    happened = []

    class Parent:
        def join(self):
            happened.append("parent ended")

    monkeypatch.setattr(segment_run.os, "_exit", lambda code: happened.append(code))
    monkeypatch.setattr(segment_run.multiprocessing, "parent_process", lambda: None)
    segment_run._end_with_parent()
    assert happened == []
    monkeypatch.setattr(segment_run.multiprocessing, "parent_process", Parent)
    segment_run._end_with_parent()
    assert happened == ["parent ended", 1]


def test_at_most_so_many_segments_are_begun_ahead(log, monkeypatch):
    """Findings that wait hold what the check returned of a whole segment."""
    waiting, most = [], []

    class Counting(HonestThreads):
        def submit(self, function, *arguments):
            future = super().submit(function, *arguments)
            waiting.append(future)
            most.append(len(waiting))
            answer = future.result
            future.result = lambda timeout=None: (waiting.remove(future), answer(timeout))[1]
            return future

    monkeypatch.setattr(segment_run, "ProcessPoolExecutor", Counting)
    assert verify_log(log, TRUSTED, jobs=2).size == SIZE
    assert (len(most), max(most)) == (5, 4)


def test_kept_hashes_that_a_writer_makes_meanwhile_are_held_against_the_right_subtrees(tmp_path):
    """The file of a level appears between two segments: its second hash is the second subtree's, not the first's."""
    extent = Extent(tmp_path, (Checkpoint("o", 1, bytes(32)),), 65_536, Covered(), None)
    above = _KeptAbove(extent, 2, 0, ())
    first, second = b"1" * 32, b"2" * 32
    above.take(first)
    (tmp_path / "hashes").mkdir()
    (tmp_path / "hashes/2.sha256").write_bytes(first + second)
    above.take(second)
    assert (above.differs, above.absent) == (None, None)
    (tmp_path / "hashes/2.sha256").write_bytes(first + second + b"3" * 32)
    above.take(b"4" * 32)
    assert above.differs == 2
