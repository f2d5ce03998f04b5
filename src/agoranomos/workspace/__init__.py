"""The folder a user works in, the library behind it, and how a name becomes a file."""

from agoranomos.workspace.create import Created, init_workspace
from agoranomos.workspace.folder import WORKSPACE_FILE, Workspace, WorkspaceDocument, find_workspace
from agoranomos.workspace.library import library_root
from agoranomos.workspace.names import KINDS, Located, list_names, resolve, resolve_argument
from agoranomos.workspace.state import state_folder

__all__ = [
    "KINDS",
    "WORKSPACE_FILE",
    "Created",
    "Located",
    "Workspace",
    "WorkspaceDocument",
    "find_workspace",
    "init_workspace",
    "library_root",
    "list_names",
    "resolve",
    "resolve_argument",
    "state_folder",
]
