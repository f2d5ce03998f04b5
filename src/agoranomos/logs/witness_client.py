"""Asks a witness to cosign the newest checkpoint of a log: over HTTP, or by a request in a file."""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs.faults import LogFault
from agoranomos.logs.witness_request import WitnessRequest

MAX_ANSWER_BYTES = 1 << 16
TIMEOUT_SECONDS = 30.0

_SIZE = re.compile(rb"(?P<size>0|[1-9][0-9]{0,18})\n")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over HTTP."""

    status: int
    body: bytes


Send = Callable[[str, bytes], Reply]
"""Posts a body to a path below a witness's submission prefix."""


def http_sender(url: str) -> Send:
    """Posts below `url`, the witness's submission prefix; raises `UsageError` for what is no such URL.

    Redirections are not followed. What it returns raises `MachineError` when the witness cannot be reached.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("http", "https") or not parts.hostname or port == -1 or parts.query or parts.fragment:
        raise UsageError(f"{url!r} is not the URL of a witness", advice="Such as http://127.0.0.1:8642")
    host, prefix = parts.hostname, parts.path.rstrip("/")

    def send(path: str, body: bytes) -> Reply:
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", prefix + path, body, {"Content-Type": "text/plain; charset=utf-8"})
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(MAX_ANSWER_BYTES))
        except (OSError, http.client.HTTPException) as error:
            raise MachineError(
                f"the witness at {url} cannot be reached: {error}", advice="Is it running? Is a tunnel open to it?"
            ) from error
        finally:
            connection.close()

    return send


def ask(send: Send, request_from: Callable[[int], WitnessRequest], old: int, *, size: int) -> bytes:
    """The signature lines that a witness answers for the checkpoint of `size`.

    `old` is the size that it cosigned last, as far as is known; when it says another, it is asked once more, from that.
    The lines are not verified. Raises `LogFault` when the witness holds another history, and `MachineError` when it
    refuses for another reason.
    """
    reply = send("/add-checkpoint", request_from(old).body)
    if reply.status == 409 and (told := told_size(reply)) != old:
        _require_growth(old, told, size)
        old = told
        reply = send("/add-checkpoint", request_from(old).body)
    if reply.status == 409 and told_size(reply) == old:
        raise LogFault(
            "tampered",
            f"the witness cosigned another checkpoint of size {old}: this log and what it saw are two histories",
            advice="Its operator holds the evidence, two signed checkpoints: `evidence/` in the witness's folder.",
        )
    if reply.status == 422:
        raise LogFault(
            "tampered",
            "what the witness cosigned before is no beginning of this log: they are two histories",
            advice="Compare this log with a copy that was kept elsewhere: agora log compare.",
        )
    if reply.status != 200:
        raise MachineError(
            f"the witness refused, with status {reply.status}: {_words(reply)}", advice=_ADVICE.get(reply.status, "")
        )
    return reply.body


def _require_growth(old: int, told: int, size: int) -> None:
    """Raises `LogFault` unless the size that a witness tells lies between the one known and that of the log."""
    if told < old:
        raise LogFault(
            "tampered",
            f"the witness says that it cosigned {told} entries, and yet there is a cosignature of its over {old}",
            advice="Its state was put back to an older one: rely on it no more, since it may sign two histories.",
        )
    if told > size:
        raise LogFault(
            "tampered",
            f"the witness cosigned {told} entries of this log, and here there are only {size}",
            advice="This copy of the log is older, or its newest entries were removed.",
        )


_ADVICE = {
    404: "It does not know this log: its operator adds it with `agora witness trust`, or knows the workspace's key.",
    403: "It knows this log under another key.",
    409: "Another request came in between: try again.",
}


def told_size(reply: Reply) -> int:
    """The size in an answer 409; raises `MachineError` when there is none."""
    match = _SIZE.fullmatch(reply.body)
    if match is None:
        raise MachineError(f"the witness answered 409 without a size: {_words(reply)}")
    return int(match["size"])


def _words(reply: Reply) -> str:
    return repr(reply.body[:200].decode("utf-8", "replace").strip())
