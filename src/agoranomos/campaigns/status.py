"""`status.json`: how far a campaign is, for people and scripts that look on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from agoranomos.campaigns.failure import Failure
from agoranomos.campaigns.folder import write_atomically
from agoranomos.models.calls.traffic import Traffic

State = Literal["running", "finished", "failed", "stopped", "broken off"]
"""`stopped`: a budget was spent or a model lost, and the runs under way wait to be gone on with."""


class StatusFile:
    """Counts runs, and is replaced as a whole."""

    def __init__(self, path: Path, plan: str, *, planned: int, kept: int, traffic: Callable[[], Traffic]) -> None:
        self._path = path
        self._plan = plan
        self._planned = planned
        self._finished = kept
        self._failures: list[Failure] = []
        self._traffic = traffic

    def run_ended(self, failure: Failure | None = None) -> None:
        """Count a run that finished, or note one that failed."""
        if failure is None:
            self._finished += 1
        else:
            self._failures.append(failure)

    def write(self, state: State, reason: str = "") -> None:
        """Write the file, with the reason for a stop."""
        write_atomically(self._path, json.dumps(self._document(state, reason), indent=2).encode() + b"\n")

    def _document(self, state: State, reason: str) -> dict[str, Any]:
        failures = list(self._failures)
        traffic = self._traffic()
        document: dict[str, Any] = {"state": state, "plan": self._plan}
        if reason:
            document["reason"] = reason
        return document | {
            "runs": {
                "planned": self._planned,
                "finished": self._finished,
                "failed": len(failures),
                "open": self._planned - self._finished - len(failures),
            },
            "calls": {
                "asked": traffic.asked,
                "failed": traffic.failed,
                "stored": traffic.stored,
                "prompt_tokens": traffic.prompt_tokens,
                "reply_tokens": traffic.reply_tokens,
            },
            "failures": [
                {
                    "arm": failure.arm,
                    "seed": failure.seed,
                    "attempt": failure.attempt,
                    "error": failure.error.message,
                    "details": failure.details,
                }
                for failure in failures
            ],
        }
