"""An attack as a whole: a twin of the log, every forgery played on it, and what came of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from agoranomos.campaigns.attack.anchors import Check, anchor
from agoranomos.campaigns.attack.catalogue import RUN_FORGERIES
from agoranomos.campaigns.attack.forgery import Forgery
from agoranomos.campaigns.attack.playing import Played, play
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.attack.twin import make_twin
from agoranomos.errors import Finding
from agoranomos.logs import LogReader

Watch = Callable[[Sequence[Forgery[Any]]], Iterable[Forgery[Any]]]
"""Is handed the forgeries and is iterated over: a progress bar can be put around them."""

NOBODY = (
    "Nobody sees content that was false when it was recorded: a signature says who committed to these bytes, and when "
    "others could know of them, never that they are true. What the holders of the keys do before anybody else holds a "
    "checkpoint, a receipt, a cosignature or a time stamp leaves no trace in the log either."
)
"""What no forgery in the table stands for, since there is nothing to find."""


@dataclass(frozen=True, slots=True)
class Attack:
    """What was attacked, with how many of its `entries` in the twin, and every forgery as it was played."""

    place: Path
    entries: int
    twin_entries: int
    checkpoints: int
    held: tuple[Trust, ...]
    played: tuple[Played[Any], ...]

    @property
    def missed(self) -> tuple[Played[Any], ...]:
        """Forgeries that a trust that was held should have found, and did not."""
        return tuple(played for played in self.played if played.missed_by(self.held))


def attack_run(log: Path, *, held: Sequence[Trust] = tuple(Trust), seed: int = 0, watch: Watch = iter) -> Attack:
    """Forge a twin of one log in every way, and see what each of `held` finds; `log` itself is only read.

    Raises `Finding` when the log cannot be read, or its twin does not verify (then the record is not sound in itself).
    """
    with tempfile.TemporaryDirectory(prefix="agora-attack-") as scratch:
        twin = make_twin(log, Path(scratch), Random(f"twin {seed}"))
        checks = {trust: check for trust, check in anchor(twin).checks().items() if trust in held}
        require_honest(twin.folder, checks)
        played = tuple(
            play(forgery, twin, checks, Random(f"{forgery.name} {seed}")) for forgery in watch(RUN_FORGERIES)
        )
    return Attack(log, LogReader(log).size, len(twin.lines), len(twin.sizes), tuple(checks), played)


def require_honest(place: Path, checks: Mapping[Trust, Check]) -> None:
    """The twin itself must pass: a check that finds everything out finds nothing."""
    for trust, check in checks.items():
        try:
            check(place)
        except Finding as fault:
            raise Finding(
                f"the entries do not verify even when they are signed anew, with {trust}: {fault.message}",
                advice="The record is not sound in itself: see agora log verify.",
            ) from None
