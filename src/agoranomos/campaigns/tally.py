"""How far a session is, arm by arm: what a person is shown and what `status.json` tells is read from one place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agoranomos.campaigns.plan import PlannedRun


@dataclass(slots=True)
class ArmTally:
    """The runs of one arm, and the rounds and model calls that this session has seen of them.

    `finished` counts those of earlier sessions too; `failed` those that this one gave up.
    """

    planned: int = 0
    finished: int = 0
    failed: int = 0
    under_way: int = 0
    rounds: int = 0
    calls: int = 0

    @property
    def open(self) -> int:
        """Runs that are neither finished nor given up; those under way among them."""
        return self.planned - self.finished - self.failed


class Tally:
    """Counts what a session does, in one thread; others may read. `timer` gives seconds that only grow."""

    def __init__(
        self, runs: Iterable[PlannedRun], kept: Iterable[PlannedRun] = (), timer: Callable[[], float] = time.monotonic
    ) -> None:
        self.arms: dict[str, ArmTally] = {}
        self._timer = timer
        self._rounds_of_all = self._calls_of_all = 0
        for run in runs:
            self.arms.setdefault(run.arm.name, ArmTally()).planned += 1
            self._rounds_of_all += run.arm.rounds
            self._calls_of_all += run.arm.calls
        for run in kept:
            self.arms[run.arm.name].finished += 1
            self._rounds_of_all -= run.arm.rounds
            self._calls_of_all -= run.arm.calls
        self._began = timer()

    def begin(self) -> None:
        """The runs begin now: what was done before, such as loading a model, is in no rate."""
        self._began = self._timer()

    def opened(self, run: PlannedRun) -> None:
        """A run is under way."""
        self.arms[run.arm.name].under_way += 1

    def round_done(self, run: PlannedRun, calls: int) -> None:
        """One of its rounds is recorded, with so many model calls."""
        arm = self.arms[run.arm.name]
        arm.rounds += 1
        arm.calls += calls

    def finished(self, run: PlannedRun, rounds: int = 0) -> None:
        """It is finished; `rounds` of it were not counted one by one."""
        arm = self.arms[run.arm.name]
        arm.under_way -= 1
        arm.finished += 1
        arm.rounds += rounds

    def gave_up(self, run: PlannedRun) -> None:
        """It failed."""
        arm = self.arms[run.arm.name]
        arm.under_way -= 1
        arm.failed += 1

    def left(self, run: PlannedRun) -> None:
        """It was left as it is recorded, to be gone on with."""
        self.arms[run.arm.name].under_way -= 1

    @property
    def all(self) -> ArmTally:
        """All arms together."""
        total = ArmTally()
        for arm in self.arms.values():
            total.planned += arm.planned
            total.finished += arm.finished
            total.failed += arm.failed
            total.under_way += arm.under_way
            total.rounds += arm.rounds
            total.calls += arm.calls
        return total

    @property
    def planned_rounds(self) -> int:
        """Rounds that this session has to play, if every run comes to its end."""
        return self._rounds_of_all

    @property
    def planned_calls(self) -> int:
        """The most model calls that they can lead to."""
        return self._calls_of_all

    @property
    def seconds(self) -> float:
        """Since the runs began."""
        return self._timer() - self._began

    @property
    def seconds_left(self) -> float | None:
        """How long the rounds that are left take at the rate so far; None before the first."""
        done = sum(arm.rounds for arm in self.arms.values())
        return self.seconds * max(self._rounds_of_all - done, 0) / done if done else None
