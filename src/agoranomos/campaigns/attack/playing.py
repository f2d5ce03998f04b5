"""Plays forgeries: makes each, shows it to every reader, and notes who found it out."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Generic

from agoranomos.campaigns.attack.checks import Check
from agoranomos.campaigns.attack.forgery import EVERYTHING, Forgery, T
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.errors import Finding


@dataclass(frozen=True, slots=True)
class Played(Generic[T]):
    """One forgery, `made` times over; `found` counts by trust, `how` is what the first that should find it said.

    `cannot` says why it was not played; then nothing was made.
    """

    forgery: Forgery[T]
    made: int
    found: Mapping[Trust, int]
    how: str
    cannot: str = ""

    @property
    def found_by(self) -> tuple[Trust, ...]:
        """Those that found every one, in order; with the key alone, all do that hold the key."""
        return tuple(trust for trust in Trust if self.made and self.found.get(trust, 0) == self.made)

    def missed_by(self, held: Sequence[Trust]) -> tuple[Trust, ...]:
        """Those of `held` that should have found every one, and did not."""
        return tuple(
            trust
            for trust in held
            if self.made and trust in self.forgery.found_by and self.found.get(trust, 0) < self.made
        )


def play(forgery: Forgery[T], twin: T, checks: Mapping[Trust, Check], rng: Random) -> Played[T]:
    """Make the forgery as often as it says, and have it looked at with each trust that there is."""
    if why := forgery.cannot(twin):
        return Played(forgery, 0, {}, "", why)
    found: Counter[Trust] = Counter()
    how = ""
    for turn in range(forgery.times):
        place = forgery.forge(twin, rng, turn)
        for trust, said in finders(place, checks):
            found[trust] += 1
            how = how or (said if trust in forgery.found_by else "")
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    return Played(forgery, forgery.times, found, how)


def finders(place: Path, checks: Mapping[Trust, Check]) -> Iterator[tuple[Trust, str]]:
    """Each trust that finds the forgery out, and what it says; what the key finds, everybody finds."""
    said = _said(place, checks[Trust.KEY])
    if said:
        yield from ((trust, said) for trust in checks if trust in EVERYTHING)
        return
    if place.is_file():  # a receipt, or an opening: the key shows what is wrong with it, and nothing else does
        return
    for trust, check in checks.items():
        if trust is not Trust.KEY and (said := _said(place, check)):
            yield trust, said


def _said(place: Path, check: Check) -> str:
    try:
        check(place)
    except Finding as fault:
        return f"{getattr(fault, 'kind', 'tampered')}: {fault.message}"
    return ""
