from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pytest

from agoranomos.campaigns.attack.laying import lay_log
from agoranomos.campaigns.host import boot_tag, host_tag
from agoranomos.campaigns.ledger import Ledger, read_ledger
from agoranomos.campaigns.ledger_entries import (
    Clock,
    Ended,
    Head,
    Piece,
    Planned,
    Recovered,
    RunAbandoned,
    RunActors,
    RunClosed,
    RunOpened,
    Session,
    decode_ledger_entry,
    encode_ledger_entry,
    for_the_ledger,
)
from agoranomos.campaigns.ledger_history import history_of
from agoranomos.errors import Finding, UsageError
from agoranomos.logs import LogWriter, SigningKey

CERTIFIER = SigningKey.from_seed("workspace", bytes(range(32)))
TRUSTED = (CERTIFIER.verifier,)
HEAD = Head("lab/x/arm/0/1", 3, "ab" * 32)
OPENED = RunOpened("arm", 0, 1, HEAD.origin, 5)
PLANNED = Planned("x", "0" * 64, 2, 1)


ORIGIN = "lab/x/ledger"
KEY = SigningKey.from_seed(ORIGIN, bytes(range(1, 33)))


def begin(folder: Path, times: Iterable[int] = range(5, 50)) -> Ledger:
    writer = LogWriter.create(folder, ORIGIN, key=KEY, certifier=CERTIFIER, durable="append", goes_on=True)
    ticks = iter(times)
    return Ledger.begin(writer, PLANNED, lambda: next(ticks))


def go_on(folder: Path, times: Iterable[int] = range(100, 200)) -> Ledger:
    history, _ = read_ledger(folder, TRUSTED)
    writer, recovery = LogWriter.reopen(folder, key=KEY, certifier=CERTIFIER)
    ticks = iter(times)
    return Ledger.go_on(writer, recovery, history, lambda: next(ticks))


@pytest.mark.parametrize(
    "body",
    [
        PLANNED,
        OPENED,
        RunClosed("arm", 0, 1, HEAD, 6),
        RunAbandoned("arm", 0, 1, "disk full", None, None, 6),
        RunAbandoned("arm", 0, 1, "disk full", HEAD, Piece(3, "cd" * 32), 6),
        RunActors("arm", 0, ("a+b+c",), 6),
        Session("h", "b", "0.1.0", 3, "ab" * 32, 6),
        Recovered((Piece(3, "cd" * 32),), ("checkpoint",), 6),
        Clock(7, 6),
        Ended(6),
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
    "text",
    [
        b"{}",
        b"x",
        b"\xff",
        b"[" * 100_000,
        b'{"body":{},"kind":"promised","seq":0}',
        b'{"body":{},"kind":"opened","seq":0}',
        b'{"body":{"claimed_unix_s":6}, "kind":"ended","seq":0}',
        b'{"kind":"ended","body":{"claimed_unix_s":6},"seq":0}',
        b'{"body":{"claimed_unix_s":6,"claimed_unix_s":6},"kind":"ended","seq":0}',
        b'{"body":{"claimed_unix_s":6.0},"kind":"ended","seq":0}',
        b'{"body":{"claimed_unix_s":6},"kind":"\\u0065nded","seq":0}',
    ],
)
def test_what_is_no_entry_is_a_finding(text: bytes) -> None:
    with pytest.raises(Finding):
        decode_ledger_entry(text)


def test_entries_recorded_at_once_share_commits(tmp_path: Path) -> None:
    async def many() -> int:
        ledger = begin(tmp_path / "ledger")
        await asyncio.gather(*(ledger.record(opened(seed, 5)) for seed in range(200)))
        await ledger.close()
        return (tmp_path / "ledger/checkpoints/000.notes").read_bytes().count(b"lab/x/ledger\n")

    assert asyncio.run(many()) < 10
    history, head = read_ledger(tmp_path / "ledger", TRUSTED)
    assert len(history.attempts) == 200
    assert head is not None
    assert head.size == 203
    assert history.ended


def test_sessions_follow_each_other_in_one_log(tmp_path: Path) -> None:
    async def sessions() -> None:
        first = begin(tmp_path / "ledger")
        await first.record(OPENED)
        await first.close()
        second = go_on(tmp_path / "ledger")
        await second.abandon()
        third = go_on(tmp_path / "ledger", range(200, 300))
        await third.record(RunAbandoned("arm", 0, 1, "died", None, None, 300))
        await third.abandon()

    asyncio.run(sessions())
    history, head = read_ledger(tmp_path / "ledger", TRUSTED)
    (attempt,) = history.of("arm", 0)
    assert attempt.abandoned is not None
    assert [session.size for session in history.sessions] == [0, 4, 5]
    assert [recovered.cut for recovered in history.recoveries] == [()]
    assert not history.ended
    assert head is not None
    assert head.size == 8


def test_what_a_crash_left_is_moved_away_and_told(tmp_path: Path) -> None:
    async def sessions() -> None:
        await begin(tmp_path / "ledger").close()
        entries = tmp_path / "ledger/entries/000000000000.jsonl"
        entries.write_bytes(entries.read_bytes() + b"tail")
        await go_on(tmp_path / "ledger").close()

    asyncio.run(sessions())
    history, _ = read_ledger(tmp_path / "ledger", TRUSTED)
    (recovered,) = history.recoveries
    assert recovered.cut == (Piece(4, sha256(b"tail").hexdigest()),)


def test_a_clock_that_goes_back_is_said_to(tmp_path: Path) -> None:
    async def sessions() -> None:
        ledger = begin(tmp_path / "ledger", [50, 90])
        await ledger.record(opened(0, 40), opened(1, 30), OPENED_LATER)
        await ledger.close()
        await go_on(tmp_path / "ledger", [60, 61]).close()

    asyncio.run(sessions())
    history, _ = read_ledger(tmp_path / "ledger", TRUSTED)
    assert history.clock_steps == [Clock(50, 40), Clock(40, 30), Clock(90, 60)]
    assert history.newest_unix_s == 61


def opened(seed: int, claimed_unix_s: int) -> RunOpened:
    return RunOpened("arm", seed, 1, f"lab/x/arm/{seed}/1", claimed_unix_s)


OPENED_LATER = opened(2, 31)


def test_a_ledger_that_nobody_trusted_wrote_is_a_finding(tmp_path: Path) -> None:
    async def one() -> None:
        await begin(tmp_path / "ledger").close()

    asyncio.run(one())
    with pytest.raises(Finding):
        read_ledger(tmp_path / "ledger", (SigningKey.generate("other").verifier,))


def test_a_log_that_begins_with_no_plan_is_no_ledger(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "l", ORIGIN, key=KEY, certifier=CERTIFIER, durable="append", goes_on=True)
    writer.append([encode_ledger_entry(OPENED, 0)])
    writer.close()
    with pytest.raises(Finding, match="does not begin with a plan"):
        read_ledger(tmp_path / "l", TRUSTED)


def test_a_ledger_of_the_first_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    with pytest.raises(UsageError, match="earlier version"):
        read_ledger(tmp_path, TRUSTED)


def test_no_folder_means_no_history(tmp_path: Path) -> None:
    history, head = read_ledger(tmp_path / "none", TRUSTED)
    assert (history.attempts, head) == ({}, None)


@pytest.mark.parametrize(
    "bodies",
    [
        [RunOpened("arm", 0, 2, "o", 5)],
        [OPENED, OPENED],
        [RunClosed("arm", 0, 1, HEAD, 6)],
        [OPENED, RunAbandoned("arm", 0, 2, "", None, None, 6)],
        [OPENED, RunClosed("arm", 0, 1, HEAD, 4)],
        [OPENED, Clock(5, 5)],
        [OPENED, Clock(6, 4)],
        [Ended(6)],
        [Session("h", "b", "", 0, "", 1), Ended(6), Ended(6)],
    ],
)
def test_a_history_that_does_not_follow_is_a_finding(bodies: list) -> None:
    with pytest.raises(Finding):
        history_of(bodies)


def test_a_failed_commit_reaches_everyone_who_waits() -> None:
    class Full:
        size = 0
        origin = ORIGIN

        def append(self, lines: list[bytes]) -> None:
            if b"planned" not in lines[0]:
                raise Finding("disk full")

    async def many() -> list[object]:
        ledger = Ledger.begin(Full(), PLANNED, lambda: 1)  # type: ignore[arg-type]
        return await asyncio.gather(*(ledger.record(OPENED) for _ in range(3)), return_exceptions=True)

    assert [str(error) for error in asyncio.run(many())] == ["disk full"] * 3


def test_hosts_are_told_apart_and_not_named() -> None:
    assert host_tag() == host_tag()
    assert len(host_tag()) == 16
    assert platform.node() not in host_tag()
    assert len(boot_tag()) in {0, 16}
    assert boot_tag() != host_tag()


def test_a_reason_is_kept_as_one_short_line_whatever_it_holds() -> None:
    assert for_the_ledger("the disk\n is   full") == "the disk is full"
    assert len(for_the_ledger("x" * 70_000)) == 500
    assert for_the_ledger("bad \ud83d end").encode() == b"bad ? end"


def test_an_entry_that_claims_another_place_is_a_finding(tmp_path: Path) -> None:
    async def one() -> None:
        await begin(tmp_path / "ledger").close()

    asyncio.run(one())
    lines = [encode_ledger_entry(body, 1) for body in (PLANNED, OPENED)]
    (tmp_path / "other").mkdir()
    lay_log(tmp_path / "other", lines, [2], key=KEY, certifier=CERTIFIER)
    with pytest.raises(Finding, match="does not say that it is entry 0"):
        read_ledger(tmp_path / "other", TRUSTED)
