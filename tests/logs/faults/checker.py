"""What must hold after any fault, checked with nothing of the package but its recovery.

I1: every acknowledged entry is there, in its place, byte for byte. I2: every checkpoint that was ever told is
consistent with what is there. I3: no two checkpoints that were signed contradict each other. I4: recovering twice is
recovering once. I5: bytes that were cut off are told of.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from agoranomos.logs import LogFault, LogWriter, layout, recorded, verify_log
from logs.faults.program import CERTIFIER, KEY, entry

TRUSTED = (CERTIFIER.verifier,)


def root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def told(output: bytes) -> list[tuple[int, str]]:
    """The acknowledgements in a program's output, less a last line that was cut short."""
    lines = output.split(b"\n")[:-1]
    return [(int(size), text.decode()) for size, text in (line.split(b" ") for line in lines)]


def expected(size: int) -> list[bytes]:
    return [entry(index) for index in range(size)]


def check_promises(folder: Path, promised: list[tuple[int, str]], *, goes_on: bool) -> int:
    """I1 to I3, without touching the log; returns how many entries are signed."""
    for size, text in promised:
        assert root([sha256(b"\x00" + line).digest() for line in expected(size)]).hex() == text
    most = max((size for size, _ in promised), default=0)
    kept = recorded(folder, TRUSTED, goes_on=goes_on) if folder.is_dir() else None
    entries = list(kept.entries) if kept is not None else []
    assert len(entries) >= most, f"{most} were promised, {len(entries)} are there"
    assert entries == expected(len(entries))
    for size, signed in notes(folder):
        assert size <= len(entries)
        assert signed == root([sha256(b"\x00" + line).digest() for line in entries[:size]]), "two histories are signed"
    return len(entries)


def notes(folder: Path) -> list[tuple[int, bytes]]:
    """Size and root of every whole note in the journal, read by hand."""
    import base64

    path = folder / layout.JOURNAL
    data = path.read_bytes() if path.is_file() else b""
    found, at = [], 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        note = data[at + 4 : at + 4 + length]
        at += 4 + length
        if length == 0 or len(note) < length or note.count(b"\n") < 5:
            break
        _, size, hash_text = note.split(b"\n")[:3]
        found.append((int(size), base64.b64decode(hash_text)))
    return found


def check_recovery(folder: Path, promised: list[tuple[int, str]]) -> None:
    """I4 and I5: recover, recover again, go on, verify."""
    size = check_promises(folder, promised, goes_on=True)
    entries = folder / layout.entries_file(0)
    signed = b"".join(line + b"\n" for line in expected(size))
    left = entries.read_bytes()[len(signed) :] if entries.is_file() else b""
    log, first = LogWriter.reopen(folder, key=KEY, certifier=CERTIFIER)
    log.abandon()
    log, second = LogWriter.reopen(folder, key=KEY, certifier=CERTIFIER)
    assert (first.size, first.root, first.tails) == (second.size, second.root, second.tails)
    assert second.rebuilt == () or size == 0
    assert first.size == size
    told_of = {tail.sha256 for tail in first.tails}
    assert not left or sha256(left).hexdigest() in told_of, "bytes were cut off, and nobody is told"
    log.append([entry(index) for index in range(size, size + 3)])
    log.close()
    assert verify_log(folder, TRUSTED).size == size + 3
    check_promises(folder, [*promised], goes_on=True)


def check_run(folder: Path, promised: list[tuple[int, str]]) -> None:
    """A log that is never taken up again: what was promised is there, and it verifies only as far as it was signed."""
    size = check_promises(folder, promised, goes_on=False)
    if size:
        assert verify_log(folder, TRUSTED, still_open=True).size == size
    if folder.is_dir():
        with suppress(LogFault):  # a log whose writer died need not verify whole, but nothing else may be raised
            assert verify_log(folder, TRUSTED).size == size
