"""Which logs a witness knows: by their own key, or by the key of a certifier and the certificate it gave them.

The file `trusted` holds a line each: `log VKEY`, `log VKEY CERTIFIER-VKEY`, `certifier VKEY`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from agoranomos.errors import UsageError
from agoranomos.logs.certificate import certified_by, read_certificate
from agoranomos.logs.checkpoint import check_origin
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.keys import Verifier
from agoranomos.logs.reader import read_small

TRUSTED = "trusted"
MAX_LOGS = 10_000
_MAX_TRUSTED_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log whose checkpoints are cosigned: by the word of the witness's operator, or of `certifier`."""

    key: Verifier
    certifier: Verifier | None = None


@dataclass(frozen=True, slots=True)
class Trusted:
    """The logs and certifiers that a witness knows."""

    logs: tuple[KnownLog, ...] = ()
    certifiers: tuple[Verifier, ...] = ()

    @property
    def keys(self) -> dict[str, tuple[Verifier, ...]]:
        """The keys that may sign for each origin."""
        found: dict[str, tuple[Verifier, ...]] = {}
        for log in self.logs:
            found[log.key.name] = (*found.get(log.key.name, ()), log.key)
        return found

    def with_log(self, key: Verifier) -> Trusted:
        """With the log of this key, by its operator's word; raises `UsageError` for a key that may not be added."""
        try:
            check_origin(key.name)
        except LogFault as fault:
            raise UsageError(f"no log can have this key: {fault.message}") from None
        if any(log.key == key for log in self.logs):
            return self
        self._refuse_ambiguous(key)
        return self._with(KnownLog(key))

    def with_certifier(self, key: Verifier) -> Trusted:
        """With every log that this key certifies, as its certificates are handed in; raises as `with_log`."""
        if key in self.certifiers:
            return self
        self._refuse_ambiguous(key)
        return replace(self, certifiers=(*self.certifiers, key))

    def with_certificate(self, note: bytes) -> Trusted:
        """With the log that a certifier certifies in `note`.

        Raises `LogFault`: `damaged` when it is no certificate, `tampered` or `undecided` when no certifier signed it;
        `UsageError` when its origin is known under another key: then the witness's operator has to decide.
        """
        key = read_certificate(note).log
        certifier = certified_by(note, self.certifiers)
        if any(log.key == key for log in self.logs):
            return self
        if key.name in self.keys:
            raise UsageError(f"{key.name} is known under another key; only the witness's operator can add this one")
        self._refuse_ambiguous(key)
        return self._with(KnownLog(key, certifier))

    def _with(self, log: KnownLog) -> Trusted:
        if len(self.logs) >= MAX_LOGS:
            raise UsageError(f"this witness knows {MAX_LOGS} logs already, which is as many as it takes")
        return replace(self, logs=(*self.logs, log))

    def _refuse_ambiguous(self, key: Verifier) -> None:
        for other in (*(log.key for log in self.logs), *self.certifiers):
            if other.public == key.public:
                raise UsageError(f"the key of {key.name} is known already, as that of {other.name}: a key has one role")
            if (other.name, other.key_id) == (key.name, key.key_id):
                raise UsageError(f"two different keys would both be {key.name}+{key.key_id.hex()}")

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        lines = [f"certifier {key.vkey}" for key in self.certifiers]
        lines += [
            f"log {log.key.vkey}" + (f" {log.certifier.vkey}" if log.certifier is not None else "") for log in self.logs
        ]
        return "".join(f"{line}\n" for line in lines).encode()


def read_trusted(folder: Path) -> Trusted:
    """What a witness's file says; raises `LogFault` that names the line it cannot read."""
    logs, certifiers = [], []
    data = read_small(folder, TRUSTED, _MAX_TRUSTED_BYTES)
    with within(TRUSTED):
        lines = data.decode("utf-8", "replace").split("\n")
        if lines.pop():
            raise LogFault("damaged", "its last line does not end: the file was cut short")
        for number, line in enumerate(lines, 1):
            with within(f"line {number}"):
                match line.split(" "):
                    case ["log", key]:
                        logs.append(KnownLog(Verifier.from_vkey(key)))
                    case ["log", key, certifier]:
                        logs.append(KnownLog(Verifier.from_vkey(key), Verifier.from_vkey(certifier)))
                    case ["certifier", key]:
                        certifiers.append(Verifier.from_vkey(key))
                    case _:
                        raise LogFault("damaged", "`log VKEY` or `certifier VKEY` was expected")
    return Trusted(tuple(logs), tuple(certifiers))
