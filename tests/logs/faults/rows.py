"""The faults of the matrix, each at every place where it can strike, or at every `step`-th."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agoranomos.logs import DiskStorage, LogFault, LogWriter, WriteFailed, layout
from agoranomos.logs.compare import compare_views, read_view
from logs.faults.checker import check_promises, check_recovery, check_run, expected, told
from logs.faults.orders import ORDERS, states_and_violations
from logs.faults.program import CERTIFIER, KEY, ORIGIN, entry
from logs.faults.program import main as write
from logs.faults.under_strace import CHANGES, Ended, at_every, run


@dataclass
class Struck:
    """How often a fault struck, and where a promise was then broken."""

    times: int = 0
    broken: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    def look(self, where: str, check: Callable[[], object]) -> None:
        """Count one fault, and what is wrong after it; anything but a broken promise goes through."""
        self.times += 1
        try:
            check()
        except (AssertionError, LogFault) as broken:
            self.broken.append(f"{where}: {broken}"[:300])


def prepared(place: Path, how: str) -> Path:
    """The folder to write into: fresh, or with a log that goes on."""
    folder = place / "log"
    shutil.rmtree(folder, ignore_errors=True)
    if how == "reopen":
        with quiet():
            write("goes-on", folder, 3)
    return folder


@contextmanager
def quiet() -> Iterator[None]:
    """What the program would print here goes nowhere."""
    keep, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        yield
    finally:
        os.dup2(keep, 1)
        os.close(keep)
        os.close(null)


def check(how: str, folder: Path, ended: Ended) -> None:
    if how == "create":
        check_run(folder, told(ended.output))
    elif folder.is_dir():
        check_recovery(folder, told(ended.output))
    else:
        assert told(ended.output) == []


def injected(place: Path, step: int, shard: int, what: str, *, code: int | None = None, stop: int = 400) -> Struck:
    """Every call that changes something, hit at every n, until the program ends without having been hit."""
    struck = Struck()
    for how in ("create", "goes-on", "reopen"):
        for call in CHANGES:
            for inject in at_every(call, what, step, shard):
                folder = prepared(place, how)
                ended = run(how, folder, inject=inject)
                if ended.code == 0 or struck.times > stop:
                    break
                struck.look(f"{how} {inject}", lambda: _ended_well(how, folder, ended, code))  # noqa: B023
    return struck


def _ended_well(how: str, folder: Path, ended: Ended, code: int | None) -> None:
    if code is not None:
        assert ended.code == code, f"exit code {ended.code}: {ended.errors[-200:]}"
    assert "Traceback" not in ended.errors or code is None, ended.errors[-300:]
    check(how, folder, ended)


def f1_kill(place: Path, step: int, shard: int) -> Struck:
    return injected(place, step, shard, "signal=KILL")


def f2_io_error(place: Path, step: int, shard: int) -> Struck:
    """An answer that cannot be written is no fault of the disk, so the program may end there as it likes."""
    return injected(place, step, shard, "error=EIO")


def f3_full(place: Path, step: int, shard: int) -> Struck:
    struck = Struck()
    for how in ("create", "goes-on", "reopen"):
        for inject in at_every("write", "error=ENOSPC", step, shard):
            folder = prepared(place, how)
            ended = run(how, folder, inject=inject + "+")
            if ended.code == 0:
                break
            struck.look(f"{how} {inject}+", lambda: check(how, folder, ended))  # noqa: B023
    _on_a_small_disk(place, struck)
    return struck


def _on_a_small_disk(place: Path, struck: Struck) -> None:
    """A file system of one megabyte that fills up, and then has room again."""
    disk = place / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=False, capture_output=True
    ).returncode:
        struck.notes["no file system could be mounted"] = 1
        return
    try:
        (disk / "filling").write_bytes(bytes(800_000))
        ended = run("goes-on", disk / "log", 3000)
        struck.look("1 MB", lambda: _full_and_then_free(disk, ended))
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def mounted(disk: Path, options: str) -> bool:
    """Whether a file system in memory could be put there, which takes a privileged user."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _full_and_then_free(disk: Path, ended: Ended) -> None:
    assert ended.code == 3, ended.errors
    assert "disk is full" in ended.errors
    (disk / "filling").unlink()
    check_recovery(disk / "log", told(ended.output))


def f4_short_writes(place: Path, step: int, shard: int) -> Struck:
    """Every write takes a part of what it is given: nothing may be missing, and nothing twice."""
    struck = Struck()
    real = os.write
    for most in range(1 + shard % step, 40, step):
        folder = prepared(place, "goes-on")
        os.write = lambda handle, data, most=most: real(handle, bytes(data[:most]) if len(data) > most else data)  # type: ignore[assignment]
        try:
            with quiet():
                write("goes-on", folder, 4)
        finally:
            os.write = real
        struck.look(f"{most} bytes", lambda: check_promises(folder, [(7, _root(7))], goes_on=True))  # noqa: B023
    return struck


def _root(size: int) -> str:
    from hashlib import sha256

    from logs.faults.checker import root

    return root([sha256(b"\x00" + line).digest() for line in expected(size)]).hex()


def f5_power(place: Path, step: int, shard: int) -> Struck:
    """The order that is used, over every image that a disk may hold; the wrong orders must be seen to fail."""
    struck = Struck()
    for name, order in ORDERS.items():
        states, violations = states_and_violations(place / name.replace(" ", "-"), order, step)
        struck.notes[f"{name}: states"] = states
        struck.notes[f"{name}: violations"] = len(violations)
        if name == "recommended":
            struck.times += states
            struck.broken += violations
        elif not violations:
            struck.broken.append(f"the order {name!r} is wrong, and nothing shows it")
    return struck


def f6_crash_in_recovery(place: Path, step: int, shard: int) -> Struck:
    """Killed at every call while an unclean log is taken up; then killed again while that is mended."""
    struck = Struck()
    for call in CHANGES:
        for inject in at_every(call, "signal=KILL", step, shard):
            folder = prepared(place, "reopen")
            path = folder / layout.entries_file(0)
            path.write_bytes(path.read_bytes() + b"half a line")
            journal = folder / layout.JOURNAL
            journal.write_bytes(journal.read_bytes() + b"\0\0\0\x80no")
            first = run("reopen", folder, 1, inject=inject)
            if first.code == 0:
                break
            second = run("reopen", folder, 1, inject=inject)
            promised = told(first.output) + told(second.output)
            struck.look(inject, lambda: check_recovery(folder, promised))  # noqa: B023
    return struck


def f7_bit_rot(place: Path, step: int, shard: int) -> Struck:
    """What is read back before it is signed differs in one bit: the batch is refused, and nothing is signed."""

    class Rotten(DiskStorage):
        bit = -1

        def pread(self, handle: int, length: int, offset: int) -> bytes:
            data = bytearray(super().pread(handle, length, offset))
            if 0 <= self.bit < 8 * len(data):
                data[self.bit // 8] ^= 1 << self.bit % 8
            return bytes(data)

    struck = Struck()
    for bit in range(shard % step, 8 * len(entry(0)), step):
        folder = prepared(place, "goes-on")
        storage = Rotten()
        log = LogWriter.create(
            folder, ORIGIN, key=KEY, certifier=CERTIFIER, durable="append", goes_on=True, storage=storage
        )
        first = log.append([entry(0), entry(1)])
        storage.bit = bit
        struck.look(f"bit {bit}", lambda: _refused(log, folder, [(first.size, first.root.hex())]))  # noqa: B023
    return struck


def _refused(log: LogWriter, folder: Path, promised: list[tuple[int, str]]) -> None:
    for _ in range(2):
        try:
            log.append([entry(2)])
        except WriteFailed:
            continue
        raise AssertionError("a batch was taken that was read back otherwise")
    assert check_promises(folder, promised, goes_on=True) == 2


def f8_torn_journal(place: Path, step: int, shard: int) -> Struck:
    """Torn in the last note: cut. Broken in an earlier one: never signed again."""
    struck = Struck()
    folder = prepared(place, "reopen")
    shutil.copytree(folder, place / "whole")
    whole = (folder / layout.JOURNAL).read_bytes()
    starts = [0]
    while starts[-1] < len(whole):
        starts.append(starts[-1] + 4 + int.from_bytes(whole[starts[-1] : starts[-1] + 4], "big"))
    for length in range(starts[-3] + 1 + shard % step, len(whole), step):
        _put_back(place, folder, layout.JOURNAL, whole[:length])
        (folder / layout.CHECKPOINT).unlink()
        struck.look(f"cut at {length}", lambda: check_recovery(folder, []))
    for at in range(4 + shard % step, starts[-2], step):
        harmed = bytearray(whole)
        harmed[at] ^= 1
        _put_back(place, folder, layout.JOURNAL, bytes(harmed))
        struck.look(f"byte {at} changed", lambda: _never_again(folder))
    return struck


def _put_back(place: Path, folder: Path, name: str, data: bytes) -> None:
    shutil.rmtree(folder)
    shutil.copytree(place / "whole", folder)
    (folder / name).write_bytes(data)


def _never_again(folder: Path) -> None:
    try:
        log, _ = LogWriter.reopen(folder, key=KEY, certifier=CERTIFIER)
    except LogFault:
        return
    log.abandon()
    raise AssertionError("a log was taken up whose journal is broken before its end")


def f9_limits(place: Path, step: int, shard: int) -> Struck:
    """Files that may not grow, handles that run out, and a file system that is read-only."""
    struck = Struck()
    for blocks in range(1 + shard % step, 12, step):
        folder = prepared(place, "goes-on")
        ended = run("goes-on", folder, 60, limits=f"trap '' XFSZ; ulimit -f {blocks}")
        struck.look(f"files of {blocks} kB", lambda: _ended_well("goes-on", folder, ended, 3))  # noqa: B023
    for handles in range(6 + shard % step, 20, step):
        folder = prepared(place, "goes-on")
        ended = run("goes-on", folder, 3, limits=f"ulimit -n {handles}")
        if ended.code == 3:  # fewer, and Python itself cannot start; more, and nothing is missing
            struck.look(f"{handles} handles", lambda: check("goes-on", folder, ended))  # noqa: B023
    disk = place / "read-only"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(disk)], check=False, capture_output=True
    ).returncode:
        struck.notes["no file system could be mounted"] = 1
        return struck
    try:
        ended = run("goes-on", disk / "log", 1)
        struck.look("read-only", lambda: _ended_well("goes-on", disk / "log", ended, 3))
    finally:
        subprocess.run(["umount", str(disk)], check=False)
    return struck


def f10_two_writers(place: Path, step: int, shard: int) -> Struck:
    """A second writer is refused; one that was started on a copy is found out when both are compared."""
    struck = Struck()
    folder = prepared(place, "reopen")
    log, _ = LogWriter.reopen(folder, key=KEY, certifier=CERTIFIER)
    ended = run("reopen", folder, 1)
    struck.look("a second process", lambda: _second_refused(ended))
    log.abandon()
    for at in range(4):
        folder = prepared(place, "reopen")
        copy = place / f"copy-{at}"
        shutil.copytree(folder, copy)
        for number, one in enumerate((folder, copy)):
            log, _ = LogWriter.reopen(one, key=KEY, certifier=CERTIFIER)
            log.append([b'{"body":"%d","seq":%d}' % (number, log.size + index) for index in range(at + 1)])
            log.close()
        struck.look(f"a copy, {at + 1} entries on", lambda: _fork_found(folder, copy))  # noqa: B023
    return struck


def _second_refused(ended: Ended) -> None:
    assert ended.code == 2
    assert "another process is writing" in ended.errors


def _fork_found(one: Path, other: Path) -> None:
    found = compare_views([read_view(one), read_view(other)], [CERTIFIER.verifier])
    assert found.fork is not None, "two histories were compared, and nobody minds"


def f11_signals(place: Path, step: int, shard: int) -> Struck:
    """Ctrl-C and a polite request to end, at every write."""
    struck = Struck()
    for name in ("INT", "TERM"):
        for inject in at_every("write", f"signal={name}", step, shard):
            folder = prepared(place, "goes-on")
            ended = run("goes-on", folder, inject=inject)
            if ended.code == 0:
                break
            struck.look(inject, lambda: check("goes-on", folder, ended))  # noqa: B023
    return struck


@dataclass(frozen=True)
class Row:
    """One fault of the matrix; `sample` is the step that the tests take."""

    fault: str
    words: str
    play: Callable[[Path, int, int], Struck]
    sample: int
    strace: bool = False


MATRIX = (
    Row("F1", "killed at every call of the system that changes something", f1_kill, 23, strace=True),
    Row("F2", "an error of the disk at every such call", f2_io_error, 29, strace=True),
    Row("F3", "a full disk from every write on", f3_full, 9, strace=True),
    Row("F4", "writes that take a part of what they are given", f4_short_writes, 13),
    Row("F5", "power lost: every image that the disk may hold", f5_power, 7),
    Row("F6", "killed within recovery, and again within the recovery of that", f6_crash_in_recovery, 9, strace=True),
    Row("F7", "a bit that rots between write and signature", f7_bit_rot, 37),
    Row("F8", "a journal torn at its end, or broken before", f8_torn_journal, 31),
    Row("F9", "files that may not grow, no more handles, a read-only file system", f9_limits, 5),
    Row("F10", "two writers, and a copy that is written beside the first", f10_two_writers, 1),
    Row("F11", "signals at every write", f11_signals, 9, strace=True),
)
