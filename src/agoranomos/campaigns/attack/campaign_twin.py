"""A twin of a campaign: a few of its runs and a ledger that tells of them, signed under throw-away keys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import msgspec

from agoranomos.campaigns.attack.laying import copy_of, lay_log
from agoranomos.campaigns.attack.twin import Keys, refuse_parts
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger_entries import (
    Ended,
    Head,
    LedgerBody,
    Planned,
    RunAbandoned,
    RunActors,
    RunClosed,
    RunOpened,
    Session,
    decode_ledger_entry,
    encode_ledger_entry,
)
from agoranomos.campaigns.packs.packed import opened_run
from agoranomos.errors import UsageError
from agoranomos.logs import LogReader, SigningKey, layout, recorded
from agoranomos.logs.certificate import read_certificate
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.note import parse_note
from agoranomos.logs.reader import read_small

RUNS = 3
"""A campaign's twin has at most so many runs: the shortest that are finished."""

HIDDEN = "its outcome was not liked"
"""Why the twin's first run was given up once: there must be an attempt to hide."""


@dataclass(frozen=True, slots=True)
class TwinRun:
    """One run of the twin: its entries, and the key that signs the attempt that counts."""

    arm: str
    seed: int
    lines: tuple[bytes, ...]
    key: SigningKey

    def head(self) -> Head:
        """Where the log of these entries ends."""
        return Head(self.key.name, len(self.lines), root_of(leaf_hashes(self.lines)).hex())


@dataclass(frozen=True, slots=True)
class CampaignTwin:
    """A campaign's folder with everything signed by `keys` (whose `run` is the ledger's), and a place for copies."""

    folder: Path
    runs: tuple[TwinRun, ...]
    ledger: tuple[LedgerBody, ...]
    keys: Keys
    scratch: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def copy(self) -> Path:
        """A new copy, to be forged."""
        return copy_of(self.folder, self.scratch / f"forged-{next(self._numbers)}")

    def lay_ledger(self, root: Path, bodies: Sequence[LedgerBody], *, first: int = 0) -> None:
        """The ledger with these entries in a campaign's folder, signed after each entry from the `first` on."""
        lines = [encode_ledger_entry(body, index) for index, body in enumerate(bodies)]
        sizes = [size for size in range(1, len(lines) + 1) if size > first]
        lay_log(root / "ledger", lines, sizes, key=self.keys.run, certifier=self.keys.workspace)

    def lay_run(self, root: Path, run: TwinRun) -> None:
        """A run's log in a campaign's folder."""
        place = CampaignFolder(root).run(run.arm, run.seed)
        lay_log(place, run.lines, [len(run.lines)], key=run.key, certifier=self.keys.workspace)


def make_campaign_twin(folder: CampaignFolder, scratch: Path, rng: Random) -> CampaignTwin:
    """The twin of a campaign, in a folder of `scratch`; raises what reading the ledger and the logs raises."""
    bodies = [decode_ledger_entry(line) for line in recorded(folder.ledger).entries]
    planned = next((body for body in bodies if isinstance(body, Planned)), None)
    closed = {
        (body.arm, body.seed): body
        for body in bodies
        if isinstance(body, RunClosed) and body.head.size <= layout.SEGMENT_ENTRIES  # a forger lays one file of entries
    }
    chosen = sorted(closed.values(), key=lambda body: (body.head.size, body.arm, body.seed))[:RUNS]
    if planned is None or not chosen:
        raise UsageError(
            f"{folder.root} has no finished run of at most {layout.SEGMENT_ENTRIES:,} entries: there is none to forge"
        )
    note = read_small(folder.ledger, layout.CERTIFICATE)
    origin = read_certificate(note).log.name
    keys = Keys.drawn(parse_note(note).signatures[0].name, origin, rng)
    runs = tuple(_run(folder, body, rng) for body in chosen)
    twin = CampaignTwin(scratch / "campaign", runs, tuple(_told(planned, chosen, runs, bodies)), keys, scratch)
    twin.folder.mkdir(parents=True)
    for name in ("plan.json", "campaign.yaml"):
        if (folder.root / name).is_file():
            shutil.copyfile(folder.root / name, twin.folder / name)
    twin.lay_ledger(twin.folder, twin.ledger)
    _copy_blobs(folder.ledger, twin.folder / "ledger")
    for run in runs:
        twin.lay_run(twin.folder, run)
        with opened_run(folder.run(run.arm, run.seed)) as place:
            _copy_blobs(place, CampaignFolder(twin.folder).run(run.arm, run.seed))
    return twin


def _told(
    planned: Planned, chosen: Sequence[RunClosed], runs: Sequence[TwinRun], bodies: Sequence[LedgerBody]
) -> Iterator[LedgerBody]:
    """What an honest ledger of these runs says, of one session; the first run was tried once before."""
    sessions = [body for body in bodies if isinstance(body, Session)][:1]
    yield planned
    yield from sessions
    time = max(planned.claimed_unix_s, *(session.claimed_unix_s for session in sessions), 0)
    for number, (was, run) in enumerate(zip(chosen, runs, strict=True)):
        base, attempt = run.key.name.rpartition("/")[0], 1
        time = max(time, was.claimed_unix_s)
        for body in bodies:
            if isinstance(body, RunActors) and about(body, run):
                yield msgspec.structs.replace(body, claimed_unix_s=time)
        if number == 0:
            yield RunOpened(run.arm, run.seed, 1, f"{base}/1", time)
            yield RunAbandoned(run.arm, run.seed, 1, HIDDEN, None, None, time)
            attempt = 2
        yield RunOpened(run.arm, run.seed, attempt, run.key.name, time)
        yield RunClosed(run.arm, run.seed, attempt, run.head(), time)
    yield Ended(time)


def about(body: LedgerBody, run: TwinRun) -> bool:
    """Whether an entry of the ledger is about this run: an attempt at it, or whose signatures its log holds."""
    return (getattr(body, "arm", None), getattr(body, "seed", None)) == (run.arm, run.seed)


def _run(folder: CampaignFolder, body: RunClosed, rng: Random) -> TwinRun:
    with opened_run(folder.run(body.arm, body.seed)) as place:
        lines = tuple(LogReader(place).entries())
        refuse_parts(place, lines)
    return TwinRun(body.arm, body.seed, lines, SigningKey.from_seed(body.head.origin, rng.randbytes(32)))


def _copy_blobs(log: Path, target: Path) -> None:
    if (log / layout.BLOBS).is_dir():
        shutil.copytree(log / layout.BLOBS, target / layout.BLOBS, copy_function=shutil.copyfile)
