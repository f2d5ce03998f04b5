"""The files beside the record that tell of a session under way: `status.json` and `spending.json`."""

from __future__ import annotations

import asyncio
import threading

from agoranomos.campaigns.spending import SpendingFile
from agoranomos.campaigns.status import State, StatusFile
from agoranomos.models.calls.meter import Meter

SECONDS_BETWEEN_WRITES = 1.0
"""How old the files get while a session runs; after a kill they tell of so long before it."""


class SessionFiles:
    """Writes both, from any thread. `meter` is None where no model is asked: then nothing is spent."""

    def __init__(self, status: StatusFile, spending: SpendingFile, meter: Meter | None) -> None:
        self.status = status
        self._spending = spending
        self._meter = meter
        self._turn = threading.Lock()
        self._ended = False

    def write(self, state: State, reason: str = "") -> None:
        """Write both; after the state in which the session ended, `running` changes nothing any more."""
        with self._turn:
            if state == "running" and self._ended:
                return
            self._ended = state != "running"
            if self._meter is not None:
                self._spending.write(self._meter.spent)
            self.status.write(state, reason)

    async def keep_young(self) -> None:
        """Write them now and then, off the event loop, until cancelled; raises `MachineError` when the disk fails."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_WRITES)
            await asyncio.to_thread(self.write, "running")
