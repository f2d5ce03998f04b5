"""Routes of the seat, and what keeps a run's log from the person who is playing it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from agoranomos.errors import UsageError
from agoranomos.viewer.events import event
from agoranomos.viewer.listeners import Listeners
from agoranomos.viewer.parameters import posted
from agoranomos.viewer.play_seat import PlaySeat
from agoranomos.viewer.refusals import Conflict

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send

    from agoranomos.viewer.play_session import PlaySession

SECONDS_OF_SILENCE = 15.0
"""After which a stream says that it is still there, so that nothing on the way closes it."""


def play_routes(session: PlaySession) -> list[BaseRoute]:
    """`GET play`, `GET play/events` and `POST play/act`."""
    from starlette.routing import Route

    listeners = Listeners()

    async def state(_: Request) -> Response:
        return _json(session)

    async def begin() -> AsyncIterator[bytes]:
        return _events(session)

    async def stream(_: Request) -> Response:
        return await listeners.answer(begin)

    async def act(request: Request) -> Response:
        given = await posted(request, "round", "action")
        session.seat.submit(_round(given), _action(given))
        return _json(session)

    return [
        Route("/play", state, methods=["GET"]),
        Route("/play/events", stream, methods=["GET"]),
        Route("/play/act", act, methods=["POST"]),
    ]


def blind_routes(routes: Sequence[BaseRoute], seat: PlaySeat, campaign: str) -> list[BaseRoute]:
    """The same routes, which tell nothing of the runs of the campaign with id `campaign` until the seat's run is over.

    A log holds what the others did and what they were told; who plays sees what an agent sees.
    """
    from starlette.routing import Mount, Router

    return [Mount("/", app=_Blind(Router(routes=list(routes)), seat, campaign))]


class _Blind:
    """Refuses requests for a campaign's runs, its own page included, until the run came to its end.

    A run that stopped stays hidden: somebody may go on with it.
    """

    def __init__(self, app: ASGIApp, seat: PlaySeat, campaign: str) -> None:
        self._app = app
        self._seat = seat
        self._campaign = campaign

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._seat.finished and self._campaign in scope["path"].split("/"):
            raise Conflict(
                "this run is being played: its log is shown when it is over", advice="Go back to the page of your seat."
            )
        await self._app(scope, receive, send)


def _json(session: PlaySession) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse(session.state())


async def _events(session: PlaySession) -> AsyncIterator[bytes]:
    """Each state once as a server-sent event, and a comment now and then where nothing changes."""
    states, told = session.seat.states(), None
    waiting: asyncio.Task[Any] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(states))
            done, _ = await asyncio.wait({waiting}, timeout=SECONDS_OF_SILENCE)
            if not done:
                yield b": still here\n\n"
                continue
            try:
                waiting.result()
            except StopAsyncIteration:
                return
            waiting = None
            state = session.state()  # may be newer than what was waited for
            if state["version"] != told:
                told = state["version"]
                yield event("play", state)
    finally:
        if waiting is not None:
            waiting.cancel()


def _round(given: dict[str, Any]) -> int:
    number = given["round"]
    if isinstance(number, bool) or not isinstance(number, int):
        raise UsageError(f"round: a whole number was expected (found {number!r:.80})")
    return number


def _action(given: dict[str, Any]) -> dict[str, Any]:
    action = given["action"]
    if not isinstance(action, dict):
        raise UsageError("action: an object was expected")
    return action
