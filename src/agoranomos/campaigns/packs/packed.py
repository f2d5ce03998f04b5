"""Where a run's log is: in its own folder `runs/ARM/SEED`, or in a pack `packs/ARM/FIRST-LAST.zip`.

Everything that reads runs names them by the folder that they would have. A folder that is there counts; where there is
none, the pack is looked into that has the seed between its first and its last.
"""

from __future__ import annotations

import atexit
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path

from agoranomos.campaigns.packs.pack import Pack
from agoranomos.errors import MachineError
from agoranomos.logs import Checkpoint, LogFault, LogReader, layout
from agoranomos.logs.checkpoint import parse_checkpoint
from agoranomos.logs.faults import within
from agoranomos.logs.note import parse_note

PACKS = "packs"
_NAME = re.compile(r"(0|[1-9][0-9]{0,18})-(0|[1-9][0-9]{0,18})\.zip")
_BESIDE = ("ledger", "plan.json", "campaign.yaml")
"""What is found of the campaign around an unpacked run, as around one in a folder."""

_for_good = ExitStack()
atexit.register(_for_good.close)


def pack_path(root: Path, arm: str, first: int, last: int) -> Path:
    """The pack of an arm's runs from one seed to another."""
    return root / PACKS / arm / f"{first}-{last}.zip"


def is_there(place: Path) -> bool:
    """Whether there is a log of the run: a folder, or a pack that holds it; raises as `Pack` does."""
    return place.exists() or _pack_with(place) is not None


def is_packed(place: Path) -> bool:
    """Whether the run is in a pack, and in no folder."""
    return not place.exists() and _pack_with(place) is not None


def runs_in_packs(root: Path) -> Iterator[Path]:
    """The folders that packed runs would have, arm after arm and pack after pack; one that is in two packs comes twice.

    Raises as `Pack` does, and `LogFault` for a run that is not found by the name of the file that it is in.
    """
    folder = root / PACKS
    for arm in sorted(folder.iterdir()) if folder.is_dir() else ():
        for path in sorted(arm.iterdir()) if arm.is_dir() else ():
            if not path.name.startswith("."):
                yield from (root / "runs" / arm.name / str(seed) for seed in _named_seeds(path))


def _named_seeds(path: Path) -> tuple[int, ...]:
    """The seeds of a pack's runs, which lie between the two that it is named after."""
    seeds, name = _opened(path).seeds, _NAME.fullmatch(path.name)
    for seed in seeds:
        if name is None or not int(name[1]) <= seed <= int(name[2]):
            raise LogFault(
                "damaged", f"{path.parent.name}/{path.name} holds run {seed}, of which its name says nothing"
            )
    return seeds


def checkpoint_of(place: Path) -> Checkpoint:
    """The published checkpoint of a run's log, unverified; raises what a `LogReader` raises."""
    pack = None if place.exists() else _pack_with(place)
    if pack is None:
        return LogReader(place).checkpoint
    with within(layout.CHECKPOINT):
        return parse_checkpoint(parse_note(pack.file(int(place.name), layout.CHECKPOINT)).text)


def is_as_packed(place: Path) -> bool:
    """Whether a run's folder holds every file as the pack does that holds the run too: then it was unpacked there."""
    pack = _pack_with(place)
    if pack is None:
        return False
    try:
        return all(
            (place / name).read_bytes() == pack.file(int(place.name), name) for name in pack.names(int(place.name))
        )
    except FileNotFoundError:
        return False
    except OSError as error:
        raise MachineError(f"cannot read {place}: {error.strerror}") from error


@contextmanager
def opened_run(place: Path) -> Iterator[Path]:
    """The folder of a run's log: `place`, or, while the block runs, a copy of what a pack holds of it."""
    pack = None if place.exists() else _pack_with(place)
    if pack is None:
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="agora-run-") as scratch:
        yield _unpacked(pack, place, Path(scratch))


def unpacked(place: Path) -> Path | None:
    """A copy of a packed run that is there until this process ends, with its campaign around it; None of any other."""
    pack = None if place.exists() or place.parent.parent.name != "runs" else _pack_with(place)
    if pack is None:
        return None
    scratch = Path(_for_good.enter_context(tempfile.TemporaryDirectory(prefix="agora-run-")))
    for name in _BESIDE:
        around = place.parents[2].resolve() / name
        if around.exists():
            (scratch / name).symlink_to(around)
    return _unpacked(pack, place, scratch)


def _unpacked(pack: Pack, place: Path, scratch: Path) -> Path:
    target = scratch / "runs" / place.parent.name / place.name
    target.mkdir(parents=True)
    pack.extract(int(place.name), target)
    return target


def _pack_with(place: Path) -> Pack | None:
    """The pack that holds the run whose folder would be `place`."""
    if not (place.name.isascii() and place.name.isdecimal()):
        return None
    seed, folder = int(place.name), place.parent.parent.parent / PACKS / place.parent.name
    for first, last, name in _packs_in(folder):
        if first <= seed <= last and (pack := _opened(folder / name)).holds(seed):
            return pack
    return None


def _packs_in(folder: Path) -> tuple[tuple[int, int, str], ...]:
    try:
        return _named(folder, folder.stat().st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise MachineError(f"cannot read {folder}: {error.strerror}") from error


@lru_cache(maxsize=256)
def _named(folder: Path, _: int) -> tuple[tuple[int, int, str], ...]:
    names = sorted(path.name for path in folder.iterdir())
    return tuple((int(m[1]), int(m[2]), name) for name in names if (m := _NAME.fullmatch(name)))


def _opened(path: Path) -> Pack:
    try:
        there = path.stat()
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror}") from error
    return _read(path, there.st_ino, there.st_mtime_ns, there.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, *_: int) -> Pack:
    return Pack(path)
