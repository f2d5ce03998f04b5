"""A folder that keeps what finished sessions found, so that a study that was broken off goes on where it was.

`settings.json` says what is being run; `sessions.jsonl` has a line for each finished one, in the order of their ends.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agoranomos.errors import MachineError, UsageError

Row = dict[str, Any]


class KeptSessions:
    """The sessions kept in `folder`, or in memory alone where it is None.

    Raises `UsageError` where the folder holds another study, `MachineError` where it cannot be written.
    """

    def __init__(self, folder: Path | None, settings: Mapping[str, Any]) -> None:
        self.folder = folder
        self._rows: dict[int, Row] = {}
        if folder is None:
            return
        try:
            self._open(folder, json.dumps(settings, indent=2) + "\n")
        except OSError as error:
            raise MachineError(f"cannot use {folder}: {error.strerror or error}") from error

    @property
    def rows(self) -> Mapping[int, Row]:
        """What is kept, by the session's number."""
        return self._rows

    def keep(self, number: int, row: Row) -> None:
        """Keep what session `number` found; on disk when this returns."""
        if self.folder is not None:
            line = json.dumps({"session": number, **row}, allow_nan=False) + "\n"
            try:
                with (self.folder / "sessions.jsonl").open("a", encoding="utf-8") as file:
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                raise MachineError(f"cannot write to {self.folder}: {error.strerror or error}") from error
        self._rows[number] = row

    def _open(self, folder: Path, settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        said = folder / "settings.json"
        if not said.exists():
            if (folder / "sessions.jsonl").exists():
                raise UsageError(f"{folder} holds sessions and does not say of what", advice="Name another folder.")
            _write(said, settings)
        elif said.read_text(encoding="utf-8") != settings:
            raise UsageError(
                f"{folder} holds a study with other settings (see settings.json in it)", advice="Name another folder."
            )
        kept = folder / "sessions.jsonl"
        text = kept.read_text(encoding="utf-8") if kept.exists() else ""
        whole = text[: text.rfind("\n") + 1]
        if whole != text:  # a kill may leave half a line
            _write(kept, whole)
        for place, line in enumerate(whole.splitlines(), start=1):
            try:
                row = json.loads(line)
                self._rows[int(row.pop("session"))] = row
            except (ValueError, KeyError, TypeError, AttributeError):
                raise UsageError(f"{kept}:{place}: this is no session", advice="Name another folder.") from None


def _write(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
