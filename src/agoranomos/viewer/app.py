"""The web app: the built page, and routes that answer it in JSON. All of it lies under a path that is the token."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agoranomos.errors import AgoraError, UsageError
from agoranomos.viewer.refusals import refusal, status_of

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

PAGE = Path(__file__).parent / "page"
"""The built page: `npm run build` in `web/` writes it."""


def new_token() -> str:
    """A token that nobody guesses: 192 bits, in letters that a URL takes as they are."""
    return secrets.token_urlsafe(24)


def viewer_app(routes: Sequence[BaseRoute], *, token: str, port: int, page: Path | None = None) -> Starlette:
    """The app on 127.0.0.1 and `port`: `routes` lie below `/TOKEN/api/`, the page (the built one) at `/TOKEN/`.

    Raises `UsageError` where there is no page.
    """
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.middleware import Middleware
    from starlette.responses import FileResponse
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    from agoranomos.viewer.guard import Guard

    page = page or PAGE
    if not (page / "index.html").is_file():
        raise UsageError(f"the viewer's page is not in {page}", advice="Build it: npm ci && npm run build, in web/.")

    async def index(_: Request) -> Response:
        return FileResponse(page / "index.html", media_type="text/html; charset=utf-8")

    return Starlette(
        routes=[
            Mount(
                f"/{token}",
                routes=[
                    Route("/", index),
                    Mount("/api", routes=list(routes)),
                    Mount("/assets", app=StaticFiles(directory=page / "assets")),
                ],
            )
        ],
        middleware=[Middleware(Guard, token=token, port=port)],
        exception_handlers={AgoraError: refused, HTTPException: refused_by_address},
    )


async def refused(_: Request, error: Any) -> Response:
    """What went wrong, as `{"error": ..., "advice": ...}`; see `refusals.status_of` for its status."""
    return refusal(status_of(error), error.message, error.advice or "")


async def refused_by_address(_: Request, error: Any) -> Response:
    """An address that there is not, or a method that it does not take."""
    advice = "Open the address that the command printed." if error.status_code == 404 else ""
    return refusal(error.status_code, f"{error.status_code} {error.detail}", advice, error.headers)
