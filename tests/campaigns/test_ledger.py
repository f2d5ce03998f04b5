from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agoranomos.campaigns.ledger import Ledger, read_ledger, segments_of
from agoranomos.campaigns.ledger_entries import (
    Head,
    Planned,
    RunAbandoned,
    RunClosed,
    RunOpened,
    decode_ledger_entry,
    encode_ledger_entry,
    for_the_ledger,
    history_of,
)
from agoranomos.errors import Finding
from agoranomos.logs import LogWriter, SigningKey

CERTIFIER = SigningKey.from_seed("workspace", bytes(range(32)))
TRUSTED = (CERTIFIER.verifier,)
HEAD = Head("lab/x/arm/0/1", 3, "ab" * 32)
OPENED = RunOpened("arm", 0, 1, HEAD.origin, 5)


def open_segment(folder: Path, number: int, previous: Head | None) -> Ledger:
    origin = f"lab/x/ledger/{number}"
    writer = LogWriter.create(
        folder / str(number), origin, key=SigningKey.generate(origin), certifier=CERTIFIER, durable="append"
    )
    return Ledger(writer, Planned("x", "0" * 64, 2, previous, 1))


@pytest.mark.parametrize(
    "body",
    [
        Planned("x", "0" * 64, 2, HEAD, 1),
        OPENED,
        RunClosed("arm", 0, 1, HEAD, 6),
        RunAbandoned("arm", 0, 1, "disk full", None, 6),
    ],
)
def test_entries_are_read_as_they_were_written(body) -> None:
    encoded = encode_ledger_entry(body, 4)
    assert decode_ledger_entry(encoded) == body
    assert encoded.endswith(b'"seq":4}')


def test_the_form_of_the_entries_is_fixed() -> None:
    assert encode_ledger_entry(OPENED, 1) == (
        b'{"body":{"arm":"arm","attempt":1,"claimed_unix_s":5,"origin":"lab/x/arm/0/1","seed":0},"kind":"opened","seq":1}'
    )


@pytest.mark.parametrize(
    "text", [b"{}", b"x", b'{"body":{},"kind":"promised","seq":0}', b'{"body":{},"kind":"opened","seq":0}']
)
def test_what_is_no_entry_is_a_finding(text: bytes) -> None:
    with pytest.raises(Finding):
        decode_ledger_entry(text)


def test_entries_recorded_at_once_share_commits(tmp_path: Path) -> None:
    async def many() -> int:
        ledger = open_segment(tmp_path, 1, None)
        await asyncio.gather(*(ledger.record(RunOpened("arm", seed, 1, "o", 5)) for seed in range(200)))
        await ledger.close()
        return (tmp_path / "1" / "checkpoints" / "000.notes").read_bytes().count(b"lab/x/ledger/1\n")

    assert asyncio.run(many()) < 10
    history, head = read_ledger(tmp_path, TRUSTED)
    assert len(history.attempts) == 200
    assert head is not None
    assert head.size == 201


def test_segments_form_a_chain_and_an_unsigned_one_is_passed_over(tmp_path: Path) -> None:
    async def one(number: int, previous: Head | None, *bodies) -> None:
        ledger = open_segment(tmp_path, number, previous)
        await ledger.record(*bodies)
        await ledger.abandon()

    asyncio.run(one(1, None, OPENED))
    _, head = read_ledger(tmp_path, TRUSTED)
    (tmp_path / "2").mkdir()
    asyncio.run(one(3, head, RunAbandoned("arm", 0, 1, "died", None, 6)))
    history, _ = read_ledger(tmp_path, TRUSTED)
    (attempt,) = history.of("arm", 0)
    assert attempt.abandoned is not None
    assert segments_of(tmp_path) == [1, 2, 3]
    asyncio.run(one(4, head, OPENED))
    with pytest.raises(Finding, match="does not continue"):
        read_ledger(tmp_path, TRUSTED)


def test_a_ledger_that_nobody_trusted_wrote_is_a_finding(tmp_path: Path) -> None:
    async def one() -> None:
        await open_segment(tmp_path, 1, None).close()

    asyncio.run(one())
    with pytest.raises(Finding):
        read_ledger(tmp_path, (SigningKey.generate("other").verifier,))


def test_no_folder_means_no_history(tmp_path: Path) -> None:
    history, head = read_ledger(tmp_path / "none", TRUSTED)
    assert (history.attempts, head) == ({}, None)


@pytest.mark.parametrize(
    "bodies",
    [
        [RunOpened("arm", 0, 2, "o", 5)],
        [OPENED, OPENED],
        [RunClosed("arm", 0, 1, HEAD, 6)],
        [OPENED, RunAbandoned("arm", 0, 2, "", None, 6)],
    ],
)
def test_a_history_that_does_not_follow_is_a_finding(bodies: list) -> None:
    with pytest.raises(Finding):
        history_of(bodies)


def test_a_failed_commit_reaches_everyone_who_waits(tmp_path: Path) -> None:
    class Full:
        def append(self, lines):
            if len(lines) and b"planned" not in lines[0]:
                raise Finding("disk full")

    async def many():
        ledger = Ledger(Full(), Planned("x", "0" * 64, 2, None, 1))  # type: ignore[arg-type]
        return await asyncio.gather(*(ledger.record(OPENED) for _ in range(3)), return_exceptions=True)

    assert [str(error) for error in asyncio.run(many())] == ["disk full"] * 3


def test_a_reason_is_kept_as_one_short_line_whatever_it_holds() -> None:
    assert for_the_ledger("the disk\n is   full") == "the disk is full"
    assert len(for_the_ledger("x" * 70_000)) == 500
    assert for_the_ledger("bad \ud83d end").encode() == b"bad ? end"
