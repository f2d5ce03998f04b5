"""What a driver needs of the place where its work is done."""

from __future__ import annotations

from typing import Protocol

from agoranomos.campaigns.logbook import Logbook
from agoranomos.campaigns.players import Player
from agoranomos.campaigns.run_secrets import RunSecrets
from agoranomos.models import Engine
from agoranomos.workspace import Workspace


class Executor(Protocol):
    """Plays whole runs, and runs models. Where it does changes no result."""

    def player(self, logbook: Logbook, secrets: RunSecrets, runs: int, workers: int | None) -> Player:
        """What plays so many whole runs of arms that ask no model; at most `workers` at once (None: it says)."""
        ...

    def open_engine(self, name: str, workspace: Workspace) -> Engine:
        """The engine that a model's name stands for; raises as `agoranomos.models.open_engine`."""
        ...

    def close(self) -> None:
        """Give back what it holds; engines and players are closed before."""
        ...
