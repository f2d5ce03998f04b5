"""How long model calls took: a side file, because a run's log holds no time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from agoranomos.campaigns.runner import Timing
from agoranomos.errors import MachineError

_quoted = lru_cache(maxsize=1024)(json.dumps)

CallKey = tuple[str, int, int, str, int]
"""Arm, seed, round, agent, index of the call within the decision."""


class Timings:
    """Appends one JSON line a call; the file is a convenience, and losing its end to a kill loses no result.

    Lines are written when enough have gathered and at the end. Raises `MachineError` when they cannot be.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise self._unwritten(error) from error

    def __enter__(self) -> Timings:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._file.close()
        except OSError as failed:
            if error is None:
                raise self._unwritten(failed) from failed

    def add(self, arm: str, seed: int, timings: tuple[Timing, ...]) -> None:
        """Write the timings of one round of one run."""
        if not timings:
            return
        run = f"[{_quoted(arm)},{seed},"
        lines = [f"{run}{t.round},{_quoted(t.agent)},{t.attempt},{t.seconds:.6f}]\n" for t in timings]
        try:
            self._file.write("".join(lines))
        except OSError as error:
            raise self._unwritten(error) from error

    def _unwritten(self, error: OSError) -> MachineError:
        return MachineError(f"cannot write {self._path}: {error.strerror}")


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
