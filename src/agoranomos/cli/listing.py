"""`agora list`."""

from __future__ import annotations

from typing import Annotated

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json, visible


def list_kind(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", help="institutions, markets, scenarios, agents, policies, campaigns or logs."),
    ],
    as_json: AsJson = False,
) -> None:
    """List what a name can stand for.

    In this workspace, in the built-in library, in plug-ins; the first of them that has a name wins.

    Example:  agora list institutions
    """
    from agoranomos.workspace import find_workspace, list_names

    workspace = find_workspace()
    found = list_names(kind, workspace)
    if as_json:
        say_json([{"name": item.name, "origin": item.origin, "path": str(item.path)} for item in found])
        return
    if not found:
        say(f"No {kind} in {workspace.root}.")
        return
    from rich.table import Table

    table = Table("name", "from", "file", box=None, pad_edge=False, header_style="bold")
    for item in found:
        inside = item.path.is_relative_to(workspace.root)
        path = item.path.relative_to(workspace.root) if inside else item.path
        table.add_row(visible(item.name), visible(item.origin), visible(str(path)))
    console().print(table)
