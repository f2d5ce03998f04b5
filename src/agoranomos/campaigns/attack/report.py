"""An attack as a whole: a twin of the log, every forgery played on it, and what came of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from agoranomos.campaigns.attack.anchors import anchor
from agoranomos.campaigns.attack.campaign_twin import make_campaign_twin
from agoranomos.campaigns.attack.catalogue import CAMPAIGN_FORGERIES, RUN_FORGERIES
from agoranomos.campaigns.attack.checks import Check, Printed, checks_of_campaign, checks_of_run
from agoranomos.campaigns.attack.forgery import Forgery, T
from agoranomos.campaigns.attack.playing import Played, play
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.attack.twin import make_twin
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.packs.packed import checkpoint_of, runs_in_packs, unpacked
from agoranomos.errors import Finding, UsageError
from agoranomos.logs import LogReader, was_closed

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
    """What was attacked, what its `twin` is in words, what readers held, and every forgery as it was played."""

    place: Path
    twin: str
    held: tuple[Trust, ...]
    played: tuple[Played[Any], ...]

    @property
    def missed(self) -> tuple[Played[Any], ...]:
        """Forgeries that a trust that was held should have found, and did not."""
        return tuple(played for played in self.played if played.missed_by(self.held))


def attack_run(
    log: Path,
    *,
    held: Sequence[Trust] = tuple(Trust),
    seed: int = 0,
    watch: Watch = iter,
    printed: Printed | None = None,
) -> Attack:
    """Forge a twin of one log in every way, and see what each of `held` finds; `log` itself is only read.

    `printed`, if given, is what a command prints of a log: it may obey nothing that stands in one.

    Raises `Finding` when the log cannot be read, or its twin does not verify (then the record is not sound in itself).
    """
    with tempfile.TemporaryDirectory(prefix="agora-attack-") as scratch:
        twin = make_twin(log, Path(scratch), Random(f"twin {seed}"))
        checks = _held(
            checks_of_run(anchor(twin.folder, twin.keys, twin.scratch / "remembered"), twin.actors, printed), held
        )
        if b'"kind":"planned"' in twin.lines[0]:
            checks.pop(Trust.LEDGER, None)  # it is the ledger
        played = _play_all(RUN_FORGERIES, twin, twin.folder, checks, seed, watch)
    size, of = len(twin.lines), LogReader(log).size
    words = f"{of:,} entries" if size == of else f"the first {size:,} of {of:,} entries"
    return Attack(log, f"{words}, signed at {len(twin.sizes)} sizes", tuple(checks), played)


def attack_campaign(
    folder: CampaignFolder, *, held: Sequence[Trust] = tuple(Trust), seed: int = 0, watch: Watch = iter
) -> Attack:
    """The same for a campaign as a whole: its plan, its ledger, and which runs there are.

    Raises `UsageError` when no run is finished.
    """
    with tempfile.TemporaryDirectory(prefix="agora-attack-") as scratch:
        twin = make_campaign_twin(folder, Path(scratch), Random(f"twin {seed}"))
        checks = _held(checks_of_campaign(anchor(twin.folder / "ledger", twin.keys, twin.scratch / "remembered")), held)
        played = _play_all(CAMPAIGN_FORGERIES, twin, twin.folder, checks, seed, watch)
    words = f"{len(twin.runs)} of its runs and a ledger of {len(twin.ledger)} entries"
    return Attack(folder.root, words, tuple(checks), played)


def longest_run(folder: CampaignFolder) -> Path:
    """The run of a campaign whose log has the most entries; raises `UsageError` when none is finished."""
    logs = [place for place in sorted((folder.root / "runs").glob("*/*")) if was_closed(place)]
    logs += runs_in_packs(folder.root)
    if not logs:
        raise UsageError(f"{folder.root} has no finished run: there is nothing in it to forge")
    longest = max(logs, key=lambda log: checkpoint_of(log).size)
    return unpacked(longest) or longest


def _held(checks: Mapping[Trust, Check], held: Sequence[Trust]) -> dict[Trust, Check]:
    return {trust: check for trust, check in checks.items() if trust in held}


def _play_all(
    forgeries: Sequence[Forgery[T]], twin: T, honest: Path, checks: Mapping[Trust, Check], seed: int, watch: Watch
) -> tuple[Played[T], ...]:
    require_honest(honest, checks)
    return tuple(play(forgery, twin, checks, Random(f"{forgery.name} {seed}")) for forgery in watch(forgeries))


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
