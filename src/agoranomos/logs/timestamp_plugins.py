"""Where time stamps are fetched from: plug-ins, since verifying needs no network and fetching does.

A plug-in is an entry point of the group `agoranomos.timestamp`: a callable that takes the request (DER, RFC 3161,
section 2.4.1) and returns the authority's response (DER, section 2.4.2). None is shipped. In its pyproject.toml:

    [project.entry-points."agoranomos.timestamp"]
    our-authority = "our_package:fetch"
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

from agoranomos.errors import MachineError, unknown_name

PLUG_IN_GROUP = "agoranomos.timestamp"


def fetch_token(name: str, request: bytes) -> bytes:
    """The response of the authority that plug-in `name` asks; nothing of it is verified.

    Raises `UsageError` when there is no such plug-in, `MachineError` when it does not load, fails, or gives no bytes.
    """
    entries = {entry.name: entry for entry in entry_points(group=PLUG_IN_GROUP)}
    if name not in entries:
        error = unknown_name("source of time stamps", name, entries)
        error.advice = error.advice or f"None is installed: plug-ins bring them ({PLUG_IN_GROUP})."
        raise error
    try:
        fetch: Callable[[bytes], bytes] = entries[name].load()
        response = fetch(request)
    except Exception as error:  # a stranger's code: whatever it raises is its failure, and is named as such
        raise MachineError(f"plug-in {name!r} brought no time stamp: {type(error).__name__}: {error}") from error
    if not isinstance(response, bytes):
        raise MachineError(f"plug-in {name!r} brought no time stamp: a {type(response).__name__} in place of bytes")
    return response
