"""What honest readers hold of a twin, and how each checks a forged copy: by the functions of `agora log verify`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from agoranomos.campaigns.attack.authority import ThrowAwayAuthority
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.attack.twin import Keys
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger import head_of
from agoranomos.campaigns.verification import verify_campaign, verify_run
from agoranomos.errors import MachineError
from agoranomos.institutions import replay
from agoranomos.logs import Checkpoint, LogFault, LogReader, Verifier, verify_log
from agoranomos.logs.attached import cosignatures_file
from agoranomos.logs.compare import compare_views, read_view
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.policy import Policy
from agoranomos.logs.remembered import Remembered, RememberedCheckpoints
from agoranomos.logs.timestamp import Authority, check_tokens, token_file

ANCHORED = datetime(2026, 1, 1, tzinfo=UTC)
"""When the twin's readers, witnesses and authority looked at it."""

Check = Callable[[Path], object]
"""Raises `Finding` when a forged copy is found out."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """What is known of one log outside of it: its owner's key, its head, and who remembers, cosigned and stamped that.

    `shown` is the copy that a second reader was given. `authority` is None where nobody here can check a time stamp.
    """

    shown: Path
    trusted: tuple[Verifier]
    head: Checkpoint
    remembered: RememberedCheckpoints
    policy: Policy
    authority: Authority | None


def anchor(log: Path, keys: Keys, remembered: Path) -> Anchors:
    """Have the head of a twin's log remembered by a reader, cosigned by witnesses, and stamped where that can be."""
    trusted = (keys.workspace.verifier,)
    seen = verify_log(log, trusted)
    head = Checkpoint(seen.origin, seen.size, seen.root)
    kept = RememberedCheckpoints(remembered)
    kept.remember(Remembered(head, seen.note, seen.signer, seen.subtrees, int(ANCHORED.timestamp())))
    cosign(log, head, keys.witnesses)
    return Anchors(log, trusted, head, kept, quorum_of_two(keys.witnesses), _stamp(log, head))


def checks_of_run(held: Anchors, actors: Mapping[str, Verifier]) -> Mapping[Trust, Check]:
    """One check for each trust that can be held of a run's log; those beside the key judge nothing a second time."""

    def with_ledger(place: Path) -> None:
        """As a campaign's verification does: the run must end where the ledger closed it."""
        verify_log(place, held.trusted, origin=held.head.origin)
        if head_of(LogReader(place).checkpoint) != head_of(held.head):
            raise LogFault("tampered", "it is not what the ledger closed")

    def with_key(place: Path) -> None:
        """At the deepest level; where actors sign, nobody gets there without their keys, and judges again without."""
        verify_log(place, held.trusted)  # most forgeries end here, and judging takes a hundred times as long
        if not actors:
            verify_run(place, held.trusted)
            return
        verify_run(place, held.trusted, level="strict")
        replay(LogReader(place).entries())

    found: dict[Trust, Check] = {
        Trust.KEY: with_key,
        Trust.LEDGER: with_ledger,
        Trust.REMEMBERED: lambda place: verify_log(place, held.trusted, remembered=held.remembered),
        Trust.WITNESS: lambda place: verify_log(place, held.trusted, policy=held.policy),
        Trust.READER: partial(_compare, held),
    }
    if (authority := held.authority) is not None:
        found[Trust.TIME] = lambda place: verify_log(place, held.trusted, authorities=(authority,))
    if actors:
        found[Trust.ACTORS] = lambda place: verify_run(place, held.trusted, actors=tuple(actors.values()))
    return found


def checks_of_campaign(held: Anchors) -> Mapping[Trust, Check]:
    """The same for a campaign, where `held` is of its ledger."""

    def with_key(place: Path, **more: Any) -> None:
        fault = verify_campaign(CampaignFolder(place), held.trusted, **more).first_fault
        if fault is not None:
            raise fault

    found: dict[Trust, Check] = {
        Trust.KEY: with_key,
        Trust.REMEMBERED: partial(with_key, level="full", remembered=held.remembered),
        Trust.WITNESS: partial(with_key, level="full", policy=held.policy),
        Trust.READER: lambda place: _compare(held, place / "ledger"),
    }
    if held.authority is not None:
        found[Trust.TIME] = partial(with_key, level="full", authorities=(held.authority,))
    return found


def _compare(held: Anchors, place: Path) -> None:
    """As `agora log compare` does: two readers hold their copies against each other."""
    found = compare_views((read_view(held.shown), read_view(place)), held.trusted)
    if found.fork is not None:
        raise LogFault("tampered", "it is another history than the second reader's: both are signed")
    if (shorter := found.views[0]).checkpoint.size < held.head.size:
        raise LogFault("tampered", f"it has {shorter.checkpoint.size} entries, the second reader's {held.head.size}")


def cosign(folder: Path, checkpoint: Checkpoint, witnesses: Sequence[Cosigner]) -> None:
    """Put these witnesses' cosignatures beside a log, in place of others of that size."""
    path = folder / cosignatures_file(checkpoint.size)
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    time = int(ANCHORED.timestamp())
    path.write_bytes(b"".join(witness.cosign(checkpoint.text, time) for witness in witnesses))


def quorum_of_two(witnesses: Sequence[Cosigner]) -> Policy:
    """Two of these witnesses must have cosigned."""
    names = [f"w{number}" for number in range(len(witnesses))]
    lines = [f"witness {name} {witness.key.vkey}" for name, witness in zip(names, witnesses, strict=True)]
    return Policy.parse("\n".join([*lines, f"group g 2 {' '.join(names)}", "quorum g", ""]))


def _stamp(log: Path, head: Checkpoint) -> Authority | None:
    authority = ThrowAwayAuthority.make("authority")
    token = log / token_file(head.size)
    token.parent.mkdir()
    token.write_bytes(authority.stamp(head.text.encode(), ANCHORED))
    try:
        check_tokens(log, [head], (authority.authority,))
    except MachineError:  # the extra `time` is not installed: nobody here can hold a time stamp
        token.unlink()
        token.parent.rmdir()
        return None
    return authority.authority
