"""The two ways to play a run on this machine: a coroutine beside the engines, or as a whole in a worker process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agoranomos.campaigns.apart import apart
from agoranomos.campaigns.arm import set_up
from agoranomos.campaigns.ledger_entries import Head
from agoranomos.campaigns.logbook import Logbook
from agoranomos.campaigns.people import with_person
from agoranomos.campaigns.plan import PlannedRun
from agoranomos.campaigns.private import StoredFirst
from agoranomos.campaigns.recorded import RecordedEngine, RecordedLog, Recording, RunLog
from agoranomos.campaigns.run_secrets import RunSecrets
from agoranomos.campaigns.runner import RoundDone, run_one
from agoranomos.campaigns.worker import Played, open_pool, play
from agoranomos.errors import MachineError
from agoranomos.logs import Acknowledgement
from agoranomos.models.engine import Engine

if TYPE_CHECKING:
    from agoranomos.policies.human import Person


class WorkerDied(MachineError):
    """A worker process is gone, and with it the pool: no further run can be played there."""


class Player(Protocol):
    """Plays whole runs; `in_flight` is how many it takes at once."""

    in_flight: int

    async def play(self, run: PlannedRun, place: Path, origin: str) -> Head:
        """Play the run into a log at `place`; returns the log's last signed state, or raises what went wrong."""
        ...

    async def close(self) -> None:
        """Give back what it holds."""
        ...


class CoroutinePlayer:
    """Plays runs side by side in the driver. Each model has one queue, in which the calls of all runs meet.

    `engines` gives a run's engines, which stay the caller's; `recording` what an earlier attempt at it recorded;
    `watch` is told of every round; `person` decides in the seats for people.
    """

    def __init__(
        self,
        logbook: Logbook,
        secrets: RunSecrets,
        in_flight: int,
        engines: Callable[[PlannedRun], dict[str, Engine]],
        recording: Callable[[PlannedRun], Recording | None],
        watch: Callable[[PlannedRun, RoundDone], None],
        person: Person | None = None,
    ) -> None:
        self.in_flight = in_flight
        self._logbook = logbook
        self._secrets = secrets
        self._engines = engines
        self._recording = recording
        self._watch = watch
        self._person = person

    async def play(self, run: PlannedRun, place: Path, origin: str) -> Head:
        """Play the run; where an earlier attempt died, its recorded decisions are fed back."""
        arm = run.arm
        each_round = arm.durable == "round"
        recorded = await asyncio.to_thread(self._recording, run)
        engines = self._engines(run)
        writer = await asyncio.to_thread(self._logbook.create, place, origin, "append" if each_round else "close")
        log: RunLog = writer
        withholding = self._secrets.withholding(run)
        if withholding is not None:
            log = StoredFirst(log, withholding.store, each_append=each_round)
        if recorded is not None:
            log = RecordedLog(log, recorded.entries)
            engines = {name: RecordedEngine(engine, recorded, withholding) for name, engine in engines.items()}
        if withholding is not None:
            engines = {name: withholding.listen(engine) for name, engine in engines.items()}
        try:
            governed, agents = set_up(arm, run.seed, log, engines, self._secrets.signing(run))
            agents = with_person(agents, self._person, recorded)
            await run_one(
                governed,
                agents,
                run.seed,
                put_blob=log.put_blob,
                withholding=withholding,
                commit_in_thread=each_round,
                watch=lambda done: self._watch(run, done),
            )
            return _head(origin, await asyncio.to_thread(log.close))
        except Exception:
            # Not on cancellation: a commit may then still be under way in its thread.
            writer.abandon()
            raise

    async def close(self) -> None:
        """Nothing is held."""


class WorkerPlayer:
    """Plays whole runs in worker processes (in this process, one at a time, where `workers` is 1)."""

    def __init__(self, logbook: Logbook, secrets: RunSecrets, workers: int) -> None:
        # A few more than there are workers, so that none waits while the driver writes logs.
        self.in_flight = workers * 3 if workers > 1 else 1
        self._logbook = logbook
        self._secrets = secrets
        self._pool: ProcessPoolExecutor | None = open_pool(workers) if workers > 1 else None

    async def play(self, run: PlannedRun, place: Path, origin: str) -> Head:
        """Have the run played, then write its log in one go; before its close nothing of it is in the folder."""
        whole = run.arm, run.seed, self._secrets.signing(run)
        if self._pool is None:
            played = await apart(play, *whole)
        else:
            try:
                played = await asyncio.get_running_loop().run_in_executor(self._pool, play, *whole)
            except BrokenProcessPool:
                raise WorkerDied(
                    "a worker process ended without a word (out of memory, or killed)",
                    advice="Run the same command again to go on, perhaps with fewer --workers.",
                ) from None
        return await asyncio.to_thread(write_played, self._logbook, played, place, origin)

    async def close(self) -> None:
        """End the workers; what they are at is given up."""
        if self._pool is not None:
            # Python 3.14 has terminate_workers(); until then its own processes are all that may be ended here.
            workers = list((self._pool._processes or {}).values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in workers:
                process.terminate()


def write_played(logbook: Logbook, played: Played, place: Path, origin: str) -> Head:
    """Write the whole log of a run that was played elsewhere, and close it; raises what the log raises."""
    writer = logbook.create(place, origin, "close")
    for blob in played.blobs:
        writer.put_blob(blob)
    writer.append(played.entries)
    return _head(origin, writer.close())


def _head(origin: str, acknowledgement: Acknowledgement) -> Head:
    """The signed state that an acknowledgement tells of."""
    return Head(origin, acknowledgement.size, acknowledgement.root.hex())
