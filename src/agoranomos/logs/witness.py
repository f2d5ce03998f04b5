"""What a witness decides (c2sp.org/tlog-witness): a request and what it stored in, a new head or a refusal out.

Pure: nothing is stored or signed here. The request's proof is checked against the witness's own root, and the request
states none: a witness that took the old root from its client would witness nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agoranomos.logs.checkpoint import Checkpoint, parse_checkpoint
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier
from agoranomos.logs.merkle import EMPTY_ROOT
from agoranomos.logs.note import open_note
from agoranomos.logs.proofs import verify_consistency
from agoranomos.logs.witness_request import WitnessRequest, parse_witness_request

SIZE_TYPE = "text/x.tlog.size"
"""The content type of an answer 409, whose body is the size that this witness cosigned last."""


@dataclass(frozen=True, slots=True)
class Head:
    """The size and root that a witness cosigned last for an origin."""

    size: int
    root: bytes


NOTHING = Head(0, EMPTY_ROOT)
"""What a witness has of a log that it never cosigned."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The checkpoint may be cosigned once its head is stored. `text` is what to sign, extension lines included."""

    text: str
    head: Checkpoint


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer to a request that is not cosigned: an HTTP status, and a body of plain text or of `content_type`.

    `fork` is set when the log signed another tree of a size that was cosigned already: the request is evidence.
    """

    status: int
    reason: str
    content_type: str = "text/plain; charset=utf-8"
    fork: bool = False


def consider(body: bytes, keys: Mapping[str, Sequence[Verifier]], heads: Mapping[str, Head]) -> Accepted | Refused:
    """What to do with the body of an add-checkpoint request.

    `keys` are those trusted for each origin, `heads` what was cosigned last. Statuses: 400 malformed, or an old size
    beyond the checkpoint's; 404 unknown origin; 403 no valid signature of a key that is trusted for it; 409 another old
    size than the one stored, or another root of the size stored; 422 a proof that does not hold.
    """
    try:
        request = parse_witness_request(body)
        origin = _checkpoint(_text(request.note)).origin
    except LogFault as fault:
        return Refused(400, fault.message)
    if origin not in keys:
        return Refused(404, "unknown log")
    try:
        text = open_note(request.note, keys[origin]).text
    except LogFault as fault:
        return Refused(403, f"invalid signature: {fault.message}")
    return _against(heads.get(origin, NOTHING), request, _checkpoint(text), text)


def _against(stored: Head, request: WitnessRequest, checkpoint: Checkpoint, text: str) -> Accepted | Refused:
    if request.old > checkpoint.size:
        return Refused(400, f"the old size {request.old} is beyond the checkpoint's, {checkpoint.size}")
    if request.old != stored.size:
        return Refused(409, f"{stored.size}", SIZE_TYPE)
    if checkpoint.size == stored.size and checkpoint.root != stored.root:
        return Refused(409, f"{stored.size}", SIZE_TYPE, fork=stored.size > 0)
    try:
        if stored.size > 0:
            verify_consistency(stored.size, checkpoint.size, stored.root, checkpoint.root, request.proof)
        elif request.proof:
            raise LogFault("tampered", "there is nothing to be consistent with, so there is no proof")
    except LogFault as fault:
        return Refused(422, f"consistency proof: {fault.message}")
    return Accepted(text, checkpoint)


def _text(note: bytes) -> str:
    """The text of a note, whatever its signature lines look like: who cannot sign well is refused for that, later."""
    try:
        text = note[: note.rfind(b"\n\n") + 1].decode()
    except UnicodeDecodeError:
        raise LogFault("damaged", "not a checkpoint: not UTF-8") from None
    if "\n\n" in text:
        raise LogFault("damaged", "not a checkpoint: it holds an empty line")
    return text


def _checkpoint(text: str) -> Checkpoint:
    """The checkpoint of a note's text, which may go on with extension lines."""
    return parse_checkpoint("\n".join(text.split("\n")[:3]) + "\n")
