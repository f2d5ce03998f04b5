"""Makes a workspace: the root folders with the library's files in them, ready to be edited."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agoranomos.documents import read_document
from agoranomos.errors import MachineError, UsageError
from agoranomos.workspace.folder import WORKSPACE_FILE, Workspace, WorkspaceDocument, name_of_folder
from agoranomos.workspace.library import library_root
from agoranomos.workspace.names import KINDS, SUFFIXES

_README = """\
# {name}

A workspace of Agoranomos: what you edit is here, what interprets it is the `agora` command.

    institutions/   governance graphs        agora graph lint NAME, agora graph show NAME
    markets/        market specifications
    scenarios/      scenario specifications
    agents/         rosters: which policy, which model, which memory
    policies/       what agents are told or follow: prompts and constitutions, parameters
    campaigns/      experiments              agora run NAME, agora report LOGS
    contracts/      what to pay for          agora design NAME
    logs/           where runs are written   agora log verify LOG, agora replay LOG

The files are copies of the built-in library. A file here stands before the built-in one of the same name; delete the
copies you do not need, and the built-in ones show through again.
"""

_LOGS_IGNORED = """\
# Logs are large and belong with their results; take this line out to keep them in git.
*
!.gitignore
# What campaigns withhold from their logs; keep this line.
*/private/
"""


@dataclass(frozen=True, slots=True)
class Created:
    """A workspace that was made or completed: `written` was missing and is there now, `kept` was there before."""

    workspace: Workspace
    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def init_workspace(directory: Path) -> Created:
    """Make `directory` a workspace, or complete one; nothing that exists is changed, so it may be called again.

    Raises `UsageError` when `directory` is a file, or holds files and is no workspace; `MachineError` when it cannot be
    written.
    """
    root = directory.expanduser().absolute()
    if root.exists() and not root.is_dir():
        raise UsageError(f"{directory} is a file; a folder was expected")
    try:
        marked = (root / WORKSPACE_FILE).is_file()
        if not marked and root.is_dir() and any(path.name != ".git" for path in root.iterdir()):
            raise UsageError(
                f"{directory} is not empty and is no workspace; nothing was changed",
                advice="Choose a new folder, or an empty one.",
            )
        name = read_document(root / WORKSPACE_FILE, WorkspaceDocument).name if marked else name_of_folder(root)
        return _complete(Workspace(root, name))
    except OSError as error:
        raise MachineError(f"cannot make a workspace in {directory}: {error.strerror}") from error


def _complete(workspace: Workspace) -> Created:
    # `agora.yaml` comes first: should the rest be cut short, the same command again completes it.
    contents: dict[Path, bytes] = {
        Path(WORKSPACE_FILE): f"kind: workspace\nversion: 1\nname: {workspace.name}\n".encode(),
        Path("README.md"): _README.format(name=workspace.name).encode(),
        Path("logs/.gitignore"): _LOGS_IGNORED.encode(),
        **_library_files(),
    }
    for kind in KINDS:
        (workspace.root / kind).mkdir(parents=True, exist_ok=True)
    written, kept = [], []
    for relative, content in contents.items():
        path = workspace.root / relative
        if path.exists():
            kept.append(path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)
    return Created(workspace, tuple(written), tuple(kept))


def _library_files() -> dict[Path, bytes]:
    library = library_root()
    return {
        path.relative_to(library): path.read_bytes()
        for kind, suffixes in SUFFIXES.items()
        for path in sorted((library / kind).rglob("*"))
        if path.is_file() and path.suffix in suffixes
    }
