"""Which folder a LOG argument means."""

from __future__ import annotations

from pathlib import Path

from agoranomos.errors import UsageError, nearest


def is_log(folder: Path) -> bool:
    """Whether the folder is one log: that of a run, or a segment of a ledger."""
    return (folder / "checkpoint").exists() or (folder / "log.vkey").exists() or (folder / "entries").is_dir()


def is_campaign(folder: Path) -> bool:
    """Whether the folder is a campaign's."""
    return (folder / "plan.json").exists() or (folder / "ledger").is_dir()


def place_of_log(text: str) -> Path:
    """The folder that `text` names: a path, or a name in the workspace's `logs/`; raises `UsageError`."""
    path = Path(text)
    if path.is_dir():
        return path
    if path.exists():
        raise UsageError(f"{text} is a file; the folder of a log was expected")
    from agoranomos.workspace import find_workspace, list_names

    names = {located.name: located.path for located in list_names("logs", find_workspace())}
    if text in names:
        return names[text]
    siblings = [child.name for child in path.parent.iterdir() if child.is_dir()] if path.parent.is_dir() else []
    raise UsageError(f"no such log: {text}", advice=nearest(path.name, {*names, *siblings}))


def campaigns_in(folder: Path) -> list[Path]:
    """The campaigns directly inside a folder such as `logs/`."""
    return sorted(child for child in folder.iterdir() if child.is_dir() and is_campaign(child))
