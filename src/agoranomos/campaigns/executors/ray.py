"""The nodes of a Ray cluster: whole runs as tasks, models as actors. Every log and every key stays with the driver."""

from __future__ import annotations

from collections.abc import Callable

from agoranomos.campaigns.executors.ray_connection import connect, require_alike
from agoranomos.campaigns.executors.ray_engine import RayEngine
from agoranomos.campaigns.executors.ray_player import RayPlayer
from agoranomos.campaigns.logbook import Logbook
from agoranomos.campaigns.players import Player
from agoranomos.campaigns.run_secrets import RunSecrets
from agoranomos.models import Engine, open_engine
from agoranomos.models.opening import is_served
from agoranomos.workspace import Workspace


class RayExecutor:
    """Runs that ask models stay coroutines of the driver: so a node that dies takes none of them along.

    `tell` shows a person what happens to nodes.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        """Connect as `connect` says; raises what that raises, and `UsageError` where a node has other packages."""
        self._tell = tell
        self._ray = connect()
        require_alike(self._ray)

    def player(self, logbook: Logbook, secrets: RunSecrets, runs: int, workers: int | None) -> Player:
        """Tasks, on whichever node has a core."""
        return RayPlayer(self._ray, logbook, secrets, runs, workers, self._tell)

    def open_engine(self, name: str, workspace: Workspace) -> Engine:
        """Copies of the engine on the nodes; one that asks a server is opened here, for the server is elsewhere."""
        return open_engine(name, workspace) if is_served(name) else RayEngine(self._ray, name, workspace)

    def close(self) -> None:
        """Leave the cluster; one that was begun for this session ends."""
        self._ray.shutdown()
