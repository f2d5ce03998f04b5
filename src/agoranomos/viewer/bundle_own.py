"""Whether the page of a bundle is the one that this program writes; any other may show something else than its log."""

from __future__ import annotations

import json

from agoranomos import __version__
from agoranomos.errors import MachineError
from agoranomos.viewer.bundle_page import around_data, read_template
from agoranomos.viewer.bundle_parts import Parts
from agoranomos.viewer.bundle_text import read_file

_LONGEST = 40
_MAY_DIFFER = "what it shows in a browser may differ from the log that is read here"


def doubt_of(parts: Parts) -> str:
    """Why the page may show something else than its log, in one line; empty where it is this program's own page."""
    try:
        own = around_data(read_template())
    except MachineError:
        return f"the page was not compared with this program's own, which is not built here: {_MAY_DIFFER}"
    if (parts.front, parts.tail) == tuple(part.encode() for part in own):
        return ""
    return f"the page is not the one that agoranomos {__version__} writes{_said_by(parts)}: {_MAY_DIFFER}"


def _said_by(parts: Parts) -> str:
    """Who the file says wrote it, where it names another version; nothing vouches for that."""
    try:
        program = json.loads(read_file(parts.texts["about"], b""))["program"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    if not isinstance(program, str) or program == f"agoranomos {__version__}":
        return ""
    shown = program if len(program) <= _LONGEST else f"{program[:_LONGEST]}..."
    return f" (it says that it was written by {shown!a})"
