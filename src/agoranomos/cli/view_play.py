"""`agora view --play`: a person takes a seat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agoranomos.cli.terminal import say
from agoranomos.errors import UsageError

SECONDS_TO_END = 10.0
"""For the round that is being recorded when the server is interrupted."""


def view_play(
    campaign: str | None,
    agent: str | None,
    arm: str,
    seed: int | None,
    out: Path | None,
    settings: Sequence[str],
    port: int,
    open_browser: bool | None,
) -> None:
    """Serve the page of a seat until it is interrupted; what was decided by then is recorded."""
    if campaign is None or agent is None:
        missing = "--play CAMPAIGN" if campaign is None else "--as AGENT"
        raise UsageError(f"{missing} is missing", advice="For example: agora view --play cournot-scripted --as firm_1")
    from agoranomos.cli.served import serve_page
    from agoranomos.logs import KeyStore
    from agoranomos.viewer.play import PAGE, SeatAsked, open_seat, seat_routes
    from agoranomos.viewer.serving import require_extra
    from agoranomos.workspace import find_workspace, state_folder

    require_extra()
    workspace = find_workspace()
    logs = out if out is not None else workspace.folder("logs")
    asked = SeatAsked(campaign, agent, logs, arm, seed, settings)
    session = open_seat(asked, workspace, KeyStore(state_folder() / "keys"))
    playing = session.start()
    try:
        serve_page(
            seat_routes(session, workspace),
            PAGE,
            lambda address: say(f"The seat of {agent} is at {address}"),
            port=port,
            open_browser=open_browser,
        )
    finally:
        session.seat.leave()
        playing.join(SECONDS_TO_END)
    how = "is over" if session.seat.finished else "is not over; the same command goes on with it"
    say(f"The run {how}. It is recorded in {session.folder.root}")
