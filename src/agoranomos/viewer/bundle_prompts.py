"""What models were asked, packed for a page: lines by twos, `[agent, round, call, model]` and the digest's text."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.errors import AgoraError
from agoranomos.logs import Verifier
from agoranomos.models.engine import prompt_text
from agoranomos.workspace import Workspace

if TYPE_CHECKING:
    from agoranomos.campaigns.transcript import Spoken

PACK_OCTETS = 1 << 21
"""Of one pack before it is compressed: as much as a page unpacks at a time."""


def packed(content: bytes) -> str:
    """Content as base64 of gzip, which browsers unpack by themselves; the same content gives the same text."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()


def prompt_packs(calls: Iterable[Spoken]) -> Iterator[str]:
    """The calls in packs, in their order."""
    lines: list[bytes] = []
    octets = 0
    for one in calls:
        head = json.dumps([one.agent, one.round, one.call, one.model], separators=(",", ":"))
        lines += (head.encode(), prompt_text(one.asked))
        octets += len(lines[-1])
        if octets >= PACK_OCTETS:
            yield packed(b"\n".join(lines) + b"\n")
            lines, octets = [], 0
    if lines:
        yield packed(b"\n".join(lines) + b"\n")


def prompts_of(
    place: Path, entries: Iterable[bytes], workspace: Workspace, trusted: Sequence[Verifier]
) -> tuple[tuple[str, ...], str]:
    """The packs of a run's prompts, and why there are none (empty where there are, or no model took part).

    `place` is the folder of the run in its campaign, `runs/ARM/SEED`.
    """
    lines = tuple(entries)
    if any(b'"prompt_commitment":' in line for line in lines):
        return (), "the campaign withholds prompts: the log holds commitments to them"
    if not any(b'"prompt_sha256":' in line for line in lines):
        return (), ""
    if place.parent.parent.name != "runs":
        return (), "the log does not lie in its campaign, without which prompts cannot be written again"
    from agoranomos.campaigns.transcript import transcript

    try:
        calls = transcript(place, workspace, trusted)
    except AgoraError as error:
        return (), error.in_one_line
    return tuple(prompt_packs(calls)), ""
