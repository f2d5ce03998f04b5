"""Forgeries with the time: stamps over another text, by another authority, and a past with earlier dates."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from agoranomos.campaigns.attack.authority import ThrowAwayAuthority
from agoranomos.campaigns.attack.forgery import Forgery
from agoranomos.campaigns.attack.laying import overwrite
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.attack.twin import Twin
from agoranomos.logs import Checkpoint
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.timestamp import token_file

EARLY = datetime(2021, 1, 1, tzinfo=UTC)


def _namesake(twin: Twin, _rng: Random, _turn: int) -> Path:
    """An authority of the same name, whose certificates travel in its token."""
    folder = twin.copy()
    size = len(twin.lines)
    text = Checkpoint(twin.origin, size, root_of(leaf_hashes(twin.lines))).text
    other = ThrowAwayAuthority.make("authority")
    overwrite(folder / token_file(size), other.stamp(text.encode(), EARLY, extra=other.authority.chain))
    return folder


def _edited(twin: Twin, _rng: Random, _turn: int) -> Path:
    """The true token with another year in it."""
    folder = twin.copy()
    path = folder / token_file(len(twin.lines))
    token = path.read_bytes()
    changed = token.replace(b"2026", b"2016")
    overwrite(path, changed)
    return folder


def _moved(twin: Twin, _rng: Random, _turn: int) -> Path:
    """The true token, put beside an older state."""
    folder = twin.copy()
    (folder / token_file(len(twin.lines))).rename(folder / token_file(twin.sizes[0]))
    return folder


def _unstamped(twin: Twin) -> str:
    return "" if (twin.folder / token_file(len(twin.lines))).exists() else "the extra `time` is not installed"


BY_TIME = frozenset({Trust.TIME})

FORGERIES: tuple[Forgery[Twin], ...] = (
    Forgery("a time stamp by an authority of the same name", "A1", BY_TIME, _namesake, 1, _unstamped),
    Forgery("another date in a true time stamp", "A1", BY_TIME, _edited, 1, _unstamped),
    Forgery("a true time stamp put beside an older state", "A1", BY_TIME, _moved, 1, _unstamped),
)
