"""Whole runs as tasks of a Ray cluster: texts and a seed go to a node, encoded entries come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agoranomos.campaigns.arm import Arm
from agoranomos.campaigns.ledger_entries import Head
from agoranomos.campaigns.logbook import Logbook
from agoranomos.campaigns.plan import PlannedRun
from agoranomos.campaigns.players import write_played
from agoranomos.campaigns.run_secrets import RunSecrets
from agoranomos.campaigns.worker import Played, play
from agoranomos.errors import MachineError

TRIES = 5
"""How many nodes may die, one after another, under one run before it is given up: perhaps the run kills them."""

A_CORE = 2
"""Runs at hand for each core of the cluster, so that none waits while the driver writes logs."""


class RayPlayer:
    """Plays whole runs as tasks, one a core; the driver writes their logs, and no key leaves it.

    A run whose node died is played again elsewhere, within the same attempt: nothing of it had come back, and a run is
    the same wherever it is played; `tell` is told of it. At most `workers` runs are under way (None: as many as the
    cluster has cores for).
    """

    def __init__(
        self,
        ray: Any,
        logbook: Logbook,
        secrets: RunSecrets,
        runs: int,
        workers: int | None,
        tell: Callable[[str], None],
    ) -> None:
        cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
        self.in_flight = min(runs, workers or cores * A_CORE)
        self._ray = ray
        self._logbook = logbook
        self._secrets = secrets
        self._tell = tell
        # Ray's own retries are off: those here are counted, and end.
        self._task = ray.remote(num_cpus=1, max_retries=0)(play)
        self._arms: dict[str, Any] = {}
        self._under_way: set[Any] = set()

    async def play(self, run: PlannedRun, place: Path, origin: str) -> Head:
        """Have the run played, then write its log in one go; raises what it raised, or that its nodes died."""
        played = await self._played(run)
        return await asyncio.to_thread(write_played, self._logbook, played, place, origin)

    async def _played(self, run: PlannedRun) -> Played:
        errors = self._ray.exceptions
        for _ in range(TRIES):
            answer = self._task.remote(self._arm(run.arm), run.seed, self._secrets.signing(run))
            self._under_way.add(answer)
            try:
                played: Played = await answer
                return played
            except errors.RayTaskError as error:
                raise error.cause from None
            except errors.RayError:
                self._tell(f"The node that played {run.arm.name}/{run.seed} is gone; the run is played anew elsewhere.")
            finally:
                self._under_way.discard(answer)
        raise MachineError(
            f"the node was gone each of the {TRIES} times that run {run.arm.name}/{run.seed} was played",
            advice="Look at the memory of the nodes (`ray status`); the same command again repeats this run.",
        )

    def _arm(self, arm: Arm) -> Any:
        """The arm in the cluster's object store, put there once for all of its runs."""
        if arm.name not in self._arms:
            self._arms[arm.name] = self._ray.put(arm)
        return self._arms[arm.name]

    async def close(self) -> None:
        """Give up what is still under way."""
        for answer in self._under_way:
            self._ray.cancel(answer, force=True)
        self._arms.clear()
