"""What a verification found, and what it could not exclude: computed from what was given, never a fixed text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from agoranomos.logs.anchors import NOBODY
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.policy import Witnessed
from agoranomos.logs.remembered import Remembered

if TYPE_CHECKING:
    from agoranomos.logs.timestamp import Stamp

Level: TypeAlias = Literal["structure", "full", "strict", "actors", "replay"]
LEVELS: tuple[Level, ...] = ("structure", "full", "strict", "actors", "replay")
"""Each holds those before it. A log's own verifier reaches `full`, and `strict` with a check of its entries."""

NOT_LOOKED_AT: dict[Level, str] = {
    "full": "a changed entry: no entry was read, only the hashes that are kept of them (--level full reads all)",
    "strict": "an entry that was signed and yet is none: forms, order and references were not looked at "
    "(--level strict does)",
    "actors": "an entry that was put into an agent's mouth: signatures of actors were not looked at "
    "(--level actors does, where the campaign asked for them)",
    "replay": "a judgement that the institution did not decide: none was made again (--level replay does)",
}
"""What is left open by every verification that does not reach a level."""


@dataclass(frozen=True, slots=True)
class Verification:
    """A log that verified: `signer` is the log's own vkey, `trusted_by` the vkey of the trusted key that certifies it.

    `checkpoints` counts the journal. `note` is the signed note of the head, `subtrees` the compact range over it.
    `closed`: the head was published and nothing follows it; None of a copy, which cannot tell. `read_from`: the first
    entry that was read this time. `witnesses`: who cosigned the head, if a policy was given. `stamps` are RFC 3161 time
    stamps that verified. `remembered`: what was known of the log before. `noted`: what is no fault and yet worth
    telling.
    """

    origin: str
    size: int
    root: bytes
    signer: str
    trusted_by: str
    checkpoints: int
    note: bytes
    subtrees: tuple[bytes, ...]
    level: Level = "full"
    closed: bool | None = True
    read_from: int = 0
    witnesses: Witnessed = NOBODY
    stamps: tuple[Stamp, ...] = ()
    remembered: Remembered | None = None
    noted: tuple[str, ...] = ()

    def seen(self, unix_s: int) -> Remembered:
        """What to remember of it; `unix_s` is the time by the reader's own clock."""
        checkpoint = Checkpoint(self.origin, self.size, self.root)
        return Remembered(checkpoint, self.note, self.signer, self.subtrees, unix_s)

    @property
    def not_excluded(self) -> tuple[str, ...]:
        """What this check could not see."""
        return tuple(self._not_excluded())

    def _not_excluded(self) -> Iterator[str]:
        yield from not_excluded_by(self.witnesses, self.remembered)
        if self.read_from:
            yield (
                f"a change of entries 0 to {self.read_from - 1} since they were verified before: they were not read "
                "this time"
            )
        reached = LEVELS.index(self.level)
        yield from (NOT_LOOKED_AT[level] for level in LEVELS[reached + 1 :])
        if reached < LEVELS.index("strict"):
            yield "a blob that was removed: only those that are there were checked"
        if not self.stamps and not self.witnesses.satisfied:
            yield "a false time: nobody outside says when the entries were there (no witness, no time stamp)"
        yield "false content: a signature says who committed to these bytes, not that they are true or complete"


def not_excluded_by(witnesses: Witnessed, remembered: Remembered | None) -> Iterator[str]:
    """What anchors outside of a log leave open: rollback, a second history, replacement."""
    if witnesses.satisfied:
        seen = "they signed" if witnesses.as_of is None else iso(witnesses.as_of)
        yield f"rollback of what was added after {seen}: the witnesses vouch for the log as it was then"
        yield f"a second history, where enough witnesses of the quorum {witnesses.quorum!r} deceive together"
        return
    if remembered is not None:
        size, when = remembered.checkpoint.size, iso(remembered.verified_unix_s)
        yield (
            f"rollback of what was added after entry {size - 1}: the log continues what was verified {when}, and may "
            "have been longer since (no witness was given)"
        )
        yield "a second history shown to others: this one continues what was verified before (no witness was given)"
        return
    yield (
        "rollback: the whole folder may be an older state of itself, cut at an earlier checkpoint (nothing was "
        "remembered of it, and no witness was given)"
    )
    yield "a second history: the holder of the log's key could have signed another log of this origin"
    yield "replacement: the holder of the certifying key can make a new key and write a whole new log of this origin"


def iso(unix_s: int) -> str:
    """Seconds since 1970 as UTC in ISO 8601, such as 2026-11-21T07:00:00Z."""
    try:
        return datetime.fromtimestamp(unix_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return f"{unix_s} s after 1970"
