"""Asks an ASGI app as a server would that hands on whatever octets came: paths and headers that no client sends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from viewer.conftest import HOST

Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Sequence[Header]
    body: bytes

    def header(self, name: str) -> str:
        """The one header of this name; fails where there is none or another."""
        (value,) = (value for key, value in self.headers if key.lower() == name.lower().encode())
        return value.decode()


def ask(
    app: Any,
    target: bytes,
    method: str = "GET",
    headers: Sequence[Header] = ((b"host", HOST.encode()),),
    body: Sequence[bytes] = (b"",),
) -> Answer:
    """The whole answer; `target` is the path and query as they would stand in the request's first line."""
    path, _, query = target.partition(b"?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path.decode("latin-1")), "raw_path": path, "query_string": query, "root_path": "",
        "headers": [(name.lower(), value) for name, value in headers],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    waiting = [
        {"type": "http.request", "body": part, "more_body": index < len(body) - 1} for index, part in enumerate(body)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    start, *parts = sent
    return Answer(start["status"], start["headers"], b"".join(part.get("body", b"") for part in parts))
