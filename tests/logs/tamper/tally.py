"""Counts forgeries, what each was called, and which were not found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agoranomos.errors import Finding
from agoranomos.logs import LogFault, verify_log
from logs.building import TRUSTED


@dataclass
class Tally:
    """Forgeries made, by the class they were given (tampered, damaged, undecided), and those that were not found."""

    classes: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    @property
    def made(self) -> int:
        return self.classes.total() + len(self.missed)

    def look(self, what: str, check: Callable[[], object]) -> LogFault | None:
        """Count what `check` raises; anything but a finding goes through: that is a crash of the verifier."""
        try:
            check()
        except LogFault as fault:
            self.classes[fault.kind] += 1
            return fault
        except Finding:
            self.classes["tampered"] += 1
            return None
        self.missed.append(what)
        return None

    def add(self, other: Tally) -> None:
        self.classes += other.classes
        self.missed += other.missed


def verify(folder: Path) -> None:
    """The forger's judge: every byte, under the key of the tests' workspace."""
    verify_log(folder, TRUSTED)


def take(step: int, shard: int) -> Callable[[int], bool]:
    """One `step`-th of all numbers, the same for the same shard: a sample, or one worker's part of the whole.

    They are scattered: every 64th bit would be the same bit of each byte.
    """
    return lambda number: ((number * 0x9E3779B1 & 0xFFFFFFFF) >> 12) % step == shard
