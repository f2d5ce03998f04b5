"""What the entries of a ledger tell together: sessions, and every attempt at every run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agoranomos.campaigns.ledger_entries import (
    Clock,
    Deviated,
    Ended,
    LedgerBody,
    Planned,
    Recovered,
    RunAbandoned,
    RunActors,
    RunClosed,
    RunOpened,
    Session,
    Stopped,
)
from agoranomos.errors import Finding
from agoranomos.logs import LogFault, Verifier


@dataclass(slots=True)
class Attempt:
    """What the ledger says of one attempt; `closed` and `abandoned` are None while neither is recorded."""

    opened: RunOpened
    closed: RunClosed | None = None
    abandoned: RunAbandoned | None = None

    @property
    def ended(self) -> bool:
        """Whether the ledger says how it ended."""
        return self.closed is not None or self.abandoned is not None


@dataclass(frozen=True, slots=True)
class Turn:
    """A deviation from the plan, with the runs that had been opened and closed when it was recorded."""

    deviated: Deviated
    opened: frozenset[tuple[str, int]]
    closed: int


@dataclass(slots=True)
class History:
    """Every attempt at every run, in the order of the ledger, and who wrote it.

    `planned` is its plan, None before one was recorded; `turns` are the deviations from it. `stopped` says that the
    stopping rule of the plan that is followed now was met, `begun_since` which runs were begun after that. `ended` says
    whether the last session came to its end; `newest_unix_s` is the newest time that is claimed since the clock last
    went back.
    """

    attempts: dict[tuple[str, int], list[Attempt]] = field(default_factory=dict)
    planned: Planned | None = None
    turns: list[Turn] = field(default_factory=list)
    stopped: Stopped | None = None
    begun_since: list[tuple[str, int]] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    recoveries: list[Recovered] = field(default_factory=list)
    clock_steps: list[Clock] = field(default_factory=list)
    ended: bool = True
    newest_unix_s: int | None = None
    actors: dict[tuple[str, int], tuple[Verifier, ...]] = field(default_factory=dict)
    _holders: dict[bytes, str] = field(default_factory=dict)  # of every actor's key

    def add(self, body: LedgerBody) -> None:
        """Take in one entry as it was read; raises `Finding` where it does not follow from those before."""
        self._take_time(body)
        self.note(body)

    def note(self, body: LedgerBody) -> None:
        """Take in an entry that is recorded by whoever asks; when it claims to be made is the ledger's business."""
        if isinstance(body, Planned):
            self.planned = body
            return
        if isinstance(body, Deviated):
            self._turn(body)
            return
        if isinstance(body, Session | Recovered | Clock | Ended):
            self._take_session(body)
            return
        if isinstance(body, RunActors):
            self._register(body)
            return
        if isinstance(body, Stopped):
            self._stop(body)
            return
        attempts = self.attempts.setdefault((body.arm, body.seed), [])
        if isinstance(body, RunOpened):
            _require_turn(body, attempts)
            attempts.append(Attempt(body))
            if self.stopped is not None and body.attempt == 1:
                self.begun_since.append((body.arm, body.seed))
            return
        if not 1 <= body.attempt <= len(attempts):
            raise Finding(f"the ledger ends attempt {body.attempt} of {body.arm}/{body.seed}, which it never opened")
        attempt = attempts[body.attempt - 1]
        if attempt.ended:
            raise Finding(f"the ledger ends attempt {body.attempt} of {body.arm}/{body.seed} a second time")
        if body.head is not None and body.head.origin != attempt.opened.origin:
            raise Finding(f"the ledger ends {attempt.opened.origin} with the head of {body.head.origin}")
        if isinstance(body, RunClosed):
            attempt.closed = body
        else:
            attempt.abandoned = body

    def _take_time(self, body: LedgerBody) -> None:
        time = body.claimed_unix_s
        if isinstance(body, Clock):
            if body.before_unix_s != self.newest_unix_s or time >= body.before_unix_s:
                raise Finding(f"the clock is said to go from {body.before_unix_s} back to {time}, and it did not")
        elif self.newest_unix_s is not None and time < self.newest_unix_s:
            raise Finding(f"its time is {self.newest_unix_s - time} s before that of the entry before it")
        self.newest_unix_s = time

    def _take_session(self, body: Session | Recovered | Clock | Ended) -> None:
        if isinstance(body, Session):
            self.sessions.append(body)
            self.ended = False
        elif isinstance(body, Recovered):
            self.recoveries.append(body)
        elif isinstance(body, Clock):
            self.clock_steps.append(body)
        elif self.ended:
            raise Finding("the ledger ends a session that it did not begin")
        else:
            self.ended = True

    def _register(self, body: RunActors) -> None:
        run = f"{body.arm}/{body.seed}"
        if (body.arm, body.seed) in self.actors or self.of(body.arm, body.seed):
            raise Finding(f"the ledger registers the actors of {run} twice, or after its first attempt")
        try:
            keys = tuple(Verifier.from_vkey(vkey) for vkey in body.vkeys)
        except LogFault as fault:
            raise Finding(f"the ledger registers a bad key for {run}: {fault.message}") from None
        for key in keys:
            other = self._holders.setdefault(key.public, key.name)
            if other != key.name or not key.name.rpartition("/")[0].endswith(f"/{run}"):
                raise Finding(f"the ledger registers the key of {other} as that of {key.name}, an actor of {run}")
        self.actors[body.arm, body.seed] = keys

    def _turn(self, body: Deviated) -> None:
        if body.plan_sha256 == self.plan_sha256:
            raise Finding("the ledger tells of a deviation from the plan to the same plan")
        closed = sum(attempts[-1].closed is not None for attempts in self.attempts.values() if attempts)
        self.turns.append(Turn(body, frozenset(self.attempts), closed))
        # Another plan has a rule of its own, which is held against everything that was run, as if from the start.
        self.stopped, self.begun_since = None, []

    def _stop(self, body: Stopped) -> None:
        if self.stopped is not None:
            raise Finding("the ledger says a second time that the stopping rule was met")
        self.stopped = body

    @property
    def plan_sha256(self) -> str:
        """The digest of the plan that the campaign follows now; empty before one was recorded."""
        if self.turns:
            return self.turns[-1].deviated.plan_sha256
        return "" if self.planned is None else self.planned.plan_sha256

    @property
    def plans(self) -> tuple[str, ...]:
        """The digests of all plans that it followed, the first one first."""
        first = () if self.planned is None else (self.planned.plan_sha256,)
        return (*first, *(turn.deviated.plan_sha256 for turn in self.turns))

    def of(self, arm: str, seed: int) -> list[Attempt]:
        """The attempts at one run, the first one first."""
        return self.attempts.get((arm, seed), [])


def _require_turn(opened: RunOpened, before: Sequence[Attempt]) -> None:
    """An attempt follows one that was given up: nothing that came to its end is tried again until it looks better."""
    run = f"{opened.arm}/{opened.seed}"
    if opened.attempt != len(before) + 1 or (before and before[-1].abandoned is None):
        raise Finding(f"the ledger opens attempt {opened.attempt} of {run} out of turn")
    if not opened.origin.rpartition("/")[0].endswith(f"/{run}"):
        raise Finding(f"the ledger opens attempt {opened.attempt} of {run} as {opened.origin}")


def history_of(bodies: Iterable[LedgerBody]) -> History:
    """The attempts that a sequence of entries tells of."""
    history = History()
    for body in bodies:
        history.add(body)
    return history
