"""What a forgery is: a name, whose powers it takes, how it is made, and what must find it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Generic, TypeVar

from agoranomos.campaigns.attack.trust import Trust

T = TypeVar("T")

ADVERSARIES = {
    "A1": "reads what is published",
    "A2": "may write the files",
    "A3": "runs the platform and holds the run's key while it lives",
    "A4": "holds all of the owner's keys",
    "A5": "is an agent that lies",
    "A6": "is an accident",
}

EVERYTHING = frozenset(trust for trust in Trust if trust is not Trust.OUTPUT)
"""For what the key alone must find: who holds more holds the key too."""


OUTSIDE = frozenset({Trust.LEDGER, Trust.REMEMBERED, Trust.WITNESS, Trust.TIME, Trust.RECEIPT, Trust.READER})
"""What lies elsewhere, and was made before: the only things against those who hold the keys, or an older state."""


def playable(_twin: object) -> str:
    """For forgeries that can be made of any log."""
    return ""


@dataclass(frozen=True, slots=True)
class Forgery(Generic[T]):
    """One way to forge, which `forge(twin, rng, turn)` plays, for turns 0 .. `times` - 1, and returns the place forged.

    Each trust in `found_by`, held alone beside the key, must find every one. `cannot` says why it cannot be played on a
    twin, or nothing.
    """

    name: str
    by: str
    found_by: frozenset[Trust]
    forge: Callable[[T, Random, int], Path]
    times: int = 1
    cannot: Callable[[T], str] = playable
