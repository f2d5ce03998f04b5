"""Everything on this machine: whole runs in worker processes, models in the driver."""

from __future__ import annotations

import os

from agoranomos.campaigns.logbook import Logbook
from agoranomos.campaigns.players import Player, WorkerPlayer
from agoranomos.campaigns.run_secrets import RunSecrets
from agoranomos.models import Engine, open_engine
from agoranomos.workspace import Workspace


class LocalExecutor:
    """One worker a core, unless the caller says how many."""

    def player(self, logbook: Logbook, secrets: RunSecrets, runs: int, workers: int | None) -> Player:
        """Worker processes; this process itself for one."""
        return WorkerPlayer(logbook, secrets, min(workers or os.cpu_count() or 1, runs))

    def open_engine(self, name: str, workspace: Workspace) -> Engine:
        """The engine, in this process."""
        return open_engine(name, workspace)

    def close(self) -> None:
        """Nothing is held."""
