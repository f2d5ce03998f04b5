"""What honest readers hold of a twin, and how each checks a forged copy: by the functions of `agora log verify`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agoranomos.campaigns.attack.authority import ThrowAwayAuthority
from agoranomos.campaigns.attack.laying import notes_of
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.attack.twin import Twin
from agoranomos.campaigns.ledger import head_of
from agoranomos.campaigns.verification import verify_run
from agoranomos.errors import MachineError
from agoranomos.logs import Checkpoint, LogFault, LogReader, Verification, Verifier, verify_log
from agoranomos.logs.attached import cosignatures_file
from agoranomos.logs.checkpoint import parse_checkpoint
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.note import parse_note
from agoranomos.logs.policy import Policy
from agoranomos.logs.remembered import Remembered, RememberedCheckpoints
from agoranomos.logs.timestamp import Authority, check_tokens, signed_states, token_file

ANCHORED = datetime(2026, 1, 1, tzinfo=UTC)
"""When the twin's readers, witnesses and authority looked at it."""

Check = Callable[[Path], object]
"""Raises `Finding` when a forged copy is found out."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """What is known of the twin outside of it: its owner's key, its head, who cosigned and who stamped that.

    Each check but the first leaves out what the first does besides: judging again what is recorded.
    """

    key: Verifier
    head: Checkpoint
    remembered: RememberedCheckpoints
    policy: Policy
    authority: Authority | None

    def checks(self) -> Mapping[Trust, Check]:
        """One check for each trust that can be held of this twin."""
        found: dict[Trust, Check] = {
            Trust.KEY: lambda place: verify_run(place, (self.key,)),
            Trust.LEDGER: self._with_ledger,
            Trust.REMEMBERED: lambda place: verify_log(place, (self.key,), remembered=self.remembered),
            Trust.WITNESS: lambda place: verify_log(place, (self.key,), policy=self.policy),
        }
        if (authority := self.authority) is not None:
            found[Trust.TIME] = lambda place: verify_log(place, (self.key,), authorities=(authority,))
        return found

    def _with_ledger(self, place: Path) -> None:
        """As a campaign's verification does: the run must end where the ledger closed it."""
        verify_log(place, (self.key,), origin=self.head.origin)
        if head_of(LogReader(place).checkpoint) != head_of(self.head):
            raise LogFault("tampered", "it is not what the ledger closed")


def anchor(twin: Twin) -> Anchors:
    """Have the twin's head remembered by a reader, cosigned by witnesses, and stamped where that can be done."""
    note = notes_of(twin.lines, twin.sizes[-1:], twin.keys.run)[0]
    head = parse_checkpoint(parse_note(note).text)
    remembered = RememberedCheckpoints(twin.scratch / "remembered")
    remembered.remember(_seen(verify_log(twin.folder, (twin.keys.workspace.verifier,))))
    cosign(twin.folder, head, twin.keys.witnesses)
    return Anchors(
        twin.keys.workspace.verifier, head, remembered, quorum_of_two(twin.keys.witnesses), _stamp(twin, head)
    )


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


def _seen(verified: Verification) -> Remembered:
    head = Checkpoint(verified.origin, verified.size, verified.root)
    return Remembered(head, verified.note, verified.signer, verified.subtrees, int(ANCHORED.timestamp()))


def _stamp(twin: Twin, head: Checkpoint) -> Authority | None:
    authority = ThrowAwayAuthority.make("authority")
    token = twin.folder / token_file(head.size)
    token.parent.mkdir()
    token.write_bytes(authority.stamp(head.text.encode(), ANCHORED))
    try:
        check_tokens(twin.folder, signed_states(twin.folder), (authority.authority,))
    except MachineError:  # the extra `time` is not installed: nobody here can hold a time stamp
        token.unlink()
        token.parent.rmdir()
        return None
    return authority.authority
