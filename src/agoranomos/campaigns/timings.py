"""How long model calls took: a side file, because a run's log holds no time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from agoranomos.campaigns.runner import Timing
from agoranomos.errors import MachineError

_quoted = lru_cache(maxsize=1024)(json.dumps)

CallKey = tuple[str, int, int, str, int]
"""Arm, seed, round, agent, index of the call within the decision."""


class Timings:
    """Appends one JSON line a call; the file is a convenience, and losing its end loses no result."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise MachineError(f"cannot write {path}: {error.strerror}") from error

    def __enter__(self) -> Timings:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):  # What could not be written was said when it was added.
            self._file.close()

    def add(self, arm: str, seed: int, timings: tuple[Timing, ...]) -> None:
        """Write the timings of one round of one run."""
        if not timings:
            return
        run = f"[{_quoted(arm)},{seed},"
        lines = [f"{run}{t.round},{_quoted(t.agent)},{t.attempt},{t.seconds:.6f}]\n" for t in timings]
        try:
            self._file.write("".join(lines))
            self._file.flush()
        except OSError as error:
            raise MachineError(f"cannot write {self._path}: {error.strerror}") from error


def read_timings(path: Path) -> Mapping[CallKey, float]:
    """Seconds by call; a line that was cut short by a kill is left out."""
    seconds: dict[CallKey, float] = {}
    if not path.exists():
        return seconds
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            arm, seed, round_number, agent, attempt, took = json.loads(line)
            seconds[arm, seed, round_number, agent, attempt] = float(took)
        except (ValueError, TypeError):
            continue
    return seconds
