"""One exchange with a server over HTTP: what came back, or why nothing did."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from agoranomos.models.served.address import Address

LARGEST_REPLY = 32 * 1024 * 1024
"""Bytes; a body that is longer is not read to its end."""

CONNECT_SECONDS = 10.0

Trouble: TypeAlias = Literal["unreachable", "broken", "timeout"]
"""No connection, one that broke off (or spoke no HTTP), or no full reply in time."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a server sent. Names of headers are in small letters."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoExchange:
    """Why nothing usable came back."""

    trouble: Trouble
    words: str


class Transport(Protocol):
    """Sends one request, once."""

    async def send(
        self, method: Literal["GET", "POST"], url: str, body: bytes, seconds: float
    ) -> Exchange | NoExchange:
        """What came back from `url` within `seconds`."""
        ...

    async def close(self) -> None:
        """End all connections."""
        ...


class HttpTransport:
    """Keeps connections open between calls, and sends at most `at_once` at the same time.

    Both belong to the event loop they are used in; in another loop it begins anew.
    """

    def __init__(self, address: Address, at_once: int) -> None:
        self._address = address
        self._at_once = at_once
        self._client: Any = None
        self._semaphore = asyncio.Semaphore(at_once)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(
        self, method: Literal["GET", "POST"], url: str, body: bytes, seconds: float
    ) -> Exchange | NoExchange:
        """What came back; redirects are not followed, since the key would go with them."""
        import httpx2

        try:
            # Time that a call waits for room is not the server's.
            async with self._room(), asyncio.timeout(seconds):
                return await self._exchange(method, url, body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            return NoExchange("unreachable", _words(error))
        except (TimeoutError, httpx2.TimeoutException):
            return NoExchange("timeout", f"no reply within {seconds:g} s")
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            return NoExchange("broken", _words(error))

    async def _exchange(self, method: str, url: str, body: bytes) -> Exchange | NoExchange:
        headers = {"accept": "application/json"}
        if body:
            headers["content-type"] = "application/json"
        if self._address.key:
            headers["authorization"] = f"Bearer {self._address.key}"
        async with self._open().stream(method, url, content=body or None, headers=headers) as response:
            parts, size = [], 0
            async for part in response.aiter_bytes():
                size += len(part)
                if size > LARGEST_REPLY:
                    return NoExchange("broken", f"the reply is longer than {LARGEST_REPLY} bytes")
                parts.append(part)
            lowered = {name.lower(): value for name, value in response.headers.items()}
            return Exchange(response.status_code, b"".join(parts), lowered)

    def _room(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._client, self._semaphore = loop, None, asyncio.Semaphore(self._at_once)
        return self._semaphore

    def _open(self) -> Any:
        import httpx2

        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=self._at_once),
                trust_env=not self._address.local,
                follow_redirects=False,
            )
        return self._client

    async def close(self) -> None:
        """End all connections of this loop."""
        client, loop = self._client, self._loop
        self._client = self._loop = None
        if client is not None and loop is asyncio.get_running_loop():
            await client.aclose()


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
