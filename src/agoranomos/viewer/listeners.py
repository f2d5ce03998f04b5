"""How many pages listen to events at once: each has its place from its request to the end of its stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from agoranomos.viewer.refusals import Conflict

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

MOST_LISTENERS = 32
"""Pages that are told of changes at once."""


class Listeners:
    """The places of those who listen. All of it happens in the server's one event loop."""

    def __init__(self) -> None:
        self.count = 0

    async def answer(self, begin: Callable[[], Awaitable[AsyncIterator[bytes]]]) -> Response:
        """The response that streams what `begin` gives; raises `Conflict` where every place is taken.

        The place is taken before anything is waited for, so that a burst of requests finds no more places than one
        after the other. It is given back when the response ends, also where nothing of it was ever sent.
        """
        if self.count >= MOST_LISTENERS:
            raise Conflict(f"{MOST_LISTENERS} pages listen already", advice="Close some of them.")
        self.count += 1
        try:
            stream = await begin()
        except BaseException:
            self.count -= 1
            raise
        return self._placed(stream)

    def _placed(self, stream: AsyncIterator[bytes]) -> Response:
        from starlette.responses import StreamingResponse

        listeners = self

        class Placed(StreamingResponse):
            async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
                try:
                    await super().__call__(scope, receive, send)
                finally:
                    listeners.count -= 1

        return Placed(stream, media_type="text/event-stream")
