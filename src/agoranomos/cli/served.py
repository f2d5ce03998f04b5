"""What the verbs that serve a page share: one address with a token, a browser where somebody watches, a clean end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


def serve_page(
    routes: Sequence[BaseRoute],
    page: str,
    announce: Callable[[str], None],
    *,
    port: int,
    open_browser: bool | None,
) -> None:
    """Serve `routes` on loopback until interrupted. `page` is the part of the address behind the token.

    `announce` gets the whole address once it answers. A browser is opened if `open_browser` says so, or, where it is
    None, if the output is a terminal. Raises `MachineError` for a port that is taken.
    """
    from agoranomos.viewer.app import new_token, viewer_app
    from agoranomos.viewer.serving import HOST, free_socket, serve

    listening = free_socket(port)
    token, number = new_token(), listening.getsockname()[1]
    address = f"http://{HOST}:{number}/{token}/{page}"

    def ready() -> None:
        announce(address)
        sys.stdout.flush()
        if sys.stdout.isatty() if open_browser is None else open_browser:
            import webbrowser

            webbrowser.open(address)

    serve(viewer_app(routes, token=token, port=number), listening, ready)
