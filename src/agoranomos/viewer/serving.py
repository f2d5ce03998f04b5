"""Running an app on this machine's loopback address, until it is interrupted."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from agoranomos.errors import MachineError, UsageError

if TYPE_CHECKING:
    from starlette.applications import Starlette

HOST = "127.0.0.1"
MOST_CONNECTIONS = 256
MOST_HEAD = 1 << 14
"""Octets of a request before its body."""
SECONDS_TO_END = 1
"""For answers that are being given when the server is interrupted: streams have no end of their own."""


def free_socket(port: int) -> socket.socket:
    """A listening socket on loopback; `port` 0 takes any that is free. Raises `MachineError` where it is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio looks at it
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise MachineError(
            f"cannot listen on {HOST}:{port}: {error.strerror}", advice="Give another port: --port 0 takes a free one."
        ) from error
    return listening


def require_extra() -> None:
    """Raise `UsageError` where the packages that serve pages are not installed."""
    if any(find_spec(name) is None for name in ("starlette", "uvicorn")):
        raise UsageError("the viewer needs its extra", advice="pip install 'agoranomos[view]'")


def settings() -> dict[str, Any]:
    """How the server answers, as uvicorn takes it."""
    return {
        "http": "h11",  # it bounds how long a request's head may be
        "h11_max_incomplete_event_size": MOST_HEAD,
        "ws": "none",
        "lifespan": "off",
        "limit_concurrency": MOST_CONNECTIONS,
        "timeout_graceful_shutdown": SECONDS_TO_END,
        "log_level": "critical",
        "access_log": False,
        "server_header": False,
        "date_header": False,
    }


def serve(app: Starlette, listening: socket.socket, ready: Callable[[], None] | None = None) -> None:
    """Serve until it is interrupted; `ready` is called once the app can be asked. See `require_extra`."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if ready is not None:
                ready()

    config = uvicorn.Config(app, **settings())
    # A service is ended by SIGTERM, what runs in a terminal that is closed by SIGHUP.
    before = {one: signal.signal(one, signal.default_int_handler) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        Server(config).run(sockets=[listening])  # it gives the signal on when it has ended
    except KeyboardInterrupt:
        return
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
