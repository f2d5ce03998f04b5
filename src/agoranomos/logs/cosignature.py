"""Witnesses' cosignatures (c2sp.org/tlog-cosignature): `cosignature/v1`, Ed25519, signature type 0x04.

A cosignature says that, as of its time, this checkpoint was the largest consistent one of its log that the witness had
seen. It says nothing about what the entries hold. Cosignatures stand as signature lines under the checkpoint's note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier, key_id, make_vkey, parse_vkey
from agoranomos.logs.note import parse_note

COSIGNATURE = b"\x04"
"""The signature type of `cosignature/v1`."""

_MAX_TIME = 2**63 - 1
_TIME_BYTES = 8
_SIGNATURE_BYTES = _TIME_BYTES + 64


def cosigned_message(text: str, time: int) -> bytes:
    """What a witness signs: two lines, and the text of the checkpoint's note. `time` is in POSIX seconds."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The public key of a witness under its name; raises `LogFault` for one of small order or not canonical."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        Verifier(self.name, self.public)  # the same rules for names and for points on the curve

    @classmethod
    def from_vkey(cls, vkey: str) -> WitnessKey:
        """The witness of a vkey of type 0x04; raises `LogFault` when it is not one, or its key id is wrong."""
        return parse_vkey(vkey, COSIGNATURE, "that of a witness (type 4, cosignature/v1)", cls)

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, 0x04 and the public key."""
        return key_id(self.name, COSIGNATURE, self.public)

    @property
    def vkey(self) -> str:
        """The key as one word of text."""
        return make_vkey(self.name, COSIGNATURE, self.public)

    def verify(self, text: str, signature: bytes) -> int:
        """When this witness cosigned the checkpoint with this text (POSIX seconds); raises `LogFault` if it did not."""
        if len(signature) != _SIGNATURE_BYTES:
            raise LogFault("tampered", f"the cosignature of {self.name} has {len(signature)} bytes")
        time = int(signature[:_TIME_BYTES].hex(), 16)
        if time > _MAX_TIME:
            raise LogFault("tampered", f"the cosignature of {self.name} states no time")
        Verifier(self.name, self.public).verify(cosigned_message(text, time), signature[_TIME_BYTES:])
        return time


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A verified cosignature: who, and when by the witness's clock (POSIX seconds)."""

    witness: WitnessKey
    time: int


def cosigned_by(note: bytes, witnesses: Sequence[WitnessKey]) -> tuple[Cosigned, ...]:
    """Which of `witnesses` cosigned the checkpoint in `note`, each once and with its newest time, in their order.

    Lines of other keys are ignored. Raises `LogFault`: `damaged` when the note is not well formed, `tampered` when a
    line under the name and key id of a witness fails, `undecided` when two of the witnesses have one name and key id.
    """
    parsed = parse_note(note)
    known: dict[tuple[str, bytes], WitnessKey] = {}
    for witness in witnesses:
        if known.setdefault((witness.name, witness.key_id), witness) != witness:
            raise LogFault("undecided", f"two of the witnesses given are both {witness.name}+{witness.key_id.hex()}")
    times: dict[WitnessKey, int] = {}
    for line in parsed.signatures:
        signer = known.get((line.name, line.key_id))
        if signer is not None:
            times[signer] = max(signer.verify(parsed.text, line.signature), times.get(signer, 0))
    return tuple(Cosigned(witness, times[witness]) for witness in known.values() if witness in times)
