"""`agora view`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from agoranomos.cli.terminal import say
from agoranomos.errors import UsageError, nearest


def view(
    context: typer.Context,
    directory: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A folder of campaigns; or one campaign's folder, or one run's."),
    ] = Path("logs"),
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0 takes any that is free.")] = 0,
    open_browser: Annotated[
        bool | None,
        typer.Option("--open/--no-open", help="Open a browser (default: where somebody watches the terminal)."),
    ] = None,
    play: Annotated[
        str | None, typer.Option("--play", metavar="CAMPAIGN", help="Take a seat in one run of this campaign.")
    ] = None,
    agent: Annotated[str | None, typer.Option("--as", metavar="AGENT", help="With --play: the agent you play.")] = None,
    arm: Annotated[
        str | None,
        typer.Option("--arm", metavar="ARM", help="With --play: which arm (default: the first with an institution)."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, metavar="N", help="With --play: the run's seed (default: the first).")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="With --play: record the run in DIR (default: the workspace's logs/)."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="With --play: another value for a key of the campaign."),
    ] = None,
) -> None:
    """Look at campaigns in a browser: live progress, runs round by round, prompts, graphs, comparisons.

    The server answers on this machine alone, to who has the address that is printed, and writes nothing to DIR.
    Interrupt it to stop.

    With --play CAMPAIGN --as AGENT you take that agent's seat in one run, which is recorded like any other; the same
    command again goes on with it. Its log is shown when it is over.

    Example:  agora view logs
    """
    from agoranomos.cli.served import serve_page
    from agoranomos.viewer.opened_at import opened_at
    from agoranomos.viewer.routes import Shown, campaign_routes
    from agoranomos.viewer.serving import require_extra
    from agoranomos.workspace import find_workspace

    if play is not None or agent is not None:
        from agoranomos.cli.view_play import view_play

        source = context.get_parameter_source("directory")
        if source is not None and source.name == "COMMANDLINE":
            raise UsageError(
                f"{directory}: with --play no DIR is looked at",
                advice=f"--out {directory} records the run there; without --play its campaigns are shown.",
            )
        view_play(play, agent, arm or "", seed, out, settings or (), port, open_browser)
        return
    beside = {"--arm": arm, "--seed": seed, "--out": out, "--set": settings or None}
    if given := [name for name, value in beside.items() if value is not None]:
        raise UsageError(f"{given[0]} goes with --play CAMPAIGN --as AGENT")
    if not directory.is_dir():
        raise _no_folder(directory)
    require_extra()
    root, page = opened_at(directory)

    def announce(address: str) -> None:
        say(f"{root} is shown at {address}")
        Thread(target=import_module, args=("agoranomos.analysis.campaign",), daemon=True).start()  # the first page's

    shown = Shown(root, find_workspace())
    try:
        serve_page(campaign_routes(shown), page, announce, port=port, open_browser=open_browser)
    finally:
        shown.close()
    say("stopped")


def _no_folder(directory: Path) -> UsageError:
    beside = directory.parent
    folders = [path.name for path in beside.iterdir() if path.is_dir()] if beside.is_dir() else []
    advice = nearest(directory.name, [name for name in folders if not name.startswith(".")])
    if directory.exists():
        return UsageError(f"{directory} is a file, not a folder", advice=advice)
    return UsageError(f"no such folder: {directory}", advice=advice)
