"""Executes a plan: the driver owns every log and every key, and tells the ledger before and after each attempt."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agoranomos.campaigns.collecting import seldom_collected
from agoranomos.campaigns.deviation import check_deviation, recorded_plan
from agoranomos.campaigns.executors import Executor, LocalExecutor
from agoranomos.campaigns.failure import Failure, failure_of
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.in_flight import runs_that_fill, runs_with_handles
from agoranomos.campaigns.interrupting import answering_ctrl_c, listens_to_ctrl_c
from agoranomos.campaigns.ledger import Ledger, Now, read_ledger
from agoranomos.campaigns.ledger_entries import (
    Deviated,
    Planned,
    RunAbandoned,
    RunActors,
    RunClosed,
    RunOpened,
    Stopped,
    for_the_ledger,
)
from agoranomos.campaigns.logbook import Logbook, StorageOf, on_disk
from agoranomos.campaigns.packs.player import PackingPlayer, packs
from agoranomos.campaigns.people import require_people
from agoranomos.campaigns.plan import Plan, PlannedRun
from agoranomos.campaigns.players import CoroutinePlayer, Player, WorkerDied
from agoranomos.campaigns.progress import Asked, Progress, Silence
from agoranomos.campaigns.recorded import Recording
from agoranomos.campaigns.rule_watch import Measure, RuleWatch, in_words
from agoranomos.campaigns.run_secrets import RunSecrets
from agoranomos.campaigns.runner import RoundDone
from agoranomos.campaigns.session_files import SessionFiles
from agoranomos.campaigns.session_models import SessionModels
from agoranomos.campaigns.spending import SpendingFile
from agoranomos.campaigns.status import State, StatusFile
from agoranomos.campaigns.survey import DIED, Ended, recording, retire, signed_head, survey, unsigned_piece
from agoranomos.campaigns.tally import Tally
from agoranomos.campaigns.timings import Timings
from agoranomos.errors import Finding
from agoranomos.logs import KeyStore
from agoranomos.models import Engine, EngineLost, Stop
from agoranomos.models.calls.meter import Meter
from agoranomos.models.calls.store import CallStore
from agoranomos.models.calls.traffic import Traffic

if TYPE_CHECKING:
    from agoranomos.policies.human import Person

COMMIT_THREADS = 16
"""Logs that are brought to disk at once: their syncs are waited for together, and not in a row."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a session of a campaign ended: `kept` runs were finished before it, `finished` ones by it.

    `stopped` is why no further call could be made, where it ended for that; the runs under way are as they were then.
    `met` is what the ledger says of the campaign's stopping rule, where it was met.
    `interrupted`: Ctrl-C came, and the runs under way were finished; others are left.
    """

    folder: CampaignFolder
    planned: int
    kept: int
    finished: int
    failures: tuple[Failure, ...]
    stopped: Stop | None = None
    met: Stopped | None = None
    interrupted: bool = False

    @property
    def state(self) -> State:
        """How the session ended, in a word."""
        if self.stopped is not None:
            return "stopped"
        if self.interrupted:
            return "interrupted"
        return "failed" if self.failures else "finished"


def _claimed_time() -> int:
    return int(time.time())


@dataclass(frozen=True)
class Settings:
    """How a plan is executed; nothing here changes a result.

    `workers`: processes for runs without language models, and the most runs beside each other in the driver (None: one
    a core, and as many as fill the engines). `limit`: only so many runs, breadth over arms. `store`: where answers of
    models are looked up and kept, unless they are private; it stays the caller's. `executor`: where runs are played and
    models run; the caller's too. `deviation` says why another plan is followed than the ledger's, `after` which other
    plans of this campaign were begun before. `measure` says what a run came to; a plan with a stopping rule needs it.
    `packed`: whether whole runs share files (None: where there are many). `person` decides in the seats for people; a
    plan with one needs it. The others are seams.
    """

    workers: int | None = None
    limit: int | None = None
    progress: Progress = field(default_factory=Silence)
    clock: Now = _claimed_time
    storage_of: StorageOf = on_disk
    open_engine: Callable[[str], Engine] | None = None
    store: CallStore | None = None
    deviation: str = ""
    after: tuple[str, ...] = ()
    measure: Measure | None = None
    executor: Executor = field(default_factory=LocalExecutor)
    packed: bool | None = None
    person: Person | None = None
    timer: Callable[[], float] = time.monotonic


def execute(plan: Plan, folder: CampaignFolder, keys: KeyStore, settings: Settings) -> Outcome:
    """Execute the plan, or go on with it; returns when every run is finished or given up.

    A run that fails is abandoned and the others go on. Raises `UsageError` while another driver works in the folder,
    `Finding` where the folder is not what its ledger says, `MachineError` where the ledger itself cannot be written.
    Ctrl-C lets the runs under way come to their end, and begins no other; a second one raises `KeyboardInterrupt`.
    Whatever is raised, the same command again goes on from what is recorded; and so it does where the outcome tells of
    a stop.
    """
    require_people(plan.runs(settings.limit), settings.person)
    listens = listens_to_ctrl_c()
    with folder.locked(), Timings(folder.timings_file) as timings, seldom_collected():
        logbook, secrets = Logbook(plan, keys, settings.storage_of), RunSecrets(plan, folder.root, keys)
        return asyncio.run(_Driver(plan, folder, logbook, secrets, settings, timings).drive(listens))


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
        follows = self._history.plan_sha256
        self._deviates = follows not in ("", plan.digest)
        if self._deviates:
            if not settings.deviation:
                raise Finding(
                    f"{folder.ledger} is of another plan ({follows[:12]}, not {plan.digest[:12]})",
                    advice="Move the campaign's folder away: another plan is another experiment.",
                )
            check_deviation(recorded_plan(folder.ledger, follows), plan.document, self._history.attempts)
        self._rule = RuleWatch(plan, folder, self._history, settings.measure, settings.clock)
        runs = plan.runs(settings.limit)
        self._left = survey(folder, runs, self._history, logbook.trusted)
        if not self._deviates:  # or else the rule that was met is another plan's
            self._left = replace(self._left, pending=tuple(filter(self._rule.wants, self._left.pending)))
        self._planned = len(runs)
        self._kept = len(self._left.finished)
        self._tally = Tally(runs, self._left.finished, settings.timer)
        self._failures: list[Failure] = []
        self._finished = 0
        self._stopped: Stop | None = None
        self._draining = self._left_over = False
        self._meter = self._budget()
        self._models = self._models_of_session()
        status = StatusFile(
            folder.status_file,
            plan.digest,
            self._tally,
            process=os.getpid(),
            clock=settings.clock,
            traffic=self._traffic,
        )
        self._files = SessionFiles(status, SpendingFile(folder.spending_file), self._meter)

    async def drive(self, listens: bool) -> Outcome:
        """Do what is left; `listens`: Ctrl-C is answered here."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(COMMIT_THREADS, "commit"))
        state: State = "finished"
        if self._left.pending or self._left.ended or self._deviates:
            state = "broken off"
            try:
                with self._answering_ctrl_c() if listens else nullcontext():
                    await self._session()
                state = self._outcome().state
            finally:
                self._files.write(state, self._why_it_ended())
        else:
            self._folder.write_plan(self._plan)  # a session that recorded a deviation may have died before it did
            self._files.write(state, self._why_it_ended())
        return self._outcome()

    def _outcome(self) -> Outcome:
        done = self._kept, self._finished, tuple(self._failures)
        interrupted = self._left_over and self._stopped is None
        return Outcome(self._folder, self._planned, *done, self._stopped, self._rule.met, interrupted)

    def _why_it_ended(self) -> str:
        if self._stopped is not None:
            return self._stopped.message
        return "" if self._rule.met is None else in_words(self._rule.met)

    @contextmanager
    def _answering_ctrl_c(self) -> Iterator[None]:
        """The first Ctrl-C lets what has begun come to its end, if anything has; the next one raises."""
        session = asyncio.current_task()
        at_once = False

        def answer() -> None:
            nonlocal at_once
            runs = self._tally.all.under_way
            if runs and not self._draining:
                self._draining = True
                self._files.state = "draining"
                self._settings.progress.say(
                    f"Ending when the {runs} runs under way are finished. Ctrl-C again ends at once; what is recorded "
                    "is kept either way."
                )
            elif session is not None:
                at_once = True
                session.cancel()

        with answering_ctrl_c(answer):
            try:
                yield
            except asyncio.CancelledError:
                if at_once:
                    raise KeyboardInterrupt from None
                raise

    async def _session(self) -> None:
        try:
            await self._models.open(self._left.pending, self._settings.progress.say)
            await asyncio.to_thread(self._folder.note_models, self._models.identities)
            ledger = await asyncio.to_thread(self._open_ledger)
            try:
                self._files.write("running")
                await self._tell_of(self._left.ended, ledger)
                await self._tell_of_rule(await self._rule.catch_up(self._left.finished), ledger)
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
        opener = given.open_engine or (lambda name: given.executor.open_engine(name, workspace))
        return SessionModels(opener, store, self._meter)

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
        digest, runs, clock = writer.put_blob(self._plan.json), len(self._plan.runs()), self._settings.clock
        if recovery is not None and recovery.size:
            ledger = Ledger.go_on(writer, recovery, self._history, clock)
            if self._deviates:
                turn = Deviated(digest, runs, for_the_ledger(self._settings.deviation), clock())
                ledger.deviate(turn)
                self._history.note(turn)
            self._folder.write_plan(self._plan)
            return ledger
        planned = Planned(self._plan.campaign.name, digest, runs, clock(), self._settings.after)
        return Ledger.begin(writer, planned, clock, recovery)

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

    async def _tell_of_rule(self, met: Stopped | None, ledger: Ledger) -> None:
        if met is not None:
            await ledger.record(met)
            self._settings.progress.say(in_words(met))

    async def _play_all(self, ledger: Ledger) -> None:
        players = self._players()
        self._tally.begin()
        self._settings.progress.begin(self._tally, self._asked)
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
            play = (self._models.engines, self._recording, self._round_done, self._settings.person)
            players.append((CoroutinePlayer(self._logbook, self._secrets, in_flight, *play), here))
        if elsewhere:
            players.append(self._player_of_whole_runs(elsewhere))
        return players

    def _player_of_whole_runs(self, runs: list[PlannedRun]) -> tuple[Player, list[PlannedRun]]:
        def player(logbook: Logbook) -> Player:
            return self._settings.executor.player(logbook, self._secrets, len(runs), self._settings.workers)

        if not packs(self._plan, self._settings.packed):
            return player(self._logbook), runs
        packing = PackingPlayer(player, self._logbook, runs, self._folder.root)
        return packing, list(packing.order)

    def _asked(self) -> Asked:
        money = self._meter.spent.total.money if self._meter is not None and self._plan.campaign.prices else None
        return Asked(self._models.traffic, money)

    def _recording(self, run: PlannedRun) -> Recording | None:
        return recording(self._folder, run, self._history.of(*run.key), self._logbook.trusted)

    def _round_done(self, run: PlannedRun, done: RoundDone) -> None:
        self._timings.add(*run.key, done.timings)
        self._tally.round_done(run, done.calls)
        self._settings.progress.advance()

    async def _take(self, runs: Iterator[PlannedRun], player: Player, ledger: Ledger) -> None:
        for run in runs:
            if self._stopped is not None:
                return
            if not self._rule.wants(run):
                continue
            if self._draining:
                self._left_over = True
                return
            await self._attempt(run, player, ledger)

    async def _attempt(self, run: PlannedRun, player: Player, ledger: Ledger) -> None:
        self._tally.opened(run)
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
            self._tally.left(run)
            return
        except Exception as error:
            await self._give_up(run, failure_of(*run.key, number, error), ledger)
            return
        await ledger.record(RunClosed(*run.key, number, head, self._settings.clock()))
        await self._tell_of_rule(await self._rule.see(run, head), ledger)
        self._finished += 1
        self._tally.finished(run, 0 if isinstance(player, CoroutinePlayer) else run.arm.rounds)
        self._settings.progress.advance()

    def _registration(self, run: PlannedRun) -> list[RunActors]:
        """The entry that the ledger still needs before the run's first one."""
        made = self._secrets.registration(run, self._history.actors.get(run.key), self._settings.clock())
        return [] if made is None else [made]

    async def _give_up(self, run: PlannedRun, failure: Failure, ledger: Ledger) -> None:
        self._failures.append(failure)
        key, number = (failure.arm, failure.seed), failure.attempt
        target = self._folder.abandoned(*key, number)
        await asyncio.to_thread(retire, self._folder.run(*key), target)
        head = await asyncio.to_thread(signed_head, target, self._logbook.trusted)
        unsigned = await asyncio.to_thread(unsigned_piece, target, head)
        reason = for_the_ledger(failure.error.message)
        await ledger.record(RunAbandoned(*key, number, reason, head, unsigned, self._settings.clock()))
        self._files.status.failed(failure)
        self._tally.gave_up(run)
        self._settings.progress.advance()


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
