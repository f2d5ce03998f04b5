"""The order of a commit, as it is and in four wrong forms: each is played over every image that a crash may leave.

Source of the wrong ones: what others' logs got wrong. A test that finds nothing in them would find nothing at all.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from agoranomos.logs import Checkpoint, LogFault, LogWriter, recorded
from agoranomos.logs.journal import frame
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.signing import sign_note
from logs.fault_fs import RecordingStorage, put_image
from logs.faults.program import CERTIFIER, KEY, ORIGIN, entry

BATCHES = (3, 3, 3)


class Commit:
    """The writer's own parts, to be called in whatever order; `promise` is what the caller would be told."""

    def __init__(self, log: LogWriter, storage: RecordingStorage, first: int, entries: Sequence[bytes]) -> None:
        self._log, self._files, self._storage = log, log._files, storage
        self._first, self._lines, self._leaves = first, entries, leaf_hashes(entries)
        self._log._tree.extend(self._leaves)

    def write_entries(self) -> None:
        files = self._files
        self._storage.append(files._entries, b"\n".join(self._lines) + b"\n")
        self._storage.append(files._leaves, b"".join(self._leaves))

    def sync_entries(self) -> None:
        self._storage.fdatasync(self._files._entries)

    def write_note(self) -> None:
        log = self._log
        log._note = sign_note(Checkpoint(ORIGIN, log.size, log._tree.root()).text, KEY)
        self._storage.append(self._files._journal, frame(log._note))

    def sync_journal(self) -> None:
        self._storage.fdatasync(self._files._journal)

    def promise(self) -> None:
        self._storage.promised = self._first + len(self._lines)
        self._storage._after()


def recommended(commit: Commit) -> None:
    commit.write_entries()
    commit.sync_entries()
    commit.write_note()
    commit.sync_journal()
    commit.promise()


def journal_first(commit: Commit) -> None:
    commit.write_note()
    commit.sync_journal()
    commit.write_entries()
    commit.sync_entries()
    commit.promise()


def entries_not_synced(commit: Commit) -> None:
    commit.write_entries()
    commit.write_note()
    commit.sync_journal()
    commit.promise()


def promised_before_the_journal(commit: Commit) -> None:
    commit.write_entries()
    commit.sync_entries()
    commit.promise()
    commit.write_note()
    commit.sync_journal()


def one_sync_at_the_end(commit: Commit) -> None:
    commit.write_entries()
    commit.write_note()
    commit.sync_entries()
    commit.sync_journal()
    commit.promise()


Order = Callable[[Commit], None]

ORDERS: dict[str, Order] = {
    "recommended": recommended,
    "journal first": journal_first,
    "entries not synced before signing": entries_not_synced,
    "promised before the journal": promised_before_the_journal,
    "one sync at the end": one_sync_at_the_end,
}


def states_and_violations(place: Path, order: Order, step: int) -> tuple[int, list[str]]:
    """How many images a crash may leave of three commits in this order, and why those that break a promise do."""
    disk, scratch = place / "disk", place / "crash"
    disk.mkdir(parents=True)
    storage = RecordingStorage(disk)
    log = LogWriter.create(disk / "log", ORIGIN, key=KEY, certifier=CERTIFIER, durable="append", storage=storage)
    storage.crashes.clear()
    written: list[bytes] = []
    for size in BATCHES:
        batch = [entry(index) for index in range(len(written), len(written) + size)]
        order(Commit(log, storage, len(written), batch))
        written += batch
    log.abandon()
    chosen = storage.crashes[::step]
    violations = []
    for promised, image in chosen:
        shutil.rmtree(scratch, ignore_errors=True)
        put_image(image, disk, scratch)
        if broken := _broken(scratch / "log", promised, written):
            violations.append(broken)
    with suppress(FileNotFoundError):
        shutil.rmtree(place)
    return len(chosen), violations


def _broken(folder: Path, promised: int, written: list[bytes]) -> str:
    try:
        kept = recorded(folder, (CERTIFIER.verifier,))
    except LogFault as fault:
        return f"{promised} promised: {fault.message}"
    if len(kept.entries) < promised:
        return f"{promised} promised, {len(kept.entries)} kept"
    if list(kept.entries) != written[: len(kept.entries)]:
        return "other entries"
    if kept.checkpoint is not None and kept.checkpoint.root != root_of(leaf_hashes(kept.entries)):
        return "a checkpoint of something else"
    return ""
