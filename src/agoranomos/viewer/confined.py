"""Files that lie inside the folder that is shown, and nothing else, wherever links lead."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from agoranomos.logs.faults import LogFault
from agoranomos.logs.plain_file import open_plain, unreadable
from agoranomos.viewer.refusals import NotThere, TooLong

_SEPARATORS = frozenset("/\\\0")


def is_plain_name(name: str) -> bool:
    """Whether `name` can be the name of one file or folder, and leads nowhere else."""
    return name not in ("", ".", "..") and _SEPARATORS.isdisjoint(name)


def inside(path: Path, root: Path) -> Path:
    """`path`, if it and whatever it links to lie in `root`; raises `NotThere`."""
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError, ValueError):
        raise NotThere(f"{path.name!r} cannot be looked at") from None
    if not resolved.is_relative_to(root.resolve()):
        raise NotThere(f"{path.name!r} leads out of the folder that is shown")
    return path


def no_link_leads_out(folder: Path, root: Path, but: Collection[str] = ()) -> Path:
    """`folder`, if no link in it leads out of `root`; raises `NotThere`. Folders named in `but` are passed over.

    What is read with the project's own functions, whose messages may quote a file, goes through here first.
    """
    waiting = [inside(folder, root)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as there:
                found = list(there)
        except (FileNotFoundError, NotADirectoryError):
            continue
        for one in found:
            if one.is_symlink():
                inside(Path(one.path), root)
            elif one.name not in but and one.is_dir(follow_symlinks=False):
                waiting.append(Path(one.path))
    return folder


def read_inside(path: Path, root: Path, limit: int) -> bytes:
    """The bytes of a plain file in `root`.

    Raises `NotThere`, `TooLong` beyond `limit` bytes, and `LogFault` or `MachineError` where it cannot be read.
    """
    try:
        with open_plain(inside(path, root)) as file:
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise NotThere(f"{path.name} is not there") from None
    except OSError as error:
        raise unreadable(error, path) from error
    if len(data) > limit:
        raise TooLong(f"{path.name} is longer than {limit} bytes")
    return data


def read_if_there(path: Path, root: Path, limit: int) -> bytes:
    """As `read_inside`, and nothing where there is no such file, or none that is plain."""
    try:
        return read_inside(path, root, limit)
    except (NotThere, LogFault):
        return b""
