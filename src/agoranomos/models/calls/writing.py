"""Writes answers into the call store from a thread of its own, many in one transaction."""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Sequence, Set
from dataclasses import dataclass

from agoranomos.models.calls.call_file import WRITE_PATIENCE_MS, CallFile, Tell, is_damage
from agoranomos.models.calls.rows import check_of


@dataclass(frozen=True, slots=True)
class Model:
    """Who answers: the digest of an identity, the identity, and what rosters call it."""

    digest: bytes
    identity: str
    name: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer on its way to the disk; `at` in seconds since 1970."""

    key: bytes
    model: Model
    kind: str
    at: int
    asked: bytes
    answer: bytes


class CallWriter:
    """Takes answers at once and writes them soon. When the disk takes no more it says so once and keeps no more."""

    def __init__(self, file: CallFile, tell: Tell) -> None:
        self._file = file
        self._tell = tell
        self._waiting: dict[bytes, Kept] = {}
        self._spoilt: set[bytes] = set()
        self._changed = threading.Condition()
        self._closing = False
        self._broken = False
        self._thread = threading.Thread(target=self._serve, name="call store", daemon=True)
        self._thread.start()

    def waiting(self, key: bytes) -> bytes | None:
        """The answer of that address, if it is still on its way."""
        found = self._waiting.get(key)
        return None if found is None else found.answer

    def take(self, kept: Kept) -> None:
        """Write this soon; the first answer of an address stays."""
        with self._changed:
            if not self._broken and not self._closing:
                self._waiting.setdefault(kept.key, kept)
                self._changed.notify_all()

    def forget(self, key: bytes) -> None:
        """Let the next answer of this address replace the one that is there."""
        with self._changed:
            self._spoilt.add(key)

    def flush(self) -> None:
        """Return when all that was taken is written, or cannot be."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting or not self._thread.is_alive())

    def close(self) -> None:
        """Write what waits, and take no more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _serve(self) -> None:
        connection: sqlite3.Connection | None = None
        try:
            while batch := self._next():
                connection = connection or self._file.connect(WRITE_PATIENCE_MS)
                _write(connection, batch, self._spoilt.intersection(kept.key for kept in batch))
                self._written(batch)
        except Exception as error:  # Whatever it is, whoever waits for this thread must not wait for ever.
            self._break(error)
        finally:
            if connection is not None:
                connection.close()

    def _next(self) -> list[Kept]:
        """What waits, as soon as anything does; empty at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return list(self._waiting.values())

    def _written(self, batch: Sequence[Kept]) -> None:
        with self._changed:
            for kept in batch:
                del self._waiting[kept.key]
                self._spoilt.discard(kept.key)
            self._changed.notify_all()

    def _break(self, error: Exception) -> None:
        if isinstance(error, sqlite3.Error) and is_damage(error):
            self._file.suspect()
        with self._changed:
            self._broken = True
            lost = len(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        self._tell(
            f"The call store {self._file.path} takes no more answers ({error}): {lost} are not kept there, and none "
            "that come. The campaign's own logs are not touched by this."
        )


def _write(connection: sqlite3.Connection, batch: Sequence[Kept], spoilt: Set[bytes]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        models = {kept.model.digest: kept.model for kept in batch}
        connection.executemany(
            "INSERT INTO models (digest, identity, name) VALUES (?, ?, ?) "
            "ON CONFLICT (digest) DO UPDATE SET name = excluded.name",
            [(model.digest, model.identity, model.name) for model in models.values()],
        )
        connection.executemany("DELETE FROM calls WHERE key = ?", [(key,) for key in spoilt])
        connection.executemany(
            "INSERT INTO calls (key, model, kind, kept, asked, answer, check_bytes) "
            "VALUES (?, (SELECT id FROM models WHERE digest = ?), ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
            [
                (k.key, k.model.digest, k.kind, k.at, zlib.compress(k.asked, 1), k.answer, check_of(k.key, k.answer))
                for k in batch
            ],
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
