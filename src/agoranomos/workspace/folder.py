"""A workspace: the folder that holds `agora.yaml`, whose name stands first in the origin of every log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agoranomos.documents import Document, Name, read_document
from agoranomos.logs import KeyStore
from agoranomos.workspace.state import state_folder

WORKSPACE_FILE = "agora.yaml"


class WorkspaceDocument(Document):
    """`agora.yaml`: marks a folder as a workspace and names it."""

    kind: Literal["workspace"]
    version: Literal[1]
    name: Name


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder a user works in, and its name. What it does not hold is looked up in the folder `behind` it, if any.

    `keys` is the folder of the keys under which logs in it are trusted; None: the user's own.
    """

    root: Path
    name: str
    behind: Path | None = None
    keys: Path | None = None

    @property
    def key_store(self) -> KeyStore:
        """The keys under which logs in it are trusted."""
        return KeyStore(self.keys or state_folder() / "keys")

    def folder(self, kind: str) -> Path:
        """The root folder of one kind, such as `institutions`; it need not exist."""
        return self.root / kind


def find_workspace(start: Path | None = None) -> Workspace:
    """The workspace of the nearest folder at or above `start` (default: the current one) that holds `agora.yaml`.

    Without one, `start` itself under its own name, so that every verb works in a plain folder too. Raises
    `DocumentError` when the `agora.yaml` that was found is not valid.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        file = folder / WORKSPACE_FILE
        if file.is_file():
            return Workspace(folder, read_document(file, WorkspaceDocument).name)
    return Workspace(here, name_of_folder(here))


def name_of_folder(folder: Path) -> str:
    """A workspace name made of a folder's name: what a name may not hold becomes a hyphen."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.name).strip("-")[:62]
    if not name:
        return "workspace"
    return name if re.match(r"[A-Za-z_]", name) else f"w{name}"
