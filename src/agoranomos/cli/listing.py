"""`agora list`."""

from __future__ import annotations

from typing import Annotated

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json, show, visible


def list_kind(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="institutions, markets, scenarios, agents, policies, campaigns, contracts or logs."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """List what a name can stand for.

    In this workspace, in the built-in library, in plug-ins; the first of them that has a name wins. Markets come with
    the types that their files may have, policies with those that rosters may name.

    Example:  agora list institutions
    """
    from agoranomos.workspace import find_workspace, list_names

    workspace = find_workspace()
    found = list_names(kind, workspace)
    types = _types(kind)
    if as_json:
        files = [{"name": item.name, "origin": item.origin, "path": str(item.path)} for item in found]
        registered = [{"name": name, "origin": origin, "path": None, "summary": about} for name, about, origin in types]
        say_json([*files, *registered])
        return
    if not found:
        say(f"No {kind} in {workspace.root}.")
    from rich.table import Table

    table = Table("name", "from", "file", box=None, pad_edge=False, header_style="bold")
    for item in found:
        inside = item.path.is_relative_to(workspace.root)
        path = item.path.relative_to(workspace.root) if inside else item.path
        table.add_row(visible(item.name), visible(item.origin), visible(str(path)))
    if found:
        show(table)
    if types:
        say("")
        heading = "policy" if kind == "policies" else "type"
        table = Table(heading, "from", "what it is", box=None, pad_edge=False, header_style="bold")
        for name, about, origin in types:
            table.add_row(visible(name), visible(origin), visible(about))
        show(table)


def _types(kind: str) -> list[tuple[str, str, str]]:
    """Name, summary and origin of what files of this kind may name beside each other: policies, types of market."""
    if kind in ("markets", "scenarios"):
        from agoranomos.markets.registry import list_market_types

        return list_market_types(kind.removesuffix("s"))
    if kind == "policies":
        from agoranomos.policies.registry import list_policies

        return [(listed.name, listed.problem or listed.summary, listed.origin) for listed in list_policies()]
    return []
