"""`status.json`: how far a campaign is, for people and scripts that look on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from agoranomos.campaigns.failure import Failure
from agoranomos.campaigns.folder import write_atomically

SECONDS_BETWEEN_WRITES = 1.0


class StatusFile:
    """Replaced as a whole, at most once a second while runs end, and at every change of state."""

    def __init__(
        self, path: Path, plan: str, *, planned: int, kept: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._plan = plan
        self._planned = planned
        self._finished = kept
        self._failures: list[Failure] = []
        self._clock = clock
        self._written = clock()

    def run_ended(self, failure: Failure | None = None) -> None:
        """Count a run that finished, or note one that failed."""
        if failure is None:
            self._finished += 1
        else:
            self._failures.append(failure)
        if self._clock() - self._written >= SECONDS_BETWEEN_WRITES:
            self.write("running")

    def write(self, state: str) -> None:
        """Write the file; `state` is running, finished, failed or broken off."""
        self._written = self._clock()
        document = {
            "state": state,
            "plan": self._plan,
            "runs": {
                "planned": self._planned,
                "finished": self._finished,
                "failed": len(self._failures),
                "open": self._planned - self._finished - len(self._failures),
            },
            "failures": [
                {
                    "arm": failure.arm,
                    "seed": failure.seed,
                    "attempt": failure.attempt,
                    "error": failure.error.message,
                    "details": failure.details,
                }
                for failure in self._failures
            ],
        }
        write_atomically(self._path, json.dumps(document, indent=2).encode() + b"\n")
