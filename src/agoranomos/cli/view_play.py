"""`agora view --play`: a person takes a seat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.cli.terminal import say
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.viewer.play_session import PlaySession

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
    words = _beginning(session)
    playing = session.start()
    try:
        serve_page(
            seat_routes(session, workspace),
            PAGE,
            lambda address: say("\n".join((f"The seat of {agent} is at {address}", *words))),
            port=port,
            open_browser=open_browser,
        )
    finally:
        session.seat.leave()
        playing.join(SECONDS_TO_END)
    how = "is over" if session.seat.finished else "is not over; the same command goes on with it"
    say(f"The run {how}. It is recorded in {session.folder.root}")


def _beginning(session: PlaySession) -> list[str]:
    """Whether the run is a new one, and what is left of others in the same seat: a changed file makes another plan."""
    from agoranomos.viewer.play_begun import begun, unfinished_beside

    now = begun(session)
    if now.over:
        return ["The run is over already: the page shows what came of it."]
    if now.rounds:
        return [f"The run goes on in round {now.rounds + 1}."]
    return [
        "This is a new run.",
        *(
            f"Another run in this seat is not over, with {one.rounds} {'round' if one.rounds == 1 else 'rounds'} "
            f"recorded: {one.folder}. It has another plan: the command goes on with it once its options, and the files "
            "that its campaign names, are as they were."
            for one in unfinished_beside(session)
        ),
    ]
