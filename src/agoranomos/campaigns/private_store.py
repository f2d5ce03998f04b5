"""What is withheld from a run's log: prompts and replies with their nonces, beside the logs and readable by the owner.

`private/<arm>/<seed>/<commitment>` holds 32 bytes of nonce and then the content. The folder serves every attempt at a
run, so what is erased there is erased for all of them; the logs do not need it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import LogFault
from agoranomos.logs.disclosure import NONCE_BYTES, Opening

PRIVATE = "private"


def private_folder(log: Path) -> Path | None:
    """Where the private content of the log in this folder lies, from its place in a campaign's folder.

    None for a log that lies outside of a campaign's folder.
    """
    log = Path(log).absolute()
    for depth, place in ((2, "runs"), (3, "abandoned")):
        parents = log.parents
        if len(parents) > depth and parents[depth - 1].name == place:
            arm, seed = (log if depth == 2 else log.parent).parts[-2:]
            return parents[depth] / PRIVATE / arm / seed
    return None


class PrivateStore:
    """The private content of one run. What is put there waits in memory until `sync`."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._waiting: dict[str, Opening] = {}

    def put(self, opening: Opening) -> str:
        """Take in content; returns its commitment in hex. It is on disk after the next `sync`."""
        commitment = opening.commitment.hex()
        self._waiting[commitment] = opening
        return commitment

    def sync(self) -> None:
        """Return when everything that was put is on disk; raises `MachineError` when the disk does not take it."""
        if not self._waiting:
            return
        try:
            self._make_folder()
            for commitment, opening in self._waiting.items():
                self._write(self.folder / commitment, opening)
            _fsync(self.folder)
        except OSError as error:
            raise MachineError(
                f"cannot keep private content in {self.folder}: {error.strerror}",
                advice="The round is not recorded. Free some space, and the same command goes on.",
            ) from error
        self._waiting.clear()

    def find(self, commitment: str) -> Opening | None:
        """What opens this commitment (hex); None where it is not there: erased, or never here.

        Raises `LogFault` where the file holds something else than what was committed to.
        """
        if len(commitment) != 2 * NONCE_BYTES or not set(commitment) <= set("0123456789abcdef"):
            raise LogFault("damaged", f"{commitment[:80]!r} is not a commitment in hex")
        try:
            data = (self.folder / commitment).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise MachineError(f"cannot read {self.folder / commitment}: {error.strerror}") from error
        opening = Opening(data[:NONCE_BYTES], data[NONCE_BYTES:])
        try:
            opening.check(bytes.fromhex(commitment))
        except LogFault as fault:
            raise LogFault("tampered", f"{self.folder / commitment}: {fault.message}") from None
        return opening

    def erase(self, commitments: Iterable[str]) -> int:
        """Remove the content and nonce of each; returns how many were there. The removal is on disk on return."""
        erased = 0
        try:
            for commitment in commitments:
                try:
                    (self.folder / commitment).unlink()
                    erased += 1
                except (FileNotFoundError, NotADirectoryError):
                    continue
            if erased:
                _fsync(self.folder)
        except OSError as error:
            raise MachineError(f"cannot erase in {self.folder}: {error.strerror}") from error
        return erased

    def _make_folder(self) -> None:
        for path in (self.folder.parents[1], self.folder.parent, self.folder):
            try:
                path.mkdir(mode=0o700)
            except FileExistsError:
                _check_private(path)
            else:
                _fsync(path.parent)

    def _write(self, path: Path, opening: Opening) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            handle = os.open(path, flags, 0o600)
        except FileExistsError:
            if path.read_bytes() == opening.nonce + opening.content:
                return
            path.unlink()  # what a process left that died while it wrote
            handle = os.open(path, flags, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(opening.nonce + opening.content)
            file.flush()
            os.fdatasync(file.fileno())


def _check_private(path: Path) -> None:
    mode = stat.S_IMODE(path.lstat().st_mode)
    if mode & 0o077:
        raise UsageError(
            f"{path} may be read or changed by others (mode {mode:04o}); private content is not written there",
            advice=f"Run: chmod 700 {path}",
        )


def _fsync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
