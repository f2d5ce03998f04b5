"""Server-sent events: a campaign's row of the list, whenever its status was written anew."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from agoranomos.viewer.campaign_rows import campaign_row
from agoranomos.viewer.catalogue import Catalogue
from agoranomos.viewer.kept import Stamp, stamp_of
from agoranomos.viewer.planned import Plans

SECONDS_BETWEEN_LOOKS = 1.0
LOOKS_BETWEEN_SIGNS = 15
"""After so many looks that found nothing a line is sent that says nothing, so that a closed connection is noticed."""
LOOKS_BETWEEN_WALKS = 5
"""Campaigns that are new are looked for more rarely: that goes through all folders."""


class Changes:
    """Which campaigns changed since the last look."""

    def __init__(self, catalogue: Catalogue, plans: Plans) -> None:
        self._catalogue = catalogue
        self._plans = plans
        self._looks = 0
        self._campaigns = catalogue.campaigns()
        self._seen = {name: self._stamp(name) for name in self._campaigns}

    def look(self) -> list[dict[str, Any]]:
        """The rows of those whose status is another than at the last look, and of those that were not there."""
        self._looks += 1
        if self._looks % LOOKS_BETWEEN_WALKS == 0:
            self._campaigns = self._catalogue.campaigns()
        return list(self._changed())

    def _changed(self) -> Iterator[dict[str, Any]]:
        for name, folder in self._campaigns.items():
            stamp = self._stamp(name)
            if stamp != self._seen.get(name):
                self._seen[name] = stamp
                yield campaign_row(name, folder, self._plans)

    def _stamp(self, name: str) -> Stamp:
        folder = self._campaigns[name]
        return stamp_of((folder.status_file, folder.plan_file, folder.tables / "attempts.parquet"))


async def events(changes: Changes, seconds: float = SECONDS_BETWEEN_LOOKS) -> AsyncIterator[bytes]:
    """The stream of one page, for ever: `event: campaign` with a row; a comment at once, and now and then."""
    yield b"retry: 2000\n: looking\n\n"
    silent = 0
    while True:
        rows = await asyncio.to_thread(changes.look)
        for row in rows:
            yield event("campaign", row)
        silent = 0 if rows else silent + 1
        if silent >= LOOKS_BETWEEN_SIGNS:
            silent = 0
            yield b": still looking\n\n"
        await asyncio.sleep(seconds)


def event(name: str, value: Any) -> bytes:
    """One event; its data is one line of JSON."""
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=True, allow_nan=False)}\n\n".encode()
