"""`agora graph edit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agoranomos.cli.terminal import say
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.workspace import Workspace


def edit(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="A name, or the path of a file.")],
    new: Annotated[bool, typer.Option("--new", help="Begin a new file, from a small example.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Save to this new file; the one opened stays.")
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes any that is free.")] = 0,
    open_browser: Annotated[
        bool | None,
        typer.Option("--open/--no-open", help="Open a browser (default: where somebody watches the terminal)."),
    ] = None,
) -> None:
    """Edit an institution in a browser: its graph, findings, words and certificate beside its YAML.

    The server answers on this machine alone, to who has the address that is printed. It writes the file when you save,
    and at no other time; a file of the built-in library is shown, and saved elsewhere with --out. Interrupt it to stop.

    Example:  agora graph edit cournot-antitrust --out institutions/mine.yaml
    """
    from agoranomos.cli.served import serve_page
    from agoranomos.viewer.editing_file import edited_file
    from agoranomos.viewer.editing_routes import Editor, editing_routes
    from agoranomos.viewer.serving import require_extra
    from agoranomos.workspace import find_workspace

    workspace = find_workspace()
    if not new:
        _require_file(institution, workspace)
    file = edited_file(institution, workspace, out=out, new=new)
    _require_folder(file.path, workspace)
    file.now()  # raises what keeps it from being read
    require_extra()
    editor = Editor(file)

    def announce(address: str) -> None:
        say(f"{file.path} is edited at {address}")
        if file.refusal:
            say(f"{file.refusal}. {file.advice}")

    try:
        serve_page(editing_routes(editor), "#/edit", announce, port=port, open_browser=open_browser)
    finally:
        editor.close()
    say("stopped")


def _require_file(institution: str, workspace: Workspace) -> None:
    """Raise `UsageError` for the path of a file that is not there; what a name stands for is looked up later."""
    from agoranomos.workspace import resolve_argument

    if Path(institution).suffix != ".yaml":
        return
    try:
        resolve_argument("institutions", institution, workspace)
    except UsageError as error:
        raise UsageError(f"no such file: {institution} (--new begins one)", advice=error.advice) from None


def _require_folder(path: Path, workspace: Workspace) -> None:
    """Raise `UsageError` where a file could not be saved for want of its folder; that of institutions is made."""
    if not path.parent.is_dir() and path.parent.resolve() != workspace.folder("institutions").resolve():
        raise UsageError(f"no such folder: {path.parent}", advice="Make it first, or name a file in one that is there.")
