"""RFC 3161 time stamps over checkpoints: an authority's word that these bytes were there before a stated time.

A token is over SHA-256 of a checkpoint's three lines (its note's text), and is kept as `tsr/<size>.tsr`. It is believed
only under the authority's own certificate, pinned by the reader: a name can be had by anybody, and the certificates
that a token carries are not signed by it. Needs the package `rfc3161-client` (the extra `time`), and no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import layout
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.journal import read_checkpoints
from agoranomos.logs.plain_file import open_plain, unreadable
from agoranomos.logs.reader import read_vkey

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

FOLDER = "tsr"
MAX_TOKEN_BYTES = 1 << 16
"""A token with its chain of certificates has a few thousand bytes."""

_NAME = re.compile(r"(?P<size>[1-9][0-9]{0,18})\.tsr")


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping authority: its own certificate, which is pinned, and those that lead from it to a root."""

    certificate: Certificate
    chain: tuple[Certificate, ...]

    @property
    def name(self) -> str:
        """The subject of its certificate, for messages only."""
        return self.certificate.subject.rfc4514_string()


@dataclass(frozen=True, slots=True)
class Stamp:
    """The first `size` entries of a log were there before `time` (UTC), says `authority`."""

    size: int
    time: datetime
    authority: str


def token_file(size: int) -> str:
    """The file, in a log's folder, of the token over the checkpoint of that size."""
    return f"{FOLDER}/{size}.tsr"


def read_authority(path: Path) -> Authority:
    """The authority of a PEM file: its own certificate first, then the others up to and with the root.

    Raises `UsageError` when the file holds no certificates, or a first one that is not for time stamping.
    """
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        with open_plain(Path(path)) as file:
            found = x509.load_pem_x509_certificates(file.read(1 << 20))
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file", advice="Give the authority's certificates in PEM.") from None
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror}") from error
    except ValueError:
        raise UsageError(
            f"{path} holds no certificates in PEM",
            advice="The authority's own certificate comes first, then those that lead to its root.",
        ) from None
    try:
        purposes = set(found[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except (x509.ExtensionNotFound, ValueError):
        purposes = set()
    if ExtendedKeyUsageOID.TIME_STAMPING not in purposes:
        raise UsageError(
            f"{path}: its first certificate is not one for time stamping",
            advice="The authority's own certificate comes first, then those that lead to its root.",
        )
    return Authority(found[0], tuple(found[1:]))


def signed_states(folder: Path) -> list[Checkpoint]:
    """The checkpoints of a log's journal, each under the log's own key, the newest last: what can be stamped.

    The log is not verified by it. Raises `LogFault` where a note is bad, or where nothing was signed.
    """
    try:
        with within(layout.JOURNAL):
            checkpoints = read_checkpoints(Path(folder) / layout.JOURNAL, read_vkey(folder))
    except OSError as error:
        raise LogFault("damaged", f"{layout.JOURNAL} cannot be read: {error.strerror}") from None
    if not checkpoints:
        raise LogFault("damaged", "nothing was signed yet: there is nothing to stamp")
    return checkpoints


def read_response(path: Path) -> bytes:
    """An authority's answer from a file; raises `UsageError` when there is none, `MachineError` when reading fails."""
    if not path.exists():
        raise UsageError(f"{path}: there is no such file", advice="Give the authority's answer (.tsr).")
    return _read(path)


def stamp_request(text: str) -> bytes:
    """The request (DER) for a token over SHA-256 of a checkpoint's text; it holds no nonce, so it can be made again."""
    client = _client()
    builder = client.TimestampRequestBuilder().data(text.encode()).hash_algorithm(client.HashAlgorithm.SHA256)
    return bytes(builder.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes())


def check_token(response: bytes, message: bytes, authorities: Sequence[Authority]) -> tuple[datetime, Authority]:
    """When `message` was stamped, and by which of `authorities`.

    The chain is checked for the stamped time, not for now. Raises `LogFault`: `damaged` when the response is none,
    `undecided` when none of the authorities signed it, `tampered` when it is over another message, its signature or
    chain fails, or it carries a certificate that is not of the authority's chain.
    """
    client = _client()
    if len(response) > MAX_TOKEN_BYTES:
        raise LogFault("damaged", f"not a time stamp: {len(response)} bytes; at most {MAX_TOKEN_BYTES} are read")
    try:
        decoded = client.decode_timestamp_response(response)
        signer, carried, time = _claims(decoded)
    except Exception:  # changed bytes make the library raise many things: ValueError, KeyError, NotImplementedError
        raise _unreadable() from None
    named = [one for one in authorities if (one.certificate.issuer, one.certificate.serial_number) == signer]
    if not named:
        raise LogFault("undecided", "stamped by no authority whose certificate was given")
    authority = named[0]
    if foreign := carried - _encoded((authority.certificate, *authority.chain)):
        raise LogFault("tampered", f"it carries {len(foreign)} certificates that are not of the authority's chain")
    builder = client.VerifierBuilder(
        tsa_certificate=authority.certificate, roots=[authority.certificate, *authority.chain]
    )
    try:
        builder.build().verify_message(decoded, message)
    except Exception as error:  # as above; whatever it is, nothing was verified
        reason = str(error).split(": ErrorStack", maxsplit=1)[0]
        raise LogFault("tampered", f"the time stamp does not verify: {reason}") from None
    return time, authority


def check_tokens(
    folder: Path, checkpoints: Sequence[Checkpoint], authorities: Sequence[Authority]
) -> tuple[Stamp, ...]:
    """The stamps of a log, the shortest state first; `checkpoints` are those of its journal, verified beforehand.

    Raises `LogFault` for the first token that is not an authority's over a checkpoint of the log, and `undecided` when
    there is no token at all: who asks for a time is not told that there is one.
    """
    texts = {checkpoint.size: checkpoint.text for checkpoint in checkpoints}
    stamps = []
    for path in _token_files(folder):
        match = _NAME.fullmatch(path.name)
        with within(f"{FOLDER}/{path.name}"):
            if match is None or int(match["size"]) not in texts:
                raise LogFault("tampered", "no checkpoint of this size was signed")
            size = int(match["size"])
            time, authority = check_token(_read(path), texts[size].encode(), authorities)
        stamps.append(Stamp(size, time, authority.name))
    if not stamps:
        raise LogFault("undecided", f"{FOLDER}/ holds no time stamp", advice="Get one with: agora log stamp LOG")
    return tuple(sorted(stamps, key=lambda stamp: stamp.size))


def attach_token(folder: Path, checkpoints: Sequence[Checkpoint], response: bytes, authority: Authority) -> Stamp:
    """Verify a response over one of `checkpoints` and keep it beside the log.

    Raises what `check_token` raises, and then keeps nothing, and `MachineError` when it cannot be written.
    """
    checkpoint = _stamped(response, checkpoints)
    time, _ = check_token(response, checkpoint.text.encode(), (authority,))
    target = Path(folder) / token_file(checkpoint.size)
    temporary = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(exist_ok=True)
        temporary.write_bytes(response)
        temporary.replace(target)
    except OSError as error:
        raise MachineError(f"cannot write {target}: {error.strerror}") from error
    return Stamp(checkpoint.size, time, authority.name)


def _stamped(response: bytes, checkpoints: Sequence[Checkpoint]) -> Checkpoint:
    """The checkpoint that a response speaks of: a log may have grown since it was asked for."""
    try:
        imprint = _client().decode_timestamp_response(response[:MAX_TOKEN_BYTES]).tst_info.message_imprint.message
    except Exception:  # as in `check_token`
        raise _unreadable() from None
    for checkpoint in checkpoints:
        if sha256(checkpoint.text.encode()).digest() == imprint:
            return checkpoint
    raise LogFault("tampered", "the time stamp is over no checkpoint of this log")


def _token_files(folder: Path) -> list[Path]:
    place = Path(folder) / FOLDER
    return sorted(path for path in place.iterdir() if not path.name.startswith(".")) if place.is_dir() else []


def _read(path: Path) -> bytes:
    try:
        with open_plain(path) as file:
            return file.read(MAX_TOKEN_BYTES + 1)
    except OSError as error:
        raise unreadable(error, path) from error


def _claims(decoded: Any) -> tuple[tuple[object, int], set[bytes], datetime]:
    """Issuer and serial number of the one signer, the certificates carried, and the time: nothing verified yet."""
    signers = list(decoded.signed_data.signer_infos)
    if len(signers) != 1:
        raise ValueError("one signer was expected")
    stamped: datetime = decoded.tst_info.gen_time
    return (signers[0].issuer, signers[0].serial_number), set(decoded.signed_data.certificates), stamped.astimezone(UTC)


def _unreadable() -> LogFault:
    return LogFault("damaged", "not a time stamp: it cannot be read as a response of RFC 3161")


def _encoded(certificates: Iterable[Certificate]) -> set[bytes]:
    from cryptography.hazmat.primitives.serialization import Encoding

    return {certificate.public_bytes(Encoding.DER) for certificate in certificates}


def _client() -> ModuleType:
    try:
        import rfc3161_client
    except ImportError:
        raise MachineError(
            "time stamps need the package rfc3161-client, which is not installed",
            advice="Run: pip install 'agoranomos[time]'",
        ) from None
    return rfc3161_client
