"""What a request is refused with, each with the status of its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from agoranomos.errors import AgoraError, UsageError

if TYPE_CHECKING:
    from starlette.responses import Response

_BY_EXIT_CODE = {1: 422, 2: 400, 3: 500}


class NotThere(UsageError):
    """What was asked for is not among what there is."""

    status = 404


class Conflict(UsageError):
    """What the request rests on has changed meanwhile."""

    status = 409


class TooLong(UsageError):
    """The request is longer than it may be."""

    status = 413


def status_of(error: AgoraError) -> int:
    """The status of the answer: the error's own, else 400 for wrong usage, 422 for a finding, 500 for the machine."""
    own = getattr(error, "status", None)
    return own if isinstance(own, int) else _BY_EXIT_CODE.get(error.exit_code, 500)


def refusal(status: int, message: str, advice: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """The answer: `{"error": ..., "advice": ...}`."""
    from starlette.responses import Response

    body = json.dumps({"error": message, "advice": advice})
    return Response(body, status_code=status, headers=headers, media_type="application/json")
