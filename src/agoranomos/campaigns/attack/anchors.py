"""What honest people hold of a twin: its owner's key, a remembered checkpoint, cosignatures, a stamp, a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agoranomos.campaigns.attack.authority import ThrowAwayAuthority
from agoranomos.campaigns.attack.twin import Keys
from agoranomos.errors import MachineError
from agoranomos.logs import Checkpoint, Verifier, verify_log
from agoranomos.logs.attached import cosignatures_file
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.policy import Policy
from agoranomos.logs.proving import ProvableLog
from agoranomos.logs.remembered import Remembered, RememberedCheckpoints
from agoranomos.logs.timestamp import Authority, check_tokens, token_file

ANCHORED = datetime(2026, 1, 1, tzinfo=UTC)
"""When the twin's readers, witnesses and authority looked at it."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """What is known of one log outside of it: its owner's key, its head, and who remembers, cosigned and stamped that.

    `shown` is the copy that a second reader was given, `receipt` what an agent was given of its last entry. `authority`
    is None where nobody here can check a time stamp.
    """

    shown: Path
    trusted: tuple[Verifier]
    receipt: bytes
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
    receipt = ProvableLog(log).inclusion(head.size - 1).data
    return Anchors(log, trusted, receipt, head, kept, quorum_of_two(keys.witnesses), _stamp(log, head))


def cosign(folder: Path, checkpoint: Checkpoint, witnesses: Sequence[Cosigner], when: datetime | None = None) -> None:
    """Put these witnesses' cosignatures beside a log, in place of others of that size; as of then, if not as of now."""
    path = folder / cosignatures_file(checkpoint.size)
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    time = int((when or ANCHORED).timestamp())
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
