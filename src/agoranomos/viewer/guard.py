"""What every request must pass: this machine's host name, no other site's page, the token, a sane shape and size."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from agoranomos.viewer.refusals import TooLong, refusal

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_TARGET = 4096
"""Octets of path and query together."""
MOST_BODY = 1 << 20
"""Octets of what is posted."""
MOST_HEADERS, MOST_IN_HEADERS = 64, 1 << 14
"""How many, and octets of all of them together."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
POLICY_OF_DATA = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
"""Of answers that are no part of the page: if one is opened by itself, nothing in it does anything."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_METHODS = ("GET", "HEAD", "POST")
_ONCE = (b"host", b"origin", b"content-length", b"content-type", b"transfer-encoding", b"sec-fetch-site")
_IGNORED = {b"range", b"if-range"}
"""A part of an answer is never given: whole answers are small, and ranges have been a way to tie servers up."""
_BAD_OCTETS = re.compile(rb"[\x00-\x20\x7f-\xff\\]")
_BAD_ESCAPES = re.compile(rb"%(?:2e|2f|5c|0[0-9a-f]|1[0-9a-f]|7f)|%(?![0-9a-f]{2})", re.IGNORECASE)
_JSON = re.compile(rb"application/json(?:\s*;\s*charset=utf-8)?", re.IGNORECASE)

log = logging.getLogger("agoranomos.viewer")

Headers = Mapping[bytes, list[bytes]]


class Guard:
    """Refuses before any route sees the request; adds the headers to every answer, also to that of an error."""

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = {f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()}
        self._origins = {b"http://" + host for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; what is refused gets one line of text before its token is known, and JSON after."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        started = False
        policy = POLICY_OF_DATA if _raw_path(scope).startswith(b"/" + self._token + b"/api/") else POLICY

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _with_headers(message.get("headers", []), policy)
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await refused(scope, receive, answer)
            return
        scope["headers"] = [pair for pair in scope["headers"] if pair[0].lower() not in _IGNORED]
        try:
            await self._app(scope, _limited(receive), answer)
        except Exception as error:  # the last one who can answer: whatever failed, the page is told, and the log
            log.error("%s failed: %s: %s", scope["method"], type(error).__name__, error)
            if started:
                raise
            about = f"the viewer failed on an error of its own: {type(error).__name__}: {error}"
            await refusal(500, about, "Please report it.")(scope, receive, answer)

    def _refused(self, scope: Scope) -> Response | None:
        """The answer to a request that is refused; None for any other."""
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        found = self._stranger(scope, headers) or _misshapen_path(scope) or self._without_token(scope)
        if found is not None:
            from starlette.responses import PlainTextResponse

            return PlainTextResponse(found[1] + "\n", status_code=found[0])
        misused = _misused(scope["method"], headers)
        return None if misused is None else refusal(*misused[:2], headers=misused[2])

    def _stranger(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_IN_HEADERS:
            return 431, "The headers are too long."
        if len(scope["headers"]) > MOST_HEADERS or any(len(headers.get(name, ())) > 1 for name in _ONCE):
            return 400, "A header is given twice, or there are too many."
        if not headers.get(b"host") or headers[b"host"][0].lower() not in self._hosts:
            return 421, "This server answers to its own name only."
        if any(origin.lower() not in self._origins for origin in headers.get(b"origin", ())):
            return 403, "Another site's page may not ask here."
        if any(site not in {b"none", b"same-origin"} for site in headers.get(b"sec-fetch-site", ())):
            return 403, "Another site's page may not ask here."
        return None

    def _without_token(self, scope: Scope) -> tuple[int, str] | None:
        first = unquote_to_bytes(_raw_path(scope)).lstrip(b"/").split(b"/", 1)[0]
        if not secrets.compare_digest(first, self._token):
            return 403, "The address lacks the token. Open the one that the command printed."
        return None


def _raw_path(scope: Scope) -> bytes:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.split(b"?", 1)[0]


def _misshapen_path(scope: Scope) -> tuple[int, str] | None:
    """A path has one form only: no dots that climb, nothing escaped that separates, no empty part."""
    raw, query = _raw_path(scope), scope.get("query_string", b"")
    if len(raw) + len(query) > MOST_TARGET:
        return 414, "The address is too long."
    parts = unquote_to_bytes(raw).split(b"/")
    climbs = any(part in (b".", b"..") for part in parts) or b"" in parts[1:-1]
    if not raw.startswith(b"/") or climbs or _BAD_OCTETS.search(raw) or _BAD_ESCAPES.search(raw):
        return 400, "The address is not one of this server's."
    try:
        unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        return 400, "The address is not one of this server's."
    return None


def _misused(method: str, headers: Headers) -> tuple[int, str, dict[str, str] | None] | None:
    """A method that nothing here takes, and a body that is too long, of another kind, or where none belongs."""
    if method not in _METHODS:
        return 405, f"nothing here is asked for with {method[:20]}", {"Allow": ", ".join(_METHODS)}
    length = (headers.get(b"content-length") or [b"0"])[0]
    if not length.isdigit():
        return 400, "Content-Length is no number", None
    if method != "POST":
        has_body = b"transfer-encoding" in headers or int(length[:20]) > 0
        return (400, f"{method} takes no body", None) if has_body else None
    if len(length) > 9 or int(length) > MOST_BODY:
        return 413, f"what is posted is longer than {MOST_BODY} octets", None
    if not _JSON.fullmatch((headers.get(b"content-type") or [b""])[0].strip()):
        return 415, "what is posted must be application/json", None
    return None


def _limited(receive: Receive) -> Receive:
    """Takes no more than `MOST_BODY` octets, whatever the request said of its length; raises `TooLong`."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b"")) if message["type"] == "http.request" else 0
        if taken > MOST_BODY:
            raise TooLong(f"what is posted is longer than {MOST_BODY} octets")
        return message

    return counted


def _with_headers(headers: list[tuple[bytes, bytes]], policy: str) -> list[tuple[bytes, bytes]]:
    """The answer's own headers, and ours in place of any of the same name."""
    ours = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}
    ours[b"content-security-policy"] = policy.encode()
    return [*(pair for pair in headers if pair[0].lower() not in ours), *ours.items()]
