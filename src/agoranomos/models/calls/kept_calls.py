"""What a call store holds: how much of which model, removing some of it, and reading it out line by line."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from agoranomos.errors import Finding, MachineError, UsageError, nearest
from agoranomos.models.calls.call_file import CALLS_FILE, WRITE_PATIENCE_MS, CallFile, Tell, is_damage
from agoranomos.models.calls.call_key import call_key
from agoranomos.models.calls.rows import check_of

SHORTEST_DIGEST = 6
"""So many characters of an identity's digest, or more, may stand for a model in place of its name."""


@dataclass(frozen=True, slots=True)
class KeptModel:
    """The calls of one model: how many, how many bytes they take, and from when to when they were kept.

    `identity` is the engine's, as plain JSON values; `digest` its SHA-256, in hex.
    """

    name: str
    digest: str
    identity: Any
    completions: int
    distributions: int
    size: int
    oldest: datetime
    newest: datetime

    @property
    def calls(self) -> int:
        """All of them."""
        return self.completions + self.distributions


@dataclass(frozen=True, slots=True)
class Choice:
    """Which calls are meant: those of a model (by name, or by the beginning of its digest), kept before a time."""

    model: str = ""
    before: datetime | None = None


class KeptCalls:
    """The store in `folder`, open for looking and tidying; others may use it at the same time.

    Every method raises `Finding` where the file turns out to be damaged, `MachineError` where the disk fails or another
    process is in the way for a minute, and `UsageError` for a model that has no calls.
    """

    def __init__(self, folder: Path, tell: Tell) -> None:
        self._file = CallFile.open(folder, tell)
        with _explained(self._file):
            self._connection = self._file.connect(WRITE_PATIENCE_MS)

    def __enter__(self) -> KeptCalls:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()
        self._file.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    @property
    def size(self) -> int:
        """Bytes on disk, with what SQLite keeps beside the file."""
        beside = (self.path.with_name(self.path.name + suffix) for suffix in ("", "-wal", "-shm"))
        return sum(piece.stat().st_size for piece in beside if piece.exists())

    def models(self, choice: Choice = Choice()) -> list[KeptModel]:
        """Every model with calls of the choice, by name."""
        chosen, values = self._where(choice)
        with _explained(self._file):
            rows = self._connection.execute(
                "SELECT models.name, models.digest, models.identity, sum(kind = 'completion'), "
                "sum(kind = 'distribution'), sum(length(asked) + length(answer)), min(kept), max(kept) "
                f"FROM calls JOIN models ON models.id = calls.model WHERE {chosen} "
                "GROUP BY models.id ORDER BY models.name, models.id",
                values,
            ).fetchall()
        return [
            KeptModel(
                name, digest.hex(), _parsed_identity(identity), texts, choices, size, _time(oldest), _time(newest)
            )
            for name, digest, identity, texts, choices, size, oldest, newest in rows
        ]

    def prune(self, choice: Choice) -> int:
        """Remove the calls of the choice and give their room back to the disk; returns how many there were.

        No byte of them stays in the file.
        """
        chosen, values = self._where(choice)
        with _explained(self._file):
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.execute("BEGIN IMMEDIATE")
            removed = self._connection.execute(
                f"DELETE FROM calls WHERE id IN (SELECT calls.id FROM calls JOIN models ON models.id = calls.model "
                f"WHERE {chosen})",
                values,
            ).rowcount
            self._connection.execute("DELETE FROM models WHERE id NOT IN (SELECT model FROM calls)")
            self._connection.execute("COMMIT")
            if removed:
                self._connection.execute("VACUUM")
                # The journal holds pages of before; while somebody reads them they stay until the last one closes.
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return removed

    def set_aside(self) -> list[Path]:
        """Damaged files of before, with what lies beside them."""
        return sorted(self.path.parent.glob(f"{CALLS_FILE}.damaged-*"))

    def export(self, choice: Choice = Choice()) -> Iterator[dict[str, Any]]:
        """Every call of the choice as plain JSON values, the oldest first.

        `key` is its address; `asked` what it is over, beside the `identity`; `answer` the completion or distribution.
        A number that JSON cannot hold is null: the log-probability of what is impossible. A row that is not what its
        address and its check say has `damaged: true` in place of both.
        """
        chosen, values = self._where(choice)
        with _explained(self._file), closing(self._connection.cursor()) as cursor:
            cursor.execute(
                "SELECT hex(key), digest, name, identity, kind, kept, asked, answer, check_bytes "
                f"FROM calls JOIN models ON models.id = calls.model WHERE {chosen} ORDER BY calls.id",
                values,
            )
            for key, digest, name, identity, kind, kept, asked, answer, check in cursor:
                yield {
                    "key": key.lower(),
                    "model": name,
                    "identity": _parsed_identity(identity),
                    "kind": kind,
                    "kept": _time(kept).isoformat(),
                    **_content(bytes.fromhex(key), digest, asked, answer, check),
                }

    def _where(self, choice: Choice) -> tuple[str, list[Any]]:
        """The condition of the choice, and its values."""
        conditions, values = ["1"], list[Any]()
        if choice.model:
            models = self._models_named(choice.model)
            conditions.append(f"models.id IN ({', '.join('?' * len(models))})")
            values += models
        if choice.before is not None:
            conditions.append("calls.kept < ?")
            values.append(int(choice.before.timestamp()))
        return " AND ".join(conditions), values

    def _models_named(self, wanted: str) -> list[int]:
        with _explained(self._file):
            known = self._connection.execute("SELECT id, name, lower(hex(digest)) FROM models").fetchall()
        found = [number for number, name, _ in known if name == wanted]
        if not found and len(wanted) >= SHORTEST_DIGEST:
            found = [number for number, _, digest in known if digest.startswith(wanted.lower())]
        if not found:
            raise UsageError(
                f"the call store holds no calls of {wanted!r}", advice=nearest(wanted, [name for _, name, _ in known])
            )
        return found


def _content(key: bytes, digest: bytes, asked: bytes, answer: bytes, check: bytes) -> dict[str, Any]:
    try:
        said = zlib.decompress(asked)
        if key != call_key(digest, said) or check != check_of(key, answer):
            return {"damaged": True}
        plain = msgspec.json.decode(msgspec.json.encode(msgspec.msgpack.decode(answer)))
        return {"asked": json.loads(said.decode("utf-8", "surrogatepass")), "answer": plain}
    except (zlib.error, ValueError, TypeError):
        return {"damaged": True}


def _parsed_identity(identity: str) -> Any:
    try:
        return json.loads(identity)
    except ValueError:
        return identity  # A plug-in may put its identity in other words.


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def _explained(file: CallFile) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if is_damage(error):
            file.suspect()
            raise Finding(
                f"{file.path} is damaged: {error}",
                advice="Whoever opens it next sets it aside: the same command again, or a campaign.",
            ) from error
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        raise MachineError(
            f"the call store {file.path} cannot be used: {error}",
            advice="Free some space, or delete the file: no record of a campaign rests on it." if full else "",
        ) from error
