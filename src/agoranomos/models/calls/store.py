"""The call store: every answer that a model gave, by content address, for all campaigns of a user."""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from agoranomos.models.calls.call_file import READ_PATIENCE_MS, CallFile, Tell, is_damage
from agoranomos.models.calls.call_key import asked_json, call_key, identity_digest
from agoranomos.models.calls.rows import check_of, decoded, encoded, is_kept
from agoranomos.models.calls.writing import CallWriter, Kept, Model
from agoranomos.models.engine import Completion, Distribution, Question, Request
from agoranomos.workspace import state_folder


def calls_folder() -> Path:
    """The folder of the user's state that holds the call store."""
    return state_folder() / "calls"


def _on_standard_error(text: str) -> None:
    print(text, file=sys.stderr)


class CallStore:
    """Finds answers at once and writes them soon, from a thread of its own; several processes share one store.

    It makes campaigns cheaper and is never needed: where it fails in mid-campaign it tells, and finds nothing more.
    """

    def __init__(self, file: CallFile, tell: Tell, clock: Callable[[], float]) -> None:
        self._file = file
        self._tell = tell
        self._clock = clock
        self._turn = threading.Lock()
        self._reader: sqlite3.Connection | None = file.connect(READ_PATIENCE_MS)
        self._writer = CallWriter(file, tell)

    @classmethod
    def open(
        cls, folder: Path, *, tell: Tell = _on_standard_error, clock: Callable[[], float] = time.time
    ) -> CallStore:
        """The store in `folder`, made where it is not there yet; a damaged one is set aside and `tell` is told.

        `clock` gives seconds since 1970. Raises `MachineError` where the folder cannot be used, `UsageError` for a
        store of a later version.
        """
        file = CallFile.open(folder, tell)
        try:
            return cls(file, tell, clock)
        except sqlite3.Error:
            file.close()
            raise

    def of(self, identity: str, name: str = "") -> StoredCalls | None:
        """The answers of the model with this identity, which rosters call `name`; None for an empty identity."""
        if not identity:
            return None
        return StoredCalls(self, Model(identity_digest(identity), identity, name.partition("?")[0]))

    def answer(self, key: bytes) -> bytes | None:
        """The bytes kept under an address; a few microseconds where the file is in memory."""
        waiting = self._writer.waiting(key)
        if waiting is not None:
            return waiting
        with self._turn:
            if self._reader is None:
                return None
            try:
                row = self._reader.execute("SELECT answer, check_bytes FROM calls WHERE key = ?", (key,)).fetchone()
            except sqlite3.Error as error:
                self._lose(error)
                return None
        if row is None:
            return None
        if not isinstance(row[0], bytes) or row[1] != check_of(key, row[0]):
            self.forget(key)
            return None
        return row[0]

    def forget(self, key: bytes) -> None:
        """Have the row of this address replaced by the next answer: it is not what was written."""
        self._writer.forget(key)

    def take(self, key: bytes, model: Model, kind: str, asked: bytes, answer: bytes) -> None:
        """Write an answer soon."""
        self._writer.take(Kept(key, model, kind, int(self._clock()), asked, answer))

    def flush(self) -> None:
        """Return when every answer that was kept so far is in the file. It waits: not for an event loop."""
        self._writer.flush()

    def close(self) -> None:
        """Write what waits and let go of the file. It waits: not for an event loop."""
        self._writer.close()
        with self._turn:
            if self._reader is not None:
                self._reader.close()
                self._reader = None
        self._file.close()

    def _lose(self, error: sqlite3.Error) -> None:
        """Find nothing from now on."""
        if is_damage(error):
            self._file.suspect()
        if self._reader is not None:
            self._reader.close()
        self._reader = None
        self._tell(f"The call store {self._file.path} cannot be read ({error}): models are asked from now on.")


class StoredCalls:
    """The answers of one model. All of it is quick enough for an event loop."""

    def __init__(self, store: CallStore, model: Model) -> None:
        self._store = store
        self._model = model

    def key(self, asked: Request | Question) -> bytes:
        """The content address of a call: 32 bytes, the same for the same call."""
        return call_key(self._model.digest, asked_json(asked))

    def find(self, asked: Request | Question) -> Completion | Distribution | None:
        """The answer that was kept, its origin `stored` and its seconds NaN; None where there is none."""
        key = self.key(asked)
        answer = self._store.answer(key)
        if answer is None:
            return None
        try:
            return decoded(asked, answer)
        except ValueError:
            self._store.forget(key)
            return None

    def keep(self, asked: Request | Question, answer: Completion | Distribution) -> None:
        """Keep the model's answer; not one that failed on the way (`is_kept`) or came from elsewhere."""
        if answer.origin != "asked" or not is_kept(answer):
            return
        try:
            content = encoded(answer)
        except UnicodeEncodeError:
            return  # Half a character: no file takes it.
        said = asked_json(asked)
        kind = "completion" if isinstance(answer, Completion) else "distribution"
        self._store.take(call_key(self._model.digest, said), self._model, kind, said, content)
