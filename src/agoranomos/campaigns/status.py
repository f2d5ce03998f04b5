"""`status.json`: how far a campaign is, for people and programs that look on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from agoranomos.campaigns.failure import Failure
from agoranomos.campaigns.folder import write_atomically
from agoranomos.campaigns.tally import Tally
from agoranomos.models.calls.traffic import Traffic

State = Literal["running", "draining", "finished", "failed", "stopped", "interrupted", "broken off"]
"""`draining`: Ctrl-C came, and the runs under way are brought to their end; `interrupted`: they were, and others are
left. `failed`: runs failed, the others are finished. `stopped`: a budget was spent or a model lost, and the runs under
way wait to be gone on with. `broken off`: a second Ctrl-C, or an error of the disk."""

UNDER_WAY = frozenset({"running", "draining"})
"""States of a session that writes the file anew every second."""


class RunCounts(msgspec.Struct, frozen=True):
    """`finished` by all sessions, `failed` in this one; `open` is the rest, those `under_way` among them."""

    planned: int
    finished: int
    failed: int
    open: int
    under_way: int


class RoundCounts(msgspec.Struct, frozen=True):
    """Rounds that this session has to play and has played; `per_second` is 0 before any time has passed."""

    planned: int
    done: int
    per_second: float


class CallCounts(msgspec.Struct, frozen=True):
    """Model calls of this session: answered by the models (`failed` among them), or by the call `store`.

    `planned` is the most that the session can lead to.
    """

    planned: int
    asked: int
    failed: int
    stored: int
    prompt_tokens: int
    reply_tokens: int


class ArmCounts(msgspec.Struct, frozen=True):
    """As `RunCounts`, of one arm, with the rounds and calls that this session has seen of it."""

    arm: str
    planned: int
    finished: int
    failed: int
    open: int
    under_way: int
    rounds: int
    calls: int


class FailedRun(msgspec.Struct, frozen=True):
    """A run that this session gave up; `details` is the traceback of an error that nothing here explains."""

    arm: str
    seed: int
    attempt: int
    error: str
    details: str


class Status(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The file. A reader passes over members that it does not know: they may be added without another `version`.

    `plan` is the plan's digest, `process` the driver's id; times are claimed by this machine's clock, in seconds since
    1970. `seconds_left` is missing before the first round, `reason` wherever there is none to give.
    """

    version: Literal[1]
    state: State
    plan: str
    process: int
    written_unix_s: int
    seconds: float
    seconds_left: float | None = None
    reason: str = ""
    runs: RunCounts
    rounds: RoundCounts
    calls: CallCounts
    arms: tuple[ArmCounts, ...]
    failures: list[FailedRun]


class StatusFile:
    """Tells of a tally, and is replaced as a whole."""

    def __init__(
        self,
        path: Path,
        plan: str,
        tally: Tally,
        *,
        process: int,
        clock: Callable[[], int],
        traffic: Callable[[], Traffic],
    ) -> None:
        self._path = path
        self._plan = plan
        self._tally = tally
        self._process = process
        self._clock = clock
        self._traffic = traffic
        self._failures: list[FailedRun] = []

    def failed(self, failure: Failure) -> None:
        """Note a run that was given up."""
        told = FailedRun(failure.arm, failure.seed, failure.attempt, failure.error.message, failure.details)
        self._failures.append(told)

    def write(self, state: State, reason: str = "") -> None:
        """Write the file, with the reason for a stop; raises `MachineError` when the disk does not take it."""
        document = msgspec.json.encode(self._status(state, reason))
        write_atomically(self._path, msgspec.json.format(document, indent=2) + b"\n")

    def _status(self, state: State, reason: str) -> Status:
        tally, traffic = self._tally, self._traffic()
        every, seconds, left = tally.all, tally.seconds, tally.seconds_left
        return Status(
            version=1,
            state=state,
            plan=self._plan,
            process=self._process,
            written_unix_s=self._clock(),
            seconds=round(seconds, 3),
            seconds_left=None if left is None else round(left, 3),
            reason=reason,
            runs=RunCounts(every.planned, every.finished, every.failed, every.open, every.under_way),
            rounds=RoundCounts(tally.planned_rounds, every.rounds, round(every.rounds / max(seconds, 1e-9), 3)),
            calls=CallCounts(
                tally.planned_calls,
                traffic.asked,
                traffic.failed,
                traffic.stored,
                traffic.prompt_tokens,
                traffic.reply_tokens,
            ),
            arms=tuple(
                ArmCounts(name, arm.planned, arm.finished, arm.failed, arm.open, arm.under_way, arm.rounds, arm.calls)
                for name, arm in tally.arms.items()
            ),
            failures=list(self._failures),
        )


def status_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file."""
    made = msgspec.json.schema(Status)
    for part in made["$defs"].values():
        part["description"] = " ".join(part["description"].split())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
