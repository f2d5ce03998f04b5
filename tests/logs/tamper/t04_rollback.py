"""T4, T7: an older state of the whole folder, and a rewritten past under the true keys; what each anchor shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agoranomos.campaigns.attack.anchors import cosign, quorum_of_two
from agoranomos.campaigns.attack.authority import ThrowAwayAuthority
from agoranomos.campaigns.attack.laying import lay_log
from agoranomos.logs import Verification, verify_log
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.policy import Policy
from agoranomos.logs.remembered import Remembered, RememberedCheckpoints
from agoranomos.logs.timestamp import Authority, attach_token, signed_states
from logs.building import RUN, TRUSTED, WORKSPACE, entries, entry, make_log
from logs.tamper.tally import Tally

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
WITNESSES = tuple(Cosigner.from_seed(f"witness-{number}", bytes([number]) * 32) for number in (1, 2, 3))
AUTHORITY = ThrowAwayAuthority.make("authority")
SIZES = (3, 5, 6, 9, 10)


@dataclass(frozen=True)
class Held:
    """What readers took from the true log while it was shown to them."""

    remembered: RememberedCheckpoints
    policy: Policy
    authority: Authority

    def with_nothing(self, folder: Path) -> Verification:
        return verify_log(folder, TRUSTED)

    def checks(self, folder: Path) -> Iterator[tuple[str, Callable[[], Verification]]]:
        yield "remembered", lambda: verify_log(folder, TRUSTED, remembered=self.remembered)
        yield "witness", lambda: verify_log(folder, TRUSTED, policy=self.policy)
        yield "time stamp", lambda: verify_log(folder, TRUSTED, authorities=(self.authority,))


def shown(place: Path) -> tuple[Path, Held]:
    """A log of ten entries that readers, witnesses and an authority saw whole."""
    folder = place / "log"
    make_log(folder, tuple(size - before for size, before in zip(SIZES, (0, *SIZES), strict=False)))
    seen = verify_log(folder, TRUSTED)
    head = Checkpoint(seen.origin, seen.size, seen.root)
    remembered = RememberedCheckpoints(place / "remembered")
    remembered.remember(Remembered(head, seen.note, seen.signer, seen.subtrees, 0))
    cosign(folder, head, WITNESSES)
    attach_token(folder, signed_states(folder), AUTHORITY.stamp(head.text.encode(), NOON), AUTHORITY.authority)
    held = Held(remembered, quorum_of_two(WITNESSES), AUTHORITY.authority)
    for _, check in held.checks(folder):
        check()
    return folder, held


def older_states(place: Path) -> Iterator[tuple[str, Path]]:
    """The folder as it was at each earlier size, had it been closed then; nobody outside signed those states."""
    for count in range(1, len(SIZES)):
        folder = place / f"older-{count}"
        lay_log(folder, entries(SIZES[count - 1]), SIZES[:count], key=RUN, certifier=WORKSPACE)
        yield f"as it was at size {SIZES[count - 1]}", folder


def rewritten(place: Path) -> Iterator[tuple[str, Path]]:
    """Each entry in turn is another, and everything is built and signed anew with the true keys."""
    for index in range(SIZES[-1]):
        lines = entries(SIZES[-1])
        lines[index] = entry(index, "other")
        folder = place / f"rewritten-{index}"
        lay_log(folder, lines, SIZES, key=RUN, certifier=WORKSPACE)
        yield f"entry {index} rewritten", folder


def play(place: Path, forged: Callable[[Path], Iterator[tuple[str, Path]]]) -> tuple[Tally, list[str]]:
    """The tally over every anchor, and those that did not even pass with nothing held (they should: nothing shows)."""
    _, held = shown(place)
    tally, stopped = Tally(), []
    for what, folder in forged(place):
        if not any(line.startswith("rollback") for line in held.with_nothing(folder).not_excluded):
            stopped.append(what)
        for anchor, check in held.checks(folder):
            tally.look(f"{what}, with {anchor}", check)
    return tally, stopped
