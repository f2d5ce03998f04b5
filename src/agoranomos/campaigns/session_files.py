"""The files beside the record that tell of a session under way: `status.json` and `spending.json`."""

from __future__ import annotations

import asyncio
import threading

from agoranomos.campaigns.spending import SpendingFile
from agoranomos.campaigns.status import UNDER_WAY, State, StatusFile
from agoranomos.models.calls.meter import Meter

SECONDS_BETWEEN_WRITES = 1.0
"""How old the files get while a session runs; after a kill they tell of so long before it."""


class SessionFiles:
    """Writes both, from any thread. `meter` is None where no model is asked: then nothing is spent.

    `state` is what they tell of while the session is under way.
    """

    def __init__(self, status: StatusFile, spending: SpendingFile, meter: Meter | None) -> None:
        self.status = status
        self._spending = spending
        self._meter = meter
        self._turn = threading.Lock()
        self.state: State = "running"
        self._ended = False

    def write(self, state: State, reason: str = "") -> None:
        """Write both; after the state in which the session ended, no other changes anything."""
        with self._turn:
            if state in UNDER_WAY and self._ended:
                return
            self._ended = state not in UNDER_WAY
            if self._meter is not None:
                self._spending.write(self._meter.spent)
            self.status.write(state, reason)

    async def keep_young(self) -> None:
        """Write them now and then, off the event loop, until cancelled; raises `MachineError` when the disk fails."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_WRITES)
            await asyncio.to_thread(self.write, self.state)
