"""Which folder a LOG argument means."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.cli.terminal import visible
from agoranomos.errors import UsageError, nearest

if TYPE_CHECKING:
    from agoranomos.viewer.bundle_file import Unbundled


def is_log(folder: Path) -> bool:
    """Whether the folder is one log: that of a run, or a ledger."""
    if any((folder / mark).exists() for mark in ("checkpoints", "entries")):
        return True
    return any((folder / mark).exists() for mark in ("checkpoint", "log.vkey")) and not is_tree(folder)


def is_tree(folder: Path) -> bool:
    """Whether the folder is an exported log: a plain tree of tiles (c2sp.org/tlog-tiles)."""
    return (folder / "checkpoint").exists() and (folder / "tile").is_dir()


def is_ledger(folder: Path) -> bool:
    """Whether the folder is a campaign's ledger; told by its first line, which nothing vouches for."""
    first = folder / "entries" / f"{0:012d}.jsonl"
    if not first.is_file():  # a pipe would be waited for
        return False
    try:
        with first.open("rb") as file:
            line = file.readline(1 << 16).rstrip(b"\n")
    except OSError:
        return False
    return line.startswith(b'{"body":') and b'"kind":"planned","seq":0}' in line[-40:]


def has_attested(folder: Path) -> bool:
    """Whether actors signed a run: their first signatures stand among its first entries."""
    return _begins_with_a(b'"kind":"attested"', folder)


def has_actors(ledger: Path) -> bool:
    """Whether a ledger names keys of actors: then it does so before the first run."""
    return _begins_with_a(b'"kind":"actors"', ledger)


def _begins_with_a(mark: bytes, folder: Path) -> bool:
    path = folder / "entries" / f"{0:012d}.jsonl"
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return mark in file.read(1 << 20)
    except OSError:
        return False


def is_campaign(folder: Path) -> bool:
    """Whether the folder is a campaign's."""
    return (folder / "plan.json").exists() or (folder / "ledger").is_dir()


def place_of_log(text: str) -> Path:
    """The folder that `text` names: a path, or a name in the workspace's `logs/`; raises `UsageError`.

    Of a bundle, the log in it; what may be wrong with the page around that log is said in a note on standard error.
    Raises `LogFault` for a bundle that is not put together as one.
    """
    path = Path(text)
    if path.is_dir():
        return path
    if (copy := _unpacked(path)) is not None:
        return copy
    if path.exists():
        if (bundle := _unbundled(path)) is not None:
            if bundle.doubt:
                print(visible(f"note: {path}: {bundle.doubt}"), file=sys.stderr)
            return bundle.folder
        raise UsageError(f"{text} is a file; the folder of a log was expected", advice=_around(path))
    from agoranomos.workspace import find_workspace, list_names

    names = {located.name: located.path for located in list_names("logs", find_workspace())}
    if text in names:
        return names[text]
    siblings = [child.name for child in _folders(path.parent) if _holds_logs(child)]
    raise UsageError(f"no such log: {text}", advice=nearest(path.name, {*names, *siblings}))


def place_to_write(text: str) -> Path:
    """The folder that `text` names, beside whose log something is kept; raises `UsageError`, also for a packed run."""
    if _unpacked(Path(text)) is not None:
        raise UsageError(
            f"{text} shares a file with other runs: nothing is kept beside its log",
            advice="Give the campaign's ledger, which holds the signed state of every run.",
        )
    if _unbundled(Path(text)) is not None:
        raise UsageError(f"{text} is a bundle: nothing is kept beside its log", advice="Give the folder of the log.")
    return place_of_log(text)


def _unpacked(path: Path) -> Path | None:
    """A copy of a run that lies in a pack of its campaign; None of anything else."""
    if path.exists() or path.parent.parent.name != "runs":
        return None
    from agoranomos.campaigns.packs.packed import unpacked

    return unpacked(path)


def _unbundled(path: Path) -> Unbundled | None:
    """The log in a file that `agora bundle` wrote; None of any other file. Raises `LogFault`, which names the file."""
    from agoranomos.logs.faults import LogFault
    from agoranomos.viewer.bundle_file import unbundled

    try:
        return unbundled(path)
    except LogFault as fault:
        raise LogFault(fault.kind, f"{fault.kind}: {path}: {fault.message}", advice=fault.advice) from None


def _folders(folder: Path) -> list[Path]:
    return [child for child in folder.iterdir() if child.is_dir()] if folder.is_dir() else []


def _holds_logs(folder: Path) -> bool:
    """Whether the folder is a log, an export or a campaign, or one of a campaign's folders of runs."""
    return is_log(folder) or is_tree(folder) or is_campaign(folder) or folder.parent.name == "runs"


def _around(path: Path) -> str:
    """The log or campaign that a file lies in, as advice."""
    for folder in path.resolve().parents:
        if is_log(folder) or is_tree(folder) or is_campaign(folder):
            return f"It lies in {folder}: give that."
    return "Give the folder of a run's log, such as logs/CAMPAIGN/runs/ARM/SEED."


def campaigns_in(folder: Path) -> list[Path]:
    """The campaigns directly inside a folder such as `logs/`."""
    return sorted(child for child in folder.iterdir() if child.is_dir() and is_campaign(child))
