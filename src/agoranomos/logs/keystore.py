"""The keys of a workspace's owner on disk: private keys by role, and the keyring of public keys that are trusted."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_ssh_private_key,
)

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier
from agoranomos.logs.plain_file import open_plain
from agoranomos.logs.signing import SigningKey

_ROLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_MAX_KEY_BYTES = 1 << 16
_KEYRING = "keyring"
_SECRET_BYTES = 32
_SECRET = re.compile(rb"[0-9a-f]{64}\n")


class KeyStore:
    """A folder (mode 0700) with one key file a role (OpenSSH format, mode 0600) and the keyring, a vkey a line.

    One key has one role. A key that is made here is put on the keyring, so its logs verify at once on this machine.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    @property
    def keyring(self) -> Path:
        """The file of trusted public keys: one vkey a line, `#` begins a comment."""
        return self.folder / _KEYRING

    def signing_key(self, role: str, name: str | None = None) -> SigningKey:
        """The private key of `role`, made on first use; its name is the role.

        With `name`, a log's origin, it goes by that name, and is not put on the keyring when it is made: what it signs
        is trusted through its certificate.

        Raises `UsageError` for a bad role, or for a file or folder that others may read or that is no key file,
        `MachineError` when the disk fails.
        """
        if not _ROLE.fullmatch(role) or role == _KEYRING:
            raise UsageError(
                f"{role!r} is not the name of a key", advice="Letters, digits, dots and dashes, at most 63."
            )
        path = self.folder / f"{role}.key"
        try:
            if not path.is_symlink() and not path.exists():
                self._make(path, role, trusted=name is None)
            self._check_folder()
            key = _load(path, name or role)
            self._require_one_role(path, key)
            return key
        except OSError as error:
            raise MachineError(f"cannot use the key {path}: {error.strerror}") from error

    def secret(self, role: str) -> bytes:
        """The 32 secret bytes of `role`, made on first use, from which keys and nonces are derived.

        They lie in `<role>.secret` as a private key does. Raises what `signing_key` raises.
        """
        if not _ROLE.fullmatch(role):
            raise UsageError(
                f"{role!r} is not the name of a secret", advice="Letters, digits, dots and dashes, at most 63."
            )
        path = self.folder / f"{role}.secret"
        try:
            if not path.is_symlink() and not path.exists():
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._check_folder()
                with self._alone():
                    if not path.exists():  # another process may have made it meanwhile
                        _write(path, secrets.token_bytes(_SECRET_BYTES).hex().encode() + b"\n")
            self._check_folder()
            return _load_secret(path)
        except OSError as error:
            raise MachineError(f"cannot use the secret {path}: {error.strerror}") from error

    def trusted(self) -> tuple[Verifier, ...]:
        """The public keys on the keyring, in order, each once; none where there is no keyring yet."""
        try:
            if not self.keyring.exists():
                return ()
            self._check_folder()
        except OSError as error:
            raise MachineError(f"cannot read {self.keyring}: {error.strerror}") from error
        return read_vkeys(self.keyring)

    def _make(self, path: Path, role: str, *, trusted: bool) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._check_folder()
        with self._alone():
            if path.exists():  # another process made it meanwhile
                return
            private = Ed25519PrivateKey.generate()
            data = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
            if trusted:
                # The keyring first: a public key without its private one does no harm, a key not trusted would.
                self._trust(SigningKey(role, private).vkey)
            _write(path, data)

    def _trust(self, vkey: str) -> None:
        ring = b"# Keys whose logs are trusted, one a line.\n"
        if self.keyring.exists():
            try:
                with open_plain(self.keyring) as file:
                    ring = file.read()
            except LogFault as fault:
                raise UsageError(fault.message) from None
        ring += b"" if ring.endswith(b"\n") else b"\n"
        _write(self.keyring, ring + vkey.encode() + b"\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _require_one_role(self, path: Path, key: SigningKey) -> None:
        """Raises `UsageError` when another role's file holds the same key: a signature would not say who made it."""
        for other in sorted(self.folder.glob("*.key")):
            if other != path and _public(other) == key.verifier.public:
                raise UsageError(
                    f"{path} and {other} hold the same key; a key has one role",
                    advice="Move the copy away, and a new key is made in its place.",
                )

    def _check_folder(self) -> None:
        _check_owner(self.folder, self.folder.lstat(), "700")


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)  # of a process that died here; the lock is held
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _check_owner(path: Path, status: os.stat_result, mode: str) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise UsageError(f"{path} is a symbolic link; a key is used only where it lies")
    if status.st_uid != os.geteuid():
        raise UsageError(f"{path} belongs to another user", advice="Use a key store of your own (AGORA_HOME).")
    if status.st_mode & 0o077:
        raise UsageError(
            f"{path} may be read or changed by others (mode {stat.S_IMODE(status.st_mode):04o})",
            advice=f"If nobody did: chmod {mode} {path}. Otherwise make a new key and take this one off the keyrings.",
        )


def _read(path: Path) -> bytes:
    """The bytes of a key's or a secret's file, if it is the owner's alone."""
    _check_owner(path, path.lstat(), "600")
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe in its place is not waited for
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        _check_owner(path, status, "600")
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            raise UsageError(f"{path} is not a plain file with one name", advice="A key has one place on disk.")
        return file.read(_MAX_KEY_BYTES)


def _load_secret(path: Path) -> bytes:
    data = _read(path)
    if _SECRET.fullmatch(data) is None:
        raise UsageError(
            f"{path} does not hold a secret of {_SECRET_BYTES} bytes in hex",
            advice="Put the right file back. With another secret, runs that were broken off cannot be resumed.",
        )
    return bytes.fromhex(data.decode())


def _private(data: bytes) -> Ed25519PrivateKey | None:
    try:
        private = load_ssh_private_key(data, password=None)
    except Exception:  # what the library raises for a broken file is no part of its interface, and may quote the file
        return None
    return private if isinstance(private, Ed25519PrivateKey) else None


def _public(path: Path) -> bytes | None:
    """The public key of another role's file; None where it cannot be used, which is for that role's use to say."""
    try:
        private = _private(_read(path))
    except (OSError, UsageError):
        return None
    return private.public_key().public_bytes_raw() if private is not None else None


def _load(path: Path, role: str) -> SigningKey:
    private = _private(_read(path))
    if private is None:
        raise UsageError(
            f"{path} is not an Ed25519 key in OpenSSH format without a passphrase",
            advice="Put the right file back, or move it away and a new key is made.",
        )
    return SigningKey(role, private)


def read_vkeys(source: str | Path) -> tuple[Verifier, ...]:
    """The public keys of a vkey (`name+keyid+base64`), or of a file with one a line and `#` comments; each once.

    Raises `UsageError` that names the line that is no vkey.
    """
    if isinstance(source, str) and source.count("+") >= 2 and not Path(source).exists():
        lines, name = [source], "the key given"
    else:
        name = str(source)
        try:
            with open_plain(Path(source)) as file:
                lines = file.read(1 << 20).decode().split("\n")
        except FileNotFoundError:
            raise UsageError(f"{source} is neither a public key (`name+keyid+base64`) nor a file with some") from None
        except (UnicodeDecodeError, LogFault):
            raise UsageError(f"{source} is not a text file with public keys") from None
        except OSError as error:
            raise MachineError(f"cannot read {source}: {error.strerror}") from error
    found: dict[Verifier, None] = {}
    for number, line in enumerate(lines, 1):
        word = line.split("#")[0].strip()
        if word:
            try:
                found[Verifier.from_vkey(word)] = None
            except LogFault as fault:
                raise UsageError(f"{name}, line {number}: {fault.message}") from None
    return tuple(found)
