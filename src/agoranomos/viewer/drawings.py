"""The graphs of institutions as JSON, in the layout that every other drawing of them has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from agoranomos.errors import AgoraError, Finding
from agoranomos.institutions import Institution
from agoranomos.institutions.drawing import drawn
from agoranomos.institutions.entries import Opened, decode_entry
from agoranomos.institutions.parts import whole_entries
from agoranomos.institutions.recorded_schedule import recorded_schedule


def drawing_json(institution: Institution) -> dict[str, Any]:
    """The drawing as `web/src/ui/drawing.ts` has it."""
    return asdict(drawn(institution))


def opened_of(lines: Iterable[bytes]) -> Opened:
    """The body of entry 0 of a run; raises `Finding` where the lines do not begin with one."""
    first = next(iter(whole_entries(lines)), None)
    body = None if first is None else decode_entry(first.line).body
    if not isinstance(body, Opened):
        raise Finding("the log does not begin with an `opened` entry")
    return body


def drawings_of(lines: Iterable[bytes]) -> dict[str, Any]:
    """By semantic digest, each institution that a run records; none where its entry 0 cannot be believed."""
    try:
        phases = recorded_schedule(opened_of(lines)).phases
    except AgoraError:
        return {}
    institutions = [phase.bound.institution for phase in phases if phase.bound is not None]
    return {one.semantic_sha256: drawing_json(one) for one in institutions}
