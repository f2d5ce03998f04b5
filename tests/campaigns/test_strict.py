"""The strict level: what one line shows by itself, and what only their order shows."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from agoranomos.campaigns.ledger_entries import (
    Head,
    Planned,
    RunAbandoned,
    RunClosed,
    RunOpened,
    encode_ledger_entry,
)
from agoranomos.campaigns.strict import LedgerOrder, Order, RunItem, is_of_a_run, read_checked
from agoranomos.errors import Finding
from agoranomos.institutions.entries import (
    Attested,
    Body,
    CallRecord,
    Closed,
    DecisionRecord,
    Opened,
    Round,
    Seen,
    decode_entry,
    encode_entry,
)
from agoranomos.institutions.judgement import NoticeIssued, Sanction, Transition
from agoranomos.logs import LogFault, layout

GOLDEN = Path(__file__).parents[1] / "institutions" / "golden"
OPENED = decode_entry((GOLDEN / "opened.json").read_bytes().rstrip(b"\n")).body
NOWHERE = Path("/nowhere")
ROUND = Round(actions=((1,), (2,)), measures={})
MOVED = Transition("firm_1", "R1:active->fined", "violation")
BLOCKED = Transition("firm_1", "R1:active->fined", "violation", blocked="cooldown")
FINED = Sanction("firm_1", "fine", "R1", amount_e6=1)
TOLD = NoticeIssued("firm_2", 1, "active", "be fair")
SIGNED = Attested(Seen("12" * 32, 0), ())


def followed(entries: Sequence[tuple[Body, int]]) -> Order:
    lines = [encode_entry(body, number, seq) for seq, (body, number) in enumerate(entries)]
    order = Order()
    order.follow(0, [read_checked(NOWHERE, line) for line in lines])
    return order


def misplaced(entries: Sequence[tuple[Body, int]]) -> LogFault:
    with pytest.raises(LogFault) as caught:
        followed(entries)
    assert caught.value.kind == "tampered"
    assert caught.value.message.startswith(f"entry {caught.value.entry}: ")
    return caught.value


WHOLE: list[tuple[Body, int]] = [
    (OPENED, 0),
    (TOLD, 0),
    (SIGNED, 0),
    (ROUND, 1),
    (BLOCKED, 1),
    (MOVED, 1),
    (FINED, 1),
    (TOLD, 1),
    (SIGNED, 1),
    (ROUND, 2),
    (Closed(2), 2),
]


def test_a_run_in_order_is_followed_to_its_end() -> None:
    order = followed(WHOLE)
    assert order.ledger is None
    assert order.run is not None
    assert (order.run.rounds, order.run.closed, order.run.opened) == (2, True, OPENED)
    assert followed(WHOLE[:-1]).run.closed is False  # type: ignore[union-attr]
    in_parts = Order()
    for first in range(0, len(WHOLE), 3):
        items = [
            read_checked(NOWHERE, encode_entry(body, number, first + at))
            for at, (body, number) in enumerate(WHOLE[first : first + 3])
        ]
        in_parts.follow(first, items)
    assert in_parts.run is not None
    assert in_parts.run.closed


@pytest.mark.parametrize(
    ("entries", "entry", "words"),
    [
        (WHOLE[1:], 0, "a run begins with one `opened` entry, and here stands one of kind 'notice'"),
        ([*WHOLE[:3], (OPENED, 0)], 3, "a run begins with one `opened` entry"),
        ([(OPENED, 1)], 0, "round 1 is recorded where round 0 was expected"),
        ([*WHOLE[:3], (ROUND, 2)], 3, "round 2 is recorded where round 1 was expected"),
        ([*WHOLE[:3], (ROUND, 0)], 3, "round 0 is recorded where round 1 was expected"),
        ([*WHOLE[:5], (MOVED, 2)], 5, "round 2 is recorded where round 1 was expected"),
        ([*WHOLE[:9], (TOLD, 1)], 9, "an entry of kind 'notice' after the actors signed round 1"),
        ([*WHOLE[:9], (SIGNED, 1)], 9, "an entry of kind 'attested' after the actors signed round 1"),
        ([*WHOLE, (Closed(2), 2)], 11, "an entry after the run was closed"),
        ([*WHOLE, (ROUND, 3)], 11, "an entry after the run was closed"),
        ([*WHOLE[:-1], (Closed(3), 2)], 10, "closed after 3 rounds, but 2 are recorded"),
        ([*WHOLE[:-1], (Closed(2), 3)], 10, "round 3 is recorded where round 2 was expected"),
        ([*WHOLE[:4], (FINED, 1)], 4, "a sanction of firm_1 in round 1, which no transition of it precedes"),
        ([*WHOLE[:5], (FINED, 1)], 5, "which no transition of it precedes"),
        ([*WHOLE[:8], (ROUND, 2), (FINED, 2)], 9, "a sanction of firm_1 in round 2"),
        (
            [*WHOLE[:6], (msgspec.structs.replace(FINED, agent="firm_2"), 1)],
            6,
            "a sanction of firm_2 in round 1, which no transition",
        ),
        (
            [*WHOLE[:4], (msgspec.structs.replace(MOVED, agent="firm_9"), 1)],
            4,
            "a transition of 'firm_9', who is none of the run's agents",
        ),
        ([*WHOLE[:4], (msgspec.structs.replace(TOLD, agent=""), 1)], 4, "a notice of ''"),
    ],
)
def test_what_stands_where_it_may_not_is_named(entries: list[tuple[Body, int]], entry: int, words: str) -> None:
    fault = misplaced(entries)
    assert fault.entry == entry
    assert words in fault.message


def test_a_line_must_be_an_entry_in_canonical_form() -> None:
    line = encode_entry(ROUND, 1, 4)
    assert isinstance(read_checked(NOWHERE, line), RunItem)
    assert is_of_a_run(line)
    for bad in (
        line.replace(b'"kind":"round"', b'"kind": "round"'),
        line.replace(b'"actions":[[1],', b'"actions":[[1.0],'),
        line.replace(b'"actions":[[1],', b'"actions":[[1e2],'),
        line.replace(b'"actions":[[1],', b'"actions":[[-0],'),
        line.replace(b'"actions":[[1],', b'"actions":[[01],'),
        line.replace(b'"kind":"round"', b'"kind":"r\\u006fund"'),
        line.replace(b'"kind":"round"', b'"kind":"round","kind":"round"'),
        line.replace(b'"kind":"round"', b'"kind":"sound"'),
        line.replace(b'"measures":{}', b'"measures":{},"more":1'),
        line.replace(b"{", b"\xef\xbb\xbf{", 1),
        line.replace(b'"measures":{}', b'"measures":{"a":"\xff"}'),
        b'{"body":' + b"[" * 30_000 + b',"kind":"round","round":1,"seq":4}',
    ):
        assert is_of_a_run(bad)
        with pytest.raises(Finding):
            read_checked(NOWHERE, bad)


def test_what_an_entry_names_by_digest_must_be_there(tmp_path: Path) -> None:
    def line(digest: str) -> bytes:
        call = CallRecord("mock/x", 1, 2, "ab" * 32, reply_sha256=digest)
        return encode_entry(msgspec.structs.replace(ROUND, decisions=(DecisionRecord("firm_1", (call,)),)), 1, 4)

    digest = sha256(b"reply").hexdigest()
    with pytest.raises(LogFault, match=f"blob {digest} is missing") as caught:
        read_checked(tmp_path, line(digest))
    assert caught.value.kind == "damaged"
    path = tmp_path / layout.blob_file(digest)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"reply")
    assert read_checked(tmp_path, line(digest)) == RunItem("round", 1)
    for bad in ("../../../../etc/passwd", digest.upper(), digest[:-1], digest + "0"):
        with pytest.raises(LogFault, match="is not a SHA-256 in hex") as caught:
            read_checked(tmp_path, line(bad))
        assert caught.value.kind == "tampered"


def test_the_check_and_what_it_returns_can_be_sent_to_another_process() -> None:
    check = pickle.loads(pickle.dumps(partial(read_checked, NOWHERE)))
    for body, number in WHOLE:
        item = check(encode_entry(body, number, 0))
        assert pickle.loads(pickle.dumps(item)) == item
    assert check(encode_entry(OPENED, 0, 0)).opened == OPENED
    assert isinstance(OPENED, Opened)


HEAD = Head("lab/plan/arm/0/2", 4, "ab" * 32)
PLAN = Planned("small", "cd" * 32, 2, 100)
LEDGER = [
    PLAN,
    RunOpened("arm", 0, 1, "lab/plan/arm/0/1", 101),
    RunAbandoned("arm", 0, 1, "died", None, None, 101),
    RunOpened("arm", 0, 2, "lab/plan/arm/0/2", 103),
    RunClosed("arm", 0, 2, HEAD, 104),
]


@pytest.fixture(scope="module")
def with_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the text of the plan."""
    folder = tmp_path_factory.mktemp("ledger")
    (folder / layout.blob_file(PLAN.plan_sha256)).parent.mkdir(parents=True)
    (folder / layout.blob_file(PLAN.plan_sha256)).write_bytes(b"{}")
    return folder


def ledger_of(bodies: Sequence[object], folder: Path) -> LedgerOrder:
    order = Order()
    lines = [encode_ledger_entry(body, seq) for seq, body in enumerate(bodies)]  # type: ignore[arg-type]
    assert not any(map(is_of_a_run, lines))
    order.follow(0, [read_checked(folder, line) for line in lines])
    assert order.ledger is not None
    assert order.run is None
    return order.ledger


def test_a_ledger_in_order_tells_of_every_attempt(with_plan: Path) -> None:
    ledger = ledger_of(LEDGER, with_plan)
    attempts = ledger.history.of("arm", 0)
    assert [attempt.closed is not None for attempt in attempts] == [False, True]
    assert ledger.planned == [PLAN]
    assert ledger.registered == [("cd" * 32, ("arm", 0))]


@pytest.mark.parametrize(
    ("bodies", "entry", "words"),
    [
        (LEDGER[1:], 0, "a ledger begins with the plan, and here stands an entry of kind 'opened'"),
        ([LEDGER[0], LEDGER[2]], 1, "which it never opened"),
        ([*LEDGER[:2], LEDGER[1]], 2, "out of turn"),
        ([*LEDGER, RunOpened("arm", 0, 3, "lab/plan/arm/0/3", 105)], 5, "opens attempt 3 of arm/0 out of turn"),
        ([*LEDGER[:2], LEDGER[3]], 2, "opens attempt 2 of arm/0 out of turn"),
        ([*LEDGER, LEDGER[4]], 5, "ends attempt 2 of arm/0 a second time"),
        ([*LEDGER, RunAbandoned("arm", 0, 2, "not liked", None, None, 105)], 5, "a second time"),
        ([*LEDGER[:3], LEDGER[2]], 3, "ends attempt 1 of arm/0 a second time"),
        (
            [PLAN, RunOpened("arm", 0, 1, "lab/plan/other/0/1", 101)],
            1,
            "opens attempt 1 of arm/0 as lab/plan/other/0/1",
        ),
        (
            [*LEDGER[:4], RunClosed("arm", 0, 2, Head("lab/plan/arm/0/1", 4, "ab" * 32), 104)],
            4,
            "ends lab/plan/arm/0/2 with the head of lab/plan/arm/0/1",
        ),
        ([*LEDGER, RunOpened("arm", 1, 1, "o", 103)], 5, "its time is 1 s before that of the entry before it"),
        ([PLAN, RunOpened("arm", 1, 1, "o", 99)], 1, "its time is 1 s before"),
    ],
)
def test_what_a_ledger_may_not_hold_is_named(bodies: list[object], entry: int, words: str, with_plan: Path) -> None:
    with pytest.raises(LogFault) as caught:
        ledger_of(bodies, with_plan)
    assert (caught.value.entry, caught.value.kind) == (entry, "tampered")
    assert words in caught.value.message


def test_a_ledger_without_the_text_of_its_plan_is_damaged() -> None:
    with pytest.raises(LogFault, match=f"blob {PLAN.plan_sha256} is missing") as caught:
        read_checked(NOWHERE, encode_ledger_entry(PLAN, 0))
    assert caught.value.kind == "damaged"


def test_a_ledgers_line_must_be_canonical_too() -> None:
    line = encode_ledger_entry(PLAN, 0)
    for bad in (
        line.replace(b'"kind":', b'"kind" :'),
        line.replace(b'"runs":2', b'"runs":2.0'),
        line.replace(b'"runs":2', b'"runs":2,"runs":2'),
        line[:-1] + b" }",
        line.replace(b'"seq":0', b'"seq":00'),
        line.replace(b'"kind":"planned"', b'"kind":"plan"'),
        b"",
        b"[]",
    ):
        with pytest.raises(Finding):
            read_checked(NOWHERE, bad)


def test_runs_and_ledgers_do_not_stand_in_one_log(with_plan: Path) -> None:
    run = read_checked(NOWHERE, encode_entry(OPENED, 0, 0))
    plan = read_checked(with_plan, encode_ledger_entry(PLAN, 1))
    for first, second in ((run, plan), (plan, run)):
        with pytest.raises(LogFault, match="entries of a run and of a ledger stand in one log") as caught:
            Order().follow(0, [first, second])
        assert caught.value.entry == 1
