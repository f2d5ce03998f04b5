"""The strict level of verification: each entry is one, in canonical form, and stands where it may stand.

`read_checked` looks at one line by itself, in whatever process hashes it. `RunOrder` and `LedgerOrder` take what it
returned, in order, and see what no line shows by itself: rounds that follow each other, and references.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from agoranomos.campaigns.ledger_entries import (
    BODY_OF_KIND,
    Deviated,
    LedgerBody,
    Planned,
    RunOpened,
    decode_ledger_entry,
)
from agoranomos.campaigns.ledger_history import History
from agoranomos.errors import Finding
from agoranomos.institutions.entries import Body, Closed, Opened, Part, Round, Switched, decode_entry
from agoranomos.institutions.judgement import Announced, NoticeIssued, Sanction, Transition
from agoranomos.institutions.parts import Joiner
from agoranomos.logs import LogFault, layout

_ROUND = b',"round":'
_LONGEST_END = 60  # bytes from the round's name on, of numbers as long as they may be
_DIGEST = re.compile(r"[0-9a-f]{64}")


class RunItem(NamedTuple):
    """What the order of a run rests on: an entry's kind and round, whom it is about, and what it counts.

    `agent` is empty where it is about nobody in particular. `opened` is the body of an `opened` entry; `number` is the
    rounds that a `closed` one states, and the round from which a `switched` one holds; `applied` is false of a
    transition that was blocked. `part` is the line of a part of an entry, with the folder of its log.
    """

    kind: str
    round: int
    agent: str = ""
    opened: Opened | None = None
    number: int = 0
    applied: bool = True
    part: tuple[Path, bytes] | None = None


class LedgerItem(NamedTuple):
    """An entry of a ledger, and its kind."""

    kind: str
    body: LedgerBody


def is_of_a_run(line: bytes) -> bool:
    """Whether a line has the form of a run's entries; a ledger's have no round."""
    return _ROUND in line[-_LONGEST_END:]


def read_checked(folder: Path, line: bytes) -> RunItem | LedgerItem:
    """What one line of the log in `folder` says, of a run or of a ledger.

    Raises `Finding` when it is no entry, or not in canonical form, and `LogFault` when it names content by a digest
    that is not beside the log.
    """
    if not is_of_a_run(line):
        return _of_a_ledger(folder, line)
    entry = decode_entry(line)
    body = entry.body
    if isinstance(body, Opened | Part):
        opened, part = (None, (folder, line)) if isinstance(body, Part) else (body, None)
        return RunItem(entry.kind, entry.round, opened=opened, part=part)
    if isinstance(body, Round):
        for decision in body.decisions:
            for call in decision.calls:
                if call.reply_sha256:
                    _require_blob(folder, call.reply_sha256)
        return RunItem(entry.kind, entry.round)
    if isinstance(body, Transition):
        return RunItem(entry.kind, entry.round, body.agent, applied=not body.blocked)
    if isinstance(body, Sanction | Announced | NoticeIssued):
        return RunItem(entry.kind, entry.round, body.agent)
    return RunItem(entry.kind, entry.round, number=_number_in(body))


def _number_in(body: Body) -> int:
    if isinstance(body, Switched):
        return body.effective_round
    return body.rounds if isinstance(body, Closed) else 0


def _of_a_ledger(folder: Path, line: bytes) -> LedgerItem:
    body = decode_ledger_entry(line)
    if isinstance(body, Planned | Deviated):
        _require_blob(folder, body.plan_sha256)
    return LedgerItem(next(kind for kind, known in BODY_OF_KIND.items() if type(body) is known), body)


def _require_blob(folder: Path, digest: str) -> None:
    """The content itself was held against its name when the blobs were read."""
    if not _DIGEST.fullmatch(digest):
        raise LogFault("tampered", f"{digest[:80]!r} is not a SHA-256 in hex")
    if not (folder / layout.blob_file(digest)).is_file():
        raise LogFault("damaged", f"blob {digest} is missing")


class Order:
    """Follows a log of either kind; the first entry says which. `follow` raises `LogFault` that names the entry."""

    def __init__(self) -> None:
        self.run: RunOrder | None = None
        self.ledger: LedgerOrder | None = None

    def follow(self, first: int, items: Sequence[object]) -> None:
        """Take in what `read_checked` returned of the entries from `first` on."""
        for index, item in enumerate(items, first):
            if self.run is None and self.ledger is None:
                if isinstance(item, RunItem):
                    self.run = RunOrder()
                else:
                    self.ledger = LedgerOrder()
            if isinstance(item, RunItem) and self.run is not None:
                self.run.take(index, item)
            elif isinstance(item, LedgerItem) and self.ledger is not None:
                self.ledger.take(index, item)
            else:
                raise _fault(index, "entries of a run and of a ledger stand in one log")


class RunOrder:
    """Where the entries of a run may stand: opened, rounds with what was decided in each, closed."""

    def __init__(self) -> None:
        self.rounds = 0
        self.closed = False
        self.opened: Opened | None = None
        self._agents: frozenset[str] = frozenset()
        self._moved: set[str] = set()  # agents with a transition that was applied in this round
        self._signed = False  # whether the actors have signed this round
        self._due: set[int] = set()  # rounds from which another institution holds, as entry 0 says, and not yet begun
        self._joiner = Joiner()

    def take(self, index: int, item: RunItem) -> None:
        """Add the next entry; raises `LogFault`."""
        if item.part is not None:
            self._take_part(index, *item.part)
            return
        if self._joiner.waits:
            raise _fault(index, "an entry in parts goes on here, and there is another entry")
        if self.closed:
            raise _fault(index, "an entry after the run was closed")
        if (item.opened is None) == (self.opened is None):
            raise _fault(index, f"a run begins with one `opened` entry, and here stands one of kind {item.kind!r}")
        if item.kind in ("round", "closed") and self.rounds + 1 in self._due:
            raise _fault(index, f"before it, entry 0 has another institution begin with round {self.rounds + 1}")
        if item.kind == "round":
            self.rounds += 1
            self._moved.clear()
            self._signed = False
        if item.round != self.rounds:
            raise _fault(index, f"round {item.round} is recorded where round {self.rounds} was expected")
        if item.opened is not None:
            self.opened, self._agents = item.opened, frozenset(item.opened.facts.agents)
            self._due = {switch.first_round for switch in item.opened.switches}
        elif item.kind == "closed":
            if item.number != self.rounds:
                raise _fault(index, f"closed after {item.number} rounds, but {self.rounds} are recorded")
            self.closed = True
        elif item.kind != "round":
            self._decided(index, item)

    def _take_part(self, index: int, folder: Path, line: bytes) -> None:
        """Put an entry together from its parts, and take it when the last has come."""
        if self.closed:
            raise _fault(index, "an entry after the run was closed")
        if not self._joiner.waits:
            self._joiner = Joiner(index)
        try:
            whole = self._joiner.take(line)
            item = None if whole is None else read_checked(folder, whole.line)
        except LogFault:
            raise
        except Finding as fault:
            raise LogFault("tampered", fault.message, entry=index) from None
        if whole is not None and isinstance(item, RunItem):
            self.take(whole.first, item)

    def _decided(self, index: int, item: RunItem) -> None:
        if self._signed:
            raise _fault(index, f"an entry of kind {item.kind!r} after the actors signed round {item.round}")
        if item.kind == "attested":
            self._signed = True
            return
        if item.kind == "switched":
            if item.number != self.rounds + 1 or item.number not in self._due:
                raise _fault(index, f"another institution from round {item.number} on, of which entry 0 knows nothing")
            self._due.remove(item.number)
            return
        if item.agent not in self._agents:
            raise _fault(index, f"a {item.kind} of {item.agent!r}, who is none of the run's agents")
        if item.kind == "transition" and item.applied:
            self._moved.add(item.agent)
        if item.kind in {"sanction", "announced"} and item.agent not in self._moved:
            raise _fault(index, f"a sanction of {item.agent} in round {item.round}, which no transition of it precedes")


class LedgerOrder:
    """Where the entries of a ledger may stand: the plan first, attempts opened before they end, times that grow."""

    def __init__(self) -> None:
        self.history = History()
        self.planned: list[Planned] = []
        self.registered: list[tuple[str, tuple[str, int]]] = []  # a plan's digest, and a run opened after it

    def take(self, index: int, item: LedgerItem) -> None:
        """Add the next entry; raises `LogFault`."""
        if isinstance(item.body, Planned):
            self.planned.append(item.body)
        elif index == 0:
            raise _fault(index, f"a ledger begins with the plan, and here stands an entry of kind {item.kind!r}")
        if isinstance(item.body, RunOpened) and item.body.attempt == 1:
            run = (item.body.arm, item.body.seed)
            self.registered += [(planned.plan_sha256, run) for planned in self.planned]
        try:
            self.history.add(item.body)
        except Finding as fault:
            raise _fault(index, fault.message) from None


def _fault(index: int, message: str) -> LogFault:
    return LogFault("tampered", f"entry {index}: {message}", entry=index)
