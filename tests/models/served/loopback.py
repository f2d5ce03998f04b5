"""A server on loopback that does to each request what a test says: replies, stalls, breaks off, or speaks no HTTP."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sent:
    """A reply; `cut` leaves out that many bytes at the end of the body that its length promises."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0

    @property
    def bytes(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        lines = [f"HTTP/1.1 {self.status} So", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + body[: len(body) - self.cut]


STALL = "stall"
CLOSE = "close"
NOT_HTTP = "not http"

Done = Sent | str
Does = Callable[[str, dict[str, Any]], Done]
"""What is done to a request: its path and its JSON body (empty for GET)."""


def said(text: str, **more: Any) -> Sent:
    """An ordinary chat completion."""
    message = {"role": "assistant", "content": text} | more.pop("message", {})
    choice = {"index": 0, "finish_reason": more.pop("finish", "stop"), "message": message} | more.pop("choice", {})
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    return Sent({"object": "chat.completion", "model": "m-1", "choices": [choice], "usage": usage} | more)


def error(status: int, words: str, **headers: str) -> Sent:
    return Sent({"error": {"message": words}}, status, {name.replace("_", "-"): v for name, v in headers.items()})


class Loopback:
    """Listens while it is entered; `does` may be exchanged at any time."""

    def __init__(self, does: Does, port: int = 0) -> None:
        self.does = does
        self.port = port
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[str] = []
        self.most_at_once = 0
        self._at_once = 0
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Loopback:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._on_loop(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Cut every connection and listen no more, as a server does that is killed."""
        if self._loop.is_running():
            self._on_loop(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _on_loop(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    async def _start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _end(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lengths = [line.split(":")[1] for line in head.split("\r\n") if line.lower().startswith("content-length")]
        body = await reader.readexactly(int(lengths[0])) if lengths else b""
        path = head.split(" ")[1]
        self.headers.append(head)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(0)
            asked = json.loads(body) if body else {}
            self.asked.append((path, asked))
            done = self.does(path, asked)
            if done == STALL:
                await reader.read(1)  # Until the other side gives up.
                return False
        finally:
            self._at_once -= 1
        if done == CLOSE:
            return False
        writer.write(b"\0\1not http at all\r\n" if done == NOT_HTTP else done.bytes)
        await writer.drain()
        return isinstance(done, Sent) and not done.cut
