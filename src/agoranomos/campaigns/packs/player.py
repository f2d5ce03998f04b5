"""Plays whole runs and lays the logs of many of them down together, in packs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from agoranomos.campaigns.ledger_entries import Head
from agoranomos.campaigns.logbook import Logbook
from agoranomos.campaigns.packs.pack import write_pack
from agoranomos.campaigns.packs.packed import pack_path
from agoranomos.campaigns.plan import Plan, PlannedRun
from agoranomos.campaigns.players import Player
from agoranomos.logs.memory_storage import MemoryStorage

PACK_RUNS = 256
"""Runs of a pack: what a kill costs is their playing, and opening one reads a directory of some 1,500 files."""

PACKED_FROM = 10_000
"""From so many scripted runs on a campaign packs them, unless it is told otherwise: a run's own folder takes ten names
and some 64 kB on disk, and a dozen syncs."""

SECONDS_OF_SILENCE = 2.0
"""A pack that waits for a run which will not come is written when nothing has been played for so long."""


def packs(plan: Plan, asked: bool | None) -> bool:
    """Whether the whole runs of a plan are laid down in packs: as asked, and by itself where there are many.

    Never where a rule may stop the campaign, which looks at runs one after another.
    """
    if plan.campaign.stopping is not None:
        return False
    return len(plan.runs()) >= PACKED_FROM if asked is None else asked


@dataclass(eq=False)
class _Pack:
    """A pack that is being filled: the runs that are still to come, and the files of those that are there."""

    path: Path
    due: set[int]
    files: dict[int, dict[str, bytes]] = field(default_factory=dict)
    laid: asyncio.Future[None] | None = None


class PackingPlayer:
    """Has another player play runs into memory, and answers for a run when the pack that it is in is on disk.

    `runs` are all that it will be asked for; `order` is the order in which to ask, so that packs fill one after
    another. A pack holds the runs that follow each other in that order, whichever ended first, so which run is in which
    pack depends on no number of workers.
    """

    def __init__(
        self, play_with: Callable[[Logbook], Player], logbook: Logbook, runs: Sequence[PlannedRun], root: Path
    ) -> None:
        self._logs: dict[str, MemoryStorage] = {}
        self._inner = play_with(logbook.stored_by(self._in_memory))
        self._turns = asyncio.Semaphore(self._inner.in_flight)
        self._packs: dict[tuple[str, int], _Pack] = {}
        self._played = self._playing = 0
        self._watch: asyncio.Task[None] | None = None
        order: list[PlannedRun] = []
        for some in _in_packs(runs):
            arm, seeds = some[0].arm.name, [run.seed for run in some]
            pack = _Pack(pack_path(root, arm, seeds[0], seeds[-1]), set(seeds))
            self._packs |= {run.key: pack for run in some}
            order += some
        self.order = tuple(order)
        # While a pack is written the next one fills.
        self.in_flight = 2 * PACK_RUNS

    async def play(self, run: PlannedRun, place: Path, origin: str) -> Head:
        """Play the run; returns when its pack is on disk, and raises what went wrong with the run or with the pack."""
        pack = self._packs[run.key]
        self._watch = self._watch or asyncio.get_running_loop().create_task(self._lay_what_waits())
        if pack.laid is None:
            pack.laid = asyncio.get_running_loop().create_future()
            pack.laid.add_done_callback(_look_at)
        laid = pack.laid
        self._playing += 1
        try:
            async with self._turns:
                head = await self._inner.play(run, place, origin)
            pack.files[run.seed] = _relative(self._logs[origin], place)
        finally:
            self._logs.pop(origin, None)
            pack.due.discard(run.seed)
            self._played, self._playing = self._played + 1, self._playing - 1
            if not pack.due:
                await self._lay(pack)
        await asyncio.shield(laid)
        return head

    async def close(self) -> None:
        """Give up what is not on disk, and close the player that plays."""
        if self._watch is not None:
            self._watch.cancel()
        await self._inner.close()

    def _in_memory(self, origin: str) -> MemoryStorage:
        self._logs[origin] = MemoryStorage()
        return self._logs[origin]

    async def _lay(self, pack: _Pack) -> None:
        """Write the runs that are there; those that come later find a pack of their own."""
        files, laid = pack.files, pack.laid
        pack.files, pack.laid = {}, None
        if laid is None or laid.done():
            return
        try:
            if files:
                first, last = min(files), max(files)
                path = pack.path.with_name(f"{first}-{last}.zip")
                await asyncio.to_thread(write_pack, path, files)
            laid.set_result(None)
        except Exception as error:
            laid.set_exception(error)

    async def _lay_what_waits(self) -> None:
        """Where runs that were to come do not, those that are there are not kept waiting for them."""
        while True:
            before = self._played
            await asyncio.sleep(SECONDS_OF_SILENCE)
            if before == self._played and not self._playing:
                for pack in {pack for pack in self._packs.values() if pack.files}:
                    await self._lay(pack)


def _in_packs(runs: Sequence[PlannedRun]) -> list[list[PlannedRun]]:
    """Runs of one arm that follow each other by seed, some of each arm before more of any."""
    by_arm = groupby(sorted(runs, key=lambda run: (run.arm.name, run.seed)), key=lambda run: run.arm.name)
    packs = []
    for _, mine in by_arm:
        listed = list(mine)
        packs += [(first, listed[first : first + PACK_RUNS]) for first in range(0, len(listed), PACK_RUNS)]
    return [some for _, some in sorted(packs, key=lambda pack: pack[0])]


def _relative(log: MemoryStorage, place: Path) -> dict[str, bytes]:
    return {path.relative_to(place).as_posix(): bytes(content) for path, content in log.files.items()}


def _look_at(laid: asyncio.Future[None]) -> None:
    """Every run of the pack may be gone when it fails: nobody is warned of an error that none waits for."""
    if not laid.cancelled():
        laid.exception()
