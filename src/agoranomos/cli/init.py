"""`agora init`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from agoranomos.cli.terminal import say


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder, or a workspace.")],
) -> None:
    """Make a workspace, with the library's files to edit.

    It has folders for institutions, markets, agents, policies, campaigns and logs. Nothing that exists is changed; in a
    workspace, what is missing is added.

    Example:  agora init mylab
    """
    from agoranomos.workspace import init_workspace

    created = init_workspace(directory)
    root = created.workspace.root
    if not created.written:
        say(f"{root} is a workspace already; nothing is missing.")
        return
    verb = "Completed" if created.kept else "Made"
    say(f"{verb} workspace {created.workspace.name!r} in {root}: {len(created.written)} files.")
    say(f"Next:  cd {shlex.quote(str(directory))}  and  agora run cournot-scripted")
