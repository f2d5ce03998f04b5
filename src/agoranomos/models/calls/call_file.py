"""The file of the call store: shared by processes, made where it is missing, set aside where damaged."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from agoranomos.errors import MachineError, UsageError

CALLS_FILE = "calls.sqlite3"
VERSION = 1
"""Version of the tables (`user_version` of SQLite); a file of a later one is refused, and never touched."""

APPLICATION_ID = 0x41_67_6F_72
"""`Agor`: tells our file from any other SQLite database."""

READ_PATIENCE_MS = 2_000
"""How long a look-up waits for another process that recovers the file; nothing else makes a reader wait."""

WRITE_PATIENCE_MS = 60_000
"""How long a write waits for its turn among processes; no event loop waits for it."""

Tell: TypeAlias = Callable[[str], None]
"""Takes a remark for the user."""

_TABLES = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
CREATE TABLE models (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    identity TEXT NOT NULL,
    name TEXT NOT NULL
);
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    model INTEGER NOT NULL REFERENCES models (id),
    kind TEXT NOT NULL,
    kept INTEGER NOT NULL,
    asked BLOB NOT NULL,
    answer BLOB NOT NULL,
    check_bytes BLOB NOT NULL
);
CREATE INDEX calls_by_model ON calls (model, kept);
"""

_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class Damaged(Exception):
    """The file is no intact call store."""


class CallFile:
    """The file, held against being set aside while this object is open. Use `connect` for a connection of your own."""

    def __init__(self, folder: Path, handle: int) -> None:
        self.path = folder / CALLS_FILE
        self._suspect = folder / f"{CALLS_FILE}.suspect"
        self._handle = handle

    @classmethod
    def open(cls, folder: Path, tell: Tell) -> CallFile:
        """The store's file in `folder`, made where it is not there yet.

        A damaged one is set aside under another name, and `tell` is told. Raises `MachineError` where the folder cannot
        be used, or where the file is damaged and in use by another process; `UsageError` for a later version.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(folder, error.strerror or str(error)) from error
        file = cls(folder, handle)
        try:
            file._begin(tell)
        except sqlite3.Error as error:
            file.close()
            raise _unusable(folder, str(error)) from error
        except OSError as error:
            file.close()
            raise _unusable(folder, error.strerror or str(error)) from error
        except BaseException:
            file.close()
            raise
        return file

    def connect(self, patience_ms: int) -> sqlite3.Connection:
        """A connection that any one thread at a time may use; transactions are begun by hand."""
        # Prompts and replies are nobody else's business; SQLite gives its other files the mode of this one. A file that
        # is there must not be opened: to close it again would drop this process's locks on it (POSIX), SQLite's own.
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(
            self.path, timeout=patience_ms / 1000, isolation_level=None, check_same_thread=False
        )
        try:
            # Where the file system cannot do WAL, SQLite stays with its own journal: slower, as safe.
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.execute("PRAGMA synchronous = NORMAL")
            # A flipped bit may turn bytes into a text that is none: that is one row's business, and shows in its check.
            connection.text_factory = _text
        except BaseException:
            connection.close()
            raise
        return connection

    def suspect(self) -> None:
        """Note that damage was met, so that the next process that has the file for itself looks at all of it."""
        self._suspect.touch()

    def close(self) -> None:
        """Let go of the file; once is enough."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> CallFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _begin(self, tell: Tell) -> None:
        """Look at the file, alone where nobody else has it open, and hold it from then on."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            # Somebody has it open, or looks at it just now and is done in a moment.
            fcntl.flock(self._handle, fcntl.LOCK_SH)
            alone = False
        try:
            self._look(alone)
        except Damaged as damaged:
            if not alone:
                raise MachineError(
                    f"the call store {self.path} is damaged ({damaged}), and another process has it open",
                    advice="Wait for that process to end, or run with --no-cache.",
                ) from None
            tell(f"The call store was damaged ({damaged}). It lies in {self._set_aside()} now, and a new one is begun.")
            self._look(alone)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def _look(self, alone: bool) -> None:
        with _damage_told(), closing(self.connect(WRITE_PATIENCE_MS)) as connection:
            version = _version(connection)
            if not version:
                version = _begun(connection)
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise Damaged("it is another kind of database")
            if version > VERSION:
                raise UsageError(
                    f"{self.path} was written by a later version of agoranomos",
                    advice="Install that version, set AGORA_HOME to another folder, or run with --no-cache.",
                )
            connection.execute("SELECT id, digest, identity, name FROM models LIMIT 0")
            connection.execute("SELECT id, key, model, kind, kept, asked, answer, check_bytes FROM calls LIMIT 0")
            if alone and self._suspect.exists():
                found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if found != "ok":
                    raise Damaged(found.splitlines()[-1])
                self._suspect.unlink()

    def _set_aside(self) -> Path:
        """Rename the file and SQLite's files beside it; nobody else has them open."""
        number = 1
        while (aside := self.path.with_name(f"{CALLS_FILE}.damaged-{number}")).exists():
            number += 1
        for suffix in ("-wal", "-shm", ""):
            piece = self.path.with_name(CALLS_FILE + suffix)
            if piece.exists():
                piece.rename(aside.with_name(aside.name + suffix))
        self._suspect.unlink(missing_ok=True)
        return aside


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is not what it should be."""
    return (getattr(error, "sqlite_errorname", None) or "").startswith(_DAMAGE)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        # A table or a column that is missing is an SQLITE_ERROR: the file is whole, and is no call store.
        if is_damage(error) or getattr(error, "sqlite_errorname", "") == "SQLITE_ERROR":
            raise Damaged(str(error)) from error
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _begun(connection: sqlite3.Connection) -> int:
    """The version of a file that had none: ours, its tables made now, where it was empty and still is."""
    connection.execute("BEGIN IMMEDIATE")
    if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        for statement in _TABLES.split(";"):
            connection.execute(statement)
    connection.execute("COMMIT")
    return _version(connection)


def _unusable(folder: Path, why: str) -> MachineError:
    return MachineError(
        f"the call store in {folder} cannot be used: {why}",
        advice="Set AGORA_HOME to a folder that can be written, or run with --no-cache.",
    )
