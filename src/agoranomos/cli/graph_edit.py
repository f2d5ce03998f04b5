"""`agora graph edit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agoranomos.cli.terminal import say


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

    file = edited_file(institution, find_workspace(), out=out, new=new)
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
