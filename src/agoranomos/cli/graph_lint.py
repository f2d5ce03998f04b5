"""`agora graph lint`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json


def lint(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="A name, or the path of a file.")],
    market: Annotated[
        str | None,
        typer.Option("--market", metavar="NAME", help="Also bind it to this market: are its measures there?"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check an institution: form, references, guards, slips.

    Exit code 2: the file is not valid; the message names line and column. Exit code 1: it is valid, but in error, as
    with a state that cannot be left, or with a key that changes nothing. Warnings leave the exit code at 0.

    Example:  agora graph lint cournot-antitrust
    """
    from agoranomos.institutions.lint import lint as remarks

    read = institution_named(institution)
    if market is not None:
        from agoranomos.institutions import bind
        from agoranomos.markets import load_market
        from agoranomos.workspace import find_workspace

        bind(read, load_market(market, find_workspace()).facts)
    found = remarks(read)
    if as_json:
        say_json(
            {
                "name": read.name,
                "semantic_sha256": read.semantic_sha256,
                "file_sha256": read.file_sha256,
                "states": len(read.states),
                "transitions": len(list(read.edges)),
                "remarks": [asdict(remark) for remark in found],
            }
        )
    else:
        say(f"{read.name}: {len(read.states)} states, {len(list(read.edges))} transitions, {len(read.events)} events")
        say(f"  meaning {read.semantic_sha256}")
        say(f"  bytes   {read.file_sha256}")
        for remark in found:
            say(f"{remark.place}: {remark.severity}: {remark.message}")
            if remark.advice:
                say(f"  {remark.advice}")
    if any(remark.severity == "error" for remark in found):
        raise typer.Exit(1)
