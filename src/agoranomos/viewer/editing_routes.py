"""The editor's API, to lie below `/api/edit`: what stands in the file, what a text says, and saving on request."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from agoranomos.errors import AgoraError, Finding, UsageError
from agoranomos.viewer.editing import examine, read
from agoranomos.viewer.editing_file import EditedFile
from agoranomos.viewer.jobs import Errand, Superseded, Worker
from agoranomos.viewer.parameters import posted

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

SECONDS_TO_CHECK = 60.0
SECONDS_TO_CERTIFY = 3600.0
LONGEST_TEXT = 1 << 18
"""Characters of a text that is examined; a file has fewer, but one that is too long shall be told so."""


class Editor:
    """A file that is edited, and the processes that try its text."""

    def __init__(self, file: EditedFile) -> None:
        self.file = file
        self.checking = Worker(SECONDS_TO_CHECK)
        self._certifying = Worker(SECONDS_TO_CERTIFY)
        self.fitting = Worker(SECONDS_TO_CHECK)
        self.certificate = Errand(self._certifying)
        self._examining = threading.Lock()
        self._newest = 0

    def opened(self) -> dict[str, Any]:
        """`{path, name, text, digest, refusal, advice, is_new}`: the file as it is now."""
        self.checking.warm()
        text, digest = self.file.now()
        return {
            "path": str(self.file.path),
            "name": self.file.path.stem,
            "text": text,
            "digest": digest,
            "is_new": not digest,
            "refusal": self.file.refusal,
            "advice": self.file.advice,
        }

    def examine(self, text: str) -> dict[str, Any]:
        """As `editing.examine`, one text at a time; `{superseded}` where a newer one came while it waited its turn."""
        self._newest = mine = self._newest + 1
        with self._examining:
            if mine != self._newest:
                return {"superseded": True}
            return examine(text, self.file.name, self.file.workspace)

    def check(self, text: str) -> dict[str, Any]:
        """`{state, ...}`: `done` with what `editing_check.checked` found, or `superseded` by a newer request.

        Or `failed`, with `error` and `advice`.
        """
        try:
            return {"state": "done", **self.checking.do(self._request("check", text))}
        except Superseded:
            return {"state": "superseded"}
        except AgoraError as error:
            return {"state": "failed", "error": error.message, "advice": error.advice}

    def fits(self, text: str) -> dict[str, Any]:
        """`{markets: [{name, kind}]}`: those that a certificate can be asked for."""
        try:
            return {"markets": self.fitting.do(self._request("fitting", text))}
        except Superseded:
            return {"markets": []}

    def certify(self, text: str, market: str, quick: bool) -> dict[str, Any]:
        """Begin a certificate; see `Errand.state`."""
        return self.certificate.start({**self._request("certify", text), "market": market, "quick": quick})

    def save(self, text: str, digest: str, draft: bool) -> dict[str, Any]:
        """`{digest}` of what was saved.

        A text that is no institution is saved as a `draft` only: who writes must say so. Raises `Finding` (422)
        otherwise, and what `EditedFile.save` raises.
        """
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise UsageError("half of a surrogate pair", advice="Write the character itself.") from None
        if not draft and not self.file.refusal:
            try:
                read(text, self.file.name, self.file.workspace)
            except (AgoraError, RecursionError) as error:
                raise Finding(
                    f"the text is no valid institution: {getattr(error, 'message', 'too deeply nested')}",
                    advice="Save it as a draft, or mend it first.",
                ) from None
        return {"digest": self.file.save(text, digest)}

    def close(self) -> None:
        """End the processes."""
        for worker in (self.checking, self._certifying, self.fitting):
            worker.close()

    def _request(self, job: str, text: str) -> dict[str, Any]:
        return {"job": job, "text": text, "name": self.file.name, "root": str(self.file.workspace.root)}


def editing_routes(editor: Editor) -> list[BaseRoute]:
    """The routes of the editor."""
    from starlette.concurrency import run_in_threadpool
    from starlette.routing import Route

    async def opened(_: Request) -> Response:
        return _json(await run_in_threadpool(editor.opened))

    async def examined(request: Request) -> Response:
        return _json(await run_in_threadpool(editor.examine, _text(await posted(request, "text"))))

    async def checked(request: Request) -> Response:
        return _json(await run_in_threadpool(editor.check, _text(await posted(request, "text"))))

    async def fitting(request: Request) -> Response:
        return _json(await run_in_threadpool(editor.fits, _text(await posted(request, "text"))))

    async def certify(request: Request) -> Response:
        asked = await posted(request, "text", "market")
        return _json(editor.certify(_text(asked), _short(asked, "market"), _flag(asked, "quick", True)))

    async def certificate(_: Request) -> Response:
        return _json(editor.certificate.state())

    async def cancel(_: Request) -> Response:
        return _json(await run_in_threadpool(editor.certificate.cancel))

    async def save(request: Request) -> Response:
        asked = await posted(request, "text", "digest")
        text, digest, draft = _text(asked), _short(asked, "digest"), _flag(asked, "draft", False)
        return _json(await run_in_threadpool(editor.save, text, digest, draft))

    return [
        Route("/edit", opened, methods=["GET"]),
        Route("/edit/examine", examined, methods=["POST"]),
        Route("/edit/check", checked, methods=["POST"]),
        Route("/edit/markets", fitting, methods=["POST"]),
        Route("/edit/certify", certificate, methods=["GET"]),
        Route("/edit/certify", certify, methods=["POST"]),
        Route("/edit/certify/cancel", cancel, methods=["POST"]),
        Route("/edit/save", save, methods=["POST"]),
    ]


def _text(asked: dict[str, Any]) -> str:
    text = asked["text"]
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise UsageError(f"`text`: a text of at most {LONGEST_TEXT:,} characters was expected")
    return text


def _short(asked: dict[str, Any], name: str) -> str:
    text = asked[name]
    if not isinstance(text, str) or len(text) > 200:
        raise UsageError(f"`{name}`: a text of at most 200 characters was expected")
    return text


def _flag(asked: dict[str, Any], name: str, default: bool) -> bool:
    value = asked.get(name, default)
    if not isinstance(value, bool):
        raise UsageError(f"`{name}`: true or false was expected")
    return value


def _json(found: dict[str, Any]) -> Response:
    """In ASCII: halves of surrogate pairs, which a text may hold while it is written, pass as they are."""
    import json

    from starlette.responses import Response

    return Response(json.dumps(found), media_type="application/json")
