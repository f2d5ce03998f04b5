"""Executes a plan: the driver owns every log and every key, and tells the ledger before and after each attempt."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from agoranomos.campaigns.collecting import seldom_collected
from agoranomos.campaigns.failure import Failure, failure_of
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.in_flight import runs_that_fill, runs_with_handles
from agoranomos.campaigns.ledger import Ledger, Now, read_ledger
from agoranomos.campaigns.ledger_entries import Planned, RunAbandoned, RunActors, RunClosed, RunOpened, for_the_ledger
from agoranomos.campaigns.logbook import Logbook, StorageOf, on_disk
from agoranomos.campaigns.plan import Plan, PlannedRun
from agoranomos.campaigns.players import CoroutinePlayer, Player, WorkerDied, WorkerPlayer
from agoranomos.campaigns.progress import Asked, Progress, Silence, Work
from agoranomos.campaigns.recorded import Recording
from agoranomos.campaigns.run_secrets import RunSecrets
from agoranomos.campaigns.runner import RoundDone
from agoranomos.campaigns.session_files import SessionFiles
from agoranomos.campaigns.session_models import SessionModels
from agoranomos.campaigns.spending import SpendingFile
from agoranomos.campaigns.status import State, StatusFile
from agoranomos.campaigns.survey import DIED, Ended, recording, retire, signed_head, survey, unsigned_piece
from agoranomos.campaigns.timings import Timings
from agoranomos.errors import Finding
from agoranomos.logs import KeyStore
from agoranomos.models import Engine, EngineLost, Stop, open_engine
from agoranomos.models.calls.meter import Meter
from agoranomos.models.calls.store import CallStore
from agoranomos.models.calls.traffic import Traffic

COMMIT_THREADS = 16
"""Logs that are brought to disk at once: their syncs are waited for together, and not in a row."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a session of a campaign ended: `kept` runs were finished before it, `finished` ones by it.

    `stopped` is why no further call could be made, where it ended for that; the runs under way are as they were then.
    """

    folder: CampaignFolder
    planned: int
    kept: int
    finished: int
    failures: tuple[Failure, ...]
    stopped: Stop | None = None


def _claimed_time() -> int:
    return int(time.time())


@dataclass(frozen=True)
class Settings:
    """How a plan is executed; nothing here changes a result.

    `workers`: processes for runs without language models, and the most runs beside each other in the driver (None: one
    a core, and as many as fill the engines). `limit`: only so many runs, breadth over arms. `store`: where answers of
    models are looked up and kept, unless they are private; it stays the caller's. The others are seams.
    """

    workers: int | None = None
    limit: int | None = None
    progress: Progress = field(default_factory=Silence)
    clock: Now = _claimed_time
    storage_of: StorageOf = on_disk
    open_engine: Callable[[str], Engine] | None = None
    store: CallStore | None = None
    timer: Callable[[], float] = time.monotonic


def execute(plan: Plan, folder: CampaignFolder, keys: KeyStore, settings: Settings) -> Outcome:
    """Execute the plan, or go on with it; returns when every run is finished or given up.

    A run that fails is abandoned and the others go on. Raises `UsageError` while another driver works in the folder,
    `Finding` where the folder is not what its ledger says, `MachineError` where the ledger itself cannot be written,
    `KeyboardInterrupt` on Ctrl-C. Whatever is raised, the same command again goes on from what is recorded; and so it
    does where the outcome tells of a stop.
    """
    with folder.locked(), Timings(folder.timings_file) as timings, seldom_collected():
        logbook, secrets = Logbook(plan, keys, settings.storage_of), RunSecrets(plan, folder.root, keys)
        return asyncio.run(_Driver(plan, folder, logbook, secrets, settings, timings).drive())


class _Driver:
    def __init__(
        self,
        plan: Plan,
        folder: CampaignFolder,
        logbook: Logbook,
        secrets: RunSecrets,
        settings: Settings,
        timings: Timings,
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._logbook = logbook
        self._secrets = secrets
        self._settings = settings
        self._timings = timings
        self._history, _ = read_ledger(folder.ledger, logbook.trusted)
        planned = self._history.planned
        if planned is not None and planned.plan_sha256 != plan.digest:
            raise Finding(
                f"{folder.ledger} was begun for another plan ({planned.plan_sha256[:12]}, not {plan.digest[:12]})",
                advice="Move the campaign's folder away: another plan is another experiment.",
            )
        runs = plan.runs(settings.limit)
        self._left = survey(folder, runs, self._history, logbook.trusted)
        self._planned = len(runs)
        self._kept = len(self._left.finished)
        self._failures: list[Failure] = []
        self._finished = 0
        self._stopped: Stop | None = None
        self._meter = self._budget()
        self._models = self._models_of_session()
        status = StatusFile(
            folder.status_file, plan.digest, planned=self._planned, kept=self._kept, traffic=self._traffic
        )
        self._files = SessionFiles(status, SpendingFile(folder.spending_file), self._meter)

    async def drive(self) -> Outcome:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(COMMIT_THREADS, "commit"))
        state: State = "finished"
        if self._left.pending or self._left.ended:
            state = "broken off"
            try:
                await self._session()
                state = "stopped" if self._stopped is not None else "failed" if self._failures else "finished"
            finally:
                self._files.write(state, "" if self._stopped is None else self._stopped.message)
        else:
            self._files.write(state)
        return Outcome(self._folder, self._planned, self._kept, self._finished, tuple(self._failures), self._stopped)

    async def _session(self) -> None:
        try:
            await self._models.open(self._left.pending, self._settings.progress.say)
            await asyncio.to_thread(self._folder.note_models, self._models.identities)
            ledger = await asyncio.to_thread(self._open_ledger)
            try:
                self._files.write("running")
                await self._tell_of(self._left.ended, ledger)
                await self._play_all(ledger)
            except BaseException:
                await ledger.abandon()
                raise
            await ledger.close()
        finally:
            await self._models.close()

    def _budget(self) -> Meter | None:
        """What holds this session to what the campaign may still take; None where it asks no model."""
        campaign = self._plan.campaign
        if not any(run.arm.models for run in self._left.pending):
            return None
        spent = SpendingFile(self._folder.spending_file).read()
        return Meter(campaign.budget, campaign.prices, spent, self._settings.timer)

    def _models_of_session(self) -> SessionModels:
        given, workspace = self._settings, self._plan.workspace
        # What is kept apart from the log, so that it can be erased, is not kept elsewhere.
        store = given.store if self._plan.campaign.privacy == "open" else None
        return SessionModels(given.open_engine or (lambda name: open_engine(name, workspace)), store, self._meter)

    def _traffic(self) -> Traffic:
        return self._models.traffic

    def _open_ledger(self) -> Ledger:
        place = self._folder.ledger
        fresh = not place.exists() or next(place.iterdir(), None) is None
        recovery = None
        if fresh:
            writer = self._logbook.create_ledger(place)
        else:
            writer, recovery = self._logbook.reopen_ledger(place)
        digest = writer.put_blob(self._plan.json)
        if recovery is not None and recovery.size:
            return Ledger.go_on(writer, recovery, self._history, self._settings.clock)
        planned = Planned(self._plan.campaign.name, digest, len(self._plan.runs()), self._settings.clock())
        return Ledger.begin(writer, planned, self._settings.clock, recovery)

    async def _tell_of(self, ended: Sequence[Ended], ledger: Ledger) -> None:
        """Attempts that ended while no ledger was open: finished just before a kill, or died with their driver."""
        now = self._settings.clock()
        bodies: list[RunClosed | RunAbandoned] = []
        for one in ended:
            if one.closed and one.head is not None:
                bodies.append(RunClosed(*one.run.key, one.attempt, one.head, now))
            else:
                bodies.append(RunAbandoned(*one.run.key, one.attempt, DIED, one.head, one.unsigned, now))
        for body in bodies:
            self._history.note(body)
        if bodies:
            await ledger.record(*bodies)

    async def _play_all(self, ledger: Ledger) -> None:
        pending = self._left.pending
        work = Work(len(pending), sum(run.arm.rounds for run in pending), sum(run.arm.calls for run in pending))
        players = self._players()
        self._settings.progress.begin(work, self._asked)
        try:
            async with asyncio.TaskGroup() as group:
                telling = group.create_task(self._files.keep_young())
                async with asyncio.TaskGroup() as runs:
                    for player, given in players:
                        left = iter(given)
                        for _ in range(min(player.in_flight, len(given))):
                            runs.create_task(self._take(left, player, ledger))
                # An agent may still wait for a reply when another one of its run met the stop: it is paid for.
                await self._models.idle()
                telling.cancel()
        except BaseExceptionGroup as group_error:
            # The ledger failed, or a model is lost: one error stands for all that were waiting.
            error = _first_of(group_error)
            if not isinstance(error, Stop):
                raise error from None
            self._stopped = error
        finally:
            self._settings.progress.end()
            for player, _ in players:
                await player.close()

    def _players(self) -> list[tuple[Player, list[PlannedRun]]]:
        pending, wanted = self._left.pending, self._settings.workers
        here = [run for run in pending if run.arm.models or run.arm.durable == "round"]
        elsewhere = [run for run in pending if not (run.arm.models or run.arm.durable == "round")]
        players: list[tuple[Player, list[PlannedRun]]] = []
        if here:
            in_flight = wanted or runs_with_handles(runs_that_fill(here, self._models.widths))
            play = (self._models.engines, self._recording, self._round_done)
            players.append((CoroutinePlayer(self._logbook, self._secrets, in_flight, *play), here))
        if elsewhere:
            workers = min(wanted or os.cpu_count() or 1, len(elsewhere))
            players.append((WorkerPlayer(self._logbook, self._secrets, workers), elsewhere))
        return players

    def _asked(self) -> Asked:
        money = self._meter.spent.total.money if self._meter is not None and self._plan.campaign.prices else None
        return Asked(self._models.traffic, money)

    def _recording(self, run: PlannedRun) -> Recording | None:
        return recording(self._folder, run, self._history.of(*run.key), self._logbook.trusted)

    def _round_done(self, run: PlannedRun, done: RoundDone) -> None:
        self._timings.add(*run.key, done.timings)
        self._settings.progress.advance(rounds=1, calls=done.calls)

    async def _take(self, runs: Iterator[PlannedRun], player: Player, ledger: Ledger) -> None:
        for run in runs:
            if self._stopped is not None:
                return
            await self._attempt(run, player, ledger)

    async def _attempt(self, run: PlannedRun, player: Player, ledger: Ledger) -> None:
        number = len(self._history.of(*run.key)) + 1
        origin = self._logbook.origin(run, number)
        opened = RunOpened(*run.key, number, origin, self._settings.clock())
        beginning: list[RunActors | RunOpened] = [*self._registration(run), opened]
        await ledger.record(*beginning)
        for body in beginning:
            self._history.note(body)
        place = self._folder.run(*run.key)
        try:
            head = await player.play(run, place, origin)
        except (WorkerDied, EngineLost):
            raise
        except Stop as stop:
            # Calls that are under way come to their end; then every other run meets the same stop.
            self._stopped = self._stopped or stop
            self._models.stop(stop)
            return
        except Exception as error:
            await self._give_up(failure_of(*run.key, number, error), ledger)
            return
        await ledger.record(RunClosed(*run.key, number, head, self._settings.clock()))
        self._finished += 1
        self._files.status.run_ended()
        self._settings.progress.advance(runs=1, rounds=run.arm.rounds if isinstance(player, WorkerPlayer) else 0)

    def _registration(self, run: PlannedRun) -> list[RunActors]:
        """The entry that the ledger still needs before the run's first one."""
        made = self._secrets.registration(run, self._history.actors.get(run.key), self._settings.clock())
        return [] if made is None else [made]

    async def _give_up(self, failure: Failure, ledger: Ledger) -> None:
        self._failures.append(failure)
        key, number = (failure.arm, failure.seed), failure.attempt
        target = self._folder.abandoned(*key, number)
        await asyncio.to_thread(retire, self._folder.run(*key), target)
        head = await asyncio.to_thread(signed_head, target, self._logbook.trusted)
        unsigned = await asyncio.to_thread(unsigned_piece, target, head)
        reason = for_the_ledger(failure.error.message)
        await ledger.record(RunAbandoned(*key, number, reason, head, unsigned, self._settings.clock()))
        self._files.status.run_ended(failure)
        self._settings.progress.advance(runs=1)


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
