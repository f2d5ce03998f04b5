"""No more pages listen at once than there are places, however many ask in the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from agoranomos.errors import UsageError
from agoranomos.viewer.app import viewer_app
from agoranomos.viewer.listeners import MOST_LISTENERS, Listeners
from agoranomos.viewer.play import seat_routes
from agoranomos.viewer.refusals import Conflict
from viewer.conftest import HOST, PORT, TOKEN, Made, Viewer
from viewer.playing import made_workspace, seat

MORE = 8


class Page:
    """A page that asks for a stream and reads it until it is `closed`."""

    def __init__(self, app: Any, path: str) -> None:
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.closed = asyncio.Event()
        address = f"/{TOKEN}/api/{path}"
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": address, "raw_path": address.encode(), "query_string": b"", "root_path": "",
            "headers": [(b"host", HOST.encode())], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", PORT),
        }  # fmt: skip
        self.task = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self.closed.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status.set_result(message["status"])


async def burst(app: Any, path: str) -> tuple[Counter[int], int]:
    """The statuses of many pages that ask at once, and that of one that asks when they are gone."""
    async with asyncio.timeout(120):
        pages = [Page(app, path) for _ in range(MOST_LISTENERS + MORE)]
        statuses = Counter([await page.status for page in pages])
        for page in pages:
            page.closed.set()
        await asyncio.gather(*(page.task for page in pages))
        late = Page(app, path)
        status = await late.status
        late.closed.set()
        await late.task
        return statuses, status


FOUND = (Counter({200: MOST_LISTENERS, 409: MORE}), 200)


def test_a_burst_of_pages_finds_no_more_places_than_there_are(made: Made, over: Callable[..., Viewer]) -> None:
    assert asyncio.run(burst(over(made.logs, made.workspace).app, "events")) == FOUND


def test_a_seat_is_told_to_no_more_pages_either(tmp_path: Path, page: Path) -> None:
    workspace = made_workspace(tmp_path)
    app = viewer_app(seat_routes(seat(workspace), workspace), token=TOKEN, port=PORT, page=page)
    assert asyncio.run(burst(app, "play/events")) == FOUND


def test_a_place_is_given_back_where_the_stream_never_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agoranomos.viewer.listeners.MOST_LISTENERS", 1)
    listeners = Listeners()

    async def failing() -> AsyncIterator[bytes]:
        raise UsageError("no folder")

    async def stream() -> AsyncIterator[bytes]:
        yield b""

    async def beginning() -> AsyncIterator[bytes]:
        return stream()

    async def gone(_: Any = None) -> Any:
        raise OSError("the page is gone")

    async def ask() -> None:
        with pytest.raises(UsageError, match="no folder"):
            await listeners.answer(failing)
        response = await listeners.answer(beginning)
        with pytest.raises(Conflict, match="1 pages listen already"):
            await listeners.answer(beginning)
        scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
        with pytest.raises(ClientDisconnect):
            await response(scope, gone, gone)

    asyncio.run(ask())
    assert listeners.count == 0
