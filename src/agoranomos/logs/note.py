"""Signed notes (c2sp.org/signed-note): a text, a blank line, and signature lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier, check_key_name, strict_base64

MAX_NOTE_BYTES = 1 << 20
MAX_SIGNATURES = 100

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_SIGNATURE_LINE = re.compile(r"— (?P<name>[^ \n]+) (?P<signature>[A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who claims it, under which key id, and the bytes."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note as parsed; nothing in it is verified."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note with at least one verified signature; lines of keys that are not known are kept apart and ignored."""

    text: str
    verified: tuple[Verifier, ...]
    unknown: tuple[NoteSignature, ...]


def parse_note(data: bytes) -> Note:
    """The parts of a note; raises `LogFault` unless it is well formed. Size is checked before anything is parsed."""
    if len(data) > MAX_NOTE_BYTES:
        raise LogFault("damaged", f"not a signed note: {len(data)} bytes; at most {MAX_NOTE_BYTES} are read")
    try:
        message = data.decode()
    except UnicodeDecodeError:
        raise LogFault("damaged", "not a signed note: not UTF-8") from None
    if _CONTROL.search(message):
        raise LogFault("damaged", "not a signed note: it holds a control character")
    blank = message.rfind("\n\n")
    if blank < 0 or not message.endswith("\n") or blank + 2 == len(message):
        raise LogFault("damaged", "not a signed note: a text, a blank line and signature lines were expected")
    lines = message[blank + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise LogFault("damaged", f"not a signed note: {len(lines)} signatures; at most {MAX_SIGNATURES} are read")
    return Note(message[: blank + 1], tuple(_signature(line) for line in lines))


def _signature(line: str) -> NoteSignature:
    match = _SIGNATURE_LINE.fullmatch(line)
    if match is None:
        raise LogFault("damaged", "not a signed note: a signature line is malformed")
    data = strict_base64(match["signature"])
    if len(data) < 5:
        raise LogFault("damaged", "not a signed note: a signature is too short")
    return NoteSignature(check_key_name(match["name"]), data[:4], data[4:])


def open_note(data: bytes, verifiers: Sequence[Verifier]) -> OpenedNote:
    """The note, verified under `verifiers`.

    Raises `LogFault`: `damaged` when it is not well formed, `tampered` when the signature of a known key fails,
    `undecided` when no known key signed it, or when two of the verifiers have one name and key id.
    """
    note = parse_note(data)
    message = note.text.encode()
    verified: list[Verifier] = []
    unknown: list[NoteSignature] = []
    for signature in note.signatures:
        known = [key for key in verifiers if key.name == signature.name and key.key_id == signature.key_id]
        if len(known) > 1:
            raise LogFault("undecided", f"two of the keys given are both {signature.name}+{signature.key_id.hex()}")
        if not known:
            unknown.append(signature)
        elif known[0] not in verified:
            known[0].verify(message, signature.signature)
            verified.append(known[0])
    if not verified:
        signers = ", ".join(f"{line.name}+{line.key_id.hex()}" for line in note.signatures[:3])
        raise LogFault("undecided", f"signed by no key that was given (signed by {signers})")
    return OpenedNote(note.text, tuple(verified), tuple(unknown))
