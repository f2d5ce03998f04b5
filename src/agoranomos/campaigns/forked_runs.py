"""Plays forks beside each other, and holds what came after the fork against what is on record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agoranomos.campaigns.forking import Fork, play_fork
from agoranomos.campaigns.in_flight import runs_that_fill, runs_with_handles
from agoranomos.campaigns.ledger_entries import Head
from agoranomos.campaigns.logbook import Logbook
from agoranomos.campaigns.packs.packed import opened_run
from agoranomos.campaigns.session_models import SessionModels
from agoranomos.campaigns.survey import retire
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.errors import UsageError
from agoranomos.institutions import replay
from agoranomos.institutions.entries import Opened, Round, decode_entry
from agoranomos.institutions.judgement import Sanction
from agoranomos.institutions.parts import whole_entries
from agoranomos.logs import LogReader, was_closed
from agoranomos.markets.facts import SCALE, Measured

MEASURES = ("price", "welfare", "profit", "cases", "fined")
"""What is told of the rounds after a fork: means of a round but for `cases` and `fined`, which are totals of a run."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rounds of a run after a fork, by `MEASURES`; None where the market publishes no such measure.

    `price` is the mean over goods, `profit` that of all agents together before fines, `fined` all fines.
    """

    rounds: int
    price: float | None
    welfare: float | None
    profit: float | None
    cases: float
    fined: float


@dataclass(frozen=True, slots=True)
class ForkedRun:
    """A fork that was played: its log and signed state, and the rounds after the fork in it and on record."""

    fork: Fork
    place: Path
    head: Head
    recorded: Stretch
    forked: Stretch


def play_forks(
    forks: Sequence[Fork],
    out: Path,
    logbook: Logbook,
    models: SessionModels,
    say: Callable[[str], None] = lambda text: None,
) -> list[ForkedRun]:
    """Play every fork into `<out>/<institution>@<round>/runs/<arm>/<seed>`, in order of `forks`.

    Each recorded log is verified first, and each fork judged again when it is written. `models` are opened and closed
    here; they are asked for what follows on the forks only. A fork that died before its end is moved to `unfinished/`
    and played again. Raises `UsageError` where a finished one is there already.
    """
    places = [out / fork.label / "runs" / fork.run.arm.name / str(fork.run.seed) for fork in forks]
    for place in places:
        if was_closed(place):
            raise UsageError(
                f"{place} is there already", advice="Move it away, or name another folder for forks with --out."
            )
    for fork in forks:
        with opened_run(fork.place) as log:
            verify_run(log, logbook.trusted, level="strict")
    heads = asyncio.run(_play_all(forks, places, logbook, models, say))
    return [_told(*told) for told in zip(forks, places, heads, strict=True)]


async def _play_all(
    forks: Sequence[Fork],
    places: Sequence[Path],
    logbook: Logbook,
    models: SessionModels,
    say: Callable[[str], None],
) -> list[Head]:
    runs = [fork.run for fork in forks]
    try:
        await models.open(runs, say)
        in_turn = asyncio.Semaphore(runs_with_handles(runs_that_fill(runs, models.widths)))

        async def played(fork: Fork, place: Path) -> Head:
            async with in_turn:
                died = place.parents[2] / "unfinished" / fork.run.arm.name / str(fork.run.seed)
                attempt = 1 + len(list(died.glob("*"))) + place.exists()
                retire(place, died / str(attempt - 1))
                return await play_fork(fork, logbook, models.engines(fork.run), place, attempt)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(played(fork, place)) for fork, place in zip(forks, places, strict=True)]
        return [task.result() for task in tasks]
    except BaseExceptionGroup as failed:
        error: BaseException = failed
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
    finally:
        await models.close()


def _told(fork: Fork, place: Path, head: Head) -> ForkedRun:
    replay(LogReader(place).entries())
    with opened_run(fork.place) as log:
        recorded = stretch_after(LogReader(log).entries(), fork.round)
    return ForkedRun(fork, place, head, recorded, stretch_after(LogReader(place).entries(), fork.round))


def stretch_after(lines: Iterable[bytes], round_number: int) -> Stretch:
    """What a run's entries say of the rounds after this one."""
    cases = fined = rounds = 0
    means: dict[str, list[float]] = {"price": [], "welfare": [], "profit": []}
    axes: dict[str, tuple[str, ...]] = {}
    for whole in whole_entries(lines):
        entry = decode_entry(whole.line)
        body = entry.body
        if isinstance(body, Opened):
            axes = {name: kind.axes for name, kind in body.facts.measures.items()}
        if entry.round <= round_number:
            continue
        if isinstance(body, Sanction):
            fined += body.amount_e6
        elif isinstance(body, Round):
            rounds += 1
            cases += len(body.cases)
            for name, found in means.items():
                cells = list(_cells(body.measures.get(f"{name}_e6")))
                if cells:
                    total = sum(cells) / SCALE
                    found.append(total if axes[f"{name}_e6"] == ("firm",) else total / len(cells))
    told = {name: sum(found) / len(found) if found else None for name, found in means.items()}
    return Stretch(rounds, told["price"], told["welfare"], told["profit"], cases, fined / SCALE)


def _cells(value: Measured) -> Iterator[int]:
    if isinstance(value, tuple):
        for part in value:
            yield from _cells(part)
    elif value is not None:
        yield value
