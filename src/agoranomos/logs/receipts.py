"""Receipts: proof files that hold the entry they prove, checked without the log, or held against it.

Who keeps the receipt of its entry can show that the log once held it, under a checkpoint that the log's key signed. A
receipt shows nothing about entries that it is not of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.errors import UsageError
from agoranomos.logs.anchors import NOBODY
from agoranomos.logs.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from agoranomos.logs.cosignature import cosigned_by
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.keys import Verifier
from agoranomos.logs.merkle import leaf_hash
from agoranomos.logs.note import parse_note
from agoranomos.logs.policy import NONE, Policy, Witnessed
from agoranomos.logs.proof_file import parse_proof_file
from agoranomos.logs.proofs import verify_consistency, verify_inclusion
from agoranomos.logs.proving import ProvableLog
from agoranomos.logs.tree import log_key
from agoranomos.logs.witness_request import parse_witness_request


@dataclass(frozen=True, slots=True)
class Trust:
    """What a receipt is checked under: keys, the certificate that travelled with it, and a policy of witnesses."""

    keys: Sequence[Verifier]
    certificate: bytes | None = None
    policy: Policy | None = None

    @property
    def trusted(self) -> tuple[Verifier, ...]:
        """The keys given, and those of the logs in the policy."""
        return (*self.keys, *(log.key for log in self.policy.logs)) if self.policy is not None else tuple(self.keys)


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A checkpoint in its note: its signer, the trusted key that vouches for the signer, and who cosigned it."""

    checkpoint: Checkpoint
    note: bytes
    signer: Verifier
    trusted_by: Verifier
    witnesses: Witnessed


@dataclass(frozen=True, slots=True)
class Receipt:
    """A verified receipt: `entry` is entry `index` of the log with this head."""

    index: int
    entry: bytes
    head: SignedHead


@dataclass(frozen=True, slots=True)
class Continued:
    """A verified consistency proof: the log with the head `new` goes on where it had the head `old`."""

    old: Checkpoint
    new: SignedHead


class NotHeld(LogFault):
    """The log does not hold what a receipt proves that it held.

    `evidence`: the two signed checkpoints, the receipt's first; `entries`: what each has under the receipt's index.
    """

    def __init__(self, message: str, receipt: Receipt, note: bytes, entry: bytes | None) -> None:
        super().__init__(
            "tampered",
            message,
            entry=receipt.index,
            advice="The two signed checkpoints, and the receipt, are the evidence: keep them.",
        )
        self.evidence = (receipt.head.note, note)
        self.entries = (receipt.entry, entry)


def verify_receipt(data: bytes, trust: Trust) -> Receipt:
    """Check a receipt by itself.

    Raises `LogFault`: `damaged` when it is not well formed, `tampered` when it proves nothing, `undecided` when nobody
    who is trusted vouches for it.
    """
    proof = parse_proof_file(data)
    if proof.extra is None:
        raise LogFault("damaged", "the proof does not hold the entry that it is of (`extra`)")
    checkpoint, signer, vouched = _signed(proof.note, trust)
    verify_inclusion(leaf_hash(proof.extra), proof.index, checkpoint.size, checkpoint.root, proof.path)
    return Receipt(proof.index, proof.extra, _head(checkpoint, proof.note, signer, vouched, trust))


def verify_continued(data: bytes, old_note: bytes, trust: Trust) -> Continued:
    """Check a consistency proof (a file as `agora log prove --from` writes it) from the checkpoint in `old_note`.

    Raises `LogFault` as `verify_receipt` does, and `UsageError` when the proof begins at another size.
    """
    request = parse_witness_request(data)
    checkpoint, signer, vouched = _signed(request.note, trust)
    with within("the older checkpoint"):
        old = open_checkpoint(old_note, signer)
    if old.size != request.old:
        raise UsageError(f"the proof is from size {request.old}, the older checkpoint is of size {old.size}")
    verify_consistency(old.size, checkpoint.size, old.root, checkpoint.root, request.proof)
    return Continued(old, _head(checkpoint, request.note, signer, vouched, trust))


def require_held(receipt: Receipt, log: ProvableLog, trust: Trust) -> None:
    """Raises `NotHeld` unless the log holds the receipt's entry where it was, and all that was before it.

    `trust` must vouch for the log too (`LogFault`, `undecided`); a log of another origin is a `UsageError`. Everything
    is proved under the signed root of the log, so that damage does not pass for another history (`LogFault`); its
    entries are not read from end to end.
    """
    then, now = receipt.head.checkpoint, log.checkpoint
    if now.origin != then.origin:
        raise UsageError(f"{log.folder} is the log of {now.origin}; the receipt is of {then.origin}")
    _, vouched = log_key(now.origin, log.certificate, trust.trusted)
    if isinstance(vouched, LogFault):
        raise vouched
    entry = log.entry(receipt.index) if receipt.index < now.size else None
    if entry is not None:
        log.inclusion(receipt.index, entry)  # what lies there is what was signed: otherwise it contradicts nothing
    if entry is not None and entry != receipt.entry:
        raise NotHeld(f"entry {receipt.index} of the log is another than the receipt's", receipt, log.note, entry)
    if entry is None or now.size < then.size:
        raise NotHeld(
            f"entry {receipt.index} was in a log of {then.size} entries; the log that lies there has {now.size}",
            receipt,
            log.note,
            entry,
        )
    log.consistency(then.size)  # so the root that follows is that of the signed entries
    if log.tree.root(0, then.size) != then.root:
        raise NotHeld(
            f"another history: the log holds entry {receipt.index}, but its first {then.size} entries are not those "
            "under which the receipt was given",
            receipt,
            log.note,
            entry,
        )


def _signed(note: bytes, trust: Trust) -> tuple[Checkpoint, Verifier, Verifier | LogFault]:
    with within("the checkpoint"):
        origin = parse_checkpoint(parse_note(note).text).origin
    signer, vouched = log_key(origin, trust.certificate, trust.trusted)
    with within("the checkpoint"):
        return open_checkpoint(note, signer), signer, vouched


def _head(
    checkpoint: Checkpoint, note: bytes, signer: Verifier, vouched: Verifier | LogFault, trust: Trust
) -> SignedHead:
    if isinstance(vouched, LogFault):
        raise vouched
    witnesses = NOBODY
    if trust.policy is not None and trust.policy.quorum != NONE:
        with within("the checkpoint"):
            witnesses = trust.policy.require(cosigned_by(note, trust.policy.keys))
    return SignedHead(checkpoint, note, signer, vouched, witnesses)
